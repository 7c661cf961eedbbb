package expr

import (
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Function is what a scalar function or operator declares of itself. Exactly one of Scalar,
// Text, Count, Vector and Lazy computes it.
type Function struct {
	Name        string // lower case; an operator's is its symbol or word: "+", "like"
	Min, Max    int    // the number of arguments; Max -1: any
	Description string // one sentence, for the reference; operators have none

	// Params are what the arguments are converted to before the call; the last
	// stands for all further ones. None: they are left as they are.
	Params []Want
	// Result is the type of the call. The arguments are converted already.
	// Nullable is set by NewCall: where an argument may be NULL, unless KeepNull.
	Result func(r *Resolver, args []Expr) (types.Type, error)
	// Resolve, where a function has it, stands for Params and Result.
	Resolve func(r *Resolver, args []Expr) (types.Type, []Expr, error)

	// Scalar computes one row. It is not called with a NULL argument, which
	// makes the call NULL, unless KeepNull.
	Scalar func(c *Context, call *Call, args []types.Value) (types.Value, error)
	// Text computes a row's text, false: NULL, and Count a row's whole number, of texts and whole numbers, as Scalar does.
	Text  func(*Row) (string, bool)
	Count func(*Row) int64
	// Vector computes a batch of n rows. NULLs are its own business. It is never
	// called with only Same arguments and n > 1.
	Vector func(c *Context, call *Call, args []*types.Vec, n int) (*types.Vec, error)
	// Select, which a condition may have besides Vector, appends those of n rows for which it is true; false: Vector is to
	// be asked.
	Select func(args []*types.Vec, n int, rows []int32) (_ []int32, ok bool)
	// Row, which a function may have besides, computes a row where rows are computed one by one ([Steps]): from arguments
	// that it asks for itself, so that those of a Lazy one that the row does not need are not computed. The result may be
	// in room, which the call has for it alone.
	Row func(c *Context, call *Call, args []Step, room *types.Value) (*types.Value, error)
	// Lazy evaluates the arguments itself, those and for those rows that it needs. It may have Vector do the rest: see [Call.Of].
	Lazy func(c *Context, call *Call, b *types.Batch) (*types.Vec, error)

	KeepNull bool // Scalar wants NULLs; Result sets Nullable itself
	MayNull  bool // it may be NULL though no argument is
	Volatile bool // its value is another at each call, or the call does something
	Dates    bool // arguments that are texts are read as dates, and a text without a time as one at midnight
	Serial   bool // one goroutine at a time may compute it; Volatile ones are so anyway
	Boolean  bool // it is 0, 1 or NULL
}

// Want is what a parameter of a function takes.
type Want uint8

// The parameters. A value of another kind is converted implicitly, with MySQL's
// warnings.
const (
	Any       Want = iota // as it is
	Text                  // String in the argument's collation, numbers and dates spelled out
	Bytes                 // String, no matter what collation
	Integer               // Int
	Unsigned              // Uint
	Real                  // Float
	Numeric               // Int, Uint, Decimal or Float: as it is, a string becomes Float, a temporal Int or Decimal
	ADate                 // Date
	ADateTime             // DateTime with 6 places where it has a fraction
	ATime                 // Time
	Boolean               // Int 0 or 1
	Count                 // Int, or Uint where it is one: how many, or a position
	Summand               // as Numeric, but what is text, ENUM and SET too, becomes Float
)

// Resolver is what typing may ask for.
type Resolver struct {
	*types.Env
	Context *Context // to evaluate constants, by Constant

	kept any
}

// Keep leaves what Resolve or Result found out to the execution: the call's Data.
func (r *Resolver) Keep(data any) { r.kept = data }

// Constant is the value of a constant expression; false where it is none.
func (r *Resolver) Constant(e Expr) (types.Value, bool) {
	switch e := Fold(r.Context, e).(type) {
	case *Literal:
		return e.V, true
	}
	return types.Value{}, false
}

// Call is a function applied.
type Call struct {
	F    *Function
	Args []Expr
	T    types.Type
	Data any // what Resolve left for the execution; see Resolver.Keep

	shared bool // see Share
}

// NewCall applies a function: it checks the number of arguments (MySQL's error
// 1582), converts them and gives the call its type.
func NewCall(r *Resolver, f *Function, args ...Expr) (*Call, error) {
	if len(args) < f.Min || f.Max >= 0 && len(args) > f.Max {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, strings.ToUpper(f.Name))
	}
	c := &Call{F: f, Args: args}
	outer := r.kept // of the call that this one is made for
	r.kept = nil
	defer func() { r.kept = outer }()
	var err error
	if f.Resolve != nil {
		if c.T, c.Args, err = f.Resolve(r, args); err != nil {
			return nil, err
		}
		c.Data = r.kept
		return c, nil
	}
	if len(f.Params) > 0 {
		c.Args = make([]Expr, len(args))
		for i, a := range args {
			c.Args[i] = r.Want(a, f.Params[min(i, len(f.Params)-1)])
		}
	}
	if f.Dates {
		dated := make([]Expr, len(c.Args))
		for i, a := range c.Args {
			dated[i] = Dated(a)
		}
		c.Args = dated
	}
	if c.T, err = f.Result(r, c.Args); err != nil {
		return nil, err
	}
	c.Data = r.kept
	if !f.KeepNull {
		c.T.Nullable = f.MayNull
		for _, a := range c.Args {
			c.T.Nullable = c.T.Nullable || a.Type().Nullable
		}
	}
	return c, nil
}

// Want converts an argument to what a parameter takes.
func (r *Resolver) Want(a Expr, w Want) Expr {
	t := a.Type()
	if t.Kind == types.Null {
		return a
	}
	switch w {
	case Text, Bytes:
		if t.Kind == types.String {
			return a
		}
		return ConvertTo(a, r.TextType(t))
	case Count:
		if t.Kind == types.Uint {
			return a
		}
		return ConvertTo(a, types.TypeInt)
	case Integer:
		return ConvertTo(a, types.TypeInt)
	case Unsigned:
		return ConvertTo(a, types.TypeUint)
	case Real:
		return ConvertTo(a, types.TypeDouble)
	case Numeric:
		return ConvertTo(a, NumericType(t))
	case Summand:
		if t.IsText() {
			return ConvertTo(a, types.TypeDouble)
		}
		return ConvertTo(a, NumericType(t))
	case ADate:
		return ConvertTo(a, types.TypeDate)
	case ADateTime:
		dt := types.TypeDateTime
		dt.Scale = 6
		if t.IsTemporal() || t.Kind == types.Int {
			dt.Scale = t.Scale
		}
		return ConvertTo(a, dt)
	case ATime:
		tt := types.TypeTime
		tt.Scale = 6
		if t.IsTemporal() || t.Kind == types.Int {
			tt.Scale = t.Scale
		}
		return ConvertTo(a, tt)
	case Boolean:
		return &Truth{X: a}
	}
	return a
}

// NumericType is the type of a value among numbers (manual 12.3): strings are doubles,
// dates integers or, with a fraction, decimals.
func NumericType(t *types.Type) types.Type {
	switch t.Kind {
	case types.Int, types.Uint, types.Float, types.Decimal:
		return *t
	case types.Bit:
		return types.TypeUint
	case types.Enum, types.Set:
		return types.TypeUint
	case types.Date:
		return types.TypeInt
	case types.DateTime:
		if t.Scale > 0 {
			return types.TypeDecimal(14+t.Scale, t.Scale)
		}
		return types.TypeInt
	case types.Time:
		if t.Scale > 0 {
			return types.TypeDecimal(7+t.Scale, t.Scale)
		}
		return types.TypeInt
	case types.String:
		if t.Hex {
			return types.TypeUint
		}
	}
	return types.TypeDouble
}

// TextType is the type of a value's text.
func (r *Resolver) TextType(t *types.Type) types.Type {
	switch t.Kind {
	case types.String:
		return *t
	case types.Enum, types.Set:
		return types.TypeString(t.Length, t.Collation, t.Coercibility)
	case types.JSON:
		return types.TypeString(t.Length, t.Collation, types.CoerceImplicit)
	}
	return types.TypeString(t.TextLength(), r.Connection, types.CoerceNumeric)
}

// Type implements Expr.
func (e *Call) Type() *types.Type { return &e.T }

// Children implements Expr.
func (e *Call) Children() []Expr { return e.Args }

// With implements Expr.
func (e *Call) With(children []Expr) Expr {
	with := *e
	with.Args = children
	return &with
}

// Eval implements Expr.
func (e *Call) Eval(c *Context, b *types.Batch) (*types.Vec, error) {
	if e.shared {
		return c.once(e, b, e.eval)
	}
	return e.eval(c, b)
}

func (e *Call) eval(c *Context, b *types.Batch) (*types.Vec, error) {
	if e.F.Lazy != nil {
		return e.F.Lazy(c, e, b)
	}
	args, same, err := e.arguments(c, b)
	if err != nil {
		return nil, err
	}
	return e.apply(c, args, same, b.N)
}

// arguments are the values of the arguments; same tells whether the call has one value for all rows.
func (e *Call) arguments(c *Context, b *types.Batch) (args []*types.Vec, same bool, err error) {
	args = make([]*types.Vec, len(e.Args))
	same = !e.F.Volatile
	for i, a := range e.Args {
		if args[i], err = a.Eval(c, b); err != nil {
			return nil, false, err
		}
		same = same && args[i].Same()
	}
	return args, same, nil
}

// Of is what a Lazy function's Vector, which looks at its first arguments only, has as results for n rows of them.
func (e *Call) Of(c *Context, args []*types.Vec, n int) (*types.Vec, error) {
	return e.apply(c, args, !slices.ContainsFunc(args, func(v *types.Vec) bool { return !v.Same() }), n)
}

// apply is the results for n rows of arguments.
func (e *Call) apply(c *Context, args []*types.Vec, same bool, rows int) (*types.Vec, error) {
	n := rows
	if same && n > 1 {
		n = 1
	}
	if at := e.dictionary(c, args, n); at >= 0 {
		if m := e.memo(c, args, at, n); m != nil {
			if out := m.of(e, c, args, at, n); out != nil {
				return out, nil
			}
		}
	}
	out, err := e.compute(c, args, n)
	if err != nil || n == rows {
		return out, err
	}
	return types.SameVec(&e.T, out.Value(0), rows), nil
}

// dictionary is the argument by whose codes the results of n rows may be known; -1: there is none.
func (e *Call) dictionary(c *Context, args []*types.Vec, n int) int {
	if n <= 1 || e.F.Volatile || c == nil || c.Env == nil {
		return -1
	}
	return dictionaryArgument(args)
}

// compute is the results of n rows of arguments.
func (e *Call) compute(c *Context, args []*types.Vec, n int) (*types.Vec, error) {
	switch {
	case e.F.Vector != nil:
		return e.F.Vector(c, e, args, n)
	case e.F.Scalar == nil:
		return e.rows(c, args, n)
	}
	return e.scalars(c, args, n)
}

func (e *Call) scalars(c *Context, args []*types.Vec, n int) (*types.Vec, error) {
	out := types.NewVec(&e.T, n)
	row := make([]types.Value, len(args))
	results := results{c: c, call: e}
rows:
	for i := range n {
		for j, a := range args {
			row[j] = a.Value(i)
			if row[j].IsNull() && !e.F.KeepNull {
				out.SetNull(i)
				continue rows
			}
		}
		v, err := e.F.Scalar(c, e, row)
		if err != nil {
			return nil, err
		}
		out.Set(i, v)
		read := 0
		for _, x := range row {
			read += len(x.S)
		}
		if err := results.add(read, len(v.S)); err != nil {
			return nil, err
		}
	}
	return out, results.end()
}

// results counts the bytes that a call reads and those of its results.
type results struct {
	c    *Context
	call *Call

	done  int // since the last question whether the statement was ended
	bytes int64
}

func (r *results) add(read, made int) error {
	r.bytes += int64(made)
	if r.done += checkedCall + read + made; r.done < checkedBytes {
		return nil
	}
	r.done = 0
	if err := r.c.Cancelled(); err != nil {
		return err
	}
	if r.bytes > checkedBytes {
		return r.c.hold(r.call, r.bytes)
	}
	return nil
}

// end asks of texts that a function may have left off in the middle of.
func (r *results) end() error {
	if r.done < longText {
		return nil
	}
	return r.c.Cancelled()
}

// longText is from how many bytes on work on one text may ask whether the statement was ended.
const longText = 1 << 16

// A function asks whether the statement was ended after so many bytes of arguments and results, where a call counts as
// many as it may take the time of: texts may be of 64 MB each.
const (
	checkedBytes = 1 << 20
	checkedCall  = 1 << 14
)

// Truth is whether a value is true: 1, 0 or NULL.
type Truth struct{ X Expr }

// Type implements Expr.
func (e *Truth) Type() *types.Type {
	t := types.TypeBool
	t.Nullable = e.X.Type().Nullable
	return &t
}

// Eval implements Expr.
func (e *Truth) Eval(c *Context, b *types.Batch) (*types.Vec, error) {
	v, err := e.X.Eval(c, b)
	if err != nil || v.Kind == types.Null {
		return v, err
	}
	if v.Kind == types.Int && isBool(e.X) {
		return v, nil
	}
	return MapVec(v, b.N, e.Type(), func(x types.Value) (types.Value, error) {
		null, truth, err := types.Truth(c.Env, x)
		if null || err != nil {
			return types.Value{}, err
		}
		return types.BoolValue(truth), nil
	})
}

// isBool tells whether an expression is 0, 1 or NULL by its nature.
func isBool(e Expr) bool {
	switch e := e.(type) {
	case *Truth:
		return true
	case *Call:
		return e.F.Boolean
	}
	return false
}

// Children implements Expr.
func (e *Truth) Children() []Expr { return []Expr{e.X} }

// With implements Expr.
func (e *Truth) With(children []Expr) Expr { return &Truth{children[0]} }

func (e *Truth) String() string { return e.X.String() }
