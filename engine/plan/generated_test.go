package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/oracletest"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// generated is the tables of the oracle's generator, which has columns of all types. Those that have no
// keys get one on each column, so that it can be looked up.
func generated(g *oracletest.Generator) catalog {
	ci, _ := types.ByName("utf8mb4_general_ci")
	bin, _ := types.ByName("utf8mb4_bin")
	kinds := map[string]types.Type{
		"id": types.TypeInt, "k": types.TypeInt, "i": types.TypeInt, "u": types.TypeUint, "n": types.TypeDecimal(6, 2), "f": types.TypeDouble,
		"d": types.TypeDate, "t": types.TypeDateTime, "h": types.TypeTime,
		"s": types.TypeString(10, ci, types.CoerceImplicit), "b": types.TypeString(10, bin, types.CoerceImplicit),
		"e": {Kind: types.Enum, Length: 3, Members: []string{"lo", "mid", "hi"}, Collation: bin, Coercibility: types.CoerceImplicit},
	}
	c := catalog{}
	for _, of := range g.Tables {
		m := &memory{}
		for i, col := range of.Columns {
			t := kinds[col.Name].WithNullable(!strings.Contains(col.DDL, "NOT NULL"))
			m.cols = append(m.cols, plan.Column{Name: col.Name, OrgName: col.Name, T: t})
			if of.Keys == "" && !col.Enum {
				m.keys = append(m.keys, plan.Key{Name: col.Name, Columns: []int{i, 0}})
			}
		}
		if of.Keys != "" {
			m.keys = []plan.Key{{Name: "PRIMARY", Columns: []int{0}, Unique: true, Primary: true}, {Name: "k", Columns: []int{1}}}
		}
		text := kinds["b"]
		for _, literals := range of.Rows {
			row := make([]types.Value, len(literals))
			for i, l := range literals {
				if l == "NULL" {
					continue
				}
				if at := strings.IndexByte(l, '\''); at >= 0 { // 'text', DATE 'date'
					l = strings.Trim(l[at:], "'")
				}
				v, err := types.Convert(environment(0), types.StringValue(l), &text, &m.cols[i].T)
				if err != nil {
					panic(err)
				}
				row[i] = v
			}
			m.rows = append(m.rows, row)
		}
		c[of.Name] = &bind.Relation{Database: "test", Name: of.Name, Table: m, Columns: m.cols}
	}
	return c
}

// TestGenerated is TestSameRows with the oracle's queries, which have all types and clauses; and batches of one row
// make no difference.
func TestGenerated(t *testing.T) {
	ran := 0
	for seed := range uint64(60) {
		g := oracletest.NewGenerator(seed)
		c := generated(g)
		for range 40 {
			sql := g.Query().SQL()
			b, err := bindQuery(c, sql, 0)
			if err != nil {
				continue // the oracle's tests care
			}
			want, err := b.rows(b.node)
			if err != nil {
				continue
			}
			ran++
			after := plan.Optimize(b.c, b.node)
			got, err := b.rows(after)
			if reordered(b.node, after) {
				slices.Sort(want)
				slices.Sort(got)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d: %s\n got %q (%v)\nwant %q\n%s\n%s", seed, sql, got, err, want, outline(b.node), outline(after))
			}
			b.c.BatchSize = 1
			single, err := b.rows(after)
			if reordered(b.node, after) {
				slices.Sort(single)
			}
			if err != nil || !slices.Equal(single, got) {
				t.Errorf("%d: %s\nrow by row %q (%v)\n  in batches %q\n%s", seed, sql, single, err, got, outline(after))
			}
		}
	}
	if ran < 2000 {
		t.Errorf("%d queries", ran)
	}
}
