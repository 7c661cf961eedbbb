package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// routineStatement executes a statement about stored routines, and tells whether
// it is one: others, and calls of what is not stored, are not.
func (x *execution) routineStatement(args []sqltypes.Value) (*Result, bool, error) {
	s, ok := parse.ReadRoutineStatement(x.text)
	if !ok {
		return nil, false, nil
	}
	if s.Trigger {
		r, err := x.triggerStatement(s)
		return r, r != nil || err != nil, err
	}
	switch s.Verb {
	case "CREATE":
		r, err := x.createRoutine(x.text)
		return r, true, err
	case "ALTER":
		r, err := x.alterRoutine(s)
		return r, true, err
	case "DROP":
		r, err := x.dropRoutine(s)
		return r, true, err
	case "SHOW CREATE":
		return x.showCreateRoutine(s)
	}
	return x.callStored(x.text, s, args)
}

// routines is the database that keeps routines, by its name; "" is the session's.
func (x *execution) routines(database string) (*storage.Database, error) {
	if database == "" {
		database = x.database()
	}
	if database == "" {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
	}
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database)
	if err != nil {
		return nil, mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, database)
	}
	d, ok := db.(*storage.Database)
	if !ok {
		return nil, errNoRoutines
	}
	return d, nil
}

// defines begins a statement that changes the routines of a database.
func (x *execution) defines() error {
	x.stmt = &ast.DDL{Action: ast.CreateStr}
	clear(x.ran().programs)
	if err := x.beginStatement(); err != nil {
		return err
	}
	x.ctx.ClearWarnings()
	return nil
}

func (x *execution) createRoutine(text string) (*Result, error) {
	tree, err := parse.Query(text, bridge.ParserMode(x.ctx))
	if err != nil {
		return nil, err
	}
	r := tree.Routine
	if r == nil {
		return nil, parse.SyntaxErrorAt(parse.Trim(text), 0)
	}
	if err := x.defines(); err != nil {
		return nil, err
	}
	db, err := x.routines(r.Database)
	if err != nil {
		return nil, err
	}
	session := bridge.NewSession(x.ctx, Version)
	if err := routine.Check(r, db.Name(), systemVariables(session), nil); err != nil {
		return nil, err
	}
	kept := bridge.StoredRoutine{
		Name: r.Name, Function: r.Function, Statement: tree.Text, Mode: x.session.session.SQLMode(x.ctx),
		Created: time.Now().UTC().Truncate(time.Second),
	}
	if !r.Function {
		_, err := parse.One(x.ctx, tree.Text, sql.LoadSqlMode(x.ctx).ParserOptions())
		kept.Planner = err == nil
	}
	err = db.CreateRoutine(x.ctx, kept)
	var my *mysql.MyError
	if r.IfNotExists && errors.As(err, &my) && my.Code == mysql.ER_SP_ALREADY_EXISTS {
		x.ctx.Warn(mysql.ER_SP_ALREADY_EXISTS, "%s", my.Message)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if name := strings.ToLower(r.Name); r.Function && (builtin.Function(name) != nil || builtin.Aggregate(name) != nil) {
		// It is called with its database's name only (manual 9.2.5).
		x.note(mysql.ER_NATIVE_FCT_NAME_COLLISION, fmt.Sprintf("This function '%s' has the same name as a native function", r.Name))
	}
	return new(Result), x.end(nil)
}

// systemVariables tells whether there is a system variable of a name.
func systemVariables(session expr.Session) func(string) bool {
	return func(name string) bool {
		_, _, err := session.SystemVariable("", name)
		return err == nil
	}
}

// alterRoutine gives a routine other characteristics.
func (x *execution) alterRoutine(s parse.RoutineStatement) (*Result, error) {
	if err := x.defines(); err != nil {
		return nil, err
	}
	db, err := x.routines(s.Database)
	if err != nil {
		return nil, err
	}
	r, found := db.Routine(x.ctx, s.Function, s.Name)
	if !found {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, bridge.StoredRoutine{Function: s.Function}.Kind(), db.Name()+"."+s.Name)
	}
	if r.Statement, err = parse.AlterRoutine(r.Statement, r.ParserMode(), x.text, bridge.ParserMode(x.ctx)); err != nil {
		return nil, err
	}
	if err := db.AlterRoutine(x.ctx, r); err != nil {
		return nil, err
	}
	return new(Result), x.end(nil)
}

func (x *execution) dropRoutine(s parse.RoutineStatement) (*Result, error) {
	if err := x.defines(); err != nil {
		return nil, err
	}
	kind := bridge.StoredRoutine{Function: s.Function}.Kind()
	db, err := x.routines(s.Database)
	if err != nil {
		return nil, err
	}
	found, err := db.DropRoutine(x.ctx, s.Function, s.Name)
	if err != nil {
		return nil, err
	}
	if !found {
		missing := mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, kind, db.Name()+"."+s.Name)
		if !s.IfExists {
			return nil, missing
		}
		x.note(missing.Code, missing.Message)
	}
	return new(Result), x.end(nil)
}

// showCreateRoutine answers SHOW CREATE FUNCTION and SHOW CREATE PROCEDURE of what
// is stored.
func (x *execution) showCreateRoutine(s parse.RoutineStatement) (*Result, bool, error) {
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	db, err := x.routines(s.Database)
	if err != nil {
		return nil, false, nil
	}
	schema := showCreateFunctionSchema
	if !s.Function {
		schema = showCreateProcedureSchema
	}
	row := make(sql.Row, len(schema))
	if r, ok := db.Routine(x.ctx, s.Function, s.Name); ok {
		row[0], row[1], row[2] = r.Name, r.Mode, r.Statement
	} else if s.Function {
		return nil, false, nil
	} else if p, declared := functions.FindProc(s.Name); declared {
		// It has no statement. Dumps leave out what has an empty one, and end at NULL.
		mode, err := x.ctx.GetSessionVariable(x.ctx, "sql_mode")
		if err != nil {
			return nil, true, err
		}
		row[0], row[1], row[2] = p.Name, mode, ""
	} else {
		return nil, true, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "PROCEDURE", s.Name)
	}
	if err := x.characterSets(row[3:]); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	return newResult(x, schema, sql.RowsToRowIter(row)), true, nil
}

// program makes a stored routine ready; nil where there is none. A function is
// made ready once for a statement.
func (x *execution) program(database, name string, function bool) (*routine.Program, error) {
	key := strings.ToLower(database + "." + name)
	if p, ok := x.ran().programs[key]; ok && function {
		return p, nil
	}
	db, err := x.routines(database)
	if err != nil {
		return nil, nil // the database has no routines, or is none
	}
	r, ok := db.Routine(x.ctx, function, name)
	if !ok {
		return nil, nil
	}
	parsed, mode, err := r.Parse()
	if err != nil {
		return nil, err
	}
	p, err := routine.New(&routineHost{x: x}, parsed, db.Name(), types.Collation(db.GetCollation(x.ctx)), mode)
	if err != nil {
		return nil, err
	}
	p.SQLMode = r.Mode
	if function {
		x.ran().programs[key] = p
	}
	return p, nil
}

// callStored executes CALL of a stored procedure, and tells whether it is one.
// What its statements have done when one fails stays done.
func (x *execution) callStored(text string, s parse.RoutineStatement, args []sqltypes.Value) (*Result, bool, error) {
	if err := x.session.beginTransaction(x.ctx); err != nil {
		return nil, true, err
	}
	p, err := x.program(s.Database, s.Name, false)
	if p == nil || err != nil {
		return nil, err != nil, err
	}
	tree, err := parse.Query(text, bridge.ParserMode(x.ctx))
	if err != nil {
		return nil, true, err
	}
	if _, ok := tree.Node.(*tidb.CallStmt); !ok {
		return nil, false, nil
	}
	if args == nil && tree.Params > 0 {
		return nil, true, parse.SyntaxErrorAt(tree.Text, strings.IndexByte(tree.Text, '?'))
	}
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	host := &routineHost{x: x}
	if host.args, err = argumentsOf(args); err != nil {
		return nil, true, err
	}
	b, err := x.binder(host.args)
	if err != nil {
		return nil, true, err
	}
	site := &routine.Site{Mode: bridge.ParserMode(x.ctx)}
	if err := routine.Call(host, b.Context, site, tree, p); err != nil {
		return nil, true, x.keepDone(err)
	}
	r := &Result{AffectedRows: x.affected}
	for _, a := range slices.Backward(x.answers) {
		r = &Result{Fields: a.fields, kept: a, Following: r}
	}
	return r, true, x.end(nil)
}

// keepDone commits what a procedure did before it failed, as autocommit has done
// in MySQL. A conflict or the statement's end leaves nothing.
func (x *execution) keepDone(err error) error {
	if x.within != nil || x.session.InTransaction() || x.ctx.Err() != nil || errors.Is(sql.UnwrapError(err), store.ErrConflict) {
		return err
	}
	var my *mysql.MyError
	if errors.As(err, &my) && (my.Code == mysql.ER_LOCK_DEADLOCK || my.Code == mysql.ER_TABLE_DEF_CHANGED) {
		return err
	}
	if failed := x.session.endTransaction(x.ctx, true); failed != nil {
		return failed
	}
	return err
}

// storedProcedure tells whether there is a stored procedure that CALL means.
func (x *execution) storedProcedure(s parse.RoutineStatement) bool {
	p, err := x.program(s.Database, s.Name, false)
	return p != nil || err != nil
}

// prepareRoutineStatement prepares a statement about stored routines; nil, nil
// where it is none.
func (x *execution) prepareRoutineStatement() (*Statement, error) {
	s, ok := parse.ReadRoutineStatement(x.text)
	if !ok || s.Verb == "CALL" && !x.storedProcedure(s) {
		return nil, nil
	}
	st := &Statement{session: x.session, text: x.text}
	switch s.Verb {
	case "CALL", "CREATE":
		tree, err := parse.Query(x.text, bridge.ParserMode(x.ctx))
		if err != nil {
			return nil, err
		}
		st.Params = tree.Params
	case "SHOW CREATE":
		st.Fields = fields(x.ctx, showCreateFunctionSchema)
		if s.Trigger {
			st.Fields = fields(x.ctx, showCreateTriggerSchema)
		} else if !s.Function {
			st.Fields = fields(x.ctx, showCreateProcedureSchema)
		}
	}
	return st, nil
}

// withRoutines is a catalog that has the stored functions.
type withRoutines struct {
	bind.Catalog
	x *execution
}

// Relation implements bind.Catalog.
func (c withRoutines) Relation(database, name string) (*bind.Relation, error) {
	r, err := c.Catalog.Relation(database, name)
	if err == nil {
		c.x.uses(r.Database, r.Name)
	}
	return r, err
}

// Routine implements bind.Catalog.
func (c withRoutines) Routine(database, name string) (bind.StoredFunction, error) {
	p, err := c.x.program(database, name, true)
	if p == nil || err != nil {
		return nil, err
	}
	return p, nil
}

// storedFunction is a stored function in an expression of go-mysql-server's.
type storedFunction struct {
	program *routine.Program
	args    []sql.Expression
}

// storedFunctionOf finds a stored function of the session's database for a
// statement that go-mysql-server executes.
func storedFunctionOf(ctx *sql.Context, name string) (sql.Function, bool) {
	x, ok := executionOf(ctx)
	if !ok {
		return nil, false
	}
	p, err := x.program("", name, true)
	if p == nil || err != nil {
		return nil, false
	}
	return sql.FunctionN{Name: name, Fn: func(args ...sql.Expression) (sql.Expression, error) {
		if n := len(p.Routine.Params); len(args) != n {
			return nil, mysql.NewDefaultError(mysql.ER_SP_WRONG_NO_OF_ARGS, "FUNCTION", p.Name(), n, len(args))
		}
		return &storedFunction{p, args}, nil
	}}, true
}

var _ sql.NonDeterministicExpression = (*storedFunction)(nil)

// Eval implements sql.Expression.
func (f *storedFunction) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	x, ok := executionOf(ctx)
	if !ok {
		return nil, fmt.Errorf("engine: %s is called outside of a statement", f)
	}
	values, from := make([]types.Value, len(f.args)), make([]*types.Type, len(f.args))
	for i, a := range f.args {
		v, err := a.Eval(ctx, row)
		if err != nil {
			return nil, err
		}
		t := bridge.TypeOf(a.Type(), true)
		if values[i], err = bridge.FromGMS(v, &t); err != nil {
			return nil, err
		}
		from[i] = &t
	}
	c := x.exprContext()
	v, err := f.program.Apply(c, values, from, f.String())
	if err != nil {
		return nil, err
	}
	t := f.program.Result()
	return bridge.ToGMS(v, &t)
}

// Type implements sql.Expression.
func (f *storedFunction) Type() sql.Type {
	t := f.program.Result()
	return bridge.SQLType(&t)
}

// IsNonDeterministic implements sql.NonDeterministicExpression.
func (f *storedFunction) IsNonDeterministic() bool { return true }

// Resolved implements sql.Expression.
func (f *storedFunction) Resolved() bool {
	for _, a := range f.args {
		if !a.Resolved() {
			return false
		}
	}
	return true
}

// WithChildren implements sql.Expression.
func (f *storedFunction) WithChildren(args ...sql.Expression) (sql.Expression, error) {
	return &storedFunction{f.program, args}, nil
}

func (f *storedFunction) Children() []sql.Expression { return f.args }
func (f *storedFunction) IsNullable() bool           { return true }
func (f *storedFunction) String() string {
	args := make([]string, len(f.args))
	for i, a := range f.args {
		args[i] = a.String()
	}
	return f.program.Routine.Name + "(" + strings.Join(args, ",") + ")"
}
