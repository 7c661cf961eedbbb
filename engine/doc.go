// Package engine is Verbatim's SQL engine: sessions that execute statements on
// the interview's tables.
//
// # A statement's journey
//
//	client ── server ── Session ── parse ── bind ── go-mysql-server ── storage ── tables/store
//	                                         │      (plans, executes)
//	                                         └─ functions: SQL inlined, or a native kernel through bridge
//
// Its rooms:
//
//   - parse turns text into a syntax tree, with MySQL's syntax errors.
//   - bind gives names their meaning: a table's singular, a table function.
//   - Session executes the tree and ends its transactions itself (transaction.go),
//     since go-mysql-server leaves those of failed statements open.
//   - bridge makes declarations and kernels parts of go-mysql-server's plans.
//   - storage is go-mysql-server's view of tables/store, where rows, versions and
//     transactions are.
//   - errors.go makes MySQL's errors of all others.
//   - script runs .sql files, scripttest the *.slt ones.
//
// Imports point one way: cmd → server → engine → {functions, tables}, and
// functions → tables. A test enforces it.
//
// # Where to add
//
//   - a table: a file in tables, its rows in tables/data, a line in tables/all.go
//   - a table function: a file in functions, a line in functions/all.go
//   - an error's number and words: a line in the table in errors.go
//   - a result format: a file in engine/script
package engine
