// Package tables declares the tables of the interview. A table is one file and
// one line in all.go; what a declaration says is everything that is known of
// it: the engine makes the table from [Table.DDL] and [Table.Rows] in whatever
// storage it has, and the reference is generated from the rest.
package tables

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// Database is the database that the tables are in and where a session starts.
const Database = "interview"

// Table declares a table.
type Table struct {
	Name        string // in the plural, as SHOW TABLES lists it
	Alias       string // the singular, which means the table where nothing else has that name; empty: the name is it
	Description string
	Columns     []Column
	PrimaryKey  []string // column names; none: the table has no key
	ForeignKeys []ForeignKey
	Notes       string // what is special about the built-in rows, where anything is
	Examples    []Example
}

// Column describes a column of a table or of a table function's answer.
type Column struct {
	Name        string
	Type        vector.Type
	Description string
}

// ForeignKey says that Column, where it is not NULL, is a value of the table
// References' column of the same name.
type ForeignKey struct {
	Column     string
	References string
}

// Example is a statement and what it answers. The reference shows it and a test
// executes it.
type Example struct {
	SQL    string
	Result string // a header line, then a line a row; tabs between columns, NULL for NULL
}

// Types that the declarations use.
var (
	Int      = vector.Type{Kind: vector.Int}
	Bool     = vector.Type{Kind: vector.Bool}
	Float    = vector.Type{Kind: vector.Float}
	Date     = vector.Type{Kind: vector.Date}
	DateTime = vector.Type{Kind: vector.DateTime}
)

// VarChar is the type of strings of at most n characters.
func VarChar(n int) vector.Type { return vector.Type{Kind: vector.String, Len: n} }

// Decimal is the type of numbers with precision digits, scale of them after the
// point.
func Decimal(precision, scale int) vector.Type {
	return vector.Type{Kind: vector.Decimal, Len: precision, Scale: scale}
}

// Find returns the table with the name, in any letter case.
func Find(name string) (*Table, bool) {
	for _, t := range All {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return nil, false
}

// FindAlias returns the table with the alias, in any letter case. No table is
// without a name, so there is none for "".
func FindAlias(alias string) (*Table, bool) {
	for _, t := range All {
		if t.Alias != "" && strings.EqualFold(t.Alias, alias) {
			return t, true
		}
	}
	return nil, false
}

// Column returns the column with the name, in any letter case.
func (t *Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Column{}, false
}

// DDL is the CREATE TABLE statement.
func (t *Table) DDL() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE `%s` (", t.Name)
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  `%s` %s", c.Name, c.Type.SQL())
	}
	if len(t.PrimaryKey) > 0 {
		fmt.Fprintf(&b, ",\n  PRIMARY KEY (`%s`)", strings.Join(t.PrimaryKey, "`, `"))
	}
	for _, fk := range t.ForeignKeys {
		fmt.Fprintf(&b, ",\n  FOREIGN KEY (`%s`) REFERENCES `%s` (`%[1]s`)", fk.Column, fk.References)
	}
	b.WriteString("\n)")
	return b.String()
}

//go:embed data/*.csv
var data embed.FS

// Insert is the INSERT statement that writes the built-in rows.
func (t *Table) Insert() (string, error) {
	rows, err := t.Rows()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO `%s` VALUES", t.Name)
	for i, row := range rows {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n(")
		for j, v := range row {
			if j > 0 {
				b.WriteString(", ")
			}
			switch t.Columns[j].Type.Kind {
			case vector.String, vector.Date, vector.DateTime:
				if v != "NULL" {
					v = "'" + strings.ReplaceAll(v, "'", "''") + "'"
				}
			}
			b.WriteString(v)
		}
		b.WriteString(")")
	}
	return b.String(), nil
}

// Rows are the built-in rows, in order, as data/<name>.csv has them: its first
// line names the columns, NULL stands for NULL.
func (t *Table) Rows() ([][]string, error) {
	name := "data/" + strings.ToLower(t.Name) + ".csv"
	f, err := data.Open(name)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(t.Columns)
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("tables: %s: %w", name, err)
	}
	for i, c := range t.Columns {
		if rows[0][i] != c.Name {
			return nil, fmt.Errorf("tables: %s: column %d is %s, not %s", name, i+1, rows[0][i], c.Name)
		}
	}
	return rows[1:], nil
}
