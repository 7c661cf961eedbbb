// Package engine is Verbatim's SQL engine: sessions that execute statements on
// the interview's tables.
//
// # A statement's journey
//
//		client ── server ── engine.Session ── parse ── bind ── go-mysql-server (plans and executes) ── tables
//		                                                 │
//		                                                 └─ functions: SQL inlined, or a native kernel through bridge
//
//	  - parse turns text into a syntax tree, with MySQL's syntax errors.
//	  - bind gives names their meaning: a table's singular, a table function.
//	  - Session executes the tree and ends its transactions itself, since
//	    go-mysql-server leaves those of failed statements open.
//	  - bridge is where go-mysql-server meets our declarations: the kernels as plan
//	    nodes, information_schema.routines.
//	  - errors.go makes MySQL's errors of all others.
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
