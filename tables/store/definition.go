package store

import "fmt"

// Kind is how a column's values are kept.
type Kind uint8

// The kinds, with the Go type of their values. NULL is nil in each.
const (
	Int    Kind = iota // int64
	Uint               // uint64
	Float              // float64
	String             // string; each different one is kept once a column
	Any                // any other Go value, which nobody may change any more
)

// String is the Go type of the kind's values.
func (k Kind) String() string {
	switch k {
	case Int:
		return "int64"
	case Uint:
		return "uint64"
	case Float:
		return "float64"
	case String:
		return "string"
	case Any:
		return "any"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Row is a value for each column: nil for NULL, else of the Go type of the
// column's [Kind].
type Row []any

// RowID names a version of a row within its table. An update gives the row
// another one; none is used again. The rows that a transaction inserts have IDs
// that only it knows, until its commit gives them theirs.
type RowID uint64

// TableID names a table through all its versions, whatever it is called. None
// is used again.
type TableID uint64

// Definition describes a table. Nobody may change it once the store has it.
type Definition struct {
	Columns []Kind
	Indexes []Index
	Meta    any // what the layer above knows of the table; the store does not look at it
}

// Index describes a key of a table, unique or not.
type Index struct {
	Name    string // within the definition, another than the others'
	Columns []int  // of the table, at least one
	Unique  bool   // no two rows have the same key; keys with a NULL are equal to nothing
	Primary bool   // at most one; it is unique too, and the order of [Tx.Scan]

	// Compare has a function for each of Columns. It orders two values of the
	// column, neither NULL, as cmp.Compare does: values that it calls equal are
	// one key. NULL sorts before everything.
	Compare []func(a, b any) int
}

func (x *Index) unique() bool { return x.Unique || x.Primary }

// primary is the index that orders the table, or nil.
func (d *Definition) primary() *Index {
	for i := range d.Indexes {
		if d.Indexes[i].Primary {
			return &d.Indexes[i]
		}
	}
	return nil
}

// validate refuses what is no description of a table.
func (d *Definition) validate() error {
	names := map[string]bool{}
	primary := false
	for i := range d.Indexes {
		x := &d.Indexes[i]
		switch {
		case names[x.Name]:
			return fmt.Errorf("store: two indexes are called %s", x.Name)
		case x.Primary && primary:
			return fmt.Errorf("store: index %s is a second primary key", x.Name)
		case len(x.Columns) == 0 || len(x.Columns) != len(x.Compare):
			return fmt.Errorf("store: index %s has %d columns and %d comparisons", x.Name, len(x.Columns), len(x.Compare))
		}
		for _, c := range x.Columns {
			if c < 0 || c >= len(d.Columns) {
				return fmt.Errorf("store: index %s has a column %d of %d", x.Name, c, len(d.Columns))
			}
		}
		names[x.Name] = true
		primary = primary || x.Primary
	}
	return nil
}

// check refuses a row whose values are not of the columns' types.
func (d *Definition) check(row Row) error {
	if len(row) != len(d.Columns) {
		return fmt.Errorf("store: a row of %d values for %d columns", len(row), len(d.Columns))
	}
	for i, v := range row {
		if !d.Columns[i].holds(v) {
			return fmt.Errorf("store: column %d holds %s, not %T", i, d.Columns[i], v)
		}
	}
	return nil
}

// holds tells whether a value is of the kind's Go type, or nil.
func (k Kind) holds(v any) bool {
	switch v.(type) {
	case nil:
		return true
	case int64:
		return k == Int || k == Any
	case uint64:
		return k == Uint || k == Any
	case float64:
		return k == Float || k == Any
	case string:
		return k == String || k == Any
	}
	return k == Any
}
