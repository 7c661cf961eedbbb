package script

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Format is a form that results are written in.
type Format struct {
	Name string

	// Notes tells that the format is one for people, to whom the mysql client
	// says "1 row in set" and the like.
	Notes bool

	// vertical tells that \G makes a result vertical: in the formats of the
	// mysql client. In the others it would break what reads them.
	vertical bool

	// write writes a result. It reads the rows to their end, and returns their
	// error or that of writing.
	write func(w io.Writer, columns []Column, rows Rows) error
}

var formats = []Format{
	{Name: "table", Notes: true, vertical: true, write: WriteTable},
	{Name: "tsv", vertical: true, write: writeTSV},
	{Name: "csv", write: writeCSV},
	{Name: "json", write: writeJSON},
	{Name: "jsonl", write: writeJSONLines},
	{Name: "vertical", Notes: true, write: writeVertical},
	{Name: "markdown", write: writeMarkdown},
}

// FormatNames are the names that [FindFormat] knows.
func FormatNames() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	return names
}

// FindFormat returns the format with the name. The error of an unknown one
// names those that there are.
func FindFormat(name string) (Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("script: unknown format %q, not one of %s", name, strings.Join(FormatNames(), ", "))
}

// Writer is a [Runner]'s Write that writes the results to w.
func (f Format) Writer(w io.Writer) func(parse.Statement, []Column, Rows) error {
	return func(st parse.Statement, columns []Column, rows Rows) error {
		if st.Vertical && f.vertical {
			return writeVertical(w, columns, rows)
		}
		return f.write(w, columns, rows)
	}
}

// collect keeps the rows, for a format that must see all of them before it can
// write the first. NULL stays nil.
func collect(rows Rows) ([][][]byte, error) {
	var all [][][]byte
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		kept := make([][]byte, len(row))
		for i, v := range row {
			kept[i] = slices.Clone(v)
		}
		all = append(all, kept)
	}
	return all, nil
}

// textOf is a value's text, NULL for NULL.
func textOf(value []byte) string {
	if value == nil {
		return "NULL"
	}
	return string(value)
}
