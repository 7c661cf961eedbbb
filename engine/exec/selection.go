package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// selection is a condition whose NULL is as good as false, as the terms that AND joins. Each is evaluated only for the
// rows for which those before it are true, as MySQL does (Item_cond_and::val_int with abort_on_null).
type selection []term

type term struct {
	cond    expr.Expr // placed
	columns []int     // of the batch, that it uses
	all     bool      // it may use any
	plain   bool      // see expr.Plain
}

func newSelection(b *builder, cond []expr.Expr, l layout) (selection, error) {
	var s selection
	for _, e := range cond {
		ids, _ := columnsOf(e)
		t := term{all: !namesColumns(e), plain: expr.Plain(e)}
		for _, id := range ids {
			if at := slices.Index(l, id); at >= 0 {
				t.columns = append(t.columns, at)
			}
		}
		var err error
		if t.cond, err = b.place(e, l); err != nil {
			return nil, err
		}
		s = append(s, t)
	}
	return s, nil
}

// namesColumns tells whether an expression reads nothing of a batch but the columns that it names: a subquery may take a part of it.
func namesColumns(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(e expr.Expr) bool {
		switch e.(type) {
		case *expr.Column, *expr.Outer, *expr.Literal, *expr.Param, *expr.Convert, *expr.Truth, *expr.Call:
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// rows appends the rows of a batch for which the condition is true.
func (s selection) rows(c *expr.Context, b *types.Batch, rows []int32) ([]int32, error) {
	if len(s) == 0 {
		for i := range b.N {
			rows = append(rows, int32(i))
		}
		return rows, nil
	}
	rows, err := s[0].rows(c, b, rows)
	if err != nil {
		return nil, err
	}
	var of []int32
	for _, t := range s[1:] {
		n := len(rows)
		if n == 0 {
			break
		}
		left := b
		if n < b.N {
			left = t.of(b, rows)
		}
		if of, err = t.rows(c, left, of[:0]); err != nil {
			return nil, err
		}
		for i, row := range of {
			rows[i] = rows[row]
		}
		rows = rows[:len(of)]
	}
	return rows, nil
}

// rows appends the rows of a batch for which the term is true.
func (t *term) rows(c *expr.Context, b *types.Batch, rows []int32) (passed []int32, err error) {
	if !t.plain {
		return expr.Select(c, t.cond, b, rows)
	}
	err = c.Passing(func() error {
		passed, err = expr.Select(c, t.cond, b, rows)
		return err
	})
	return passed, err
}

// of is the rows of a batch. Columns that the term does not use are NULL.
func (t *term) of(b *types.Batch, rows []int32) *types.Batch {
	if t.all {
		return b.Take(rows)
	}
	some := &types.Batch{N: len(rows), Cols: make([]*types.Vec, len(b.Cols))}
	unused := types.VecOf(&types.Type{Kind: types.Null}, len(rows))
	for i := range some.Cols {
		some.Cols[i] = unused
	}
	for _, at := range t.columns {
		some.Cols[at] = b.Cols[at].Take(rows)
	}
	return some
}
