package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Param is a value that each execution of a plan gives anew: Context.Params[Index].
type Param struct {
	Index int
	T     types.Type
}

// Type implements Expr.
func (e *Param) Type() *types.Type { return &e.T }

// Eval implements Expr.
func (e *Param) Eval(c *Context, b *types.Batch) (*types.Vec, error) {
	return types.SameVec(&e.T, c.Params[e.Index], b.N), nil
}

// Children implements Expr.
func (e *Param) Children() []Expr { return nil }

// With implements Expr.
func (e *Param) With([]Expr) Expr { return e }

func (e *Param) String() string { return "?" }
