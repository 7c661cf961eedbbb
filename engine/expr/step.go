package expr

import (
	"strings"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Steps computes placed expressions row by row: what one of them assigns to a user variable, the others see, and all of
// them in the next row. Between Begin and End the variables are here, not in the session.
type Steps struct {
	c         *Context
	batch     *types.Batch
	row       int
	roots     []Step
	columns   []*columnStep
	variables map[string]*Variable
}

// Step is an expression's place in Steps.
type Step interface {
	// Value is what the expression comes to in the row. It stays until the Step is asked again; nobody may change it.
	Value() (*types.Value, error)
}

// DateStep is a Step whose value may be the text of a date that is known: who reads texts as dates need not have it spelled.
type DateStep interface {
	Step
	// Date is the packed date, with its time; ok is false where Value is to be asked for.
	Date() (packed int64, ok bool)
}

// Stepped is an expression of another package that has a Step of its own.
type Stepped interface {
	Expr
	Step(s *Steps, sure bool) Step // sure: as of Steps.Step
}

// Variable is a user variable between Begin and End.
type Variable struct {
	V types.Value
	T *types.Type // of what V was computed as

	name    string
	session Session
	changed bool
}

// NewSteps prepares expressions, in the order in which a row computes them: the first of them in each row.
func NewSteps(c *Context, exprs []Expr, first int) *Steps {
	s := &Steps{c: c, variables: map[string]*Variable{}}
	for i, e := range exprs {
		s.roots = append(s.roots, s.Step(e, i < first))
	}
	return s
}

// Begin takes a batch, whose rows Row then names one after another.
func (s *Steps) Begin(b *types.Batch) error {
	s.batch = b
	for _, column := range s.columns {
		var err error
		if column.vec, err = column.e.Eval(s.c, b); err != nil {
			return err
		}
	}
	for _, v := range s.variables {
		v.load()
	}
	return nil
}

// Row begins a row.
func (s *Steps) Row(row int) { s.row = row }

// Value computes expression i for the row.
func (s *Steps) Value(i int) (*types.Value, error) { return s.roots[i].Value() }

// End leaves the variables to the session: after a batch, and after an error.
func (s *Steps) End() {
	for _, v := range s.variables {
		v.store()
	}
}

// Env is what conversions read.
func (s *Steps) Env() *types.Env { return s.c.Env }

// Variable is the user variable of a name.
func (s *Steps) Variable(name string) *Variable {
	key := strings.ToLower(name)
	v := s.variables[key]
	if v == nil {
		v = &Variable{name: name, session: s.c.Session}
		s.variables[key] = v
	}
	return v
}

func (v *Variable) load() {
	x, t := v.session.UserVariable(v.name)
	v.V, v.T, v.changed = x, &t, false
}

func (v *Variable) store() {
	if v.changed {
		v.session.SetUserVariable(v.name, v.V, *v.T)
		v.changed = false
	}
}

// As is the variable's value as one of a type that is not of its kind. A date is a text among what are no dates; a number
// has the places that it has, not those of what it was computed as.
func (v *Variable) As(e *types.Env, to *types.Type) (types.Value, error) {
	x, t := v.V, *v.T
	switch x.Kind {
	case types.Int:
		t = types.TypeInt
	case types.Uint:
		t = types.TypeUint
	case types.Float:
		t = types.TypeDouble
	case types.Decimal:
		t = types.TypeDecimal(x.D.Precision(), x.D.Scale())
	case types.Date, types.DateTime:
		if to.Kind == types.DateTime {
			break
		}
		var err error
		if x, err = types.ToText(e, x, &t); err != nil || to.Kind == types.String {
			return x, err
		}
		t = types.Type{Kind: types.String, Collation: to.Collation}
	}
	return types.Convert(e, x, &t, to)
}

// Assign gives the variable a value that was computed as one of the type.
func (v *Variable) Assign(x *types.Value, t *types.Type) {
	v.V.Copy(x)
	v.T, v.changed = t, true
	switch x.Kind {
	case types.Null, types.Int, types.Uint, types.Float, types.Decimal:
	case types.Date, types.DateTime:
		if _, month, day := types.DateParts(x.I); month == 0 || day == 0 {
			v.keep()
		}
	case types.String:
		if t.Hex {
			v.keep()
		}
	default: // the session keeps it as a text
		v.keep()
	}
}

func (v *Variable) keep() {
	v.store()
	v.load()
}

// Step is an expression's. Sure tells that each row asks for it: what depends on the row alone is then computed for all
// rows of a batch at once.
func (s *Steps) Step(e Expr, sure bool) Step {
	if sure && Plain(e) {
		column := &columnStep{s: s, e: e}
		s.columns = append(s.columns, column)
		return column
	}
	switch e := e.(type) {
	case *Column, *Outer, *Literal, *Param:
		return s.Step(e, true)
	case *Convert:
		if _, constant := e.X.(*Literal); constant {
			return &constantStep{s: s, e: e}
		}
		return &convertStep{s: s, e: e, x: s.Step(e.X, sure)}
	case *Truth:
		if isBool(e.X) {
			return s.Step(e.X, sure)
		}
		return &truthStep{s: s, x: s.Step(e.X, sure)}
	case *Call:
		if step := s.call(e, sure); step != nil {
			return step
		}
	case Stepped:
		return e.Step(s, sure)
	}
	return &evalStep{s: s, e: e}
}

func (s *Steps) call(e *Call, sure bool) Step {
	if e.F.Row == nil && (e.F.Lazy != nil || e.F.Volatile) {
		return nil
	}
	args := make([]Step, len(e.Args))
	for i, a := range e.Args {
		args[i] = s.Step(a, sure && (i == 0 || e.F.Lazy == nil))
	}
	if e.F.Row != nil {
		return &rowStep{s: s, e: e, args: args}
	}
	c := &callStep{s: s, e: e, args: args, vecs: make([]*types.Vec, len(args))}
	for i, a := range e.Args {
		c.vecs[i] = types.NewVec(a.Type(), 1)
	}
	return c
}

// columnStep is computed for a batch at once.
type columnStep struct {
	s   *Steps
	e   Expr
	vec *types.Vec
	v   types.Value
}

// Value implements Step.
func (p *columnStep) Value() (*types.Value, error) {
	p.vec.Read(p.s.row, &p.v)
	return &p.v, nil
}

// constantStep is a literal that is converted when a row asks for it first.
type constantStep struct {
	s     *Steps
	e     *Convert
	known bool
	v     types.Value
}

// Value implements Step.
func (p *constantStep) Value() (*types.Value, error) {
	if !p.known {
		vec, err := p.e.Eval(p.s.c, &types.Batch{N: 1})
		if err != nil {
			return nil, err
		}
		p.v, p.known = vec.Value(0), true
	}
	return &p.v, nil
}

// evalStep evaluates an expression for a batch of the row alone. It may do with variables what it likes.
type evalStep struct {
	s *Steps
	e Expr
	v types.Value
}

// Value implements Step.
func (p *evalStep) Value() (*types.Value, error) {
	p.s.End()
	vec, err := p.e.Eval(p.s.c, p.s.batch.Slice(p.s.row, p.s.row+1))
	if err != nil {
		return nil, err
	}
	for _, v := range p.s.variables {
		v.load()
	}
	p.v = vec.Value(0)
	return &p.v, nil
}

type convertStep struct {
	s *Steps
	e *Convert
	x Step
	v types.Value
}

// Value implements Step.
func (p *convertStep) Value() (*types.Value, error) {
	x, err := p.x.Value()
	if err != nil {
		return nil, err
	}
	e := p.e
	switch {
	case x.Kind == types.Int && e.T.Kind == types.Float && (!e.Explicit || e.T.Protocol == types.ProtocolDouble):
		p.v.Kind, p.v.F = types.Float, float64(x.I)
		return &p.v, nil
	case !e.Explicit:
		p.v, err = types.Convert(p.s.c.Env, *x, e.X.Type(), &e.T)
	default:
		to := e.T
		if e.Whole {
			to.Length = 0
		}
		p.v, err = types.Cast(p.s.c.Env, *x, e.X.Type(), &to)
	}
	return &p.v, err
}

type truthStep struct {
	s *Steps
	x Step
	v types.Value
}

// Value implements Step.
func (p *truthStep) Value() (*types.Value, error) {
	x, err := p.x.Value()
	if err != nil || x.Kind == types.Null {
		return x, err
	}
	null, truth, err := types.Truth(p.s.c.Env, *x)
	p.v = types.Value{}
	if !null {
		p.v = types.BoolValue(truth)
	}
	return &p.v, err
}

// rowStep is a call of a function that has Row.
type rowStep struct {
	s    *Steps
	e    *Call
	args []Step
	room types.Value
}

// Value implements Step.
func (p *rowStep) Value() (*types.Value, error) { return p.e.F.Row(p.s.c, p.e, p.args, &p.room) }

// callStep is a call of another function, with vectors of one row.
type callStep struct {
	s    *Steps
	e    *Call
	args []Step
	vecs []*types.Vec
	v    types.Value
}

// Value implements Step.
func (p *callStep) Value() (*types.Value, error) {
	for i, a := range p.args {
		x, err := a.Value()
		if err != nil {
			return nil, err
		}
		p.vecs[i].Set(0, *x)
	}
	out, err := p.e.compute(p.s.c, p.vecs, 1)
	if err != nil {
		return nil, err
	}
	p.v = out.Value(0)
	return &p.v, nil
}
