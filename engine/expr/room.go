package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Passing calls f, which evaluates expressions that are [Plain] and leaves nobody with their vectors: these are made
// in the memory of those of the calls before.
func (c *Context) Passing(f func() error) error {
	c.passing = true
	defer func() {
		c.passing = false
		c.room.Reuse()
	}()
	return f()
}

// Plain tells whether an expression is made of columns, constants and calls alone.
func Plain(e Expr) bool {
	ok := true
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Column, *Outer, *Literal, *Param, *Convert, *Truth:
		case *Call:
			ok = ok && !e.F.Volatile
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// NewVec is [types.NewVec] for what a call comes to for a batch.
func (c *Context) NewVec(t *types.Type, n int) *types.Vec {
	if c == nil || !c.passing {
		return types.NewVec(t, n)
	}
	return c.room.NewVec(t, n)
}

// Rows is a slice without elements for the numbers of n rows that a call needs for itself.
func (c *Context) Rows(n int) []int32 {
	if !c.passing {
		return make([]int32, 0, n)
	}
	return c.room.Rows(n)
}
