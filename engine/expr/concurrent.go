package expr

import (
	"context"
	"maps"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Concurrent tells whether several goroutines may compute the expression, each for other rows and in a [Context.Fork]
// of its own. What an expression computes depends on its row alone then, and it changes nothing. A function says by
// Volatile and Serial that it is not so; an expression of another package says by a method Concurrent that it is.
func Concurrent(e Expr) bool {
	ok := true
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Column, *Outer, *Literal, *Param, *Convert, *Truth:
		case *Call:
			ok = ok && !e.F.Volatile && !e.F.Serial
		case interface{ Concurrent() bool }:
			ok = ok && e.Concurrent()
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// Fork is a context for another goroutine to compute expressions that are [Concurrent]. It has its own cancellation;
// what it warns of goes to warn, and to note where c wants notes.
func (c *Context) Fork(ctx context.Context, warn, note func(code uint16, text string)) *Context {
	env := types.Env{}
	if c.Env != nil {
		env = *c.Env
	}
	env.Warn, env.Ended = warn, ctx.Err
	if env.Note != nil {
		env.Note = note
	}
	return &Context{
		Context: ctx, Env: &env, Session: c.Session, Memo: map[any]any{}, Outer: maps.Clone(c.Outer), Params: c.Params, Workers: 1,
		Memory: c.Memory, TempDir: c.TempDir, Quiet: c.Quiet,
	}
}

// Merger is an accumulator that can take the states of another of the same call in.
type Merger interface {
	Accumulator
	// Merge adds what group i of from has seen, which comes behind what is there, to group groups[i]; -1: to none.
	Merge(c *Context, from Accumulator, groups []int32) error
	// Exact tells that it is then as if the rows had come one by one, whatever the groups have. Else, as of the sums of
	// doubles, it is so only for groups that have seen nothing.
	Exact() bool
}
