package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/rowexec"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/storage"
)

// execution is one execution of a statement: from its text to the end of its
// result and, in autocommit mode, of its transaction.
type execution struct {
	session *Session
	ctx     *sql.Context
	own     *statementContext // what ctx is made of; nil: that of the execution it is within
	text    string
	stmt    ast.Statement // nil until parsed
	ended   bool

	prepares  bool // the statement is not executed
	reads     bool // it is a query of ours
	continues bool // parts of it have been executed, whose warnings stay

	before []*sql.Warning // those of the statement before

	source *planned // the query that gives the statement its rows; nil: none of ours

	texts int // views and procedures that were parsed

	within   *execution        // that which the routine runs in whose statement this is; nil: of none
	site     *routine.Site     // where in the routine it is
	stored   *storedRoutines   // what the statement has run of them; nil: none yet
	answers  []*answer         // what a procedure's queries gave
	affected uint64            // by a procedure's last statement
	memory   *memory.Statement // that of the first execution; nil: nothing was held yet
	used     []usedTable       // the tables that it reads or writes
	undo     func()            // takes back what functions have written in a query; nil: nothing
}

// storedRoutines are what a statement has run of stored routines, and what they have.
type storedRoutines struct {
	active   map[string]bool             // the procedures that are running, in lower case
	programs map[string]*routine.Program // the stored functions of the statement
	running  map[string]int64            // how often each stored routine runs
	plans    map[*parse.Tree]*routinePlan
}

// ran is what the statement has run of stored routines.
func (x *execution) ran() *storedRoutines {
	if x.stored == nil {
		x.stored = &storedRoutines{
			active: make(map[string]bool), programs: make(map[string]*routine.Program),
			running: make(map[string]int64), plans: make(map[*parse.Tree]*routinePlan),
		}
	}
	return x.stored
}

// executionKey finds the execution in its context.
type executionKey struct{}

func executionOf(ctx context.Context) (*execution, bool) {
	x, ok := ctx.Value(executionKey{}).(*execution)
	return x, ok
}

// Query executes a single statement. Its errors, and those of the result, are
// *mysql.MyError.
func (s *Session) Query(ctx context.Context, text string) (*Result, error) {
	return s.execute(ctx, text, nil)
}

// exec executes a statement and reads its result to the end.
func (s *Session) exec(ctx context.Context, text string) error {
	r, err := s.Query(ctx, text)
	if err != nil {
		return err
	}
	return r.Close()
}

func (s *Session) executeOnce(ctx context.Context, text string, args []sqltypes.Value) (r *Result, err error) {
	x, err := s.begin(ctx, text)
	if err != nil {
		return nil, wording{}.mysqlError(err)
	}
	defer func() {
		if err != nil {
			r, err = nil, x.end(err)
		}
	}()
	defer x.recovered(&err)
	return x.statement(args)
}

// counted has ROW_COUNT() be what a statement has changed.
func (x *execution) counted(r *Result, err error) {
	switch {
	case err != nil:
		x.ctx.SetLastQueryInfoInt(sql.RowCount, -1)
	case r != nil && r.Fields == nil:
		x.ctx.SetLastQueryInfoInt(sql.RowCount, int64(r.AffectedRows))
	}
}

// changed executes a statement that changes tables by its tree.
func (x *execution) changed(tree *parse.Tree) (r *Result, err error) {
	defer func() { x.counted(r, err) }()
	r, is, err := x.tree(tree, nil)
	if is {
		return r, err
	}
	if x.stmt, err = parse.One(x.ctx, x.text, sql.LoadSqlMode(x.ctx).ParserOptions()); err != nil {
		return nil, err
	}
	return x.dispatch(nil)
}

// statement executes the statement's text: by us what is ours, and what is not or
// not yet by go-mysql-server.
func (x *execution) statement(args []sqltypes.Value) (r *Result, err error) {
	defer func() { x.counted(r, err) }()
	if startsWithSelect(x.text) {
		x.limitTime(0)
	}
	if r, err := x.keptQuery(args); r != nil || err != nil {
		return r, err
	}
	if args == nil && !x.prepares && x.within == nil {
		if r, is, err := x.insertLists(); is && (err == nil || !x.unsupported(err)) {
			return r, err
		}
	}
	if r, is, err := x.routineStatement(args); is || err != nil {
		return r, err
	}
	tree, err := x.ours(x.text)
	if err != nil {
		return nil, err
	}
	if tree != nil {
		r, is, err := x.tree(tree, args)
		if is && (err == nil || !x.unsupported(err)) {
			return r, err
		}
		x.reads, x.source = false, nil
	}
	switch other, err := x.standIn(); {
	case err != nil:
		return nil, err
	case other != "":
		x.text = other
		return x.statement(args)
	}
	if x.stmt, err = parse.One(x.ctx, x.text, sql.LoadSqlMode(x.ctx).ParserOptions()); err != nil {
		if refused := x.checkCreate(); refused != nil { // which is of MySQL's grammar, as CREATE TABLE t
			return nil, refused
		}
		return nil, err
	}
	if args == nil && strings.Contains(x.text, "?") && countParams(x.stmt) > 0 {
		return nil, parse.SyntaxErrorAt(parse.Trim(x.text), strings.IndexByte(parse.Trim(x.text), '?'))
	}
	return x.dispatch(args)
}

// tree executes a statement that our parser has read, and tells whether it is ours.
func (x *execution) tree(tree *parse.Tree, args []sqltypes.Value) (*Result, bool, error) {
	if isQuery(tree.Node) {
		r, err := x.query(tree, args)
		return r, true, err
	}
	if n, ok := tree.Node.(*tidb.DoStmt); ok {
		r, err := x.do(tree, n, args)
		return r, true, err
	}
	if n, ok := tree.Node.(*tidb.SetStmt); ok {
		return x.setVariables(tree, n, args)
	}
	if n, err := explained(tree.Node); n != nil || err != nil {
		if err != nil {
			return nil, true, err
		}
		r, err := x.explain(tree, n, args)
		return r, true, err
	}
	return x.withSource(tree, args)
}

// dispatch executes the parsed statement: by us what go-mysql-server does wrong or
// does not know, and by it the rest.
func (x *execution) dispatch(args []sqltypes.Value) (*Result, error) {
	switch n := x.stmt.(type) {
	case *ast.Prepare:
		return x.prepare(n)
	case *ast.Execute:
		return x.executePrepared(n)
	case *ast.Deallocate:
		return x.deallocate(n)
	case *ast.Call:
		if p, ok := x.procedure(n); ok {
			return x.call(p, n, args)
		}
	case *ast.Show:
		switch strings.ToLower(n.Type) {
		case parse.ShowCreateFunction:
			return x.showCreateFunction(n.Table.Name.String())
		case "warnings", "errors":
			return x.showWarnings(n)
		case "create table", "create view":
			if r, err := x.showCreateView(n); r != nil || err != nil {
				return r, err
			}
		}
	case *ast.Set:
		return x.set(args)
	case *ast.Commit:
		return x.transactionStatement(true)
	case *ast.Rollback:
		return x.transactionStatement(false)
	case *ast.Kill:
		if err := x.kill(n); err != nil {
			return nil, err
		}
	case *ast.DBDDL:
		if _, err := x.session.engine.analyzer.Catalog.Database(x.ctx, n.DBName); err != nil && n.Action == ast.DropStr && !n.IfExists {
			return nil, mysql.NewDefaultError(mysql.ER_DB_DROP_EXISTS, n.DBName)
		}
		n.SchemaOrDatabase = "database" // a synonym in MySQL; go-mysql-server makes schemas in a database
	case *ast.LockTables:
		r, err := x.run(args)
		x.ctx.ClearWarnings() // that a table is not locked, which readers and writers of snapshots need not be
		return r, err
	case *ast.Load:
		r, err := x.run(args)
		if err == nil {
			r.Info = fmt.Sprintf("Records: %d  Deleted: 0  Skipped: 0  Warnings: %d", r.AffectedRows, x.session.Warnings())
		}
		return r, err
	case *ast.AlterTable:
		if err := x.notBaseTable(n.Table); err != nil {
			return nil, err
		}
		return x.alterTable(n)
	case *ast.DDL:
		if r, is, err := x.viewDDL(n); is {
			return r, err
		}
		if r, is, err := x.tableThere(n); is {
			return r, err
		}
		if n.Action == ast.CreateStr && (n.TableSpec != nil || n.ViewSpec == nil && n.OptLike == nil) {
			if err := x.checkCreate(); err != nil {
				return nil, err
			}
		}
		if n.Action == ast.CreateStr && n.TableSpec != nil {
			inlineKeys(n.TableSpec)
		}
		if err := checkGenerated(n.TableSpec); err != nil {
			return nil, err
		}
		if err := x.settleView(n); err != nil {
			return nil, err
		}
	}
	r, err := x.run(args)
	x.worded()
	return r, err
}

// begin registers the execution, for SHOW PROCESSLIST and KILL.
func (s *Session) begin(ctx context.Context, text string) (*execution, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &statementContext{Context: ctx}
	x := &execution{session: s, text: text, before: s.session.Warnings(), ctx: s.context(c, text), own: c}
	c.execution = x
	x.ctx.SetQueryTime(s.now())
	s.process.begin(c, text)
	s.session.IncrementStatusVariable(x.ctx, "Questions", 1)
	return x, nil
}

// end ends the execution, and the transaction where it was the statement's own
// or the statement ended it. It returns MySQL's error for err or, if that is
// nil, for a failed commit.
func (x *execution) end(err error) error {
	if x.ended {
		return x.wording().mysqlError(err)
	}
	if c := x.ctx.Err(); c != nil && err != nil {
		err = c // whatever it broke first
	}
	if x.within != nil {
		return x.endNested(err)
	}
	x.ended = true
	if err != nil && x.undo != nil {
		x.undo()
	}
	err = x.endStatement(x.columnError(err))
	if took := x.session.process.end(); slow(took) {
		sql.IncrementStatusVariable(x.ctx, "Slow_queries", 1)
	}
	if x.memory != nil {
		x.memory.End()
	}
	if d := x.session.Database(); d != x.session.database.Load() {
		x.session.database.Store(d)
	}
	err = x.wording().mysqlError(err)
	if err != nil {
		var my *mysql.MyError
		if errors.As(err, &my) {
			x.session.failed(my, x.before)
		}
	}
	return err
}

// slow tells whether a statement took longer than long_query_time.
func slow(took time.Duration) bool {
	_, v, ok := sql.SystemVariables.GetGlobal("long_query_time")
	limit, is := v.(float64)
	return ok && is && limit > 0 && took.Seconds() > limit
}

// wording is what an error message may say of the statement.
func (x *execution) wording() wording {
	return wording{tree: x.stmt, database: x.database(), key: x.session.session.DuplicateKey, declared: x.session.session.ForeignKey}
}

// recovered makes MySQL's error 1105 of a panic, so that no statement ends the
// session or the server.
func (x *execution) recovered(err *error) {
	if p := recover(); p != nil {
		stack := debug.Stack()
		if w, ok := p.(*exec.Panic); ok {
			stack = w.Stack
		}
		x.session.engine.logger.Error("engine: statement panicked", "connection", x.session.client.ID,
			"statement", x.text, "panic", p, "stack", string(stack))
		*err = mysql.NewError(mysql.ER_UNKNOWN_ERROR, fmt.Sprintf("internal error: %v", p))
	}
}

// run has go-mysql-server plan and execute the statement.
func (x *execution) run(args []sqltypes.Value) (*Result, error) {
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	if n, ok := x.stmt.(*ast.Call); ok {
		x.ran().active[strings.ToLower(n.ProcName.Name.String())] = true
	}
	schema, rows, err := x.start(x.stmt, args)
	if err != nil {
		return nil, err
	}
	return x.result(schema, rows)
}

// start plans the statement, or a part of it, and starts its execution.
func (x *execution) start(stmt ast.Statement, args []sqltypes.Value) (sql.Schema, sql.RowIter, error) {
	if err := refuseTarget(stmt, x.ctx.GetCurrentDatabase()); err != nil {
		return nil, nil, err
	}
	if err := x.session.engine.parser.bind(x.ctx, stmt, nil); err != nil {
		return nil, nil, err
	}
	builder := planbuilder.New(x.ctx, x.session.engine.analyzer.Catalog, nil, x.session.engine.parser)
	bindings, err := bindingsOf(args)
	if err != nil {
		return nil, nil, err
	}
	if len(bindings) > 0 {
		builder.SetBindings(bindings)
	}
	warned := len(x.ctx.Session.Warnings())
	if err := declareTypes(x.ctx, stmt); err != nil {
		return nil, nil, err
	}
	bound, flags, err := builder.BindOnly(stmt, parse.Trim(x.text), nil)
	if err != nil {
		return nil, nil, err
	}
	if !x.continues {
		keepWarnings(x.ctx, warned)
	}
	if bound, err = connectionLiterals(x.ctx, bound); err != nil {
		return nil, nil, err
	}
	node, err := x.session.engine.analyzer.Analyze(x.ctx, bound, nil, flags)
	if err != nil {
		return nil, nil, err
	}
	hideViews(node)
	x.session.session.TableComment = tableComment(node)
	return x.session.engine.iterate(x.ctx, node, flags)
}

// iterate starts the execution of a plan. It leaves out only what would end
// transactions, which is the session's.
func (e *Engine) iterate(ctx *sql.Context, node sql.Node, flags *sql.QueryFlags) (sql.Schema, sql.RowIter, error) {
	node, err := e.bufferSource(node)
	if err != nil {
		return nil, nil, err
	}
	if node, err = e.shown(node); err != nil {
		return nil, nil, err
	}
	rows, schema, err := e.build(ctx, node)
	if err != nil {
		return nil, nil, err
	}
	rows = rowexec.AddTriggerRollbackIter(ctx, flags, rows)
	// It would end the query in the process list, which the execution does, and
	// early for a statement within another.
	untracked := *ctx
	untracked.ProcessList = sql.EmptyProcessList{}
	rows = plan.AddTrackedRowIter(&untracked, node, rows)
	rows = rowexec.AddExpressionCloser(node, rows)
	if schema == nil {
		schema = node.Schema()
	}
	return schema, rows, nil
}

// build makes the plan's iterators. Whether an UPDATE changes a row is not a matter
// of collation.
func (e *Engine) build(ctx *sql.Context, node sql.Node) (sql.RowIter, sql.Schema, error) {
	updates := false
	transform.Inspect(node, func(n sql.Node) bool {
		switch n.(type) {
		case *plan.Update, *plan.InsertInto:
			updates = true
		}
		return !updates
	})
	if updates {
		defer ctx.Session.(*storage.Session).ExactText()()
		var err error
		if node, err = exactDestinations(node); err != nil {
			return nil, nil, err
		}
	}
	rows, err := e.analyzer.ExecBuilder.Build(ctx, node, nil)
	if err != nil {
		return nil, nil, err
	}
	rows, schema := rowexec.AddAccumulatorIter(ctx, rows)
	return rows, schema, nil
}

// exactDestinations has ON DUPLICATE KEY UPDATE count what changes as UPDATE does.
func exactDestinations(node sql.Node) (sql.Node, error) {
	node, _, err := transform.NodeWithOpaque(node, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		insert, ok := n.(*plan.InsertInto)
		if !ok {
			return n, transform.SameTree, nil
		}
		destination, ok := insert.Destination.(*plan.InsertDestination)
		if !ok {
			return n, transform.SameTree, nil
		}
		exact := *destination
		exact.Sch = storage.ExactSchema(destination.Sch)
		with := *insert
		with.Destination = &exact
		return &with, transform.NewTree, nil
	})
	return node, err
}

// result makes the result of a started execution. What returns no rows is
// executed to the end.
func (x *execution) result(schema sql.Schema, rows sql.RowIter) (*Result, error) {
	if len(schema) > 0 && !types.IsOkResultSchema(schema) {
		return newResult(x, schema, rows), nil
	}
	r := new(Result)
	for {
		row, err := rows.Next(x.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			rows.Close(x.ctx)
			return nil, err
		}
		if len(row) == 0 {
			continue
		}
		if ok, isOK := row[0].(types.OkResult); isOK {
			r.AffectedRows, r.InsertID = ok.RowsAffected, ok.InsertID
			if ok.Info != nil {
				r.Info = ok.Info.String()
			}
		}
	}
	if err := rows.Close(x.ctx); err != nil {
		return nil, err
	}
	return r, x.end(nil)
}

// keepWarnings clears the warnings of earlier statements, the first so many, and keeps
// those that planning this one gave.
func keepWarnings(ctx *sql.Context, warned int) {
	fresh := ctx.Session.Warnings()[warned:]
	ctx.ClearWarnings()
	for _, w := range fresh {
		ctx.Session.Warn(w)
	}
}

// bindingsOf names a statement's arguments as the parser names its question
// marks.
func bindingsOf(args []sqltypes.Value) (map[string]ast.Expr, error) {
	bindings := make(map[string]ast.Expr, len(args))
	for i, a := range args {
		e, err := ast.ExprFromValue(a)
		if err != nil {
			return nil, fmt.Errorf("engine: argument %d: %w", i+1, err)
		}
		bindings[fmt.Sprintf("v%d", i+1)] = e
	}
	return bindings, nil
}

// runner executes the statements of stored procedures for go-mysql-server.
type runner struct{ engine *Engine }

// QueryWithBindings implements sql.StatementRunner. The statement is part of one
// that is being executed, in the transaction of that.
func (r runner) QueryWithBindings(ctx *sql.Context, query string, stmt ast.Statement, bindings map[string]ast.Expr, flags *sql.QueryFlags) (sql.Schema, sql.RowIter, *sql.QueryFlags, error) {
	if stmt == nil {
		var err error
		if stmt, err = parse.One(ctx, query, sql.LoadSqlMode(ctx).ParserOptions()); err != nil {
			return nil, nil, nil, err
		}
	}
	leave := func() {}
	if n, ok := stmt.(*ast.Call); ok {
		var err error
		if leave, err = enter(ctx, n.ProcName.Name.String()); err != nil {
			return nil, nil, nil, err
		}
	}
	schema, rows, flags, err := r.query(ctx, query, stmt, bindings, flags)
	if err != nil {
		leave()
		return nil, nil, nil, err
	}
	return schema, procedureRows{rows, leave}, flags, nil
}

func (r runner) query(ctx *sql.Context, query string, stmt ast.Statement, bindings map[string]ast.Expr, flags *sql.QueryFlags) (sql.Schema, sql.RowIter, *sql.QueryFlags, error) {
	builder := planbuilder.New(ctx, r.engine.analyzer.Catalog, nil, r.engine.parser)
	if len(bindings) > 0 {
		builder.SetBindings(bindings)
	}
	parameter := func(name string) (ast.Expr, bool) { return parameterOf(ctx, name) }
	if err := r.engine.parser.bind(ctx, stmt, parameter); err != nil {
		return nil, nil, nil, err
	}
	if err := declareTypes(ctx, stmt); err != nil {
		return nil, nil, nil, err
	}
	bound, flags, err := builder.BindOnly(stmt, query, flags)
	if err != nil {
		return nil, nil, nil, err
	}
	if bound, err = connectionLiterals(ctx, bound); err != nil {
		return nil, nil, nil, err
	}
	node, err := r.engine.analyzer.Analyze(ctx, bound, nil, flags)
	if err != nil {
		return nil, nil, nil, err
	}
	schema, rows, err := r.engine.iterate(ctx, node, flags)
	return schema, rows, flags, err
}

// enter says that a procedure runs, until leave is called. One that runs already
// is refused, as by MySQL, whose max_sp_recursion_depth is 0 by default:
// go-mysql-server would go on until memory ends.
func enter(ctx *sql.Context, name string) (leave func(), err error) {
	x, ok := executionOf(ctx)
	if !ok {
		return func() {}, nil
	}
	key := strings.ToLower(name)
	active := x.ran().active
	if active[key] {
		return nil, mysql.NewDefaultError(mysql.ER_SP_RECURSION_LIMIT, 0, name)
	}
	active[key] = true
	return func() { delete(active, key) }, nil
}

// procedureRows are a statement's rows; leave is called behind them.
type procedureRows struct {
	sql.RowIter
	leave func()
}

// Close implements sql.Closer.
func (r procedureRows) Close(ctx *sql.Context) error {
	defer r.leave()
	return r.RowIter.Close(ctx)
}

// parameterOf is the value of a parameter of the stored procedure that is
// running.
func parameterOf(ctx *sql.Context, name string) (ast.Expr, bool) {
	p := ctx.Session.GetStoredProcParam(name)
	if p == nil {
		return nil, false
	}
	if p.Value == nil {
		return &ast.NullVal{}, true
	}
	v, err := p.Type.SQL(ctx, nil, p.Value)
	if err != nil {
		return nil, false
	}
	e, err := ast.ExprFromValue(v)
	return e, err == nil
}
