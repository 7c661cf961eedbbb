// Package engine is Verbatim's SQL engine: sessions that execute statements on
// the interview's tables.
//
// # A statement's journey
//
//	                                   ┌ queries, those within other statements, INSERT, UPDATE, DELETE
//	client ── server ── Session ── parse ── bind ── plan ── exec ─────────┐
//	                                   │                                  ├─ storage ── tables/store
//	                                   └ the rest ── go-mysql-server ─────┘
//
// A query (query.go) is ours from the grammar to the columns that the client sees:
//
//   - parse turns text into a tree by MySQL 8's grammar, with MySQL's syntax errors. The
//     parser is TiDB's, behind a front that adds what its grammar lacks.
//   - bind gives names, types and collations their meaning by MySQL's rules, and answers
//     with a plan or one of MySQL's errors. Table functions are inlined as SQL, or called
//     natively.
//   - plan has the operators and the rules that rewrite them: conditions go down, joins
//     are put in order, keys are looked up, subqueries become joins. EXPLAIN shows what is
//     left (explain.go).
//   - exec executes a plan, a batch of columns at a time.
//
// Below them are types (types, values, vectors, conversions, collations), expr (expressions
// and what a function declares of itself), builtin (the functions: see its REFERENCE.md) and
// json (documents and paths). routine executes stored functions and procedures.
//
// UPDATE and DELETE (change.go) are a query for the rows, and what becomes of them. INSERT and
// REPLACE (insert.go) and LOAD DATA (load_data.go) convert values to what columns take
// (types.Store) and hand the store rows or whole columns (insertion.go).
//
// What is left is go-mysql-server's: it plans and executes DDL, SHOW and what is beside the rows
// that are written, as triggers, on the same tables. The query that gives such a statement its
// rows is ours: in its place stands a table function (source.go).
//
// And around them:
//
//   - bridge is what both sides have of each other: the catalog, types, values, session
//     variables and scalar functions that only go-mysql-server has, such as the spatial ones.
//   - Session ends its transactions itself (transaction.go), since go-mysql-server leaves
//     those of failed statements open.
//   - storage is the view of tables/store, where rows, versions and transactions are, that
//     both read and write.
//   - errors.go makes MySQL's errors of all others.
//   - script runs .sql files, scripttest the *.slt ones; oracletest compares generated
//     queries with MariaDB.
//
// Imports point one way: cmd → server → engine → {functions, tables}, and
// functions → tables. A test enforces it.
//
// # Queries that go-mysql-server executes
//
// The session variable verbatim_execution says who executes queries: 'auto', the default, is
// us, and go-mysql-server where bind says that it does not support something
// (bind.ErrUnsupported); 'vector' is us alone; 'row' is go-mysql-server alone, with its
// dialect and its answers, for comparison.
//
// There is nothing left that bind is known not to support: no statement of testdata/sql gets
// there, and TestFallbacks keeps it so. If one does, the log has a line with the reason, the
// status variable Verbatim_fallbacks counts it and EXPLAIN says so.
//
// # Where to add
//
//   - a function or operator: a declaration in a family's file of builtin; a family: a line in
//     builtin/all.go
//   - a rule of names or types: bind; a rewriting of plans: plan; an operator: exec
//   - a table: a file in tables, its rows in tables/data, a line in tables/all.go
//   - a table function: a file in functions, a line in functions/all.go
//   - an error's number and words: a line in the table in errors.go
//   - a result format: a file in engine/script
package engine
