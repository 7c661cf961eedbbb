package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/plan"
)

// generator makes queries that the rules have something to do with.
type generator struct {
	r     *rand.Rand
	alias int
	depth int
}

func (g *generator) pick(all ...string) string { return all[g.r.IntN(len(all))] }
func (g *generator) chance(n int) bool         { return g.r.IntN(n) == 0 }

// source is a table of FROM and its columns, qualified.
type source struct {
	text    string
	ints    []string
	strings []string
}

func (g *generator) name() string {
	g.alias++
	return fmt.Sprint("t", g.alias)
}

func (g *generator) table() source {
	a := g.name()
	ints := map[string][]string{"a": {"id", "x", "y"}, "b": {"id", "aid", "x"}, "c": {"k", "l", "z"}}
	t := g.pick("a", "b", "c")
	s := source{text: t + " AS " + a, strings: []string{a + ".s"}}
	for _, c := range ints[t] {
		s.ints = append(s.ints, a+"."+c)
	}
	return s
}

// derived is a table, or a derived one. around is what a lateral one may use.
func (g *generator) derived(around []source) source {
	if g.depth > 1 || !g.chance(3) {
		return g.table()
	}
	g.depth++
	defer func() { g.depth-- }()
	a := g.name()
	out := source{ints: []string{a + ".p", a + ".q"}, strings: []string{a + ".s"}}
	lateral := ""
	if len(around) > 0 && g.chance(2) {
		lateral = "LATERAL "
	} else {
		around = nil
	}
	var q string
	from := g.from(1 + g.r.IntN(2))
	where := g.where(from, around)
	i, j, s := g.int(from), g.int(from), g.string(from)
	switch g.r.IntN(7) {
	case 0:
		q = fmt.Sprintf("SELECT %s AS p, %s + %s AS q, %s AS s FROM %s%s", i, i, j, s, text(from), where)
	case 1:
		q = fmt.Sprintf("SELECT %s AS p, COUNT(%s) AS q, %s AS s FROM %s%s GROUP BY %s, %s", i, j, s, text(from), where, i, s)
	case 2:
		q = fmt.Sprintf("SELECT DISTINCT %s AS p, %s AS q, %s AS s FROM %s%s", i, j, s, text(from), where)
	case 3:
		q = fmt.Sprintf("SELECT %s AS p, %s AS q, %s AS s FROM %s%s UNION %sSELECT id, x, s FROM a", i, j, s, text(from), where, g.pick("", "ALL "))
	case 4:
		q = fmt.Sprintf("SELECT %s AS p, SUM(%s) OVER (PARTITION BY %s) AS q, %s AS s FROM %s%s", i, j, i, s, text(from), where)
	case 5:
		q = fmt.Sprintf("SELECT %s AS p, %s AS q, %s AS s FROM %s%s ORDER BY %s LIMIT 3", i, j, s, text(from), where, total(from))
	default:
		q = fmt.Sprintf("SELECT %s AS p, SUM(%s) AS q, MIN(%s) AS s FROM %s%s GROUP BY %s WITH ROLLUP", i, j, s, text(from), where, i)
	}
	out.text = lateral + "(" + q + ") AS " + a
	return out
}

func total(from []source) string {
	var all []string
	for _, s := range from {
		all = append(append(all, s.ints...), s.strings...)
	}
	return strings.Join(all, ", ")
}

func text(from []source) string {
	var b strings.Builder
	for _, s := range from {
		b.WriteString(s.text)
	}
	return b.String()
}

// from is what FROM has; each text has the join before it.
func (g *generator) from(n int) []source {
	from := []source{g.derived(nil)}
	for range n - 1 {
		s := g.derived(from)
		kind := g.pick(", ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ")
		if strings.HasPrefix(s.text, "LATERAL") && kind != " LEFT JOIN " {
			kind = " JOIN "
		}
		comma := slices.ContainsFunc(from, func(s source) bool { return strings.HasPrefix(s.text, ", ") })
		if comma { // ON does not see what is left of a comma
			kind = ", "
		}
		with := s
		with.text = kind + s.text
		from = append(from, with)
		if kind != ", " {
			var conds []string
			for range 1 + g.r.IntN(2) {
				conds = append(conds, g.simple(from, []source{s}))
			}
			from[len(from)-1].text += " ON " + strings.Join(conds, " AND ")
		}
	}
	return from
}

func (g *generator) int(from []source) string    { return g.pick(from[g.r.IntN(len(from))].ints...) }
func (g *generator) string(from []source) string { return g.pick(from[g.r.IntN(len(from))].strings...) }

// simple is a condition, which compares columns of some tables with those of others.
func (g *generator) simple(from, with []source) string {
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		return g.int(with) + " = " + g.int(from)
	case 4:
		return g.int(from) + g.pick(" = ", " < ", " >= ", " <> ", " <=> ") + fmt.Sprint(g.r.IntN(5))
	case 5:
		return g.string(with) + g.pick(" = ", " < ", " <> ") + g.pick("'a'", "'B'", g.string(from))
	case 6:
		return g.int(with) + " IS " + g.pick("", "NOT ") + "NULL"
	case 7:
		return fmt.Sprintf("%s BETWEEN %d AND %d", g.int(with), g.r.IntN(3), 2+g.r.IntN(3))
	case 8:
		return g.int(with) + g.pick("", " NOT") + " IN (1, 3, " + g.pick("5", "NULL") + ")"
	case 9:
		return "(" + g.simple(from, with) + " OR " + g.simple(from, with) + ")"
	case 10:
		return "NOT (" + g.simple(from, with) + ")"
	}
	return g.int(with) + " + 1 > " + g.int(from)
}

func (g *generator) condition(from, around []source) string {
	all := slices.Concat(from, around)
	if g.depth > 2 || !g.chance(3) {
		if g.chance(25) {
			return g.pick("1 = 0", "NULL", "TRUE", "1 + 1 = 2")
		}
		return g.simple(all, from)
	}
	g.depth++
	defer func() { g.depth-- }()
	in := g.from(1 + g.r.IntN(2))
	if g.chance(2) {
		around = all
	} else {
		around = nil
	}
	not := g.pick("", "NOT ")
	switch g.r.IntN(5) {
	case 0, 1:
		return fmt.Sprintf("%s %sIN (SELECT %s FROM %s%s)", g.int(from), not, g.int(in), text(in), g.where(in, around))
	case 2, 3:
		return fmt.Sprintf("%sEXISTS (SELECT 1 FROM %s%s)", not, text(in), g.where(in, all))
	}
	return fmt.Sprintf("%s > (SELECT AVG(%s) FROM %s%s)", g.int(from), g.int(in), text(in), g.where(in, around))
}

func (g *generator) where(from, around []source) string {
	var conds []string
	for range g.r.IntN(4) {
		conds = append(conds, g.condition(from, around))
	}
	if len(around) > 0 && g.chance(2) {
		conds = append(conds, g.simple(around, from))
	}
	if len(conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conds, " AND ")
}

func (g *generator) query() string {
	from := g.from(1 + g.r.IntN(3))
	where := g.where(from, nil)
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("SELECT %s, COUNT(*), SUM(%s) AS n FROM %s%s GROUP BY 1%s", g.int(from), g.int(from), text(from), where, g.pick("", " HAVING n > 2"))
	case 1:
		a := g.pick("a", "b")
		return fmt.Sprintf("WITH v AS (SELECT %s AS p, %s AS s FROM %s%s) SELECT * FROM v JOIN %s ON v.p = %s.id WHERE v.p > 1 AND %s.x IN (SELECT p FROM v)",
			g.int(from), g.string(from), text(from), where, a, a, a)
	}
	return fmt.Sprintf("SELECT %s, %s, %s + 1 FROM %s%s", g.int(from), g.string(from), g.int(from), text(from), where)
}

// data is tables of random rows.
func data(r *rand.Rand) catalog {
	word := func(nullable bool) string {
		if nullable && r.IntN(4) == 0 {
			return "NULL"
		}
		return fmt.Sprint(r.IntN(5))
	}
	text := func() string { return []string{"a", "A", "b", "B", "NULL", "c"}[r.IntN(6)] }
	var a, b, c []string
	for i := range 7 {
		a = append(a, fmt.Sprintf("%d %s %s %s", i, word(true), word(true), text()))
		b = append(b, fmt.Sprintf("%d %s %s %s", i*2, word(true), word(true), text()))
	}
	for i := range r.IntN(9) {
		c = append(c, fmt.Sprintf("%d %d %s %s", i/3, i%3, word(true), text()))
	}
	if r.IntN(10) == 0 {
		b = nil
	}
	return catalog{
		"a": table("a", "id:i! x:i y:i s:s", "id! x s", a...),
		"b": table("b", "id:u! aid:i x:i s:s", "id! aid,x", b...),
		"c": table("c", "k:i! l:i! z:i s:s", "k,l!", c...),
	}
}

// scans are the tables that a plan reads, in the order in which it joins them.
func scans(n plan.Node) []string {
	if s, ok := n.(*plan.Scan); ok {
		return []string{s.Alias}
	}
	var all []string
	for _, child := range n.Children() {
		all = append(all, scans(child)...)
	}
	return all
}

// reordered tells whether the tables of a plan are joined in another order.
func reordered(before, after plan.Node) bool {
	was, is := scans(before), scans(after)
	in := func(s []string) func(string) bool {
		return func(x string) bool { return !slices.Contains(s, x) }
	}
	return !slices.Equal(slices.DeleteFunc(slices.Clone(was), in(is)), slices.DeleteFunc(is, in(was)))
}

// TestSameRows compares what random queries answer with and without the rules.
func TestSameRows(t *testing.T) {
	count := 4000
	if testing.Short() {
		count = 400
	}
	ran, nonEmpty, semijoins := 0, 0, 0
	for seed := range count {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		c := data(r)
		g := &generator{r: r}
		sql := g.query()
		b, err := bindQuery(c, sql, 0)
		if err != nil {
			t.Errorf("%d: %s: %v", seed, sql, err)
			continue
		}
		want, err := b.rows(b.node)
		if err != nil {
			continue
		}
		after := plan.Optimize(b.c, b.node)
		got, err := b.rows(after)
		if err != nil {
			t.Errorf("%d: %s: %v\n%s", seed, sql, err, outline(after))
			continue
		}
		if strings.Contains(outline(after), "semijoin") || strings.Contains(outline(after), "antijoin") {
			semijoins++
		}
		if reordered(b.node, after) {
			slices.Sort(want)
			slices.Sort(got)
		}
		ran++
		if len(want) > 0 {
			nonEmpty++
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d: %s\n got %q\nwant %q\n%s\n%s", seed, sql, got, want, outline(b.node), outline(after))
			if t.Failed() && ran > 3000 {
				return
			}
		}
	}
	t.Logf("%d queries, %d with rows, %d with semijoins", ran, nonEmpty, semijoins)
	if nonEmpty < count/4 || semijoins < count/20 {
		t.Errorf("of %d queries %d had rows, %d semijoins", ran, nonEmpty, semijoins)
	}
}
