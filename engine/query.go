package engine

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	tidbmode "github.com/pingcap/tidb/pkg/parser/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// ExecutionVariable is the session variable that chooses what executes SELECT:
// 'auto', us or, for what we do not support, go-mysql-server; 'vector', us alone;
// 'row', go-mysql-server alone.
const ExecutionVariable = "verbatim_execution"

// The values of ExecutionVariable.
const (
	executionAuto   = "auto"
	executionVector = "vector"
	executionRow    = "row"
)

// executionMode is the session's value of ExecutionVariable.
func (x *execution) executionMode() string { return x.session.variables().execution }

// ours parses the statement where it is one that we execute, or may be: nil
// where it is go-mysql-server's. An error is that of a query's syntax.
func (x *execution) ours(text string) (*parse.Tree, error) {
	if !parse.MayQuery(text) {
		return nil, nil
	}
	tree, err := x.parsed(text)
	if err != nil {
		if parse.IsQuery(text) || x.plainBackslashes(text) {
			return nil, err
		}
		return nil, nil
	}
	if x.executionMode() == executionRow && !writesRows(tree) && !setsVariables(tree) {
		return nil, nil
	}
	return tree, nil
}

// plainBackslashes tells of a text with backslashes that sql_mode NO_BACKSLASH_ESCAPES takes for what they are, which
// vitess's parser does not.
func (x *execution) plainBackslashes(text string) bool {
	return x.session.variables().parser&tidbmode.ModeNoBackslashEscapes != 0 && strings.Contains(text, `\`)
}

// isQuery tells whether a tree is a SELECT or its kin.
func isQuery(n tidb.Node) bool {
	switch n.(type) {
	case *tidb.SelectStmt, *tidb.SetOprStmt:
		return true
	}
	return false
}

// query executes a query of ours.
func (x *execution) query(tree *parse.Tree, args []sqltypes.Value) (*Result, error) {
	x.reads = true
	x.limitTime(hintedTime(tree.Node))
	b, err := x.beginQuery(tree, args)
	if err != nil {
		return nil, err
	}
	node, err := b.Query(tree)
	if err != nil {
		return nil, err
	}
	q := x.planned(b, x.limited(b, tree, node))
	if len(tree.Into) > 0 {
		return x.into(q, tree.Into)
	}
	op, err := exec.Run(q.context, q.node)
	if err != nil {
		return nil, err
	}
	return newQueryResult(x, q, op), nil
}

// beginQuery begins a statement that is a query of ours, and makes its binder.
func (x *execution) beginQuery(tree *parse.Tree, args []sqltypes.Value) (*bind.Binder, error) {
	if args == nil && tree.Params > 0 && !x.prepares {
		return nil, parse.SyntaxErrorAt(tree.Text, strings.IndexByte(tree.Text, '?'))
	}
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	if x.prepares {
		return x.binder(nil)
	}
	x.ctx.ClearWarnings()
	arguments, err := argumentsOf(args)
	if err != nil {
		return nil, err
	}
	return x.binder(arguments)
}

// planned is a query that is bound and can be executed once.
type planned struct {
	context *expr.Context
	node    plan.Node
	failed  *error // of a source: a warning that is an error in strict mode
	found   *int64 // how many rows there are without LIMIT, where SQL_CALC_FOUND_ROWS asks; nil: it does not
}

// planned optimizes a query that is bound.
func (x *execution) planned(b *bind.Binder, node plan.Node) *planned {
	if b.Assigns {
		b.Context.BatchSize = 1
		node = plan.OptimizePure(b.Context, node)
	} else {
		node = plan.Optimize(b.Context, node)
	}
	return &planned{context: b.Context, node: node, found: b.Found}
}

// binder is a binder for a part of the statement.
func (x *execution) binder(args []bind.Argument) (*bind.Binder, error) {
	e, v := x.session.engine, x.session.variables()
	return &bind.Binder{
		Catalog:   withRoutines{bridge.NewCatalog(x.ctx, e.analyzer.Catalog), x},
		Database:  x.database(),
		Context:   x.exprContext(),
		Functions: v.functions,
		Arguments: args,
		Local:     x.local(),
		Fallback: func(name string) (*expr.Function, error) {
			return bridge.Fallback(x.ctx, e.analyzer.Catalog, name)
		},
		Scan: bridge.Scan(x.ctx, e.analyzer.Catalog),
		Mode: v.parser,
	}, nil
}

// exprContext is what the expressions of the statement are evaluated in.
func (x *execution) exprContext() *expr.Context {
	env := x.session.variables().env
	env.Now, env.Ended = x.ctx.QueryTime(), x.ctx.Err
	return &expr.Context{
		Context: x.ctx,
		Env:     &env,
		Session: bridge.NewSession(x.ctx, Version),
		Outer:   make(map[expr.ColumnID]types.Value),
		Memo:    make(map[any]any),
		Memory:  x.held(),
		TempDir: x.session.engine.limits.tempDir,
	}
}

// unsupported tells whether an error says that a query is go-mysql-server's, and
// counts it.
func (x *execution) unsupported(err error) bool {
	if !errors.Is(err, bind.ErrUnsupported) || x.executionMode() != executionAuto {
		return false
	}
	if !x.prepares {
		x.session.engine.fallbacks.Add(1)
		sql.IncrementStatusVariable(x.ctx, FallbacksVariable, 1)
		x.session.engine.logger.Info("engine: go-mysql-server executes a query", "reason", err, "statement", x.text)
	}
	return true
}

// Fallbacks is how many queries go-mysql-server has executed, since we do not
// support what they use.
func (e *Engine) Fallbacks() uint64 { return e.fallbacks.Load() }

// argumentsOf are a prepared statement's arguments with the types that the client
// gave them.
func argumentsOf(args []sqltypes.Value) ([]bind.Argument, error) {
	out := make([]bind.Argument, len(args))
	for i, a := range args {
		var err error
		if out[i], err = bridge.ArgumentOf(a); err != nil {
			return nil, fmt.Errorf("engine: argument %d: %w", i+1, err)
		}
	}
	return out, nil
}

// into executes SELECT … INTO variables (manual 15.2.13.1).
func (x *execution) into(q *planned, targets []parse.IntoTarget) (*Result, error) {
	columns := q.node.Columns()
	if len(columns) != len(targets) {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT)
	}
	for _, t := range targets {
		if !t.User {
			return nil, mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, t.Name)
		}
	}
	row, err := onlyRow(q)
	if err != nil {
		return nil, err
	}
	r := &Result{AffectedRows: 1}
	if row == nil {
		q.context.Warn(mysql.ER_SP_FETCH_NO_DATA, "No data - zero rows fetched, selected, or processed")
		return new(Result), x.end(nil)
	}
	for i, t := range targets {
		q.context.Session.SetUserVariable(t.Name, row[i], columns[i].T)
	}
	return r, x.end(nil)
}

// onlyRow is the row of a query that may have one: nil where it has none, MySQL's
// error 1172 where it has more.
func onlyRow(q *planned) ([]types.Value, error) {
	op, err := exec.Run(q.context, q.node)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	var row []types.Value
	for {
		b, err := op.Next()
		if err != nil || b == nil {
			return row, err
		}
		if b.N > 1 || b.N == 1 && row != nil {
			return nil, mysql.NewDefaultError(mysql.ER_TOO_MANY_ROWS)
		}
		if b.N == 1 {
			for _, c := range b.Cols {
				row = append(row, c.Value(0))
			}
		}
	}
}

// queryRows are the rows of a query of ours as its result has them.
type queryRows struct {
	op      exec.Operator
	columns []plan.Column
	batch   *types.Batch
	next    int
	row     []sqltypes.Value
	text    []byte
	found   uint64
	all     *int64 // without LIMIT; nil: not asked for
}

// foundRows is what FOUND_ROWS() says then (manual 14.15).
func (r *queryRows) foundRows() int64 {
	if r.all != nil {
		return *r.all
	}
	return int64(r.found)
}

func newQueryResult(x *execution, q *planned, op exec.Operator) *Result {
	columns := q.node.Columns()
	return &Result{
		Fields:    bridge.Fields(x.ctx, columns),
		execution: x,
		query:     &queryRows{op: op, columns: columns, all: q.found},
	}
}

// Next is the next row, valid until the following call; io.EOF behind the last.
func (r *queryRows) Next(*sql.Context) ([]sqltypes.Value, error) {
	for r.batch == nil || r.next == r.batch.N {
		b, err := r.op.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return nil, io.EOF
		}
		r.batch, r.next = b, 0
	}
	if r.row == nil {
		r.row = make([]sqltypes.Value, len(r.columns))
	}
	r.text = r.text[:0]
	for i, v := range r.batch.Cols {
		if v.Null(r.next) {
			r.row[i] = sqltypes.NULL
			continue
		}
		start := len(r.text)
		r.text = types.AppendText(r.text, v, r.next, &r.columns[i].T)
		// Where the buffer moves, earlier values keep what they had.
		r.row[i] = sqltypes.MakeTrusted(bridge.QueryType(&r.columns[i].T), r.text[start:len(r.text):len(r.text)])
	}
	r.next++
	r.found++
	return r.row, nil
}
