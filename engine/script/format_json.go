package script

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// writeJSON writes an array with an object a row. Numbers are numbers with all
// the digits that MySQL wrote, NULL is null, and everything else is a string,
// in which bytes that are no UTF-8 are replaced. Columns stand in their order;
// the second column of a name gets the suffix _2, and so on.
func writeJSON(w io.Writer, columns []Column, rows Rows) error {
	out := bufio.NewWriter(w)
	out.WriteString("[")
	separator := "\n"
	err := writeObjects(columns, rows, func(object []byte) error {
		out.WriteString(separator + "  ")
		separator = ",\n"
		_, err := out.Write(object)
		return err
	})
	if separator != "\n" {
		out.WriteString("\n")
	}
	out.WriteString("]\n")
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	return err
}

// writeJSONLines writes an object a line, otherwise like [writeJSON].
func writeJSONLines(w io.Writer, columns []Column, rows Rows) error {
	out := bufio.NewWriter(w)
	err := writeObjects(columns, rows, func(object []byte) error {
		_, err := out.Write(append(object, '\n'))
		return err
	})
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	return err
}

// writeObjects calls write with the object of each row, which is valid until
// the next.
func writeObjects(columns []Column, rows Rows, write func(object []byte) error) error {
	keys := objectKeys(columns)
	var object []byte
	for row, err := range rows {
		if err != nil {
			return err
		}
		object = append(object[:0], '{')
		for i, v := range row {
			if i > 0 {
				object = append(object, ", "...)
			}
			object = append(object, keys[i]...)
			object = append(object, ": "...)
			switch {
			case v == nil:
				object = append(object, "null"...)
			case columns[i].Numeric && json.Valid(v): // ZEROFILL makes numbers that JSON has no spelling for
				object = append(object, v...)
			default:
				object = append(object, quoteJSON(string(v))...)
			}
		}
		if err := write(append(object, '}')); err != nil {
			return err
		}
	}
	return nil
}

// objectKeys are the columns' names as JSON strings, each once.
func objectKeys(columns []Column) [][]byte {
	taken := map[string]bool{}
	for _, c := range columns {
		taken[c.Name] = true
	}
	seen := map[string]bool{}
	keys := make([][]byte, len(columns))
	for i, c := range columns {
		name := c.Name
		for n := 2; seen[name] || name != c.Name && taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		seen[name] = true
		keys[i] = quoteJSON(name)
	}
	return keys
}

// quoteJSON is the text as a JSON string. It leaves <, > and & as they are: the
// output is for people and for jq, not for a script element.
func quoteJSON(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
