package script

import (
	"encoding/csv"
	"io"
)

// writeCSV writes comma-separated values with a line of the columns' names, as
// RFC 4180 has them but for line ends of one character. NULL is an empty field,
// as an empty string is: CSV has no other word for it.
func writeCSV(w io.Writer, columns []Column, rows Rows) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.Name
	}
	out.Write(record)
	for row, err := range rows {
		if err != nil {
			out.Flush()
			return err
		}
		for i, v := range row {
			record[i] = string(v)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
