package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// smallPartitions has the rows of chains divided as soon as there are some; never where partitions are great.
func smallPartitions(t *testing.T, rows int) {
	serial, morsel, partition := serialRows, morselRows, partitionRows
	serialRows, morselRows, partitionRows = 200, 7, rows
	t.Cleanup(func() { serialRows, morselRows, partitionRows = serial, morsel, partition })
}

// randomChain is operators that have a key in common over rows of a table.
func randomChain(r *rand.Rand, c *expr.Context, n plan.Node) plan.Node {
	key := []int{1, 2, 2, 3, 3, 5, 6, 7, 0}[r.IntN(9)]
	if r.IntN(3) == 0 {
		x, err := expr.NewCall(resolver(c), builtin.Function("<"), col(n, 0), lit(3))
		if err != nil {
			panic(err)
		}
		n = &plan.Filter{Child: n, Cond: x}
	}
	if r.IntN(2) == 0 { // only what is wanted, as the optimizer has it
		n = projectOf(n, col(n, key), col(n, 0), col(n, r.IntN(8)), col(n, 7))
		key = 0
	}
	for range 1 + r.IntN(3) {
		of := func(n plan.Node) expr.Expr { return col(n, r.IntN(len(n.Columns()))) }
		number := func(n plan.Node) expr.Expr {
			for range 100 {
				if e := of(n); e.Type().IsNumeric() {
					return e
				}
			}
			return lit(1)
		}
		switch r.IntN(4) {
		case 0:
			n = &plan.Distinct{Child: projectOf(n, of(n), col(n, key))}
			key = 1
		case 1:
			a := &plan.Aggregate{Child: n, Keys: []expr.Expr{of(n), col(n, key)}[r.IntN(2):]}
			if r.IntN(2) == 0 { // computed, with warnings
				x, err := expr.NewCall(resolver(c), builtin.Function("/"), a.Keys[len(a.Keys)-1], number(n))
				if err != nil {
					panic(err)
				}
				a.Keys[len(a.Keys)-1] = x
			}
			for range 1 + r.IntN(2) {
				call, err := expr.NewAggregateCall(resolver(c), builtin.Aggregate([]string{"count", "sum", "min", "avg"}[r.IntN(4)]), r.IntN(3) == 0, []expr.Expr{number(n)}, nil, "")
				if err != nil {
					panic(err)
				}
				a.Calls = append(a.Calls, call)
			}
			for _, k := range a.Keys {
				a.Cols = append(a.Cols, column("k", *k.Type()))
			}
			for _, call := range a.Calls {
				a.Cols = append(a.Cols, column("a", call.T))
			}
			key = len(a.Keys) - 1
			n = a
		default:
			w := randomWindow(r, c, n, of, number).(*plan.Window)
			w.Partition = []expr.Expr{of(n), col(n, key)}[r.IntN(2):]
			n = w
		}
		if r.IntN(3) == 0 { // it warns: divisions by zero, texts that are no numbers
			x, err := expr.NewCall(resolver(c), builtin.Function("/"), of(n), number(n))
			if err != nil {
				panic(err)
			}
			items := []expr.Expr{col(n, key), x}
			for i := range n.Columns() {
				items = append(items, col(n, i))
			}
			n, key = projectOf(n, items...), 0
		}
	}
	return n
}

// anyOrder is all that is seen of a plan whose rows may come in any order; and how its operators were divided.
func anyOrder(t *testing.T, n plan.Node, c *expr.Context) (rows, notes []string) {
	t.Helper()
	var warnings []string
	c.Mode |= types.ErrorForDivisionByZero
	c.Warn = func(code uint16, text string) { warnings = append(warnings, fmt.Sprint(code, " ", text)) }
	stats := &Stats{counts: map[plan.Node]*counts{}}
	op, err := runOrdered(c, n, stats, false)
	if err != nil {
		t.Fatal(err)
	}
	for b := (&types.Batch{}); b != nil && err == nil; {
		if b, err = op.Next(); b != nil {
			for i := range b.N {
				rows = append(rows, format(b, i, n.Columns()))
			}
		}
	}
	op.Close()
	slices.Sort(rows)
	slices.Sort(warnings)
	for _, k := range stats.counts {
		if k.note != "" {
			notes = append(notes, fmt.Sprint(k.note, " spilled=", k.spilled))
		}
	}
	return append(append(rows, fmt.Sprint("error: ", err)), slices.Compact(warnings)...), notes
}

// Partition by partition, by any number of workers, a chain's rows are those of operators over all rows.
func TestPartitionWise(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	divided := 0
	for range 200 {
		n := randomChain(r, groupingContext(0, nil), randomTable(r, []int{0, 1, 100, 121, 1025, 3000}[r.IntN(6)]))
		run := func(partition, workers int) []string {
			smallPartitions(t, partition)
			c := groupingContext(0, nil)
			c.Workers = workers
			rows, notes := anyOrder(t, n, c)
			if partition < 100 && workers == 2 {
				divided += len(notes)
			}
			return rows
		}
		want := run(1<<20, 1)
		for _, workers := range []int{1, 2, 4} {
			same(t, fmt.Sprintf("seed %d, %d workers\n%s", seed, workers, Explain(n, nil)), run(10, workers), want)
		}
	}
	if divided < 20 {
		t.Errorf("only %d chains were divided", divided)
	}
}

// days is n rows of users, with names that are equal without case: half of them, where it is skewed, are of one, and an
// eighth of NULL.
func days(r *rand.Rand, n int, skewed bool) *plan.Scan {
	d := &divisible{batch: &types.Batch{N: n}}
	dict := &types.Dict{}
	for i := range n/4 + 1 {
		dict.Values = append(dict.Values, fmt.Sprint("user", i/2), fmt.Sprint("USER", i/2))
	}
	name := types.TypeString(10, types.DefaultCollation, types.CoerceImplicit)
	user, day := types.VecOf(&name, n), types.NewVec(&types.TypeInt, n)
	user.Dict, user.Codes = dict, make([]uint32, n)
	for i := range n {
		user.Codes[i] = uint32(r.IntN(len(dict.Values)))
		switch x := r.IntN(8); {
		case skewed && x < 4:
			user.Codes[i] = 1
		case skewed && x == 4:
			user.SetNull(i)
		}
		day.I[i] = int64(r.IntN(30))
	}
	d.batch.Cols = []*types.Vec{user, day}
	d.cols = []plan.Column{column("user", name.WithNullable(true)), column("day", types.TypeInt)}
	return &plan.Scan{Table: d, Name: "t", Cols: d.cols, Pos: []int{0, 1}}
}

// streaks is the days of each user, numbered, of those that are different.
func streaks(t *testing.T, n plan.Node) plan.Node {
	d := &plan.Distinct{Child: projectOf(n, col(n, 0), col(n, 1))}
	call, err := expr.NewWindowCall(resolver(groupingContext(0, nil)), builtin.Window("row_number"), nil, expr.Frame{End: expr.Bound{Kind: expr.CurrentRow}})
	if err != nil {
		t.Fatal(err)
	}
	return &plan.Window{
		Child: d, Partition: []expr.Expr{col(d, 0)}, Order: []expr.Order{{X: col(d, 1)}}, Calls: []*expr.WindowCall{call},
		Cols: append(slices.Clone(d.Columns()), column("n", call.T)),
	}
}

// A partition that is large by skew is computed by all workers; the rows are the same.
func TestPartitionWiseSkew(t *testing.T) {
	r := seeded(t)
	for _, rows := range []int{1024, 1025, 5000} {
		n := streaks(t, days(r, rows, true))
		smallPartitions(t, 1<<20)
		c := groupingContext(0, nil)
		c.Workers = 1
		want, _ := anyOrder(t, n, c)
		smallPartitions(t, 10)
		for _, workers := range []int{1, 2, 3} {
			c := groupingContext(0, nil)
			c.Workers = workers
			got, notes := anyOrder(t, n, c)
			if len(notes) != 1 || !strings.Contains(notes[0], "partitioned by ") {
				t.Errorf("%d rows: %q", rows, notes)
			}
			same(t, fmt.Sprint(rows, " rows"), got, want)
		}
	}
}

// Where there is no memory for the rows they are on the disk until it is their partition's turn.
func TestPartitionWiseSpills(t *testing.T) {
	n := streaks(t, days(seeded(t), 20_000, false))
	smallPartitions(t, 10)
	want, _ := anyOrder(t, n, groupingContext(0, nil))
	spills := false
	for limit := int64(4 << 20); limit > 1000; limit = limit * 2 / 3 {
		dir := t.TempDir()
		pool := memory.NewPool(memory.None)
		c := groupingContext(0, nil)
		c.Workers, c.Memory, c.TempDir = 2, pool.Statement(limit), &spill.Dir{Path: dir}
		got, notes := anyOrder(t, n, c)
		c.Memory.End()
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 || pool.Held() != 0 {
			t.Errorf("limit %d: %d files are left (%v), %d bytes are held", limit, len(files), err, pool.Held())
		}
		if strings.Contains(got[len(got)-1], "'connection_memory_limit' exceeded") {
			if !spills {
				t.Errorf("limit %d is refused before anything is spilled", limit)
			}
			t.Logf("the least limit is %d", limit*3/2)
			return
		}
		spills = spills || len(notes) > 0 && !strings.Contains(notes[0], "spilled=0")
		same(t, fmt.Sprint("limit ", limit), got, want)
	}
	t.Error("nothing was too small")
}

// Errors are the same however many workers there are, and who is cancelled holds nothing.
func TestPartitionWiseEnds(t *testing.T) {
	smallPartitions(t, 10)
	scan := ascending(3000)
	p := projectOf(scan, &expr.Call{F: failing(1700, false), Args: []expr.Expr{col(scan, 0)}, T: types.TypeInt})
	for _, workers := range []int{1, 2, 4} {
		c := groupingContext(0, nil)
		c.Workers = workers
		if got, _ := anyOrder(t, &plan.Distinct{Child: p}, c); !slices.Contains(got, "error: error of 1699") {
			t.Errorf("%d workers: %s", workers, got[len(got)-1])
		}
	}
	for left := 5; left < 3000; left += 171 {
		scan := ascending(3000)
		ctx, cancel := context.WithCancel(context.Background())
		c := groupingContext(0, nil)
		pool := memory.NewPool(memory.None)
		c.Context, c.Workers, c.Memory = &cancelAfter{Context: ctx, cancel: cancel, left: left}, 1, pool.Statement(memory.None)
		op, err := runOrdered(c, &plan.Distinct{Child: scan}, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		for b := (&types.Batch{}); b != nil && err == nil; {
			b, err = op.Next()
		}
		op.Close()
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) || pool.Held() != 0 {
			t.Errorf("cancelled at %d: %v, %d bytes are held", left, err, pool.Held())
		}
	}
}

// The order of rows is free where nobody sees it: below a sum that does not depend on it, a sort of all there is.
func TestUnordered(t *testing.T) {
	scan := table("a b C")
	group := func(n plan.Node) *plan.Aggregate {
		return &plan.Aggregate{Child: n, Keys: []expr.Expr{col(n, 0)}, Cols: []plan.Column{n.Columns()[0]}}
	}
	count := func(name string, n plan.Node, of int) *plan.Aggregate {
		call, err := expr.NewAggregateCall(resolver(groupingContext(0, nil)), builtin.Aggregate(name), false, []expr.Expr{col(n, of)}, nil, ",")
		if err != nil {
			t.Fatal(err)
		}
		return &plan.Aggregate{Child: n, Calls: []*expr.AggregateCall{call}, Cols: []plan.Column{column("n", call.T)}}
	}
	sort := func(n plan.Node, top expr.Expr, keys ...int) *plan.Sort {
		s := &plan.Sort{Child: n, Top: top}
		for _, k := range keys {
			s.Keys = append(s.Keys, expr.Order{X: col(n, k)})
		}
		return s
	}
	texts := &plan.Distinct{Child: projectOf(scan, col(scan, 2))}
	pairs := &plan.Distinct{Child: projectOf(scan, col(scan, 0), col(scan, 1))}
	for what, x := range map[string]struct {
		n    plan.Node
		free bool
	}{
		"the result":                       {group(scan), false},
		"its rows are counted":             {count("count", group(scan), 0), true},
		"their least number":               {count("min", group(scan), 0), true},
		"the least of texts":               {count("min", texts, 0), false},
		"joined texts":                     {count("group_concat", texts, 0), false},
		"a limit":                          {&plan.Limit{Child: group(scan), Count: lit(1)}, false},
		"sorted by all columns":            {sort(pairs, nil, 0, 1), true},
		"sorted by a column":               {sort(pairs, nil, 0), false},
		"sorted by a column, then counted": {count("count", sort(pairs, nil, 0), 0), true},
		"the first by a column, counted":   {count("count", sort(pairs, lit(3), 0), 0), false},
		"sorted by the key":                {sort(group(scan), lit(3), 0), true},
		"texts that are different":         {sort(texts, nil, 0), true},
		"texts that may not be":            {sort(projectOf(texts, col(texts, 0)), nil, 0), false},
	} {
		b := &builder{free: map[plan.Node]bool{}}
		b.unordered(x.n, false)
		n := x.n
		for {
			below := n
			if len(n.Children()) > 0 {
				below = n.Children()[0]
			}
			if n = below; n == plan.Node(scan) || chainOf(n) != nil {
				break
			}
		}
		if what == "the result" {
			n = x.n
		}
		if b.free[n] != x.free {
			t.Errorf("%s: free is %v", what, b.free[n])
		}
	}
}
