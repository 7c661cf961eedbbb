package bind

import (
	"fmt"
	"slices"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// variable binds @name, @name := x and @@name.
func (s *scope) variable(n *ast.VariableExpr) (expr.Expr, error) {
	b := s.binder
	if b.pins && b.depth == 0 {
		return nil, mysql.NewDefaultError(mysql.ER_VIEW_SELECT_VARIABLE)
	}
	if n.IsSystem {
		scope := ""
		switch {
		case n.IsGlobal:
			scope = "global"
		case n.ExplicitScope:
			scope = "session"
		}
		v, t, err := b.Context.Session.SystemVariable(scope, n.Name)
		if err != nil {
			return nil, err
		}
		return &expr.Literal{V: v, T: t}, nil
	}
	if x, ok := b.parameters[lower(n.Name)]; ok && n.Value == nil {
		return x, nil
	}
	if n.Value == nil {
		_, t := b.Context.Session.UserVariable(n.Name)
		if t.Kind == types.Null {
			t = types.TypeString(65535/4, b.Context.Connection, types.CoerceImplicit)
		}
		t.Nullable, t.Coercibility = true, types.CoerceImplicit
		return &userVariable{name: n.Name, t: t}, nil
	}
	b.Assigns, b.assigns = true, true
	x, err := s.expr(n.Value)
	if err != nil {
		return nil, err
	}
	return &assignment{name: n.Name, x: x}, nil
}

// assigning binds a query of FROM or WITH, and tells whether it assigns user variables: not those in it, which are
// materialized before it reads their rows.
func (b *Binder) assigning(n ast.Node, in *scope) (q *query, assigns bool, err error) {
	defer func(was bool) { assigns, b.assigns = b.assigns, was }(b.assigns)
	b.assigns = false
	q, err = b.query(n, in)
	return q, false, err
}

// materialized is a derived table that assigns user variables: MySQL computes all its rows before what is around it sees
// one (manual 10.2.2.4).
func (b *Binder) materialized(node plan.Node) plan.Node {
	ref := &plan.Ref{CTE: &plan.CTE{Query: node, Assigns: true}, Cols: slices.Clone(node.Columns())}
	for i := range ref.Cols {
		ref.Cols[i].ID = b.newID()
	}
	return ref
}

// userVariable is the value that @name has when the row is computed, as a value of the
// type that it had when the statement began, whatever is assigned since (manual 9.4).
type userVariable struct {
	name string
	t    types.Type
}

// Type implements expr.Expr.
func (e *userVariable) Type() *types.Type { return &e.t }

// Eval implements expr.Expr.
func (e *userVariable) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	v, t := c.Session.UserVariable(e.name)
	v, err := types.Convert(c.Env, v, &t, &e.t)
	if err != nil {
		return nil, err
	}
	return types.SameVec(&e.t, v, b.N), nil
}

// As implements expr.Reader: an operator reads what the variable has now, not what is left
// of it as a value of the type.
func (e *userVariable) As(t types.Type) expr.Expr {
	t.Nullable = true
	return &userVariable{name: e.name, t: t}
}

// Children implements expr.Expr.
func (e *userVariable) Children() []expr.Expr { return nil }

// With implements expr.Expr.
func (e *userVariable) With([]expr.Expr) expr.Expr { return e }

// Step implements expr.Stepped.
func (e *userVariable) Step(s *expr.Steps, _ bool) expr.Step {
	return &variableStep{s: s, e: e, of: s.Variable(e.name)}
}

type variableStep struct {
	s  *expr.Steps
	e  *userVariable
	of *expr.Variable
	v  types.Value
}

// Value implements expr.Step.
func (p *variableStep) Value() (*types.Value, error) {
	if kind := p.of.V.Kind; kind == types.Null || kind == p.e.t.Kind && kind != types.DateTime {
		p.v.Copy(&p.of.V)
		return &p.v, nil
	}
	var err error
	p.v, err = p.of.As(p.s.Env(), &p.e.t)
	return &p.v, err
}

// Date implements expr.DateStep.
func (p *variableStep) Date() (packed int64, ok bool) {
	ok = p.e.t.Kind == types.String && (p.of.V.Kind == types.Date || p.of.V.Kind == types.DateTime)
	return p.of.V.I, ok
}

func (e *userVariable) String() string { return "@" + e.name }

// assignment is @name := x, row by row.
type assignment struct {
	name string
	x    expr.Expr
}

// Type implements expr.Expr.
func (e *assignment) Type() *types.Type { return e.x.Type() }

// Eval implements expr.Expr.
func (e *assignment) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	v, err := e.x.Eval(c, b)
	if err != nil {
		return nil, err
	}
	for i := range b.N {
		c.Session.SetUserVariable(e.name, v.Value(i), *e.x.Type())
	}
	return v, nil
}

// Children implements expr.Expr.
func (e *assignment) Children() []expr.Expr { return []expr.Expr{e.x} }

// With implements expr.Expr.
func (e *assignment) With(children []expr.Expr) expr.Expr {
	return &assignment{name: e.name, x: children[0]}
}

// Step implements expr.Stepped.
func (e *assignment) Step(s *expr.Steps, sure bool) expr.Step {
	return &assignmentStep{of: s.Variable(e.name), x: s.Step(e.x, sure), t: e.x.Type()}
}

type assignmentStep struct {
	of *expr.Variable
	x  expr.Step
	t  *types.Type
}

// Value implements expr.Step.
func (p *assignmentStep) Value() (*types.Value, error) {
	x, err := p.x.Value()
	if err == nil {
		p.of.Assign(x, p.t)
	}
	return x, err
}

func (e *assignment) String() string { return fmt.Sprintf("(@%s := %s)", e.name, e.x) }
