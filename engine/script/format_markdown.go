package script

import (
	"bufio"
	"io"
	"strings"
)

// escapeMarkdown keeps a value within its cell.
var escapeMarkdown = strings.NewReplacer("|", `\|`, `\`, `\\`, "\r\n", "<br>", "\n", "<br>")

// writeMarkdown writes a table of GitHub's Markdown and an empty line after it,
// without which the next one would be its continuation. Numbers stand to the
// right, NULL is NULL.
func writeMarkdown(w io.Writer, columns []Column, rows Rows) error {
	out := bufio.NewWriter(w)
	for _, c := range columns {
		out.WriteString("| " + escapeMarkdown.Replace(c.Name) + " ")
	}
	out.WriteString("|\n")
	for _, c := range columns {
		if c.Numeric {
			out.WriteString("| ---: ")
		} else {
			out.WriteString("| --- ")
		}
	}
	out.WriteString("|\n")
	for row, err := range rows {
		if err != nil {
			out.Flush()
			return err
		}
		for _, v := range row {
			out.WriteString("| " + escapeMarkdown.Replace(textOf(v)) + " ")
		}
		if _, err := out.WriteString("|\n"); err != nil {
			return err
		}
	}
	out.WriteString("\n")
	return out.Flush()
}
