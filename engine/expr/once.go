package expr

import (
	"sync"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// ConvertOnce has the conversions of literals in an expression done when they are first evaluated, and kept: they warn
// once, whatever the number of rows, as MySQL's do, which puts the value of a comparison's constant into a cache
// (Arg_comparator::cache_converted_constant). The expression is for one execution, by any number of goroutines.
func ConvertOnce(e Expr) Expr {
	with, _ := Transform(e, func(e Expr) (Expr, error) {
		convert, ok := e.(*Convert)
		if !ok {
			return e, nil
		}
		if _, ok := convert.X.(*Literal); !ok {
			return e, nil
		}
		kept := *convert
		kept.once = &once{}
		return &kept, nil
	})
	return with
}

// once is the value of a literal that was converted.
type once struct {
	mu    sync.Mutex
	known bool
	value types.Value
}

// of is the value n times. Where converting it fails it is not kept.
func (o *once) of(c *Context, e *Convert, n int) (*types.Vec, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.known {
		v, err := e.convert(c, &types.Batch{N: 1})
		if err != nil {
			return nil, err
		}
		o.value, o.known = v.Value(0), true
	}
	return types.SameVec(&e.T, o.value, n), nil
}
