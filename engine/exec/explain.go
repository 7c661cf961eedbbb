package exec

import (
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
	e := &explainer{stats: stats, number: 1, shown: map[any]bool{}}
	e.node(n, 0)
	return e.text.String()
}

type explainer struct {
	stats  *Stats
	text   strings.Builder
	number int          // of the last query block
	shown  map[any]bool // CTEs and queries of subqueries
}

func (e *explainer) line(depth int, text, extra string) {
	if extra != "" {
		extra = "  " + extra
	}
	fmt.Fprintf(&e.text, "%s-> %s%s\n", strings.Repeat("    ", depth), text, extra)
}

func (e *explainer) node(n plan.Node, depth int) {
	text := n.String()
	r, isRef := n.(*plan.Ref)
	elsewhere := isRef && !r.Working && e.shown[r.CTE]
	if elsewhere {
		text += " (query plan printed elsewhere)"
	}
	e.line(depth, text, e.actual(n))
	for _, child := range n.Children() {
		e.node(child, depth+1)
	}
	if isRef && !r.Working && !elsewhere {
		e.shown[r.CTE] = true
		e.node(r.CTE.Query, depth+1)
		if r.CTE.Step != nil {
			e.line(depth+1, "Repeat until convergence", "")
			e.node(r.CTE.Step, depth+2)
		}
	}
	where := "condition"
	if _, ok := n.(*plan.Project); ok {
		where = "projection"
	}
	for _, x := range n.Exprs() {
		e.subqueries(x, where, depth+1)
	}
}

func (e *explainer) subqueries(x expr.Expr, where string, depth int) {
	expr.Walk(x, func(x expr.Expr) bool {
		s, ok := x.(*plan.Subquery)
		if !ok || e.shown[s.Query] {
			return true
		}
		e.shown[s.Query] = true
		u := newUses()
		u.node(s.Query)
		how := "run only once"
		switch {
		case u.volatile:
			how = "uncacheable"
		case len(u.free()) > 0:
			how = "dependent"
		}
		e.number++
		e.line(depth, fmt.Sprintf("Select #%d (subquery in %s; %s)", e.number, where, how), "")
		e.node(s.Query, depth+1)
		return true
	})
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
	return fmt.Sprintf("(actual time=%s..%s rows=%s loops=%d)",
		mean(float64(k.first)/float64(time.Millisecond), k.loops), mean(float64(k.all)/float64(time.Millisecond), k.loops),
		mean(float64(k.rows), k.loops), k.loops)
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
