package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

func newFunctions() *cobra.Command {
	return newReference("functions", "Show the reference of the table functions and procedures", functionsPage)
}

func functionsPage() reference {
	page := reference{
		title: "Functions",
		intro: "Table functions answer the interview's questions. They stand in FROM like a table; their arguments are " +
			"literals, `@variables` and `?`. Each is defined by its SQL, in which `@name` is the argument. " +
			"Procedures are called by CALL.",
	}
	for _, f := range functions.All {
		page.entries = append(page.entries, entry{
			name:        f.Name,
			signature:   f.Name + parameters(f.Params),
			description: f.Description,
			lists:       []list{parameterList(f.Params), columnList(f.Columns)},
			sql:         f.SQL,
			examples:    f.Examples,
		})
	}
	for _, p := range functions.Procs {
		page.entries = append(page.entries, entry{
			name:        p.Name,
			signature:   "CALL " + p.Name + parameters(p.Params),
			description: p.Description,
			lists:       []list{parameterList(p.Params)},
			examples:    p.Examples,
		})
	}
	return page
}

// parameters is a parameter list as a call has it, with brackets around what
// may be left out.
func parameters(params []functions.Param) string {
	var b strings.Builder
	for i, p := range params {
		separator := ""
		if i > 0 {
			separator = ", "
		}
		if p.Default == "" {
			b.WriteString(separator + p.Name)
			continue
		}
		if i > 0 {
			b.WriteString(" ")
		}
		fmt.Fprintf(&b, "[%s%s = %s]", separator, p.Name, p.Default)
	}
	return "(" + b.String() + ")"
}

func parameterList(params []functions.Param) list {
	l := list{title: "Parameters", header: []string{"name", "type", "values", "default", "description"}}
	for _, p := range params {
		l.rows = append(l.rows, []string{p.Name, p.Type.SQL(), allowed(p), p.Default, p.Description})
	}
	return l
}

// allowed says which values of its type a parameter takes; empty: all.
func allowed(p functions.Param) string {
	switch {
	case p.OneOf != nil:
		return "'" + strings.Join(p.OneOf, "' or '") + "'"
	case p.Type.Kind != vector.Int:
		return ""
	case p.Max != 0:
		return fmt.Sprintf("%d to %d", p.Min, p.Max)
	case p.Min != math.MinInt64:
		return fmt.Sprintf("at least %d", p.Min)
	}
	return ""
}
