package script

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// writeVertical writes a line a column, with a line of asterisks before each
// row, as the mysql client does after \G.
func writeVertical(w io.Writer, columns []Column, rows Rows) error {
	labels := make([]string, len(columns))
	width := 0
	for _, c := range columns {
		width = max(width, text.StringWidth(c.Name))
	}
	for i, c := range columns {
		labels[i] = strings.Repeat(" ", width-text.StringWidth(c.Name)) + c.Name
	}

	out := bufio.NewWriter(w)
	asterisks := strings.Repeat("*", 27)
	n := 0
	for row, err := range rows {
		if err != nil {
			out.Flush()
			return err
		}
		n++
		fmt.Fprintf(out, "%s %d. row %s\n", asterisks, n, asterisks)
		for i, v := range row {
			if _, err := fmt.Fprintf(out, "%s: %s\n", labels[i], textOf(v)); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
