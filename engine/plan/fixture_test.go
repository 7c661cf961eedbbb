package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// memory is a table that gives no rows outside of a lookup, and keeps what it was asked for.
type memory struct {
	cols []plan.Column
	keys []plan.Key
	rows [][]types.Value

	opened []string // of each scan, the columns
	lookup *plan.Lookup
}

func (m *memory) Keys() []plan.Key             { return m.keys }
func (m *memory) RowCount(*expr.Context) int64 { return int64(len(m.rows)) }

func (m *memory) Open(_ *expr.Context, a plan.Access) (plan.Rows, error) {
	l, columns := a.Lookup, a.Columns
	m.lookup = l
	out := &types.Batch{}
	var names []string
	vecs := make([]*types.Builder, len(columns))
	for i, c := range columns {
		names = append(names, m.cols[c].Name)
		vecs[i] = types.NewBuilder(&m.cols[c].T)
	}
	m.opened = append(m.opened, strings.Join(names, " "))
	ordered := slices.Clone(m.rows)
	if a.Ordered {
		k := m.keys[slices.IndexFunc(m.keys, func(k plan.Key) bool { return k.Name == l.Key })]
		slices.SortStableFunc(ordered, func(x, y []types.Value) int {
			for _, c := range k.Columns {
				switch {
				case x[c].IsNull() && y[c].IsNull():
				case x[c].IsNull():
					return -1
				case y[c].IsNull():
					return 1
				default:
					if order := types.Compare(x[c], y[c], m.cols[c].T.Collation); order != 0 {
						return order
					}
				}
			}
			return 0
		})
	}
	if a.Reverse {
		slices.Reverse(ordered)
	}
	for _, r := range ordered {
		if !m.within(r, l) {
			continue
		}
		out.N++
		for i, c := range columns {
			vecs[i].Append(r[c])
		}
	}
	for _, v := range vecs {
		out.Cols = append(out.Cols, v.Vec())
	}
	return &once{out}, nil
}

// within tells whether a row is in the range of a lookup.
func (m *memory) within(row []types.Value, l *plan.Lookup) bool {
	if l == nil {
		return true
	}
	k := m.keys[slices.IndexFunc(m.keys, func(k plan.Key) bool { return k.Name == l.Key })]
	compare := func(at int, e expr.Expr) (order int, known bool) {
		v, c := e.(*expr.Literal).V, k.Columns[at]
		if v.IsNull() || row[c].IsNull() {
			return 0, false
		}
		return types.Compare(row[c], v, m.cols[c].T.Collation), true
	}
	for i, e := range l.Equal {
		if order, known := compare(i, e); !known || order != 0 {
			return false
		}
	}
	if l.From != nil {
		if order, known := compare(len(l.Equal), l.From); !known || order < 0 {
			return false
		}
	}
	if l.To != nil {
		if order, known := compare(len(l.Equal), l.To); !known || order > 0 {
			return false
		}
	}
	return true
}

type once struct{ b *types.Batch }

func (o *once) Close() {}
func (o *once) Next() (*types.Batch, error) {
	b := o.b
	o.b = nil
	if b == nil || b.N == 0 {
		return nil, nil
	}
	return b, nil
}

// column types of the tests, by a letter behind the name; an exclamation mark: NOT NULL.
var letters = map[string]types.Type{
	"i": types.TypeInt, "u": types.TypeUint, "n": types.TypeDecimal(6, 2), "f": types.TypeDouble, "d": types.TypeDate, "t": types.TypeDateTime,
	"s": types.TypeString(20, types.DefaultCollation, types.CoerceImplicit), "b": types.TypeString(20, types.Binary, types.CoerceImplicit),
}

// table declares a table: columns "id:i! name:s", keys "id! a,b" (a ! for unique ones; the first is the
// primary one), rows of values divided by spaces.
func table(name, columns, keys string, rows ...string) *bind.Relation {
	m := &memory{}
	r := &bind.Relation{Database: "test", Name: name, Table: m}
	at := make(map[string]int)
	for i, c := range strings.Fields(columns) {
		word, letter, _ := strings.Cut(c, ":")
		t := letters[strings.TrimSuffix(letter, "!")].WithNullable(!strings.HasSuffix(letter, "!"))
		m.cols = append(m.cols, plan.Column{Name: word, OrgName: word, T: t})
		at[word] = i
	}
	r.Columns = m.cols
	for i, k := range strings.Fields(keys) {
		key := plan.Key{Name: strings.TrimSuffix(k, "!"), Unique: strings.HasSuffix(k, "!"), Primary: i == 0 && strings.HasSuffix(k, "!")}
		for _, c := range strings.Split(key.Name, ",") {
			key.Columns = append(key.Columns, at[c])
		}
		m.keys = append(m.keys, key)
	}
	text := types.TypeString(20, types.Binary, types.CoerceLiteral)
	for _, line := range rows {
		row := make([]types.Value, len(m.cols))
		for i, word := range strings.Fields(line) {
			if word == "NULL" {
				continue
			}
			v, err := types.Convert(environment(0), types.StringValue(word), &text, &m.cols[i].T)
			if err != nil {
				panic(err)
			}
			row[i] = v
		}
		m.rows = append(m.rows, row)
	}
	return r
}

func environment(mode types.Mode) *types.Env {
	return &types.Env{
		Zone: time.UTC, Now: time.Unix(1700000000, 0), DivPrecisionIncrement: 4, Connection: types.DefaultCollation, Mode: mode,
		Warn: func(uint16, string) {},
	}
}

type catalog map[string]*bind.Relation

func (c catalog) Relation(database, name string) (*bind.Relation, error) {
	if r, ok := c[strings.ToLower(name)]; ok {
		return r, nil
	}
	return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, name)
}
func (c catalog) Exists(_, name string) bool                       { return c[strings.ToLower(name)] != nil }
func (c catalog) Routine(_, _ string) (bind.StoredFunction, error) { return nil, nil }

type session struct {
	expr.Session
	vars map[string]types.Value
}

func (s *session) UserVariable(name string) (types.Value, types.Type) {
	return s.vars[name], types.TypeInt
}
func (s *session) SetUserVariable(name string, v types.Value, _ types.Type) { s.vars[name] = v }
func (s *session) SystemVariable(string, string) (types.Value, types.Type, error) {
	return types.IntValue(1024), types.TypeInt, nil
}

// bound is a statement ready to be executed.
type bound struct {
	node plan.Node
	c    *expr.Context
}

func bindQuery(c catalog, text string, mode types.Mode) (*bound, error) {
	tree, err := parse.Query(text, 0)
	if err != nil {
		return nil, err
	}
	ctx := &expr.Context{
		Context: context.Background(), Env: environment(mode), Session: &session{vars: map[string]types.Value{}}, Outer: map[expr.ColumnID]types.Value{},
	}
	b := &bind.Binder{Catalog: c, Database: "test", Context: ctx, Arguments: []bind.Argument{}}
	node, err := b.Query(tree)
	if b.Assigns {
		ctx.BatchSize = 1
	}
	return &bound{node, ctx}, err
}

// rows executes a plan of the statement.
func (b *bound) rows(n plan.Node) ([]string, error) {
	c := *b.c
	c.Session = &session{vars: map[string]types.Value{}}
	op, err := exec.Run(&c, n)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	out := []string{}
	for {
		batch, err := op.Next()
		if err != nil || batch == nil {
			return out, err
		}
		for i := range batch.N {
			var words []string
			for j, v := range batch.Cols {
				word := "NULL"
				if !v.Null(i) {
					word = string(types.AppendText(nil, v, i, &n.Columns()[j].T))
				}
				words = append(words, word)
			}
			out = append(out, strings.Join(words, "|"))
		}
	}
}

// outline is a plan in lines, children indented.
func outline(n plan.Node) string {
	var b strings.Builder
	var write func(n plan.Node, depth int)
	write = func(n plan.Node, depth int) {
		b.WriteString(strings.Repeat("  ", depth) + n.String() + "\n")
		for _, child := range n.Children() {
			write(child, depth+1)
		}
	}
	write(n, 0)
	return b.String()
}

func optimized(t *testing.T, c catalog, text string) (*bound, plan.Node) {
	t.Helper()
	b, err := bindQuery(c, text, 0)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return b, plan.Optimize(b.c, b.node)
}
