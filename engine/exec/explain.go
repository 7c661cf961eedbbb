package exec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// Explain is a plan as EXPLAIN FORMAT=TREE shows it (manual 8.8.2): a line for each operator, what it
// reads below it by four spaces, then the subqueries of its expressions. With stats it is
// that of EXPLAIN ANALYZE: time is in milliseconds, rows and time are means of the loops.
func Explain(n plan.Node, stats *Stats) string {
	var text strings.Builder
	explain(n, stats).write(&text, 0)
	return text.String()
}

// ExplainJSON is a plan as EXPLAIN FORMAT=JSON shows it: an object for each operator. Its members are those
// of MySQL 8.3's explain_json_format_version = 2, as far as there is something to say: operation, inputs
// and, of the queries within expressions, subqueries.
func ExplainJSON(n plan.Node) (string, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(explain(n, nil)); err != nil {
		return "", fmt.Errorf("exec: %w", err)
	}
	return strings.TrimSpace(text.String()), nil
}

// operation is an operator as EXPLAIN shows it.
type operation struct {
	Text       string       `json:"operation"`
	Inputs     []*operation `json:"inputs,omitempty"`
	Subqueries []*operation `json:"subqueries,omitempty"`

	actual string // what EXPLAIN ANALYZE adds
}

func (o *operation) write(b *strings.Builder, depth int) {
	b.WriteString(strings.Repeat("    ", depth) + "-> " + o.Text)
	if o.actual != "" {
		b.WriteString("  " + o.actual)
	}
	b.WriteByte('\n')
	for _, list := range [][]*operation{o.Inputs, o.Subqueries} {
		for _, input := range list {
			input.write(b, depth+1)
		}
	}
}

func explain(n plan.Node, stats *Stats) *operation {
	e := &explainer{stats: stats, number: 1, shown: map[any]bool{}}
	return e.node(n)
}

type explainer struct {
	stats  *Stats
	number int          // of the last query block
	shown  map[any]bool // CTEs and queries of subqueries
}

func (e *explainer) node(n plan.Node) *operation {
	o := &operation{Text: n.String(), actual: e.actual(n)}
	r, isRef := n.(*plan.Ref)
	elsewhere := isRef && !r.Working && e.shown[r.CTE]
	if elsewhere {
		o.Text += " (query plan printed elsewhere)"
	}
	for _, child := range n.Children() {
		o.Inputs = append(o.Inputs, e.node(child))
	}
	if isRef && !r.Working && !elsewhere {
		e.shown[r.CTE] = true
		o.Inputs = append(o.Inputs, e.node(r.CTE.Query))
		if r.CTE.Step != nil {
			o.Inputs = append(o.Inputs, &operation{Text: "Repeat until convergence", Inputs: []*operation{e.node(r.CTE.Step)}})
		}
	}
	where := "condition"
	if _, ok := n.(*plan.Project); ok {
		where = "projection"
	}
	for _, x := range n.Exprs() {
		e.subqueries(o, x, where)
	}
	return o
}

func (e *explainer) subqueries(o *operation, x expr.Expr, where string) {
	expr.Walk(x, func(x expr.Expr) bool {
		s, ok := x.(*plan.Subquery)
		if !ok || e.shown[s.Query] {
			return true
		}
		e.shown[s.Query] = true
		e.number++
		o.Subqueries = append(o.Subqueries, &operation{
			Text:   fmt.Sprintf("Select #%d (subquery in %s; %s)", e.number, where, repetitionOf(s)),
			Inputs: []*operation{e.node(s.Query)},
		})
		return true
	})
}

// repetition is how often a subquery is executed, in the words of EXPLAIN FORMAT=TREE.
type repetition string

const (
	once        repetition = "run only once"
	dependent   repetition = "dependent"
	uncacheable repetition = "uncacheable"
)

func repetitionOf(s *plan.Subquery) repetition {
	u := newUses()
	u.node(s.Query)
	switch {
	case u.volatile:
		return uncacheable
	case len(u.free()) > 0:
		return dependent
	}
	return once
}

// actual is what the execution has counted.
func (e *explainer) actual(n plan.Node) string {
	if e.stats == nil {
		return ""
	}
	k := e.stats.counts[n]
	if k == nil || k.loops == 0 {
		return "(never executed)"
	}
	text := fmt.Sprintf("(actual time=%s..%s rows=%s loops=%d)",
		mean(float64(k.first)/float64(time.Millisecond), k.loops), mean(float64(k.all)/float64(time.Millisecond), k.loops),
		mean(float64(k.rows), k.loops), k.loops)
	if k.workers > 0 {
		text += fmt.Sprintf(" workers=%d", k.workers)
	}
	text += k.note
	if k.spilled > 0 {
		text += fmt.Sprintf(" (spilled=%d bytes)", k.spilled)
	}
	return text
}

// mean is a number of three significant digits, whole ones in full.
func mean(sum float64, n int64) string {
	x := sum / float64(n)
	if x == math.Trunc(x) || x >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	digits := 2 // behind the point, for numbers from 1 to 10
	if x < 1 {
		digits = min(2-int(math.Floor(math.Log10(x))), 6)
	} else if x >= 10 {
		digits = 1
	}
	s := strings.TrimRight(strconv.FormatFloat(x, 'f', digits, 64), "0")
	return strings.TrimSuffix(s, ".")
}
