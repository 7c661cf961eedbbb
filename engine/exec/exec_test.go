package exec

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// memoryTable is a table of rows in memory. It gives them in batches of three.
type memoryTable struct {
	cols []plan.Column
	rows []string // a row a line: values divided by spaces, NULL as such
	open int      // scans that are not closed
}

func (m *memoryTable) Keys() []plan.Key             { return nil }
func (m *memoryTable) RowCount(*expr.Context) int64 { return int64(len(m.rows)) }
func (m *memoryTable) column(i int) *types.Type     { return &m.cols[i].T }
func (m *memoryTable) value(i int, s string) (v types.Value) {
	if s == "NULL" {
		return v
	}
	if m.column(i).Kind == types.JSON { // a text would be a document of that text
		return types.JSONValue(s)
	}
	v, err := types.Convert(&types.Env{}, types.StringValue(s), &text, m.column(i))
	if err != nil {
		panic(err)
	}
	return v
}

func (m *memoryTable) Open(_ *expr.Context, a plan.Access) (plan.Rows, error) {
	m.open++
	return &memoryRows{m: m, columns: a.Columns}, nil
}

type memoryRows struct {
	m       *memoryTable
	columns []int
	at      int
}

func (r *memoryRows) Close() { r.m.open-- }
func (r *memoryRows) Next() (*types.Batch, error) {
	if r.at >= len(r.m.rows) {
		return nil, nil
	}
	rows := r.m.rows[r.at:min(r.at+3, len(r.m.rows))]
	r.at += len(rows)
	out := &types.Batch{N: len(rows)}
	for _, c := range r.columns {
		v := types.NewVec(r.m.column(c), len(rows))
		for i, row := range rows {
			v.Set(i, r.m.value(c, strings.Fields(row)[c]))
		}
		out.Cols = append(out.Cols, v)
	}
	return out, nil
}

var (
	text    = types.TypeString(20, types.Binary, types.CoerceImplicit)
	number  = types.TypeInt.WithNullable(true)
	boolean = types.TypeBool.WithNullable(true)
)

var lastID expr.ColumnID

func column(name string, t types.Type) plan.Column {
	lastID++
	return plan.Column{ID: lastID, Name: name, T: t}
}

// table is a scan of rows of numbers, or of texts where the column's name is in upper case.
func table(columns string, rows ...string) *plan.Scan {
	m := &memoryTable{rows: rows}
	s := &plan.Scan{Table: m, Name: "t"}
	for i, name := range strings.Fields(columns) {
		t := number
		if name == strings.ToUpper(name) {
			ci, _ := types.ByName("utf8mb4_0900_ai_ci")
			t = types.TypeString(20, ci, types.CoerceImplicit).WithNullable(true)
		}
		m.cols = append(m.cols, column(name, t))
		s.Pos = append(s.Pos, i)
	}
	s.Cols = m.cols
	return s
}

func col(n plan.Node, i int) expr.Expr {
	c := n.Columns()[i]
	return c.Ref()
}

func lit(x int64) expr.Expr { return &expr.Literal{V: types.IntValue(x), T: types.TypeInt} }

// Operators on numbers.
func call(name string, args ...expr.Expr) expr.Expr {
	f := testFunctions[name]
	t := boolean
	if name == "+" {
		t = number
	}
	return &expr.Call{F: f, Args: args, T: t}
}

func compare(name string, is func(order int) bool) *expr.Function {
	return &expr.Function{Name: name, Scalar: func(_ *expr.Context, call *expr.Call, a []types.Value) (types.Value, error) {
		return types.BoolValue(is(types.Compare(a[0], a[1], call.Args[0].Type().Collation))), nil
	}}
}

var testFunctions = map[string]*expr.Function{
	"=": compare("=", func(order int) bool { return order == 0 }),
	"<": compare("<", func(order int) bool { return order < 0 }),
	"<=>": {Name: "<=>", KeepNull: true, Scalar: func(_ *expr.Context, call *expr.Call, a []types.Value) (types.Value, error) {
		return types.BoolValue(types.Compare(a[0], a[1], call.Args[0].Type().Collation) == 0), nil
	}},
	"+": {Name: "+", Scalar: func(_ *expr.Context, _ *expr.Call, a []types.Value) (types.Value, error) {
		return types.IntValue(a[0].I + a[1].I), nil
	}},
	"not": {Name: "not", Scalar: func(_ *expr.Context, _ *expr.Call, a []types.Value) (types.Value, error) {
		return types.BoolValue(a[0].I == 0), nil
	}},
	"and": {Name: "and", KeepNull: true, Scalar: func(_ *expr.Context, _ *expr.Call, a []types.Value) (types.Value, error) {
		switch x, y := a[0], a[1]; {
		case !x.IsNull() && x.I == 0, !y.IsNull() && y.I == 0:
			return types.BoolValue(false), nil
		case x.IsNull() || y.IsNull():
			return types.Value{}, nil
		}
		return types.BoolValue(true), nil
	}},
	// next counts its calls.
	"next": {Name: "next", Volatile: true, Scalar: func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
		called++
		return types.IntValue(called), nil
	}},
}

var called int64

func testContext(size int) *expr.Context {
	return &expr.Context{Context: context.Background(), Env: &types.Env{}, BatchSize: size}
}

func format(b *types.Batch, i int, cols []plan.Column) string {
	words := make([]string, len(b.Cols))
	for k, v := range b.Cols {
		words[k] = "NULL"
		if !v.Null(i) {
			words[k] = string(types.AppendText(nil, v, i, &cols[k].T))
		}
	}
	return strings.Join(words, " ")
}

// rowsOf executes a plan with batches of a size.
func rowsOf(t testing.TB, n plan.Node, size int) []string {
	t.Helper()
	rows, err := execute(n, testContext(size))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func execute(n plan.Node, c *expr.Context) ([]string, error) {
	op, err := Run(c, n)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	rows := []string{}
	for {
		b, err := op.Next()
		if err != nil || b == nil {
			return rows, err
		}
		if b.N == 0 || b.N > batchSize(c) {
			return nil, fmt.Errorf("a batch of %d rows", b.N)
		}
		for i := range b.N {
			rows = append(rows, format(b, i, n.Columns()))
		}
	}
}

var sizes = []int{1, 2, 3, 0}

// expectRows wants the rows of a plan whatever the size of batches, and all scans closed.
func expectRows(t *testing.T, n plan.Node, want ...string) {
	t.Helper()
	for _, size := range sizes {
		if got := rowsOf(t, n, size); !reflect.DeepEqual(got, append([]string{}, want...)) {
			t.Errorf("batches of %d: %s\n got %q\nwant %q", size, n, got, want)
		}
	}
	expectClosed(t, n)
}

func expectClosed(t *testing.T, n plan.Node) {
	t.Helper()
	if s, ok := n.(*plan.Scan); ok && s.Table.(*memoryTable).open != 0 {
		t.Errorf("%d scans are open", s.Table.(*memoryTable).open)
	}
	for _, child := range n.Children() {
		expectClosed(t, child)
	}
}

func projectOf(child plan.Node, items ...expr.Expr) *plan.Project {
	p := &plan.Project{Child: child, Items: items}
	for i, e := range items {
		p.Cols = append(p.Cols, column(fmt.Sprint("c", i), *e.Type()))
	}
	return p
}

func valuesOf(items ...expr.Expr) *plan.Values {
	n := &plan.Values{}
	for i, e := range items {
		n.Rows = append(n.Rows, []expr.Expr{e})
		if i == 0 {
			n.Cols = []plan.Column{column("v", e.Type().WithNullable(true))}
		}
	}
	return n
}

func TestStreaming(t *testing.T) {
	five := table("a b", "1 10", "2 NULL", "NULL 30", "4 40", "5 NULL")
	none := table("a b")
	for name, c := range map[string]struct {
		n    plan.Node
		want string
	}{
		"scan":           {five, "1 10,2 NULL,NULL 30,4 40,5 NULL"},
		"empty":          {none, ""},
		"filter":         {&plan.Filter{Child: five, Cond: call("<", lit(1), col(five, 0))}, "2 NULL,4 40,5 NULL"},
		"filter, number": {&plan.Filter{Child: five, Cond: col(five, 1)}, "1 10,NULL 30,4 40"},
		"project":        {projectOf(five, call("+", col(five, 0), col(five, 1)), lit(7)), "11 7,NULL 7,NULL 7,44 7,NULL 7"},
		"no columns":     {projectOf(five, lit(1)), "1,1,1,1,1"},
		"select 1":       {projectOf(&plan.Values{Rows: [][]expr.Expr{{}}}, lit(1)), "1"},
		"values":         {valuesOf(lit(1), lit(3), &expr.Literal{T: types.TypeNull}), "1,3,NULL"},
		"limit":          {&plan.Limit{Child: five, Count: lit(2)}, "1 10,2 NULL"},
		"limit 0":        {&plan.Limit{Child: five, Count: lit(0)}, ""},
		"offset":         {&plan.Limit{Child: five, Offset: lit(3)}, "4 40,5 NULL"},
		"both":           {&plan.Limit{Child: five, Offset: lit(1), Count: lit(3)}, "2 NULL,NULL 30,4 40"},
		"beyond":         {&plan.Limit{Child: five, Offset: lit(9), Count: lit(3)}, ""},
	} {
		t.Run(name, func(t *testing.T) { expectRows(t, c.n, split(c.want)...) })
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func TestTableFunction(t *testing.T) {
	cols := []plan.Column{column("n", number)}
	n := &plan.TableFunction{Name: "f", Args: []expr.Expr{lit(4)}, Cols: cols, Run: func(_ *expr.Context, a []types.Value, _ []int) ([]*types.Batch, error) {
		v := types.NewVec(&number, int(a[0].I))
		for i := range v.I {
			v.I[i] = int64(i)
		}
		return []*types.Batch{{N: 4, Cols: []*types.Vec{v}}, {N: 1, Cols: []*types.Vec{types.SameVec(&number, types.IntValue(9), 1)}}}, nil
	}}
	expectRows(t, n, "0", "1", "2", "3", "9")
}

func TestDistinctAndSets(t *testing.T) {
	l := table("a X", "1 a", "1 A", "NULL b", "2 c", "NULL B", "1 á", "2 d")
	r := table("a X", "2 C", "NULL b", "3 e", "2 c")
	none := table("a X")
	set := func(kind plan.SetKind, all bool, left, right plan.Node) plan.Node {
		return &plan.SetOp{Kind: kind, All: all, Left: left, Right: right, Cols: []plan.Column{
			column("a", left.Columns()[0].T), column("X", left.Columns()[1].T),
		}}
	}
	expectRows(t, &plan.Distinct{Child: l}, "1 a", "NULL b", "2 c", "2 d")
	expectRows(t, set(plan.Union, false, l, r), "1 a", "NULL b", "2 c", "2 d", "3 e")
	expectRows(t, set(plan.Union, true, r, r), "2 C", "NULL b", "3 e", "2 c", "2 C", "NULL b", "3 e", "2 c")
	expectRows(t, set(plan.Intersect, false, l, r), "NULL b", "2 c")
	expectRows(t, set(plan.Intersect, true, r, l), "2 C", "NULL b")
	expectRows(t, set(plan.Except, false, l, r), "1 a", "2 d")
	expectRows(t, set(plan.Except, true, l, r), "1 a", "1 A", "NULL B", "1 á", "2 d")
	expectRows(t, set(plan.Except, true, l, none), "1 a", "1 A", "NULL b", "2 c", "NULL B", "1 á", "2 d")
	expectRows(t, set(plan.Intersect, false, l, none))
	expectRows(t, set(plan.Union, false, none, none))
}

func TestCancellation(t *testing.T) {
	var rows []string
	for i := range 300 {
		rows = append(rows, fmt.Sprint(i))
	}
	a, b, c := table("a", rows...), table("b", rows...), table("c", rows...)
	cross := &plan.Join{Left: &plan.Join{Left: a, Right: b}, Right: c}
	cross.Left.(*plan.Join).Cols = append(a.Cols[:1:1], b.Cols...)
	cross.Cols = append(cross.Left.Columns(), c.Cols...)
	for name, n := range map[string]plan.Node{
		"join":      cross,
		"filter":    &plan.Filter{Child: cross, Cond: call("<", col(a, 0), lit(-1))},
		"sort":      &plan.Sort{Child: cross, Keys: []expr.Order{{X: col(a, 0)}}},
		"recursion": endless(),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			c := testContext(0)
			c.Context = &cancelAfter{Context: ctx, cancel: cancel, left: 50}
			if _, err := execute(n, c); err != context.Canceled {
				t.Errorf("err = %v", err)
			}
			expectClosed(t, n)
		})
	}
}

// cancelAfter cancels itself when it has been asked some times.
type cancelAfter struct {
	context.Context
	cancel func()
	left   int
}

func (c *cancelAfter) Err() error {
	if c.left--; c.left == 0 {
		c.cancel()
	}
	return c.Context.Err()
}
