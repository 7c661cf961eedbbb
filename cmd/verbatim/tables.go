package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/tables"
)

func newTables() *cobra.Command {
	return newReference("tables", "Show the reference of the tables", tablesPage)
}

func tablesPage() reference {
	page := reference{
		title: "Tables",
		intro: "The interview's tables are in database " + tables.Database + ", where a session starts. " +
			"A server that starts again has their built-in rows again.",
	}
	for _, t := range tables.All {
		e := entry{
			name:        t.Name,
			signature:   t.Name,
			description: t.Description,
			lists:       []list{columnList(t.Columns)},
			examples:    t.Examples,
		}
		if t.Alias != "" {
			e.remarks = append(e.remarks, "Also answers to "+t.Alias+".")
		}
		if len(t.PrimaryKey) > 0 {
			e.remarks = append(e.remarks, "Primary key: "+strings.Join(t.PrimaryKey, ", ")+".")
		}
		for _, k := range t.ForeignKeys {
			e.remarks = append(e.remarks, "Foreign key: "+k.Column+", of "+k.References+".")
		}
		if t.Notes != "" {
			e.remarks = append(e.remarks, t.Notes)
		}
		page.entries = append(page.entries, e)
	}
	return page
}
