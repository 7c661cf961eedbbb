package bridge

import (
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/functions"
)

// call is a call of a table function: its arguments, evaluated and checked once
// in an execution of the statement, when they are first needed.
type call struct {
	f      *functions.Func
	exprs  []sql.Expression
	number int64 // of the calls whose parameters are referred to one by one; 0: none
	own    *evaluation
}

// evaluation is what the arguments of a call are, once they are known.
type evaluation struct {
	once sync.Once
	args functions.Args
	err  error
}

func newCall(f *functions.Func, exprs []sql.Expression, number int64) (call, error) {
	return call{f: f, exprs: exprs, number: number, own: new(evaluation)}, f.CheckCount(len(exprs))
}

func (c call) arguments(ctx *sql.Context) (functions.Args, error) {
	e := c.own
	if c.number != 0 {
		if all, ok := ctx.Value(EvaluationsKey{}).(*Evaluations); ok {
			e = all.of(c.number)
		}
	}
	e.once.Do(func() {
		values := make([]any, len(c.exprs))
		for i, x := range c.exprs {
			v, err := x.Eval(ctx, nil)
			if err != nil {
				e.err = err
				return
			}
			values[i] = Argument(v)
		}
		e.args, e.err = c.f.Bind(values)
	})
	return e.args, e.err
}

func (c call) resolved() bool {
	for _, e := range c.exprs {
		if !e.Resolved() {
			return false
		}
	}
	return true
}

func (c call) String() string {
	args := make([]string, len(c.exprs))
	for i, e := range c.exprs {
		args[i] = e.String()
	}
	return c.f.Name + "(" + strings.Join(args, ", ") + ")"
}

// Evaluations are those of the calls of one execution of a statement: the arguments of a table
// function are evaluated once in it, however often its SQL refers to them. The zero Evaluations are none.
type Evaluations struct {
	mu       sync.Mutex
	byNumber map[int64]*evaluation
}

// EvaluationsKey finds the *Evaluations of an execution in its context.
type EvaluationsKey struct{}

func (a *Evaluations) of(number int64) *evaluation {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.byNumber[number]
	if !ok {
		if e = new(evaluation); a.byNumber == nil {
			a.byNumber = make(map[int64]*evaluation)
		}
		a.byNumber[number] = e
	}
	return e
}
