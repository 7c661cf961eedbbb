package exec

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// awkward is a table of all kinds with NULLs, duplicates and ties, in batches of different sizes. In the first
// column half of the rows are 1; the last one is the number of the row.
type awkward struct {
	cols    []plan.Column
	batches []*types.Batch
}

var awkwardTypes = []types.Type{
	types.TypeInt, types.TypeUint, types.TypeDouble, types.TypeDecimal(30, 4), types.TypeString(60, types.DefaultCollation, types.CoerceImplicit),
	types.TypeString(60, types.Binary, types.CoerceImplicit), types.TypeDate, types.TypeDateTime, types.TypeTime, types.TypeJSON, types.TypeNull,
	{Kind: types.Enum, Members: []string{"x", "y"}, Collation: types.DefaultCollation}, types.TypeInt,
}

func newAwkward(random *rand.Rand, rows, values int) *awkward {
	a := &awkward{}
	for _, t := range awkwardTypes {
		a.cols = append(a.cols, column("c", t.WithNullable(true)))
	}
	dict := &types.Dict{Values: []string{"", "Müller", "muller", "MULLER ", "z", "a longer text than others are", "ſ", "s"}}
	for at := 0; at < rows; {
		n := min(1+random.IntN(700), rows-at)
		b := &types.Batch{N: n}
		coded := random.IntN(2) == 0
		for k := range a.cols {
			t := &a.cols[k].T
			switch {
			case t.Kind == types.String && coded:
				v := types.VecOf(t, n)
				v.Dict, v.Codes = dict, make([]uint32, n)
				for i := range v.Codes {
					v.Codes[i] = uint32(random.IntN(len(dict.Values)))
					if random.IntN(9) == 0 {
						v.SetNull(i)
					}
				}
				b.Cols = append(b.Cols, v)
			case random.IntN(12) == 0 && k < len(a.cols)-1:
				b.Cols = append(b.Cols, types.SameVec(t, awkwardValue(random, t, values), n))
			default:
				v := types.NewVec(t, n)
				for i := range n {
					x := awkwardValue(random, t, values)
					if k == 0 && random.IntN(2) == 0 {
						x = types.IntValue(1)
					}
					if k == len(a.cols)-1 {
						x = types.IntValue(int64(at + i))
					}
					v.Set(i, x)
				}
				b.Cols = append(b.Cols, v)
			}
		}
		a.batches = append(a.batches, b)
		at += n
	}
	return a
}

func awkwardValue(random *rand.Rand, t *types.Type, values int) types.Value {
	n := int64(random.IntN(values)) - int64(values)/2
	if random.IntN(7) == 0 {
		return types.Value{}
	}
	switch t.Kind {
	case types.Null:
		return types.Value{}
	case types.Float:
		return types.FloatValue([]float64{0, -1 / math.Inf(1), 1.5, -2, float64(n), float64(n) / 3, 1e300}[random.IntN(7)])
	case types.Decimal:
		d, _ := types.ParseDec([]string{"0", "-0.0001", fmt.Sprint(n, ".5"), "12345678901234567890123456.7890", "-12345678901234567890123456.7891"}[random.IntN(5)])
		return types.DecimalValue(d)
	case types.String:
		return types.StringValue([]string{"", "a", "A", "á", "ab", strings.Repeat("long", 20), fmt.Sprint("v", n)}[random.IntN(7)])
	case types.JSON:
		return types.JSONValue([]string{"null", "1", `"a"`, `{"a": [1, 2]}`, fmt.Sprint(n), "1.0"}[random.IntN(6)])
	case types.Date:
		return types.DateValue(types.Civil{Year: 2000 + int(n&15), Month: 2, Day: 3}.Pack())
	case types.DateTime:
		return types.DateTimeValue(types.Civil{Year: 2000, Month: 2, Day: 3 + int(n&7), Hour: int(n & 15)}.Pack())
	case types.Enum:
		return types.Value{Kind: types.Enum, I: int64(random.IntN(3))}
	}
	return types.Value{Kind: t.Kind, I: max(n, 0)}
}

// scan reads the table.
func (a *awkward) scan() *plan.Scan {
	s := &plan.Scan{Table: a, Name: "a", Cols: a.cols}
	for i := range a.cols {
		s.Pos = append(s.Pos, i)
	}
	return s
}

func (a *awkward) Keys() []plan.Key             { return nil }
func (a *awkward) RowCount(*expr.Context) int64 { return 1 << 20 }
func (a *awkward) Open(*expr.Context, plan.Access) (plan.Rows, error) {
	return &awkwardRows{a.batches}, nil
}

type awkwardRows struct{ left []*types.Batch }

func (r *awkwardRows) Close() {}
func (r *awkwardRows) Next() (*types.Batch, error) {
	if len(r.left) == 0 {
		return nil, nil
	}
	b := r.left[0]
	r.left = r.left[1:]
	return b, nil
}

// limited is the answer of a plan under a limit of memory, as text, and how many bytes it has put to the disk.
// The temporary directory is empty behind it, and all memory is given back.
func limited(t *testing.T, n plan.Node, limit int64) (rows []string, spilled int64, err error) {
	t.Helper()
	dir := t.TempDir()
	pool := memory.NewPool(memory.None)
	c := groupingContext(0, nil)
	c.Memory, c.TempDir = pool.Statement(limit), &spill.Dir{Path: dir}
	op, stats, err := RunAnalyze(c, n)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var b *types.Batch
		if b, err = op.Next(); err != nil || b == nil {
			break
		}
		for i := range b.N {
			var row []string
			for _, v := range b.Cols {
				x := v.Value(i)
				row = append(row, fmt.Sprint(x.Kind, x.I, x.F, x.S, x.D))
			}
			rows = append(rows, strings.Join(row, "|"))
		}
	}
	op.Close()
	for _, k := range stats.counts {
		spilled += k.spilled
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left (%v)", len(files), err)
	}
	c.Memory.End()
	if pool.Held() != 0 {
		t.Errorf("%d bytes are held", pool.Held())
	}
	return rows, spilled, err
}

// sameUnderLimits runs a plan with all the memory and with less and less: the answer is the same, in its order, with rows
// on the disk, until the limit is too small and the error says so.
func sameUnderLimits(t *testing.T, n plan.Node) {
	t.Helper()
	want, _, err := limited(t, n, memory.None)
	if err != nil {
		t.Fatal(err)
	}
	spills := false
	for limit := int64(3 << 20); limit > 4000; limit = limit * 2 / 5 {
		got, spilled, err := limited(t, n, limit)
		var my *mysql.MyError
		if errors.As(err, &my) && my.Code == 3170 && strings.Contains(my.Message, "'connection_memory_limit' exceeded") {
			if !spills && spilled == 0 {
				t.Errorf("limit %d is refused before anything is spilled", limit)
			}
			return
		}
		spills = spills || spilled > 0
		if err != nil {
			t.Fatalf("limit %d: %v", limit, err)
		}
		if len(got) != len(want) {
			t.Fatalf("limit %d: %d rows, not %d", limit, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("limit %d: row %d is\n%s, not\n%s", limit, i, got[i], want[i])
			}
		}
	}
	if !spills {
		t.Error("nothing was spilled")
	}
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 2))
}

func TestSortSpills(t *testing.T) {
	random := seeded(t)
	a := newAwkward(random, 5_000, 1000)
	for range 4 {
		n := &plan.Sort{Child: a.scan()}
		var of []string
		for range 1 + random.IntN(3) {
			k := random.IntN(len(a.cols) - 1)
			n.Keys = append(n.Keys, expr.Order{X: col(n.Child, k), Desc: random.IntN(2) == 0})
			of = append(of, fmt.Sprint(a.cols[k].T.Kind))
		}
		t.Run(strings.Join(of, ","), func(t *testing.T) { sameUnderLimits(t, n) })
	}
	scan := a.scan()
	first := &plan.Sort{Child: scan, Keys: []expr.Order{{X: col(scan, 4)}}, Top: lit(4_000)}
	t.Run("the first", func(t *testing.T) { sameUnderLimits(t, first) })
}

// A full disk is MySQL's error, and leaves nothing.
func TestFullDisk(t *testing.T) {
	a := newAwkward(seeded(t), 20_000, 100)
	c := testContext(0)
	pool := memory.NewPool(memory.None)
	closed := 0
	c.Memory = pool.Statement(1 << 20)
	c.TempDir = &spill.Dir{Create: func() (spill.Storage, error) { return &fullDisk{left: 100_000, closed: &closed}, nil }}
	scan := a.scan()
	op, err := Run(c, &plan.Sort{Child: scan, Keys: []expr.Order{{X: col(scan, 4)}}})
	if err != nil {
		t.Fatal(err)
	}
	for b := (&types.Batch{}); b != nil && err == nil; {
		b, err = op.Next()
	}
	var my *mysql.MyError
	if want := "Error writing file 'disk' (OS errno 28 - No space left on device)"; !errors.As(err, &my) || my.Code != 3 || my.Message != want {
		t.Errorf("err = %v", err)
	}
	op.Close()
	if closed != 1 || pool.Held() != 0 {
		t.Errorf("%d files closed, %d bytes held", closed, pool.Held())
	}
}

// fullDisk has room for so many bytes.
type fullDisk struct {
	left   int
	closed *int
}

func (d *fullDisk) WriteAt(p []byte, _ int64) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, &os.PathError{Op: "write", Path: "disk", Err: syscall.ENOSPC}
	}
	return len(p), nil
}
func (d *fullDisk) ReadAt([]byte, int64) (int, error) { return 0, errors.New("nothing is read") }
func (d *fullDisk) Close() error                      { *d.closed++; return nil }
func (d *fullDisk) Name() string                      { return "disk" }

// Whoever is cancelled while it spills leaves no file.
func TestCancelledSpill(t *testing.T) {
	a := newAwkward(seeded(t), 20_000, 100)
	for left := 5; left < 400; left += 40 {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		c := testContext(0)
		c.Context = &cancelAfter{Context: ctx, cancel: cancel, left: left}
		pool := memory.NewPool(memory.None)
		c.Memory, c.TempDir = pool.Statement(1<<19), &spill.Dir{Path: dir}
		scan := a.scan()
		op, err := Run(c, &plan.Sort{Child: scan, Keys: []expr.Order{{X: col(scan, 4)}}})
		if err != nil {
			t.Fatal(err)
		}
		for b := (&types.Batch{}); b != nil && err == nil; {
			b, err = op.Next()
		}
		op.Close()
		cancel()
		if files, _ := os.ReadDir(dir); len(files) > 0 || pool.Held() != 0 {
			t.Errorf("cancelled at %d (%v): %d files, %d bytes", left, err, len(files), pool.Held())
		}
	}
}

// DISTINCT puts to the disk what it does not know yet, of rows that workers may have and of others.
func TestDistinctSpills(t *testing.T) {
	random := seeded(t)
	scan := newAwkward(random, 6_000, 5_000).scan()
	sameUnderLimits(t, &plan.Distinct{Child: projectOf(scan, col(scan, 1), col(scan, 4))})

	smallPartitions(t, 1<<20)
	users := days(random, 5_000, true)
	sameUnderLimits(t, &plan.Distinct{Child: projectOf(users, col(users, 1), col(users, 0))})
}

// Groups whose rows lie side by side are few among the first rows, and many in all: workers that do not have the memory for
// them leave them to one that can put them to the disk.
func TestClusteredGroupsSpill(t *testing.T) {
	d := &divisible{batch: &types.Batch{N: 12_000}, cols: []plan.Column{column("k", types.TypeDouble)}}
	k := types.NewVec(&types.TypeDouble, d.batch.N)
	for i := range k.F {
		k.F[i] = float64(i / 10)
	}
	d.batch.Cols = []*types.Vec{k}
	smallPartitions(t, 1<<20)
	scan := &plan.Scan{Table: d, Name: "t", Cols: d.cols, Pos: []int{0}}
	n := aggregateOf(t, &plan.Aggregate{Child: scan}, []int{0}, false, map[string]int{"count": 0})
	sameUnderLimits(t, n)
}

func TestJoinSpills(t *testing.T) {
	random := seeded(t)
	a, b := newAwkward(random, 4_000, 3000), newAwkward(random, 4_000, 3000)
	skewA, skewB := newAwkward(random, 1_000, 800), newAwkward(random, 1_000, 800)
	for _, kind := range []plan.JoinKind{plan.Inner, plan.Left, plan.Semi, plan.Anti, plan.Mark} {
		l, r := a.scan(), b.scan()
		join := joinOf(kind, l, r, call("=", col(l, 12), col(r, 1)))
		t.Run(fmt.Sprint(kind), func(t *testing.T) { sameUnderLimits(t, join) })

		// Half of the right side has one key, of which the rest of the condition makes few pairs.
		l, r = skewA.scan(), skewB.scan()
		join = joinOf(kind, l, r, call("and", call("=", col(l, 12), col(r, 0)), call("<", call("+", col(l, 1), lit(900)), col(r, 12))))
		t.Run(fmt.Sprint("skew", kind), func(t *testing.T) { sameUnderLimits(t, join) })
		l, r = skewA.scan(), skewB.scan()
		join = joinOf(kind, l, r, call("and", call("=", col(l, 0), col(r, 0)), call("<", call("+", col(l, 12), lit(900)), col(r, 12))))
		t.Run(fmt.Sprint("both skew", kind), func(t *testing.T) { sameUnderLimits(t, join) })

		// Without an equality.
		l, r = skewA.scan(), skewB.scan()
		join = joinOf(kind, l, r, call("<", call("+", col(l, 12), lit(900)), col(r, 12)))
		t.Run(fmt.Sprint("range", kind), func(t *testing.T) { sameUnderLimits(t, join) })
		l, r = skewA.scan(), skewB.scan()
		join = joinOf(kind, l, r, call("=", call("+", col(l, 12), col(r, 12)), lit(300)))
		t.Run(fmt.Sprint("any", kind), func(t *testing.T) { sameUnderLimits(t, join) })
	}
	l, r := a.scan(), b.scan()
	both := joinOf(plan.Left, l, r, call("and", call("=", col(l, 5), col(r, 5)), call("=", col(l, 12), col(r, 12))))
	t.Run("of texts", func(t *testing.T) { sameUnderLimits(t, both) })
	for name, keys := range map[string][2]int{"NULLs on the left": {1, 12}, "NULLs on the right": {12, 1}, "NULLs on both": {1, 0}, "texts": {4, 4}} {
		l, r := a.scan(), b.scan()
		notIn := joinOf(plan.AntiNull, l, r, call("=", col(l, keys[0]), col(r, keys[1])))
		t.Run("NOT IN, "+name, func(t *testing.T) { sameUnderLimits(t, notIn) })
	}
}

// NOT IN of several columns, beside another condition, beside an equality that must be true: with NULLs on either side.
func TestNotInSpills(t *testing.T) {
	random := seeded(t)
	a, b := newAwkward(random, 1_000, 3000), newAwkward(random, 1_000, 3000)
	for name, on := range map[string]func(l, r plan.Node) expr.Expr{
		"two": func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 1), col(r, 12)), call("=", col(l, 4), col(r, 4)))
		},
		"two NULLs": func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 1), col(r, 1)), call("=", col(l, 6), col(r, 6)))
		},
		"bound": func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 1), col(r, 1)), call("<", col(l, 12), col(r, 12)))
		},
		"no key": func(l, r plan.Node) expr.Expr { return call("<", call("+", col(l, 12), lit(900)), col(r, 1)) },
		"strict": func(l, r plan.Node) expr.Expr {
			return call("and", calling(t, "is true", call("=", col(l, 12), col(r, 1))), call("=", col(l, 1), col(r, 12)))
		},
	} {
		l, r := a.scan(), b.scan()
		n := joinOf(plan.AntiNull, l, r, on(l, r))
		t.Run(name, func(t *testing.T) { sameUnderLimits(t, n) })
	}
}

// calling is a call of the function of the name.
func calling(t *testing.T, name string, args ...expr.Expr) expr.Expr {
	t.Helper()
	call, err := expr.NewCall(resolver(groupingContext(0, nil)), builtin.Function(name), args...)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// Of rows that are as near the first is joined, wherever a part of the right side ends: there are many of the same value.
func TestNearestSpills(t *testing.T) {
	random := seeded(t)
	a, b := newAwkward(random, 2_000, 300), newAwkward(random, 2_000, 300)
	for name, test := range map[string]struct {
		on   func(l, r plan.Node) expr.Expr
		desc bool
	}{
		"of all":       {on: func(l, r plan.Node) expr.Expr { return calling(t, ">=", col(l, 12), col(r, 1)) }},
		"of all, less": {on: func(l, r plan.Node) expr.Expr { return calling(t, "<", col(l, 1), col(r, 1)) }, desc: true},
		"of a key": {on: func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 11), col(r, 11)), calling(t, ">", col(l, 12), col(r, 1)))
		}},
		"of a skewed key": {on: func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 0), col(r, 0)), calling(t, "<=", col(l, 1), col(r, 1)))
		}, desc: true},
	} {
		for _, kind := range []plan.JoinKind{plan.Inner, plan.Left} {
			l, r := a.scan(), b.scan()
			x := col(r, 1)
			right := &plan.Sort{Child: &plan.Filter{Child: r, Cond: calling(t, "is not null", x)}, Keys: []expr.Order{{X: x, Desc: test.desc}}}
			n := joinOf(kind, l, right, test.on(l, r))
			n.Nearest = true
			t.Run(fmt.Sprint(name, kind), func(t *testing.T) { sameUnderLimits(t, n) })
		}
	}
}

func TestAggregationSpills(t *testing.T) {
	random := seeded(t)
	a := newAwkward(random, 10_000, 100_000)
	for name, keys := range map[string][]int{"numbers": {0, 1}, "texts": {4, 7}, "rows": {12, 5}, "decimals": {3, 12}} {
		n := aggregateOf(t, &plan.Aggregate{Child: a.scan()}, keys, false,
			map[string]int{"count": 1 + random.IntN(5), "sum": 1 + random.IntN(5), "max": 1 + random.IntN(5), "avg": 1 + random.IntN(5)})
		t.Run(name, func(t *testing.T) { sameUnderLimits(t, n) })
	}
}

func TestSetOperationsSpill(t *testing.T) {
	random := seeded(t)
	a, b := newAwkward(random, 4_000, 3000), newAwkward(random, 4_000, 3000)
	for _, columns := range [][]int{{12}, {4, 7, 5}, {2, 9, 10}} {
		for _, kind := range []plan.SetKind{plan.Union, plan.Intersect, plan.Except} {
			for _, all := range []bool{false, true} {
				if kind == plan.Union && all {
					continue
				}
				l, r := some(a.scan(), columns), some(b.scan(), columns)
				n := &plan.SetOp{Kind: kind, All: all, Left: l, Right: r, Cols: l.Columns()}
				t.Run(fmt.Sprint(kind, all, columns), func(t *testing.T) { sameUnderLimits(t, n) })
			}
		}
	}
}

// some is some columns of a plan.
func some(n plan.Node, columns []int) plan.Node {
	var items []expr.Expr
	for _, k := range columns {
		items = append(items, col(n, k))
	}
	return projectOf(n, items...)
}

// A CTE is read twice, by a union, and by a join that has its rows twice.
func TestCTESpills(t *testing.T) {
	a := newAwkward(seeded(t), 5_000, 1000)
	cte := &plan.CTE{Query: a.scan()}
	l, r := refOf(cte, false), refOf(cte, false)
	t.Run("union", func(t *testing.T) {
		sameUnderLimits(t, &plan.SetOp{Kind: plan.Union, All: true, Left: l, Right: r, Cols: l.Columns()})
	})
	t.Run("join", func(t *testing.T) { sameUnderLimits(t, joinOf(plan.Left, l, r, call("=", col(l, 12), col(r, 1)))) })
}

// aggregateOf groups rows by columns, with calls of a function over others, DISTINCT or not.
func aggregateOf(t *testing.T, n *plan.Aggregate, keys []int, distinct bool, calls map[string]int) *plan.Aggregate {
	t.Helper()
	cols := n.Child.Columns()
	for _, k := range keys {
		n.Keys = append(n.Keys, col(n.Child, k))
		n.Cols = append(n.Cols, column("key", cols[k].T.WithNullable(true)))
	}
	for _, f := range slices.Sorted(maps.Keys(calls)) {
		call, err := expr.NewAggregateCall(resolver(groupingContext(0, nil)), builtin.Aggregate(strings.TrimRight(f, "0123456789")), distinct, []expr.Expr{col(n.Child, calls[f])}, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		n.Calls = append(n.Calls, call)
		n.Cols = append(n.Cols, column(f, call.T))
	}
	if n.Rollup {
		n.Cols = append(n.Cols, column("bits", types.TypeInt))
	}
	return n
}

// What DISTINCT has seen and what ORDER BY sorts go to the disk: of many groups, of few, of one, of each level of a rollup.
func TestStatesSpill(t *testing.T) {
	random := seeded(t)
	a := newAwkward(random, 8_000, 100_000)
	both := map[string]int{"group_concat": 12, "json_arrayagg": 4, "count1": 5}
	distinct := map[string]int{"count1": 12, "count2": 4, "sum": 1, "group_concat": 3, "json_arrayagg": 6}
	one := map[string]int{"count1": 12, "count2": 5, "sum": 3, "max": 4}
	for name, n := range map[string]*plan.Aggregate{
		"many":          aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{1}, true, distinct),
		"few":           aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{11}, true, one),
		"one":           aggregateOf(t, &plan.Aggregate{Child: a.scan()}, nil, true, one),
		"skew":          aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{0}, true, one),
		"skew of texts": aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{0, 6}, true, distinct),
		"ordered skew":  orderedBy(aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{0, 7}, true, both), 4, 2),
		"rollup":        aggregateOf(t, &plan.Aggregate{Child: a.scan(), Rollup: true}, []int{11, 0}, true, one),
		"not":           aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{0}, false, map[string]int{"group_concat": 4, "json_arrayagg": 1, "bit_or": 1, "bit_and": 12}),
		"texts":         aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{12}, false, map[string]int{"group_concat": 4}),
		"ordered":       orderedBy(aggregateOf(t, &plan.Aggregate{Child: a.scan()}, []int{0}, false, map[string]int{"group_concat": 12}), 4, 2),
		"ordered one":   orderedBy(aggregateOf(t, &plan.Aggregate{Child: a.scan()}, nil, true, map[string]int{"group_concat": 1}), 4, 2),
	} {
		t.Run(name, func(t *testing.T) { sameUnderLimits(t, n) })
	}
}

// orderedBy gives the calls an order by columns, the last one falling.
func orderedBy(n *plan.Aggregate, columns ...int) *plan.Aggregate {
	for i, call := range n.Calls {
		call := *call
		for _, k := range columns {
			call.OrderBy = append(call.OrderBy, expr.Order{X: col(n.Child, k)})
		}
		call.OrderBy[len(columns)-1].Desc = true
		n.Calls[i] = &call
	}
	return n
}

func TestRollupSpills(t *testing.T) {
	random := seeded(t)
	a := newAwkward(random, 5_000, 1000)
	for _, keys := range [][]int{{0}, {4, 7}, {12, 5}, {11, 3, 8}, {10, 0}} {
		n := aggregateOf(t, &plan.Aggregate{Child: a.scan(), Rollup: true}, keys, false, map[string]int{"count": 1, "sum": 3, "max": 5, "avg": 1})
		t.Run(fmt.Sprint(keys), func(t *testing.T) { sameUnderLimits(t, n) })
	}
}

// Sums of doubles of few groups are of the rows in their order, whether these are kept beside their groups or sorted.
func TestRollupOfDoublesSpills(t *testing.T) {
	defer func(n int) { sampledRows = n }(sampledRows)
	sampledRows = 512
	random := seeded(t)
	a := newAwkward(random, 8_000, 4)
	for _, keys := range [][]int{{11}, {11, 0}, {0, 11}} {
		n := aggregateOf(t, &plan.Aggregate{Child: a.scan(), Rollup: true}, keys, false, map[string]int{"count": 2, "sum1": 2, "sum2": 3, "avg": 2, "var_pop": 2, "max": 4})
		t.Run(fmt.Sprint(keys), func(t *testing.T) { sameUnderLimits(t, n) })
	}
}

// Windows of small partitions, of a large one, of one.
func TestWindowSpills(t *testing.T) {
	random := seeded(t)
	a := newAwkward(random, 5_000, 1000)
	for _, partition := range [][]int{{1}, {4, 7}, {0}, {12}, nil} {
		scan := a.scan()
		n := &plan.Window{Child: scan, Cols: slices.Clone(scan.Columns()), Order: []expr.Order{{X: col(scan, 3), Desc: true}, {X: col(scan, 5)}}}
		for _, k := range partition {
			n.Partition = append(n.Partition, col(scan, k))
		}
		frame := expr.Frame{Unit: expr.FrameUnit(random.IntN(2)), End: expr.Bound{Kind: expr.CurrentRow}}
		c := groupingContext(0, nil)
		for _, f := range []string{"row_number", "dense_rank", "lag", "first_value"} {
			var args []expr.Expr
			if builtin.Window(f).Min > 0 {
				args = []expr.Expr{col(scan, 4)}
			}
			call, err := expr.NewWindowCall(resolver(c), builtin.Window(f), args, frame)
			if err != nil {
				t.Fatal(err)
			}
			n.Calls = append(n.Calls, call)
		}
		for _, f := range []string{"sum", "max"} {
			call, err := expr.NewAggregateCall(resolver(c), builtin.Aggregate(f), false, []expr.Expr{col(scan, 1)}, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			n.Calls = append(n.Calls, &expr.WindowCall{Aggregate: call, T: call.T, Frame: frame})
		}
		for _, call := range n.Calls {
			n.Cols = append(n.Cols, column("w", call.T))
		}
		t.Run(fmt.Sprint(partition), func(t *testing.T) { sameUnderLimits(t, n) })
		t.Run(fmt.Sprint("less than a partition ", partition), func(t *testing.T) {
			if _, spilled, err := limited(t, n, 600_000); err != nil || spilled == 0 {
				t.Errorf("%d bytes spilled (%v)", spilled, err)
			}
		})
	}
}
