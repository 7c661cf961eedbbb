package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// testBound is a bound with its offset.
type testBound struct {
	kind   expr.BoundKind
	offset int64
}

var testBounds = []testBound{
	{kind: expr.UnboundedPreceding}, {expr.Preceding, 3}, {expr.Preceding, 0}, {expr.Preceding, 1},
	{kind: expr.CurrentRow}, {expr.Following, 0}, {expr.Following, 2}, {expr.Following, 5}, {kind: expr.UnboundedFollowing},
}

// signed is the offset as the bound counts it.
func (b testBound) signed() int64 {
	if b.kind == expr.Preceding {
		return -b.offset
	}
	return b.offset
}

func intLiteral(x int64) expr.Expr { return &expr.Literal{V: types.IntValue(x), T: types.TypeInt} }

// plus is column + constant, which NULL stays NULL in.
var plus = &expr.Function{
	Name: "+", Min: 2, Max: 2,
	Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeInt, nil },
	Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
		return types.IntValue(args[0].I + args[1].I), nil
	},
}

func (b testBound) bind(t testing.TB, c *expr.Context, unit expr.FrameUnit, key expr.Expr, desc bool) expr.Bound {
	out := expr.Bound{Kind: b.kind}
	if b.kind != expr.Preceding && b.kind != expr.Following {
		return out
	}
	out.Offset = intLiteral(b.offset)
	if unit == expr.Range {
		by := b.signed()
		if desc {
			by = -by
		}
		call, err := expr.NewCall(resolver(c), plus, key, intLiteral(by))
		if err != nil {
			t.Fatal(err)
		}
		out.Limit = call
	}
	return out
}

// in tells whether row j is within the bounds of row i's frame: literally the definition. order
// compares two rows by the window's order.
func inFrame(unit expr.FrameUnit, start, end testBound, rows [][]types.Value, i, j int, ordered, desc bool) bool {
	within := func(b testBound, lower bool) bool {
		switch b.kind {
		case expr.UnboundedPreceding:
			return lower
		case expr.UnboundedFollowing:
			return !lower
		}
		var distance int64 // of row j from the bound, in the order's direction
		switch {
		case unit == expr.Rows:
			distance = int64(j) - int64(i) - b.signed()
		case !ordered:
			distance = 0
		default:
			a, k := rows[j][colN], rows[i][colN]
			switch {
			case a.IsNull() && k.IsNull():
				distance = 0
			case a.IsNull() || k.IsNull():
				distance = 1
				if a.IsNull() != desc { // NULLs come first, descending last
					distance = -1
				}
			default:
				distance = a.I - k.I
				if desc {
					distance = -distance
				}
				distance -= b.signed()
			}
		}
		return lower && distance >= 0 || !lower && distance <= 0
	}
	return within(start, true) && within(end, false)
}

var framedCalls = []testCall{
	{name: "count"}, {name: "count", args: []int{colI}}, {name: "sum", args: []int{colI}}, {name: "sum", args: []int{colD}},
	{name: "sum", args: []int{colF}}, {name: "avg", args: []int{colU}}, {name: "min", args: []int{colI}}, {name: "max", args: []int{colD}},
	{name: "min", args: []int{colS}}, {name: "max", args: []int{colF}}, {name: "avg", args: []int{colD}}, {name: "avg", args: []int{colF}},
	{name: "bit_xor", args: []int{colU}},
}

func TestWindowFrames(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	cols := randomColumns()
	for round := range 5 {
		rows := randomRows(r, r.IntN(40))
		partitioned, ordered, desc := round%2 == 0, round%3 != 0, round%4 == 1
		for _, unit := range []expr.FrameUnit{expr.Rows, expr.Range} {
			for _, start := range testBounds[:len(testBounds)-1] {
				for _, end := range testBounds[1:] {
					offsets := start.offset+end.offset > 0 || start.kind == expr.Preceding || end.kind == expr.Following ||
						start.kind == expr.Following || end.kind == expr.Preceding
					if start.kind > end.kind || unit == expr.Range && offsets && !ordered {
						continue
					}
					for _, batch := range []int{1, 0} {
						c := groupingContext(batch, nil)
						n := &plan.Window{Child: randomPlan(cols, rows), Cols: slices.Clone(cols)}
						if partitioned {
							n.Partition = []expr.Expr{cols[colS].Ref()}
						}
						if ordered {
							n.Order = []expr.Order{{X: cols[colN].Ref(), Desc: desc}}
						}
						key := cols[colN].Ref()
						frame := expr.Frame{Unit: unit, Start: start.bind(t, c, unit, key, desc), End: end.bind(t, c, unit, key, desc)}
						add := func(call *expr.WindowCall) {
							n.Calls = append(n.Calls, call)
							n.Cols = append(n.Cols, plan.Column{ID: expr.ColumnID(100 + len(n.Calls)), T: call.T})
						}
						for _, tc := range framedCalls {
							call := tc.bind(t, c, cols)
							add(&expr.WindowCall{Aggregate: call, T: call.T, Frame: frame})
						}
						for _, f := range []string{"first_value", "last_value", "nth_value"} {
							args := []expr.Expr{cols[colI].Ref()}
							if f == "nth_value" {
								args = append(args, intLiteral(2))
							}
							call, err := expr.NewWindowCall(resolver(c), builtin.Window(f), args, frame)
							if err != nil {
								t.Fatal(err)
							}
							add(call)
						}
						want := modelWindow(rows, unit, start, end, partitioned, ordered, desc)
						same(t, fmt.Sprint("unit ", unit, " from ", start, " to ", end, " desc ", desc), texts(t, c, n), want)
					}
				}
			}
		}
	}
}

// sortedParts is the rows as a window sorts them, by partition.
func sortedParts(rows [][]types.Value, partitioned, ordered, desc bool) [][][]types.Value {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b []types.Value) int {
		x := 0
		if partitioned {
			x = compareValues(a[colS], b[colS], colS)
		}
		if x == 0 && ordered {
			if x = compareValues(a[colN], b[colN], colN); desc {
				x = -x
			}
		}
		return x
	})
	var parts [][][]types.Value
	for i, r := range rows {
		if i == 0 || partitioned && compareValues(r[colS], rows[i-1][colS], colS) != 0 {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], r)
	}
	return parts
}

func modelWindow(rows [][]types.Value, unit expr.FrameUnit, start, end testBound, partitioned, ordered, desc bool) []string {
	cols := randomColumns()
	var out []string
	for _, part := range sortedParts(rows, partitioned, ordered, desc) {
		for i, r := range part {
			var frame [][]types.Value
			for j := range part {
				if inFrame(unit, start, end, part, i, j, ordered, desc) {
					frame = append(frame, part[j])
				}
			}
			var words []string
			for k, v := range r {
				words = append(words, word(v, &cols[k].T))
			}
			for _, tc := range framedCalls {
				words = append(words, tc.model(frame))
			}
			for _, at := range []int{0, len(frame) - 1, 1} {
				w := "NULL"
				if at >= 0 && at < len(frame) {
					w = word(frame[at][colI], &cols[colI].T)
				}
				words = append(words, w)
			}
			out = append(out, strings.Join(words, "|"))
		}
	}
	return out
}

func TestWindowFunctions(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	cols := randomColumns()
	for round := range 20 {
		rows := randomRows(r, r.IntN(80))
		partitioned, ordered, desc := round%2 == 0, round%3 != 0, round%4 == 1
		c := groupingContext([]int{1, 0}[round%2], nil)
		n := &plan.Window{Child: randomPlan(cols, rows), Cols: slices.Clone(cols)}
		if partitioned {
			n.Partition = []expr.Expr{cols[colS].Ref()}
		}
		if ordered {
			n.Order = []expr.Order{{X: cols[colN].Ref(), Desc: desc}}
		}
		column := cols[colK].Ref()
		for _, f := range []struct {
			name string
			args []expr.Expr
		}{
			{"row_number", nil}, {"rank", nil}, {"dense_rank", nil}, {"percent_rank", nil}, {"cume_dist", nil},
			{"ntile", []expr.Expr{intLiteral(4)}}, {"lag", []expr.Expr{column}},
			{"lead", []expr.Expr{column, intLiteral(2), intLiteral(-1)}}, {"lag", []expr.Expr{column, intLiteral(0)}},
		} {
			call, err := expr.NewWindowCall(resolver(c), builtin.Window(f.name), f.args, expr.Frame{})
			if err != nil {
				t.Fatal(err)
			}
			n.Calls = append(n.Calls, call)
			n.Cols = append(n.Cols, plan.Column{T: call.T})
		}
		same(t, "functions", texts(t, c, n), modelFunctions(rows, partitioned, ordered, desc))
	}
}

func modelFunctions(rows [][]types.Value, partitioned, ordered, desc bool) []string {
	cols := randomColumns()
	var out []string
	for _, part := range sortedParts(rows, partitioned, ordered, desc) {
		buckets := make([]int, 4) // the first ones get what is left
		for i := range part {
			buckets[i%4]++
		}
		for i, r := range part {
			before, peers, different := 0, 0, map[string]bool{}
			for j, o := range part {
				equal := !ordered || compareValues(o[colN], r[colN], colN) == 0
				switch {
				case equal:
					peers++
				case j < i:
					before++
					different[word(o[colN], &cols[colN].T)] = true
				}
			}
			percent := 0.0
			if len(part) > 1 {
				percent = float64(before) / float64(len(part)-1)
			}
			bucket, left := 0, i
			for left >= buckets[bucket] {
				left -= buckets[bucket]
				bucket++
			}
			at := func(j int, otherwise string) string {
				if j < 0 || j >= len(part) {
					return otherwise
				}
				return word(part[j][colK], &cols[colK].T)
			}
			var words []string
			for k, v := range r {
				words = append(words, word(v, &cols[k].T))
			}
			words = append(words, fmt.Sprint(i+1), fmt.Sprint(before+1), fmt.Sprint(len(different)+1),
				word(types.FloatValue(percent), &types.TypeDouble),
				word(types.FloatValue(float64(before+peers)/float64(len(part))), &types.TypeDouble),
				fmt.Sprint(bucket+1), at(i-1, "NULL"), at(i+2, "-1"), at(i, ""))
			out = append(out, strings.Join(words, "|"))
		}
	}
	return out
}

func TestFrameErrors(t *testing.T) {
	cols := randomColumns()
	for _, tt := range []struct {
		offset expr.Expr
		window string
		want   string
	}{
		{intLiteral(-1), "", "Window '<unnamed window>': frame start or end is negative, NULL or of non-integral type"},
		{&expr.Literal{T: types.TypeNull}, "w", "Window 'w': frame start or end is negative, NULL or of non-integral type"},
		{&expr.Literal{V: types.DecimalValue(types.NewDec(15, 1)), T: types.TypeDecimal(2, 1)}, "w", "Window 'w': frame start"},
	} {
		c := groupingContext(0, nil)
		count := testCall{name: "count"}
		call := count.bind(t, c, cols)
		frame := expr.Frame{Unit: expr.Rows, Start: expr.Bound{Kind: expr.Preceding, Offset: tt.offset}, End: expr.Bound{Kind: expr.CurrentRow}, Window: tt.window}
		n := &plan.Window{Child: randomPlan(cols, nil), Cols: cols, Calls: []*expr.WindowCall{{Aggregate: call, T: call.T, Frame: frame}}}
		op, err := Run(c, n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = op.Next(); err == nil || !strings.Contains(err.Error(), "3586") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// The frames of many partitions are computed by several goroutines, and of numbers that are too great for one sum otherwise.
func TestManyFrames(t *testing.T) {
	smallMorsels(t)
	r := rand.New(rand.NewPCG(13, 14))
	cols := randomColumns()
	rows := randomRows(r, 3000)
	for _, r := range rows[:20] {
		r[colI] = types.IntValue(math.MaxInt64)
	}
	for _, bounds := range [][2]testBound{
		{{kind: expr.UnboundedPreceding}, {kind: expr.CurrentRow}}, {{expr.Preceding, 30}, {expr.Following, 1}},
		{{expr.Following, 1}, {kind: expr.UnboundedFollowing}}, {{expr.Preceding, 1}, {expr.Preceding, 1}},
	} {
		c := groupingContext(0, nil)
		c.Workers = 3
		n := &plan.Window{
			Child: randomPlan(cols, rows), Cols: slices.Clone(cols), Partition: []expr.Expr{cols[colS].Ref()}, Order: []expr.Order{{X: cols[colN].Ref()}},
		}
		frame := expr.Frame{Unit: expr.Rows, Start: bounds[0].bind(t, c, expr.Rows, nil, false), End: bounds[1].bind(t, c, expr.Rows, nil, false)}
		for _, tc := range framedCalls {
			call := tc.bind(t, c, cols)
			n.Calls = append(n.Calls, &expr.WindowCall{Aggregate: call, T: call.T, Frame: frame})
			n.Cols = append(n.Cols, plan.Column{ID: expr.ColumnID(100 + len(n.Calls)), T: call.T})
		}
		sorted := sortedParts(rows, true, true, false)
		var want []string
		for _, part := range sorted {
			for i, r := range part {
				var words []string
				for k, v := range r {
					words = append(words, word(v, &cols[k].T))
				}
				var in [][]types.Value
				for j := range part {
					if inFrame(expr.Rows, bounds[0], bounds[1], part, i, j, true, false) {
						in = append(in, part[j])
					}
				}
				for _, tc := range framedCalls {
					words = append(words, tc.model(in))
				}
				want = append(want, strings.Join(words, "|"))
			}
		}
		same(t, fmt.Sprint("frames ", bounds), texts(t, c, n), want)
	}
}

func TestGallop(t *testing.T) {
	for n := range 20 {
		for want := range n + 1 {
			for near := range n + 1 {
				if got := gallop(n, near, func(i int) bool { return i >= want }); got != want {
					t.Errorf("%d of %d, near %d: %d", want, n, near, got)
				}
			}
		}
	}
}

func BenchmarkRunningSum(b *testing.B) {
	const n = 1_000_000
	cols := randomColumns()[:2]
	cols[1].T = cols[0].T
	r := rand.New(rand.NewPCG(11, 12))
	batch := &types.Batch{N: n, Cols: []*types.Vec{types.NewVec(&cols[0].T, n), types.NewVec(&cols[1].T, n)}}
	for i := range n {
		batch.Cols[0].I[i], batch.Cols[1].I[i] = r.Int64N(1<<40), r.Int64N(1000)
	}
	child := &plan.TableFunction{Cols: cols, Run: func(*expr.Context, []types.Value, []int) ([]*types.Batch, error) {
		return []*types.Batch{batch}, nil
	}}
	for name, frame := range map[string]expr.Frame{
		"running": {Unit: expr.Range, End: expr.Bound{Kind: expr.CurrentRow}},
		"sliding": {Unit: expr.Rows, Start: expr.Bound{Kind: expr.Preceding, Offset: intLiteral(100)}, End: expr.Bound{Kind: expr.CurrentRow}},
		"whole":   {End: expr.Bound{Kind: expr.UnboundedFollowing}},
	} {
		b.Run(name, func(b *testing.B) {
			c := groupingContext(0, nil)
			sum := testCall{name: "sum", args: []int{1}}
			call := sum.bind(b, c, cols)
			w := &plan.Window{
				Child: child, Cols: append(slices.Clone(cols), plan.Column{ID: 9, T: call.T}), Order: []expr.Order{{X: cols[0].Ref()}},
				Calls: []*expr.WindowCall{{Aggregate: call, T: call.T, Frame: frame}},
			}
			for b.Loop() {
				drainAll(b, c, w)
			}
		})
	}
}
