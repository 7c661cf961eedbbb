package expr

import (
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Expr is an expression with a type. Trees are never changed; rewriting makes
// new ones.
type Expr interface {
	// Type is the type of the values that Eval gives.
	Type() *types.Type
	// Eval computes the expression for each row of a batch.
	Eval(c *Context, b *types.Batch) (*types.Vec, error)
	// Children are the expressions that this one is made of.
	Children() []Expr
	// With is the same expression on other children, as many as it has.
	With(children []Expr) Expr
	// String is the expression in SQL, for EXPLAIN.
	String() string
}

// ColumnID names a column of a statement's plan: each that a table, a projection
// or an aggregation makes has its own, also where they have the same name.
type ColumnID int32

// Column is a value of the row.
type Column struct {
	ID   ColumnID
	Name string // for people
	Path string // `database`.`table`.`column`, for messages; "": Name
	T    types.Type
	pos  int // where it is in the batch, from 1; 0: not placed
}

// Position is where in the batch a placed column is ([Place]); -1: it is not placed.
func (e *Column) Position() int { return e.pos - 1 }

// Type implements Expr.
func (e *Column) Type() *types.Type { return &e.T }

// Eval implements Expr.
func (e *Column) Eval(_ *Context, b *types.Batch) (*types.Vec, error) {
	if e.pos == 0 {
		return nil, fmt.Errorf("expr: column %s has no place", e.Name)
	}
	return b.Cols[e.pos-1], nil
}

// Children implements Expr.
func (e *Column) Children() []Expr { return nil }

// With implements Expr.
func (e *Column) With([]Expr) Expr { return e }

func (e *Column) String() string { return e.Name }

// Outer is a column of a query around this one: the value of the row for which
// the query is run.
type Outer struct{ Column }

// Eval implements Expr.
func (e *Outer) Eval(c *Context, b *types.Batch) (*types.Vec, error) {
	return types.SameVec(&e.T, c.Outer[e.ID], b.N), nil
}

// With implements Expr.
func (e *Outer) With([]Expr) Expr { return e }

// Literal is a value that the statement has.
type Literal struct {
	V types.Value
	T types.Type
}

// Type implements Expr.
func (e *Literal) Type() *types.Type { return &e.T }

// Eval implements Expr.
func (e *Literal) Eval(_ *Context, b *types.Batch) (*types.Vec, error) {
	return types.SameVec(&e.T, e.V, b.N), nil
}

// Children implements Expr.
func (e *Literal) Children() []Expr { return nil }

// With implements Expr.
func (e *Literal) With([]Expr) Expr { return e }

func (e *Literal) String() string {
	switch {
	case e.V.IsNull():
		return "NULL"
	case e.T.IsText() || e.T.IsTemporal() || e.T.Kind == types.JSON:
		return "'" + strings.ReplaceAll(string(types.AppendText(nil, types.SameVec(&e.T, e.V, 1), 0, &e.T)), "'", "''") + "'"
	}
	return string(types.AppendText(nil, types.SameVec(&e.T, e.V, 1), 0, &e.T))
}

// Convert is the implicit conversion of a value to another type, as an operand
// undergoes it; Explicit is CAST. Whole is CAST to a text of any length: that of T is what X may have, and nothing is cut.
type Convert struct {
	X        Expr
	T        types.Type
	Explicit bool
	Whole    bool

	once   *once // of a literal, in an execution; see ConvertOnce
	shared bool  // see Share
}

// Reader is an expression that reads a value which may be of another type than its own.
type Reader interface {
	Expr
	// As is the value as one of the type, converted from what it is.
	As(t types.Type) Expr
}

// ConvertTo is x converted to the type; x itself where it has its kind.
func ConvertTo(x Expr, t types.Type) Expr {
	if x.Type().Kind == t.Kind && t.Kind != types.Enum && t.Kind != types.Set {
		return x
	}
	if r, ok := x.(Reader); ok {
		return r.As(t)
	}
	if t.Kind == types.DateTime && x.Type().Kind == types.String {
		if dated, ok := datedChoice(x); ok && dated.T.Scale <= t.Scale {
			return dated
		}
	}
	t.Nullable = x.Type().Nullable || x.Type().IsText() && t.IsTemporal()
	return &Convert{X: x, T: t}
}

// Type implements Expr.
func (e *Convert) Type() *types.Type { return &e.T }

// Eval implements Expr.
func (e *Convert) Eval(c *Context, b *types.Batch) (*types.Vec, error) {
	if e.once != nil && !c.Quiet && b.N > 0 {
		return e.once.of(c, e, b.N)
	}
	if e.shared {
		return c.once(e, b, e.convert)
	}
	return e.convert(c, b)
}

func (e *Convert) convert(c *Context, b *types.Batch) (*types.Vec, error) {
	v, err := e.X.Eval(c, b)
	if err != nil {
		return nil, err
	}
	to := e.T
	if e.Whole {
		to.Length = 0
	}
	if !e.Explicit || types.CastConverts(v.Kind, &to) {
		return types.ConvertVec(c.Env, v, e.X.Type(), &e.T)
	}
	if types.FitsDecimal(v, &e.T) {
		return v, nil
	}
	return MapVec(v, b.N, &e.T, func(x types.Value) (types.Value, error) {
		y, err := types.Cast(c.Env, x, e.X.Type(), &to)
		if err == nil && len(x.S) >= longText {
			err = c.Cancelled()
		}
		return y, err
	})
}

// MapVec applies f to each of n rows, once where they are all the same.
func MapVec(v *types.Vec, n int, t *types.Type, f func(types.Value) (types.Value, error)) (*types.Vec, error) {
	if v.Same() && n > 0 {
		x, err := f(v.Value(0))
		if err != nil {
			return nil, err
		}
		return types.SameVec(t, x, n), nil
	}
	out := types.NewVec(t, n)
	for i := range n {
		x, err := f(v.Value(i))
		if err != nil {
			return nil, err
		}
		out.Set(i, x)
	}
	return out, nil
}

// Children implements Expr.
func (e *Convert) Children() []Expr { return []Expr{e.X} }

// With implements Expr.
func (e *Convert) With(children []Expr) Expr {
	with := *e
	with.X = children[0]
	return &with
}

func (e *Convert) String() string {
	if !e.Explicit {
		return e.X.String()
	}
	return fmt.Sprintf("cast(%s as %s)", e.X, e.T.SQL())
}

// Transform rebuilds a tree from its leaves up. f gets each expression with its
// children rebuilt.
func Transform(e Expr, f func(Expr) (Expr, error)) (Expr, error) {
	children := e.Children()
	var changed []Expr
	for i, c := range children {
		n, err := Transform(c, f)
		if err != nil {
			return nil, err
		}
		if n != c && changed == nil {
			changed = append(make([]Expr, 0, len(children)), children...)
		}
		if changed != nil {
			changed[i] = n
		}
	}
	if changed != nil {
		e = e.With(changed)
	}
	return f(e)
}

// Walk calls f for the expression and, where f returns true, for what it is made
// of.
func Walk(e Expr, f func(Expr) bool) {
	if !f(e) {
		return
	}
	for _, c := range e.Children() {
		Walk(c, f)
	}
}

// Place makes an expression ready for batches that have the columns in this
// order. Columns that are not among them are those of a query around this one.
func Place(e Expr, layout []ColumnID) Expr {
	placed, _ := Transform(e, func(e Expr) (Expr, error) {
		c, ok := e.(*Column)
		if !ok {
			return e, nil
		}
		for i, id := range layout {
			if id == c.ID {
				at := *c
				at.pos = i + 1
				return &at, nil
			}
		}
		return &Outer{*c}, nil
	})
	return placed
}

// IsConst tells whether the expression has one value for the whole statement,
// known before it begins.
func IsConst(e Expr) bool {
	constant := true
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Literal, *Convert:
		case *Call:
			constant = constant && !e.F.Volatile
		default:
			constant = false
		}
		return constant
	})
	return constant
}

// Fold computes what is constant in the expression. What ends in an error stays:
// it is the execution's, if it comes to that.
func Fold(c *Context, e Expr) Expr {
	if _, ok := e.(*Literal); ok {
		return e
	}
	if IsConst(e) {
		quiet := *c
		env := *c.Env
		warned := false
		env.Warn = func(uint16, string) { warned = true }
		quiet.Env = &env
		v, err := e.Eval(&quiet, &types.Batch{N: 1})
		if err != nil || warned {
			return e
		}
		return &Literal{V: v.Value(0), T: *e.Type()}
	}
	if _, ok := e.(*Call); !ok {
		return e
	}
	children := e.Children()
	folded := make([]Expr, len(children))
	for i, x := range children {
		folded[i] = Fold(c, x)
	}
	return e.With(folded)
}
