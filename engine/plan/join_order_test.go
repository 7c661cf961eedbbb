package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// large is a table that says it has many rows.
type large struct {
	*memory
	count int64
}

func (l *large) RowCount(*expr.Context) int64 { return l.count }

func (l *large) ColumnStatistics(_ *expr.Context, column int) plan.ColumnStatistics {
	return plan.ColumnStatistics{Distinct: float64(min(l.count, 1000)), Low: 0, High: 999, Bounded: true}
}

// TestJoinOrder: the great table is read in passing, and the small ones are looked up; what a filter leaves comes first.
func TestJoinOrder(t *testing.T) {
	for _, q := range []struct{ sql, order string }{
		{"SELECT a.s FROM a JOIN b ON b.aid = a.id", "b a"},
		{"SELECT a.s FROM c, a, b WHERE b.aid = a.id AND c.bid = b.id", "c b a"},
		{"SELECT a.s FROM c JOIN (b JOIN a ON b.aid = a.id) ON c.bid = b.id", "c b a"},
		{"SELECT a.s FROM a STRAIGHT_JOIN b ON b.aid = a.id", "a b"},
		{"SELECT STRAIGHT_JOIN a.s FROM a JOIN b ON b.aid = a.id JOIN c ON c.bid = b.id", "a b c"},
		{"SELECT a.s FROM a JOIN (b STRAIGHT_JOIN c ON c.bid = b.id) ON b.aid = a.id", "a b c"},
		{"SELECT a.s FROM a LEFT JOIN b ON b.aid = a.id", "a b"},
		{"SELECT a.s FROM a JOIN b ON b.aid = a.id WHERE b.id = 3", "a b"},
		{"SELECT a.s FROM a JOIN b ON b.aid = a.id AND a.id = 3", "a b"},
		{"SELECT d.n FROM a, LATERAL (SELECT COUNT(*) AS n FROM b WHERE b.aid = a.id) d JOIN c", "a b c"},
	} {
		c := fixture()
		for name, count := range map[string]int64{"a": 1000, "b": 100_000, "c": 1_000_000} {
			c[name].Table = &large{c[name].Table.(*memory), count}
		}
		b, after := optimized(t, c, q.sql)
		if got := strings.Join(scans(after), " "); got != q.order {
			t.Errorf("%s: the order is %s, want %s\n%s", q.sql, got, q.order, outline(after))
		}
		want, err := b.rows(b.node)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.rows(after)
		slices.Sort(want)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q (%v), want %q", q.sql, got, err, want)
		}
	}
}

// TestJoinsOfMany joins three to twelve tables, some of them empty or with rows that are equal, in any order that costs
// less than the written one.
func TestJoinsOfMany(t *testing.T) {
	defer plan.ReorderAlways()()
	reorderings := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		c := catalog{}
		n := 3 + r.IntN(4)
		if seed%40 == 0 {
			n = 11 + r.IntN(2)
		}
		var from, where []string
		for i := range n {
			name := fmt.Sprint("t", i)
			var rows []string
			for k := range r.IntN(7) + min(r.IntN(10), 1) {
				word := func() string {
					if r.IntN(5) == 0 {
						return "NULL"
					}
					return fmt.Sprint(r.IntN(4))
				}
				rows = append(rows, fmt.Sprintf("%d %s %s %s", k, word(), word(), []string{"a", "A", "b", "NULL"}[r.IntN(4)]))
			}
			c[name] = table(name, "id:i! x:i y:u s:s", []string{"", "id!", "id! x,y", "x"}[r.IntN(4)], rows...)
			condition := func() string {
				return fmt.Sprintf("t%d.%s %s %s.%s", r.IntN(i+1), []string{"id", "x", "y"}[r.IntN(3)], []string{"=", "=", "=", "=", "<", "<>", "<=>"}[r.IntN(7)],
					name, []string{"id", "x", "y"}[r.IntN(3)])
			}
			text := name
			switch kind := r.IntN(8); {
			case i == 0:
			case kind == 0:
				text = ", " + name
				where = append(where, condition())
			case kind == 1:
				text = " LEFT JOIN " + name + " ON " + condition()
			case kind == 2:
				text = fmt.Sprintf(" JOIN (%s JOIN %s AS u%d ON u%d.x = %s.x) ON %s", name, name, i, i, name, condition())
			case kind == 3:
				text = " STRAIGHT_JOIN " + name + " ON " + condition()
			case kind == 4:
				text = fmt.Sprintf(" JOIN %s ON t%d.s = %s.s", name, r.IntN(i), name)
			default:
				text = " JOIN " + name + " ON " + condition() + " AND " + condition()
			}
			if strings.HasPrefix(text, ", ") { // ON does not see what is left of a comma
				text = " JOIN " + name
			}
			from = append(from, text)
		}
		if r.IntN(2) == 0 {
			where = append(where, fmt.Sprintf("t%d.x = %d", r.IntN(n), r.IntN(4)))
		}
		if r.IntN(4) == 0 {
			where = append(where, fmt.Sprintf("t%d.id IN (SELECT x FROM t%d)", r.IntN(n), r.IntN(n)))
		}
		sql := "SELECT COUNT(*), SUM(t0.x), MAX(t1.s), COUNT(t2.y) FROM " + strings.Join(from, "")
		if r.IntN(2) == 0 {
			sql = "SELECT t0.id, t1.x, t2.s FROM " + strings.Join(from, "")
		}
		if len(where) > 0 {
			sql += " WHERE " + strings.Join(where, " AND ")
		}
		b, after := optimized(t, c, sql)
		want, err := b.rows(b.node)
		if err != nil {
			t.Fatalf("%d: %s: %v", seed, sql, err)
		}
		got, err := b.rows(after)
		if reordered(b.node, after) {
			reorderings++
			slices.Sort(want)
			slices.Sort(got)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d: %s\n got %q (%v)\nwant %q\n%s\n%s", seed, sql, got, err, want, outline(b.node), outline(after))
		}
	}
	if reorderings < 50 {
		t.Errorf("%d other orders", reorderings)
	}
}

// TestExecutedForEach: a correlated subquery whose rows are looked up is executed for each of few rows, and once for all of many.
func TestExecutedForEach(t *testing.T) {
	for _, q := range []string{
		"SELECT id, (SELECT COUNT(*) FROM b WHERE b.aid = a.id) FROM a",
		"SELECT id, (SELECT MAX(b.id) FROM b WHERE b.aid = a.id AND b.id < a.x) FROM a",
		"SELECT id, (SELECT b.id FROM b WHERE b.aid = a.id ORDER BY b.v LIMIT 1) FROM a",
		"SELECT id, EXISTS (SELECT 1 FROM b WHERE b.aid = a.id) FROM a",
	} {
		for rows, where := range map[string]string{"few": " WHERE a.id = 3", "many": ""} {
			c := fixture()
			for name, count := range map[string]int64{"a": 100_000, "b": 1_000_000} {
				c[name].Table = &large{c[name].Table.(*memory), count}
			}
			_, after := optimized(t, c, q+where)
			if joined := strings.Contains(outline(after), "join"); joined != (rows == "many") {
				t.Errorf("%s%s: of %s rows\n%s", q, where, rows, outline(after))
			}
		}
	}
}
