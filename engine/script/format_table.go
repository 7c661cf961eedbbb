package script

import (
	"bufio"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// WriteTable writes a result as the mysql client's table: numbers to the right, the rest to
// the left, each character as wide as a terminal shows it. It needs all rows
// before it knows the widths. Like that client it writes nothing where there
// are no rows.
func WriteTable(w io.Writer, columns []Column, rows Rows) error {
	all, err := collect(rows)
	if err != nil || len(all) == 0 {
		return err
	}
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = text.StringWidth(c.Name)
		for _, row := range all {
			widths[i] = max(widths[i], text.StringWidth(textOf(row[i])))
		}
	}

	out := bufio.NewWriter(w)
	border := func() {
		for _, width := range widths {
			out.WriteString("+" + strings.Repeat("-", width+2))
		}
		out.WriteString("+\n")
	}
	cell := func(value string, width int, right bool) {
		padding := strings.Repeat(" ", width-text.StringWidth(value))
		if right {
			value = padding + value
		} else {
			value += padding
		}
		out.WriteString("| " + value + " ")
	}

	border()
	for i, c := range columns {
		cell(c.Name, widths[i], false)
	}
	out.WriteString("|\n")
	border()
	for _, row := range all {
		for i, c := range columns {
			cell(textOf(row[i]), widths[i], c.Numeric)
		}
		out.WriteString("|\n")
	}
	border()
	return out.Flush()
}
