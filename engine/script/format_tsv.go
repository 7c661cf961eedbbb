package script

import (
	"bufio"
	"io"
	"strings"
)

// escapeTSV escapes what would break a line apart, as mysql --batch does.
var escapeTSV = strings.NewReplacer("\t", `\t`, "\n", `\n`, "\x00", `\0`, `\`, `\\`)

// writeTSV writes what mysql --batch does: a line with the columns' names and a
// line a row, tabs between the values, NULL for NULL. Unlike that client it
// writes the names where there are no rows, too.
func writeTSV(w io.Writer, columns []Column, rows Rows) error {
	out := bufio.NewWriter(w)
	out.WriteString(headerTSV(columns) + "\n")
	for row, err := range rows {
		if err != nil {
			out.Flush()
			return err
		}
		if _, err := out.WriteString(rowTSV(row) + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// headerTSV is the line with the columns' names.
func headerTSV(columns []Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = escapeTSV.Replace(c.Name)
	}
	return strings.Join(names, "\t")
}

// rowTSV is the line of a row.
func rowTSV(row [][]byte) string {
	values := make([]string, len(row))
	for i, v := range row {
		values[i] = escapeTSV.Replace(textOf(v))
	}
	return strings.Join(values, "\t")
}
