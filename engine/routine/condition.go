package routine

import (
	"errors"
	"strconv"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Diagnostic is a condition that was raised: an error or a warning.
type Diagnostic struct {
	Code    uint16
	State   string // SQLSTATE
	Text    string
	Warning bool
}

// diagnosticOf is the condition that an error is; false where no handler may
// have it: the statement's end, or what the server cannot go on from.
func diagnosticOf(err error) (Diagnostic, bool) {
	var my *mysql.MyError
	if !errors.As(err, &my) || my.Code == mysql.ER_QUERY_INTERRUPTED {
		return Diagnostic{}, false
	}
	return Diagnostic{Code: my.Code, State: my.State, Text: my.Message}, true
}

func (d Diagnostic) err() error {
	return &mysql.MyError{Code: d.Code, State: d.State, Message: d.Text}
}

// The SQLSTATE classes that handlers name.
const (
	classWarning  = "01"
	classNotFound = "02"
)

func (d Diagnostic) class() string {
	if len(d.State) < 2 {
		return ""
	}
	return d.State[:2]
}

// match is how closely a handler's condition fits: 3 by number, 2 by SQLSTATE, 1
// by class, 0 not at all (manual 13.6.7.6).
func (d Diagnostic) match(c parse.Condition) int {
	switch {
	case c.Number != "":
		if n, err := strconv.ParseUint(c.Number, 10, 16); err == nil && uint16(n) == d.Code {
			return 3
		}
	case c.State != "":
		if c.State == d.State {
			return 2
		}
	case c.Warning && (d.Warning || d.class() == classWarning) && d.class() != classNotFound,
		c.NotFound && d.class() == classNotFound,
		c.Error && !d.Warning && d.class() != classWarning && d.class() != classNotFound:
		return 1
	}
	return 0
}

// handler finds the handler of a condition: the closest in the innermost block
// that has one. found is the scope of its block.
func (s *scope) handler(d Diagnostic) (h *parse.Handler, found *scope) {
	for at := s; at != nil; at = at.outer {
		if at.handling {
			at = at.outer // a handler's own block does not handle what it raises
			continue
		}
		if at.block == nil {
			continue
		}
		best := 0
		for i := range at.block.Handlers {
			for _, c := range at.block.Handlers[i].Conditions {
				if c.Name != "" {
					c = at.condition(c.Name)
				}
				if m := d.match(c); m > best {
					best, h = m, &at.block.Handlers[i]
				}
			}
		}
		if h != nil {
			return h, at
		}
	}
	return nil, nil
}

// condition is what a declared condition's name stands for.
func (s *scope) condition(name string) parse.Condition {
	for at := s; at != nil; at = at.outer {
		if at.block == nil || at.handling {
			continue
		}
		for _, c := range at.block.Conditions {
			if lower(c.Name) == lower(name) {
				return c.Condition
			}
		}
	}
	return parse.Condition{}
}

// unhandled is an error that has passed all handlers of the routine.
type unhandled struct{ error }

func (e unhandled) Unwrap() error { return e.error }

// handle has a handler deal with an error that a statement in the scope ended in.
func (r *run) handle(s *scope, err error) (flow, error) {
	var passed unhandled
	if errors.As(err, &passed) {
		return flow{}, err
	}
	if c := r.cancelled(); c != nil {
		return flow{}, unhandled{c}
	}
	d, ok := diagnosticOf(err)
	if !ok {
		return flow{}, unhandled{err}
	}
	h, at := s.handler(d)
	if h == nil {
		return flow{}, unhandled{err}
	}
	return r.handleBy(h, at, d)
}

// handleBy runs a handler.
func (r *run) handleBy(h *parse.Handler, at *scope, d Diagnostic) (flow, error) {
	r.conditions = append(r.conditions, d)
	defer func() { r.conditions = r.conditions[:len(r.conditions)-1] }()
	f, err := r.step(h.Body, &scope{outer: at, handling: true})
	if err != nil {
		return f, unhandled{err}
	}
	if f.kind == goOn && h.Exit {
		f = flow{kind: exitBlock, block: at}
	}
	return f, nil
}

// raise deals with a condition that is no error: it goes on where no handler
// wants it.
func (r *run) raise(s *scope, d Diagnostic) (flow, error) {
	if h, at := s.handler(d); h != nil {
		return r.handleBy(h, at, d)
	}
	return flow{}, nil
}
