package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The rows of the pipelines here are divided as soon as there are some.
func smallMorsels(t *testing.T) {
	serial, morsel := serialRows, morselRows
	serialRows, morselRows = 20, 7
	t.Cleanup(func() { serialRows, morselRows = serial, morsel })
}

// divisible is a table that workers can read parts of. Its texts have a dictionary.
type divisible struct {
	cols  []plan.Column
	batch *types.Batch
	open  atomic.Int64
}

func (d *divisible) Keys() []plan.Key             { return nil }
func (d *divisible) RowCount(*expr.Context) int64 { return int64(d.batch.N) }
func (d *divisible) Open(_ *expr.Context, a plan.Access) (plan.Rows, error) {
	b := &types.Batch{N: d.batch.N}
	for _, c := range a.Columns {
		b.Cols = append(b.Cols, d.batch.Cols[c])
	}
	d.open.Add(1)
	return &divisibleRows{d, pieces{rows: b}}, nil
}

type divisibleRows struct {
	d *divisible
	pieces
}

func (r *divisibleRows) Next() (*types.Batch, error) { return r.next(5), nil }
func (r *divisibleRows) Close()                      { r.d.open.Add(-1) }
func (r *divisibleRows) Divide(rows int) []plan.Rows {
	var parts []plan.Rows
	for from := r.at; from < r.rows.N; from += rows {
		r.d.open.Add(1)
		parts = append(parts, &divisibleRows{r.d, pieces{rows: r.rows.Slice(from, min(from+rows, r.rows.N))}})
	}
	r.at = r.rows.N
	return parts
}

// randomTable is a scan of n rows of all kinds of columns: small and great numbers, skewed ones, texts that are equal
// without case in a dictionary and without one, decimals, doubles whose sums depend on their order, dates; NULLs in all.
func randomTable(r *rand.Rand, n int) *plan.Scan {
	ts := []types.Type{
		types.TypeInt, types.TypeInt, types.TypeInt, types.TypeString(10, types.DefaultCollation, types.CoerceImplicit),
		types.TypeString(10, types.DefaultCollation, types.CoerceImplicit), types.TypeDecimal(20, 2), types.TypeDouble, types.TypeDate,
	}
	dict := &types.Dict{}
	for i := range 60 {
		dict.Values = append(dict.Values, fmt.Sprint("w", i/2), fmt.Sprint("W", i/2))
	}
	d := &divisible{batch: &types.Batch{N: n}}
	s := &plan.Scan{Table: d, Name: "t"}
	for i, t := range ts {
		v := types.NewVec(&t, n)
		if i == 3 {
			v = types.VecOf(&t, n)
			v.Dict, v.Codes = dict, make([]uint32, n)
		}
		for row := range n {
			if r.IntN(8) == 0 {
				v.SetNull(row)
				continue
			}
			switch i {
			case 0:
				v.I[row] = int64(r.IntN(4))
			case 1:
				v.I[row] = int64(r.Uint64())
			case 2:
				v.I[row] = int64(r.IntN(1+r.IntN(n))) - 5
			case 3:
				v.Codes[row] = uint32(r.IntN(len(dict.Values)))
			case 4:
				v.S[row] = string(rune("aAbB"[r.IntN(4)]))
			case 5:
				v.D[row] = types.NewDec(int64(r.IntN(100000)), r.IntN(3))
			case 6:
				v.F[row] = r.Float64() * float64(r.IntN(1e9))
			case 7:
				v.I[row] = types.Civil{Year: 2020 + r.IntN(3), Month: 1 + r.IntN(12), Day: 1}.Pack()
			}
		}
		d.batch.Cols = append(d.batch.Cols, v)
		d.cols = append(d.cols, column(fmt.Sprint("c", i), t.WithNullable(true)))
		s.Pos = append(s.Pos, i)
	}
	s.Cols = d.cols
	return s
}

// randomQuery is a plan over scans of rows.
func randomQuery(r *rand.Rand, c *expr.Context, sizes []int) plan.Node {
	table := func() plan.Node { return randomTable(r, sizes[r.IntN(len(sizes))]) }
	of := func(n plan.Node) expr.Expr { return col(n, r.IntN(len(n.Columns()))) }
	number := func(n plan.Node) expr.Expr {
		for {
			if e := of(n); e.Type().IsNumeric() {
				return e
			}
		}
	}
	function := func(name string, args ...expr.Expr) expr.Expr {
		x, err := expr.NewCall(resolver(c), builtin.Function(name), args...)
		if err != nil {
			panic(err)
		}
		return x
	}
	n := table()
	for range r.IntN(3) {
		switch r.IntN(4) {
		case 0:
			cond := function("<", number(n), lit(int64(r.IntN(200))))
			if r.IntN(2) == 0 { // the division warns, for the rows that are left
				cond = function("and", cond, function(">", function("/", lit(1), number(n)), lit(0)), function("<>", col(n, 3), col(n, 4)))
			}
			n = &plan.Filter{Child: n, Cond: cond}
		case 1: // it warns: divisions by zero, texts that are no numbers
			items := []expr.Expr{function("/", number(n), col(n, 0)), function("+", of(n), lit(1))}
			for i := range n.Columns() {
				items = append(items, col(n, i))
			}
			p := &plan.Project{Child: n, Items: items}
			for i, e := range items {
				p.Cols = append(p.Cols, column(fmt.Sprint("p", i), *e.Type()))
			}
			n = p
		default:
			right := table()
			j := &plan.Join{Kind: plan.JoinKind(r.IntN(4)), Left: n, Right: right, Cols: n.Columns()}
			if r.IntN(2) == 0 {
				right = &plan.Filter{Child: right, Cond: function(">", number(right), lit(2))}
				j.Right = right
			}
			j.On = function("=", col(n, len(n.Columns())-6), col(right, 2))
			if r.IntN(2) == 0 {
				j.On = function("and", j.On, function("<", number(n), number(right)))
			}
			if j.Kind == plan.Inner || j.Kind == plan.Left {
				j.Cols = slices.Clone(n.Columns())
				for _, x := range right.Columns() {
					x.T.Nullable = true
					j.Cols = append(j.Cols, x)
				}
			}
			n = j
		}
	}
	switch r.IntN(6) {
	case 0:
		return n
	case 5:
		return randomWindow(r, c, n, of, number)
	case 1:
		var items []expr.Expr
		for range 1 + r.IntN(3) {
			items = append(items, of(n))
		}
		return &plan.Distinct{Child: projectOf(n, items...)}
	case 2:
		s := &plan.Sort{Child: n, Keys: []expr.Order{{X: of(n), Desc: r.IntN(2) == 0}, {X: of(n)}}}
		if r.IntN(2) == 0 {
			s.Top = lit(int64(r.IntN(100)))
		}
		return projectOf(s, of(s), of(s))
	}
	a := &plan.Aggregate{Child: n}
	for range r.IntN(3) {
		a.Keys = append(a.Keys, of(n))
	}
	for range r.IntN(4) {
		name := []string{"count", "sum", "avg", "min", "max", "any_value", "stddev_pop"}[r.IntN(7)]
		x := of(n)
		for name == "sum" && !x.Type().IsNumeric() {
			x = of(n)
		}
		call, err := expr.NewAggregateCall(resolver(c), builtin.Aggregate(name), r.IntN(3) == 0 && name != "any_value", []expr.Expr{x}, nil, "")
		if err != nil {
			panic(err)
		}
		a.Calls = append(a.Calls, call)
	}
	for i, k := range a.Keys {
		a.Cols = append(a.Cols, column(fmt.Sprint("k", i), *k.Type()))
	}
	for i, call := range a.Calls {
		a.Cols = append(a.Cols, column(fmt.Sprint("a", i), call.T))
	}
	return a
}

// randomWindow is functions over the rows of n.
func randomWindow(r *rand.Rand, c *expr.Context, n plan.Node, of, number func(plan.Node) expr.Expr) plan.Node {
	w := &plan.Window{Child: n, Cols: slices.Clone(n.Columns())}
	if r.IntN(4) > 0 {
		w.Partition = append(w.Partition, of(n))
	}
	if r.IntN(4) > 0 {
		w.Order = append(w.Order, expr.Order{X: of(n), Desc: r.IntN(2) == 0})
	}
	frame := expr.Frame{Unit: expr.FrameUnit(r.IntN(2)), End: expr.Bound{Kind: expr.CurrentRow}}
	if len(w.Order) == 0 {
		frame = expr.Frame{End: expr.Bound{Kind: expr.UnboundedFollowing}}
	}
	for range 1 + r.IntN(2) {
		var call *expr.WindowCall
		var err error
		if name := []string{"row_number", "dense_rank", "lag", "first_value", ""}[r.IntN(5)]; name != "" {
			var args []expr.Expr
			if f := builtin.Window(name); f.Min > 0 {
				args = []expr.Expr{of(n)}
			}
			call, err = expr.NewWindowCall(resolver(c), builtin.Window(name), args, frame)
		} else {
			var sum *expr.AggregateCall
			if sum, err = expr.NewAggregateCall(resolver(c), builtin.Aggregate("sum"), false, []expr.Expr{number(n)}, nil, ""); err == nil {
				call = &expr.WindowCall{Aggregate: sum, T: sum.T, Frame: frame}
			}
		}
		if err != nil {
			panic(err)
		}
		w.Calls = append(w.Calls, call)
		w.Cols = append(w.Cols, column("w", call.T))
	}
	return w
}

// outcomeOf is all that a client sees of a plan: its rows, the warnings, the error.
func outcomeOf(n plan.Node, workers int) (seen []string) {
	var warnings []string
	c := groupingContext(0, &warnings)
	c.Workers = workers
	c.Mode |= types.ErrorForDivisionByZero
	rows, err := execute(n, c)
	// Columns warn one after the other in each batch, and for what all its rows have once: small parts have other batches.
	slices.Sort(warnings)
	return append(append(rows, fmt.Sprint("error: ", err)), slices.Compact(warnings)...)
}

// Whatever the number of workers, rows, their order, warnings and errors are those of one.
func TestParallelIsSerial(t *testing.T) {
	smallMorsels(t)
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 5))
	sizes := []int{0, 1, 3, 20, 40, 41, 5 * 7, 100, 400, 1025, 3000}
	for range 300 {
		c := groupingContext(0, nil)
		n := randomQuery(r, c, sizes)
		want := outcomeOf(n, 1)
		for _, workers := range []int{2, 4, 7} {
			same(t, fmt.Sprintf("seed %d, %d workers\n%s", seed, workers, Explain(n, nil)), outcomeOf(n, workers), want)
		}
	}
}

// failing is a function that fails, or panics, where its argument is a number.
func failing(at int64, panics bool) *expr.Function {
	return &expr.Function{Name: "failing", Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
		if args[0].I%at == at-1 && panics {
			panic(fmt.Sprint("panic of ", args[0].I))
		}
		if args[0].I%at == at-1 {
			return types.Value{}, fmt.Errorf("error of %d", args[0].I)
		}
		return args[0], nil
	}}
}

// ascending is a scan of the numbers below n.
func ascending(n int) *plan.Scan {
	d := &divisible{batch: &types.Batch{N: n, Cols: []*types.Vec{types.NewVec(&types.TypeInt, n)}}}
	for i := range n {
		d.batch.Cols[0].I[i] = int64(i)
	}
	d.cols = []plan.Column{column("n", types.TypeInt)}
	return &plan.Scan{Table: d, Name: "t", Cols: d.cols, Pos: []int{0}}
}

// The first error in the order of the rows is the statement's, a worker's panic is its goroutine's.
func TestParallelErrors(t *testing.T) {
	smallMorsels(t)
	for _, make := range []func(n plan.Node, x expr.Expr) plan.Node{
		func(n plan.Node, x expr.Expr) plan.Node { return projectOf(n, x) },
		func(n plan.Node, x expr.Expr) plan.Node {
			return &plan.Aggregate{Child: n, Keys: []expr.Expr{x}, Cols: []plan.Column{column("k", types.TypeInt)}}
		},
		func(n plan.Node, x expr.Expr) plan.Node { return &plan.Distinct{Child: projectOf(n, x)} },
	} {
		n := ascending(2000)
		x := &expr.Call{F: failing(700, false), Args: []expr.Expr{col(n, 0)}, T: types.TypeInt}
		if _, err := run4(make(n, x)); fmt.Sprint(err) != "error of 699" {
			t.Error(err)
		}
		x = &expr.Call{F: failing(700, true), Args: []expr.Expr{col(n, 0)}, T: types.TypeInt}
		func() {
			defer func() {
				if p, ok := recover().(*Panic); !ok || p.String() != "panic of 699" || !strings.Contains(string(p.Stack), "failing") {
					t.Errorf("recovered %v", p)
				}
			}()
			_, err := run4(make(n, x))
			t.Error(err)
		}()
	}
}

func run4(n plan.Node) ([]string, error) {
	c := groupingContext(0, nil)
	c.Workers = 4
	return execute(n, c)
}

// Workers end with what reads them: at a LIMIT, and when the statement is cancelled.
func TestParallelEnds(t *testing.T) {
	smallMorsels(t)
	n := ascending(20000)
	p := projectOf(n, call("+", col(n, 0), lit(1)))
	rows, err := run4(&plan.Limit{Child: p, Count: lit(100)})
	if err != nil || len(rows) != 100 || rows[99] != "100" {
		t.Error(len(rows), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := groupingContext(0, nil)
	c.Context, c.Workers = ctx, 4
	op, err := Run(c, p)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	for range 30 {
		if _, err := op.Next(); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	for err == nil {
		_, err = op.Next()
	}
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
