package routine

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Host executes what is SQL in a routine. Its errors are *mysql.MyError, so that
// handlers can tell them; others end the routine.
type Host interface {
	// Expr binds an expression that has neither subqueries nor variables of the session.
	Expr(c *expr.Context, s *Site, tree *parse.Tree, e ast.ExprNode) (expr.Expr, error)
	// Query answers a query's rows: at most limit of them, all where limit is negative.
	Query(c *expr.Context, s *Site, tree *parse.Tree, limit int) (*Rows, error)
	// Send executes a query whose rows are the client's.
	Send(c *expr.Context, s *Site, tree *parse.Tree) error
	// Execute executes any other statement, with the routine's variables in it.
	Execute(c *expr.Context, s *Site, in *parse.SQL) error
	// SetSystem assigns a system variable: the value, or what a.Word says.
	SetSystem(c *expr.Context, s *Site, a *parse.Assignment, v types.Value, t *types.Type) error
	// Procedure finds a stored procedure; nil, nil where there is none.
	Procedure(c *expr.Context, database, name string) (*Program, error)
	// Enter says that a routine begins to run; leave that it ends. Meanwhile the session's sql_mode
	// is the routine's, and inner is the environment of its expressions. It refuses recursion:
	// MySQL's errors 1424 and 1456.
	Enter(p *Program, outer *types.Env) (inner *types.Env, leave func(), err error)
	// Begin says that an instruction of a procedure begins, which has a time of its own then, but
	// where a function or trigger has called the procedure (manual 14.7, NOW()).
	Begin(c *expr.Context)
	// Warnings are the statement's so far.
	Warnings() []Diagnostic
	// ClearWarnings forgets them.
	ClearWarnings()
}

// Site is where in a routine a statement is.
type Site struct {
	Database string // that names without one are of: the routine's; "": the session's
	Mode     parse.SQLMode
	// Variable finds a variable or parameter of the routine by its name.
	Variable func(name string) (*Variable, bool)
}

// Local is [bind.Binder]'s hook of that name.
func (s *Site) Local(name string) (expr.Expr, bool) {
	if s.Variable == nil {
		return nil, false
	}
	v, ok := s.Variable(name)
	if !ok {
		return nil, false
	}
	return &local{v}, true
}

// Rows are a query's answer.
type Rows struct {
	Types []types.Type
	Rows  [][]types.Value
}

// Variable is a variable or parameter of a routine. A statement that is bound
// with it reads its value of the moment.
type Variable struct {
	Name string
	T    types.Type
	V    types.Value

	Assigned bool // a statement has given it a value
}

// assign gives the variable a value, as a column gets one.
func (v *Variable) assign(c *expr.Context, x types.Value, from *types.Type) error {
	x, err := types.Store(c.Env, x, from, &v.T, v.Name, 1)
	if err == nil {
		v.V, v.Assigned = x, true
	}
	return err
}

// local is a variable in an expression.
type local struct{ v *Variable }

// Type implements expr.Expr.
func (e *local) Type() *types.Type { return &e.v.T }

// Eval implements expr.Expr.
func (e *local) Eval(_ *expr.Context, b *types.Batch) (*types.Vec, error) {
	return types.SameVec(&e.v.T, e.v.V, b.N), nil
}

// Children implements expr.Expr.
func (e *local) Children() []expr.Expr { return nil }

// With implements expr.Expr.
func (e *local) With([]expr.Expr) expr.Expr { return e }

// Volatile says that the value stays while a statement runs.
func (e *local) Volatile() bool { return false }

func (e *local) String() string { return e.v.Name }

func lower(s string) string { return strings.ToLower(s) }
