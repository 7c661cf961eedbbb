package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

func (n *Scan) String() string {
	name := n.Name
	if n.Alias != "" && n.Alias != n.Name {
		name = n.Alias
	}
	if n.Lookup == nil {
		return "Table scan on " + name + n.skips()
	}
	reverse := ""
	if n.Reverse {
		reverse = " (reverse)"
	}
	if n.Lookup.Bounds() == 0 {
		return fmt.Sprintf("Index scan on %s using %s%s%s", name, n.Lookup.Key, reverse, n.skips())
	}
	var conditions []string
	for _, e := range n.Lookup.Equal {
		conditions = append(conditions, "= "+e.String())
	}
	if n.Lookup.From != nil {
		conditions = append(conditions, ">= "+n.Lookup.From.String())
	}
	if n.Lookup.To != nil {
		conditions = append(conditions, "<= "+n.Lookup.To.String())
	}
	return fmt.Sprintf("Index lookup on %s using %s (%s)%s", name, n.Lookup.Key, strings.Join(conditions, ", "), reverse)
}

func (n *Values) String() string {
	if len(n.Cols) == 0 {
		return "Rows fetched before execution"
	}
	return fmt.Sprintf("Values (%d rows)", len(n.Rows))
}

func (n *TableFunction) String() string {
	return fmt.Sprintf("Table function %s(%s)", n.Name, list(n.Args))
}
func (n *JSONTable) String() string { return "Materialize table function json_table" }
func (n *Filter) String() string    { return "Filter: " + n.Cond.String() }
func (n *Project) String() string   { return "Project: " + list(n.Items) }

func (n *Join) String() string {
	words := map[JoinKind]string{
		Inner: "inner join", Left: "left join", Semi: "semijoin", Anti: "antijoin", AntiNull: "antijoin (null-aware)", Mark: "mark join",
	}[n.Kind]
	if n.Lateral {
		words = "lateral " + words
	}
	if n.Nearest {
		words = "nearest " + words
	}
	if n.On == nil {
		return "Join: " + words
	}
	return fmt.Sprintf("Join: %s on %s", words, n.On)
}

func (n *Aggregate) String() string {
	var calls []string
	for _, c := range n.Calls {
		calls = append(calls, aggregateText(c))
	}
	text := "Aggregate: " + strings.Join(calls, ", ")
	if len(n.Keys) > 0 {
		text = fmt.Sprintf("Group aggregate by %s: %s", list(n.Keys), strings.Join(calls, ", "))
	}
	if n.Rollup {
		text += " with rollup"
	}
	return text
}

func aggregateText(c *expr.AggregateCall) string {
	args := list(c.Args)
	switch {
	case len(c.Args) == 0:
		args = "*"
	case c.Distinct:
		args = "distinct " + args
	}
	return fmt.Sprintf("%s(%s)", c.F.Name, args)
}

func (n *Window) String() string {
	var calls []string
	for _, c := range n.Calls {
		if c.Aggregate != nil {
			calls = append(calls, aggregateText(c.Aggregate))
		} else {
			calls = append(calls, fmt.Sprintf("%s(%s)", c.Function.Name, list(c.Args)))
		}
	}
	text := "Window: " + strings.Join(calls, ", ")
	if len(n.Partition) > 0 {
		text += " partition by " + list(n.Partition)
	}
	if len(n.Order) > 0 {
		text += " order by " + order(n.Order)
	}
	if n.Top > 0 {
		text += fmt.Sprintf(", limit each partition to rank %d", n.Top)
	}
	return text
}

func order(keys []expr.Order) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = k.X.String()
		if k.Desc {
			words[i] += " DESC"
		}
	}
	return strings.Join(words, ", ")
}

func (n *Sort) String() string {
	text := "Sort: " + order(n.Keys)
	if n.Top != nil {
		text += fmt.Sprintf(", limit input to %s row(s)", n.Top)
	}
	return text
}

func (n *Limit) String() string {
	switch {
	case n.Count == nil:
		return fmt.Sprintf("Offset: %s row(s)", n.Offset)
	case n.Offset == nil:
		return fmt.Sprintf("Limit: %s row(s)", n.Count)
	}
	return fmt.Sprintf("Limit/Offset: %s/%s row(s)", n.Count, n.Offset)
}

func (n *Distinct) String() string { return "Remove duplicates" }

func (n *SetOp) String() string {
	words := [...]string{"Union", "Intersect", "Except"}[n.Kind]
	if n.All {
		return words + " all"
	}
	return words
}

func (n *Ref) String() string {
	switch {
	case n.Working:
		return "Scan new records on " + n.CTE.Name
	case n.CTE.Step != nil:
		return "Materialize recursive CTE " + n.CTE.Name
	case n.CTE.Name == "":
		return "Materialize derived table " + n.Cols[0].Table
	}
	return "Materialize CTE " + n.CTE.Name
}

// skips names the columns by whose values parts of the table may be skipped.
func (n *Scan) skips() string {
	if len(n.Ranges) == 0 {
		return ""
	}
	var names []string
	for _, r := range n.Ranges {
		name := r.Name
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return ", skipping by " + strings.Join(names, ", ")
}
