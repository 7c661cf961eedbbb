package exec

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// maxLenSession is a session that has group_concat_max_len.
type maxLenSession struct {
	expr.Session
	max uint64
}

func (s maxLenSession) SystemVariable(string, string) (types.Value, types.Type, error) {
	return types.UintValue(s.max), types.TypeUint, nil
}

func groupingContext(batch int, warnings *[]string) *expr.Context {
	return &expr.Context{
		Context: context.Background(),
		Env: &types.Env{
			Zone: time.UTC, DivPrecisionIncrement: 4, Connection: types.DefaultCollation,
			Warn: func(code uint16, text string) {
				if warnings != nil {
					*warnings = append(*warnings, fmt.Sprint(code, " ", text))
				}
			},
		},
		Session: maxLenSession{max: 1024}, BatchSize: batch,
	}
}

func resolver(c *expr.Context) *expr.Resolver { return &expr.Resolver{Env: c.Env, Context: c} }

// randomPlan is a plan of rows.
func randomPlan(cols []plan.Column, rows [][]types.Value) plan.Node {
	return &plan.TableFunction{Cols: cols, Run: func(*expr.Context, []types.Value, []int) ([]*types.Batch, error) {
		b := &types.Batch{N: len(rows)}
		for i := range cols {
			v := types.NewBuilder(&cols[i].T)
			for _, r := range rows {
				v.Append(r[i])
			}
			b.Cols = append(b.Cols, v.Vec())
		}
		return []*types.Batch{b}, nil
	}}
}

// texts is the rows of a plan, as text.
func texts(t *testing.T, c *expr.Context, n plan.Node) []string {
	t.Helper()
	op, err := Run(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	cols := n.Columns()
	var out []string
	for {
		b, err := op.Next()
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			return out
		}
		if b.N == 0 || b.N > batchSize(c) {
			t.Fatalf("a batch of %d rows", b.N)
		}
		for i := range b.N {
			var words []string
			for j, v := range b.Cols {
				words = append(words, word(v.Value(i), &cols[j].T))
			}
			out = append(out, strings.Join(words, "|"))
		}
	}
}

func word(v types.Value, t *types.Type) string {
	if v.IsNull() {
		return "NULL"
	}
	return string(types.AppendValue(nil, v, t))
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			var g, w string
			if i < len(got) {
				g = got[i]
			}
			if i < len(want) {
				w = want[i]
			}
			if g != w {
				t.Fatalf("%s: row %d of %d, %d\n got %s\nwant %s", what, i, len(got), len(want), g, w)
			}
		}
	}
}

// The columns of the random rows.
const (
	colK = iota // 0 to 4
	colS        // letters, equal without case
	colI        // whole numbers, also near the ends
	colU
	colD // DECIMAL(30,2)
	colF // halves: their sums are exact
	colN // 0 to 20: to be sorted by
)

func randomColumns() []plan.Column {
	nullable := func(t types.Type) types.Type { return t.WithNullable(true) }
	ts := []types.Type{
		nullable(types.TypeInt), nullable(types.TypeString(10, types.DefaultCollation, types.CoerceImplicit)),
		nullable(types.TypeInt), nullable(types.TypeUint), nullable(types.TypeDecimal(30, 2)), nullable(types.TypeDouble),
		nullable(types.TypeInt),
	}
	cols := make([]plan.Column, len(ts))
	for i, t := range ts {
		cols[i] = plan.Column{ID: expr.ColumnID(i + 1), Name: string(rune('a' + i)), T: t}
	}
	return cols
}

func randomRows(r *rand.Rand, n int) [][]types.Value {
	rows := make([][]types.Value, n)
	for i := range rows {
		ends := []int64{1<<63 - 1, -1 << 63, 0, 1}
		row := []types.Value{
			types.IntValue(r.Int64N(5)),
			types.StringValue(string("aAbBcCdD"[r.IntN(8)])),
			types.IntValue(r.Int64N(200) - 100),
			types.UintValue(r.Uint64N(10)),
			types.DecimalValue(types.NewDec(r.Int64N(20000)-10000, 2)),
			types.FloatValue(float64(r.Int64N(100)) / 2),
			types.IntValue(r.Int64N(21)),
		}
		if r.IntN(5) == 0 {
			row[colI] = types.IntValue(ends[r.IntN(len(ends))])
			row[colU] = types.UintValue(uint64(ends[r.IntN(len(ends))]))
			d, _ := types.ParseDec([]string{"9999999999999999999999999999.99", "-12345678901234567890.12"}[r.IntN(2)])
			row[colD] = types.DecimalValue(d)
		}
		for j := range row {
			if r.IntN(6) == 0 {
				row[j] = types.Value{}
			}
		}
		rows[i] = row
	}
	return rows
}

// testCall is an aggregate on columns: "sum distinct 2".
type testCall struct {
	name     string
	distinct bool
	args     []int
	order    []int // a negative number: descending
}

func (tc *testCall) bind(t testing.TB, c *expr.Context, cols []plan.Column) *expr.AggregateCall {
	t.Helper()
	var args []expr.Expr
	for _, a := range tc.args {
		args = append(args, cols[a].Ref())
	}
	var order []expr.Order
	for _, o := range tc.order {
		order = append(order, expr.Order{X: cols[max(o, -o)].Ref(), Desc: o < 0})
	}
	call, err := expr.NewAggregateCall(resolver(c), builtin.Aggregate(tc.name), tc.distinct, args, order, ",")
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// compareValues orders two values of a column; letters without case.
func compareValues(a, b types.Value, col int) int {
	switch {
	case a.IsNull() || b.IsNull():
		return cmp.Compare(boolInt(!a.IsNull()), boolInt(!b.IsNull()))
	case col == colS:
		return strings.Compare(strings.ToLower(a.S), strings.ToLower(b.S))
	case col == colU:
		return cmp.Compare(a.Uint(), b.Uint())
	case col == colD:
		return a.D.Cmp(b.D)
	case col == colF:
		return cmp.Compare(a.F, b.F)
	}
	return cmp.Compare(a.I, b.I)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rat is a number of a column, exactly.
func rat(v types.Value, col int) *big.Rat {
	switch col {
	case colU:
		return new(big.Rat).SetInt(new(big.Int).SetUint64(v.Uint()))
	case colD:
		x, _ := new(big.Rat).SetString(v.D.String())
		return x
	case colF:
		return new(big.Rat).SetFloat64(v.F)
	}
	return new(big.Rat).SetInt64(v.I)
}

// model is what an aggregate is of some rows, by its definition.
func (tc *testCall) model(rows [][]types.Value) string {
	if len(tc.args) == 0 {
		return fmt.Sprint(len(rows))
	}
	col := tc.args[0]
	var values []types.Value
	var kept [][]types.Value
rows:
	for _, r := range rows {
		for _, a := range tc.args {
			if r[a].IsNull() {
				continue rows
			}
		}
		for _, k := range kept {
			if tc.distinct && !slices.ContainsFunc(tc.args, func(a int) bool { return compareValues(k[a], r[a], a) != 0 }) {
				continue rows
			}
		}
		kept = append(kept, r)
	}
	slices.SortStableFunc(kept, func(a, b []types.Value) int {
		for _, o := range tc.order {
			k := max(o, -o)
			if x := compareValues(a[k], b[k], k); x != 0 {
				return x * cmp.Compare(o, 0)
			}
		}
		return 0
	})
	for _, r := range kept {
		values = append(values, r[col])
	}
	if tc.name == "count" {
		return fmt.Sprint(len(values))
	}
	if len(values) == 0 {
		switch tc.name {
		case "bit_and":
			return "18446744073709551615"
		case "bit_or", "bit_xor":
			return "0"
		}
		return "NULL"
	}
	cols := randomColumns()
	switch tc.name {
	case "min", "max":
		best := values[0]
		for _, v := range values {
			if x := compareValues(v, best, col); x < 0 && tc.name == "min" || x > 0 && tc.name == "max" {
				best = v
			}
		}
		return word(best, &cols[col].T)
	case "group_concat":
		var words []string
		for _, r := range kept {
			w := ""
			for _, a := range tc.args {
				w += word(r[a], &cols[a].T)
			}
			words = append(words, w)
		}
		return strings.Join(words, ",")
	case "bit_and", "bit_or", "bit_xor":
		x := values[0].Uint()
		for _, v := range values[1:] {
			switch tc.name {
			case "bit_and":
				x &= v.Uint()
			case "bit_or":
				x |= v.Uint()
			default:
				x ^= v.Uint()
			}
		}
		return fmt.Sprint(x)
	}
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, rat(v, col))
	}
	scale := 0
	if col == colD {
		scale = 2
	}
	if tc.name == "avg" {
		sum.Quo(sum, big.NewRat(int64(len(values)), 1))
		scale += 4
	}
	if tc.name == "var_pop" {
		mean := new(big.Rat).Quo(sum, big.NewRat(int64(len(values)), 1))
		sum.SetInt64(0)
		for _, v := range values {
			d := new(big.Rat).Sub(rat(v, col), mean)
			sum.Add(sum, d.Mul(d, d))
		}
		sum.Quo(sum, big.NewRat(int64(len(values)), 1))
	}
	if col == colF {
		f, _ := sum.Float64()
		return word(types.FloatValue(f), &types.TypeDouble)
	}
	return strings.TrimPrefix(decimalText(sum, scale), "+")
}

// decimalText rounds half away from zero; FloatString does.
func decimalText(x *big.Rat, scale int) string {
	s := x.FloatString(scale)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

var testCalls = []testCall{
	{name: "count"}, {name: "count", args: []int{colI}}, {name: "count", distinct: true, args: []int{colS}},
	{name: "count", distinct: true, args: []int{colS, colN}},
	{name: "sum", args: []int{colI}}, {name: "sum", args: []int{colU}}, {name: "sum", args: []int{colD}}, {name: "sum", args: []int{colF}},
	{name: "sum", distinct: true, args: []int{colI}}, {name: "sum", distinct: true, args: []int{colD}},
	{name: "avg", args: []int{colI}}, {name: "avg", args: []int{colU}}, {name: "avg", args: []int{colD}}, {name: "avg", args: []int{colF}},
	{name: "avg", distinct: true, args: []int{colN}},
	{name: "min", args: []int{colI}}, {name: "max", args: []int{colI}}, {name: "min", args: []int{colU}}, {name: "max", args: []int{colU}},
	{name: "min", args: []int{colS}}, {name: "max", args: []int{colS}}, {name: "max", args: []int{colD}}, {name: "min", args: []int{colF}},
	{name: "bit_and", args: []int{colU}}, {name: "bit_or", args: []int{colU}}, {name: "bit_xor", args: []int{colI}},
	{name: "group_concat", args: []int{colN, colS}}, {name: "group_concat", distinct: true, args: []int{colS}},
	{name: "group_concat", args: []int{colN}, order: []int{-colN}},
	{name: "group_concat", distinct: true, args: []int{colS}, order: []int{colS, -colI}},
}

// aggregatePlan groups by columns.
func aggregatePlan(t testing.TB, c *expr.Context, child plan.Node, keys []int, calls []testCall, rollup bool) *plan.Aggregate {
	cols := child.Columns()
	n := &plan.Aggregate{Child: child, Rollup: rollup}
	id := expr.ColumnID(100)
	add := func(ty types.Type) {
		n.Cols = append(n.Cols, plan.Column{ID: id, T: ty})
		id++
	}
	for _, k := range keys {
		n.Keys = append(n.Keys, cols[k].Ref())
		add(cols[k].T)
	}
	for _, tc := range calls {
		call := tc.bind(t, c, cols)
		n.Calls = append(n.Calls, call)
		add(call.T)
	}
	if rollup {
		add(types.TypeInt)
	}
	return n
}

// modelGroups is the answer of GROUP BY by its definition, in the order of the groups' first rows.
func modelGroups(rows [][]types.Value, keys []int, calls []testCall) []string {
	cols := randomColumns()
	var groups [][][]types.Value
	if len(keys) == 0 {
		groups = [][][]types.Value{nil}
	}
rows:
	for _, r := range rows {
		for i, g := range groups {
			if !slices.ContainsFunc(keys, func(k int) bool { return compareValues(g[0][k], r[k], k) != 0 }) {
				groups[i] = append(g, r)
				continue rows
			}
		}
		groups = append(groups, [][]types.Value{r})
	}
	var out []string
	for _, g := range groups {
		var words []string
		for _, k := range keys {
			words = append(words, word(g[0][k], &cols[k].T))
		}
		for _, tc := range calls {
			words = append(words, tc.model(g))
		}
		out = append(out, strings.Join(words, "|"))
	}
	return out
}

func TestAggregate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 12 {
		rows := randomRows(r, r.IntN(200))
		for _, keys := range [][]int{nil, {colK}, {colS}, {colU}, {colD}, {colK, colS}} {
			want := modelGroups(rows, keys, testCalls)
			for _, batch := range []int{1, 7, 0} {
				c := groupingContext(batch, nil)
				n := aggregatePlan(t, c, randomPlan(randomColumns(), rows), keys, testCalls, false)
				same(t, fmt.Sprint(keys), texts(t, c, n), want)
			}
		}
	}
}

func TestSumOfThirds(t *testing.T) {
	third, _ := types.NewDec(1, 0).DivLong(types.NewDec(3, 0), 4)
	cols := []plan.Column{{ID: 1, T: types.TypeInt}, {ID: 2, T: types.TypeDecimal(14, 4)}}
	row := []types.Value{types.IntValue(1), types.DecimalValue(third)}
	sum := []testCall{{name: "sum", args: []int{1}}}
	c := groupingContext(0, nil)
	child := randomPlan(cols, [][]types.Value{row, row, row})
	same(t, "all", texts(t, c, aggregatePlan(t, c, child, nil, sum, false)), []string{"1.0000"})
	same(t, "by key", texts(t, c, aggregatePlan(t, c, child, []int{0}, sum, false)), []string{"1|0.9999"})
	sum = append(sum, testCall{name: "count", distinct: true, args: []int{0}})
	same(t, "sorted", texts(t, c, aggregatePlan(t, c, child, []int{0}, sum, false)), []string{"1|1.0000|1"})
}

// modelRollUp: the rows sorted by the keys; behind the groups of equal first keys the row of
// all of them.
func modelRollUp(rows [][]types.Value, keys []int, calls []testCall, level int, bits int) []string {
	cols := randomColumns()
	if len(rows) == 0 {
		return nil
	}
	var out []string
	if level < len(keys) {
		k := keys[level]
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && compareValues(rows[from][k], rows[to][k], k) == 0 {
				to++
			}
			out = append(out, modelRollUp(rows[from:to], keys, calls, level+1, 0)...)
			from = to
		}
	}
	var words []string
	for i, k := range keys {
		if i < level {
			words = append(words, word(rows[0][k], &cols[k].T))
		} else {
			words = append(words, "NULL")
			bits |= 1 << (len(keys) - 1 - i)
		}
	}
	for _, tc := range calls {
		words = append(words, tc.model(rows))
	}
	return append(out, strings.Join(append(words, fmt.Sprint(bits)), "|"))
}

func TestRollUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		rows := randomRows(r, r.IntN(100))
		for _, keys := range [][]int{{colK}, {colK, colS}, {colS, colU, colK}} {
			byKeys := slices.Clone(rows)
			slices.SortStableFunc(byKeys, func(a, b []types.Value) int {
				for _, k := range keys {
					if x := compareValues(a[k], b[k], k); x != 0 {
						return x
					}
				}
				return 0
			})
			want := modelRollUp(byKeys, keys, testCalls, 0, 0)
			for _, batch := range []int{1, 0} {
				c := groupingContext(batch, nil)
				n := aggregatePlan(t, c, randomPlan(randomColumns(), rows), keys, testCalls, true)
				same(t, fmt.Sprint(keys), texts(t, c, n), want)
			}
		}
	}
}

func BenchmarkGroupInts(b *testing.B) {
	for _, groups := range []int64{1000, 500_000} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) {
			const n = 1_000_000
			cols := randomColumns()[:2]
			cols[1].T = cols[0].T
			r := rand.New(rand.NewPCG(5, 6))
			batch := &types.Batch{N: n, Cols: []*types.Vec{types.NewVec(&cols[0].T, n), types.NewVec(&cols[1].T, n)}}
			for i := range n {
				batch.Cols[0].I[i], batch.Cols[1].I[i] = r.Int64N(groups), r.Int64N(1000)
			}
			child := &plan.TableFunction{Cols: cols, Run: func(*expr.Context, []types.Value, []int) ([]*types.Batch, error) {
				return []*types.Batch{batch}, nil
			}}
			c := groupingContext(0, nil)
			plan := aggregatePlan(b, c, child, []int{0}, []testCall{{name: "sum", args: []int{1}}, {name: "count"}}, false)
			for b.Loop() {
				drainAll(b, c, plan)
			}
		})
	}
}

func drainAll(b *testing.B, c *expr.Context, n plan.Node) {
	op, err := Run(c, n)
	if err != nil {
		b.Fatal(err)
	}
	defer op.Close()
	for {
		rows, err := op.Next()
		if err != nil {
			b.Fatal(err)
		}
		if rows == nil {
			return
		}
	}
}
