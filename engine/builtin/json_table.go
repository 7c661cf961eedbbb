package builtin

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// JSONTableSpec is JSON_TABLE(doc, path COLUMNS (…)) (manual 14.17.6).
type JSONTableSpec struct {
	Path    *json.Path // see [ParseJSONPath]
	Columns []JSONTableColumn
}

// JSONColumnKind is what a column of JSON_TABLE shows.
type JSONColumnKind uint8

// The kinds of columns.
const (
	JSONColumnPath       JSONColumnKind = iota // name type PATH path
	JSONColumnExists                           // name type EXISTS PATH path
	JSONColumnOrdinality                       // name FOR ORDINALITY
	JSONColumnNested                           // NESTED PATH path COLUMNS (…)
)

// JSONTableColumn is a column, or a nested path with columns of its own.
type JSONTableColumn struct {
	Kind             JSONColumnKind
	Name             string
	Type             types.Type // of JSONColumnOrdinality: Uint
	Path             *json.Path
	OnEmpty, OnError JSONTableFallback
	Nested           []JSONTableColumn
}

// JSONTableFallback is what there is ON EMPTY or ON ERROR. The zero value is NULL.
type JSONTableFallback struct {
	Error   bool
	Default *string // JSON's text
}

// Leaves are the columns of the table, those of nested paths where these are.
func (s *JSONTableSpec) Leaves() []*JSONTableColumn { return leaves(s.Columns, nil) }

func leaves(columns []JSONTableColumn, out []*JSONTableColumn) []*JSONTableColumn {
	for i := range columns {
		if c := &columns[i]; c.Kind == JSONColumnNested {
			out = leaves(c.Nested, out)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// JSONTable makes the rows of a document: one for each match of the path. For each match of a
// nested path its row is there again; of nested paths side by side one after the other has
// its matches, with NULL in the columns of the others. A document that is NULL has no rows.
func JSONTable(c *expr.Context, spec *JSONTableSpec, doc types.Value) (*types.Batch, error) {
	columns := spec.Leaves()
	t := &jsonTable{c: c, row: make([]types.Value, len(columns))}
	for _, x := range columns {
		t.out = append(t.out, types.NewBuilder(&x.Type))
	}
	if !doc.IsNull() {
		parts, err := spec.parts(c, doc)
		if err != nil {
			return nil, err
		}
		for i, part := range parts {
			if i%checkedRows == 0 {
				if err := c.Cancelled(); err != nil {
					return nil, err
				}
			}
			if err := t.fill(spec.Columns, 0, part, i+1, t.emit); err != nil {
				return nil, err
			}
		}
	}
	batch := &types.Batch{N: t.rows}
	for _, b := range t.out {
		batch.Cols = append(batch.Cols, b.Vec())
	}
	return batch, nil
}

// parts are those of a document that the path matches.
func (s *JSONTableSpec) parts(c *expr.Context, doc types.Value) ([]*json.Doc, error) {
	if doc.Kind == types.JSON {
		return s.Path.SeekText(doc.S)
	}
	d, err := toDocument(c, doc, &types.Type{Kind: doc.Kind}, 1, "json_table")
	if err != nil {
		return nil, err
	}
	return s.Path.Seek(d), nil
}

type jsonTable struct {
	c    *expr.Context
	row  []types.Value
	out  []*types.Builder
	rows int
}

func (t *jsonTable) emit() error {
	for i, b := range t.out {
		b.Append(t.row[i])
	}
	t.rows++
	return nil
}

// fill computes the columns of a part, the first of which is at an index of the row, and
// calls emit for each row that they make.
func (t *jsonTable) fill(columns []JSONTableColumn, at int, part *json.Doc, number int, emit func() error) error {
	type nested struct {
		column *JSONTableColumn
		at     int
	}
	var paths []nested
	for i := range columns {
		x := &columns[i]
		if x.Kind == JSONColumnNested {
			paths = append(paths, nested{x, at})
			n := len(leaves(x.Nested, nil))
			clear(t.row[at : at+n])
			at += n
			continue
		}
		var err error
		if t.row[at], err = t.value(x, part, number); err != nil {
			return err
		}
		at++
	}
	matched := false
	for _, n := range paths {
		for i, inner := range n.column.Path.Seek(part) {
			matched = true
			if err := t.fill(n.column.Nested, n.at, inner, i+1, emit); err != nil {
				return err
			}
		}
		clear(t.row[n.at : n.at+len(leaves(n.column.Nested, nil))])
	}
	if matched {
		return nil
	}
	return emit()
}

func (t *jsonTable) value(x *JSONTableColumn, part *json.Doc, number int) (types.Value, error) {
	if x.Kind == JSONColumnOrdinality {
		return types.Value{Kind: x.Type.Kind, I: int64(number)}, nil
	}
	found := x.Path.Seek(part)
	if x.Kind == JSONColumnExists {
		exists := &json.Doc{Kind: json.Int}
		if len(found) > 0 {
			exists.I = 1
		}
		v, _, err := toSQL(t.c, exists, &x.Type)
		return v, err
	}
	if len(found) == 0 {
		return t.fallback(x, &x.OnEmpty, func() error {
			return jsonError(3665, "22035", "Missing value for JSON_TABLE column '%s'", x.Name)
		})
	}
	d := found[0]
	if x.Path.MayMatchMany() && (len(found) > 1 || x.Type.Kind == types.JSON) {
		d = json.ArrayOf(found...)
	}
	v, ok, err := toSQL(t.c, d, &x.Type)
	if err != nil || ok {
		return v, err
	}
	return t.fallback(x, &x.OnError, func() error {
		switch {
		case d.Kind == json.Array || d.Kind == json.Object:
			return jsonError(3666, "2203F", "Can't store an array or an object in the scalar JSON_TABLE column '%s'", x.Name)
		case x.Type.Kind == types.String:
			return jsonError(1406, "22001", "Data too long for column '%s' at row %d", x.Name, number)
		case d.Kind != json.String:
			return jsonError(3669, "22003", "Value is out of range for JSON_TABLE's column '%s'", x.Name)
		}
		return jsonError(3156, "22018", "Invalid JSON value for CAST to %s from column %s at row %d", castName(&x.Type), x.Name, number)
	})
}

func (t *jsonTable) fallback(x *JSONTableColumn, f *JSONTableFallback, failure func() error) (types.Value, error) {
	switch {
	case f.Error:
		return types.Value{}, failure()
	case f.Default == nil:
		return types.Value{}, nil
	}
	d, err := types.ParseJSON(t.c.Env, *f.Default, 1, "JSON_TABLE")
	if err != nil {
		return types.Value{}, err
	}
	v, ok, err := toSQL(t.c, d, &x.Type)
	if err == nil && !ok {
		err = failure()
	}
	return v, err
}
