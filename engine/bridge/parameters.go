package bridge

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	tidb "github.com/pingcap/tidb/pkg/parser/types"
)

// parameters is information_schema.PARAMETERS: those of the routines that databases keep,
// and what their functions return, at position 0.
type parameters struct {
	sql.Table
	catalog sql.Catalog
}

// AssignCatalog implements sql.CatalogTable.
func (p *parameters) AssignCatalog(c sql.Catalog) sql.Table { return &parameters{p.Table, c} }

// PartitionRows implements sql.Table.
func (p *parameters) PartitionRows(ctx *sql.Context, _ sql.Partition) (sql.RowIter, error) {
	var rows []sql.Row
	if p.catalog == nil {
		return sql.RowsToRowIter(), nil
	}
	for _, db := range p.catalog.AllDatabases(ctx) {
		d, ok := db.(RoutineDatabase)
		if !ok {
			continue
		}
		for _, s := range d.Routines(ctx) {
			r, _, err := s.Parse()
			if err != nil || r == nil {
				continue // what the routine says when it is called
			}
			add := func(position int, mode, name any, text string, t *tidb.FieldType) {
				values := map[string]any{
					"SPECIFIC_CATALOG": "def", "SPECIFIC_SCHEMA": db.Name(), "SPECIFIC_NAME": s.Name, "ORDINAL_POSITION": position,
					"PARAMETER_MODE": mode, "PARAMETER_NAME": name, "DATA_TYPE": typeName(text), "DTD_IDENTIFIER": lowerType(text), "ROUTINE_TYPE": s.Kind(),
				}
				if t != nil {
					describeType(values, typeName(text), t)
				}
				row := make(sql.Row, len(p.Schema()))
				for i, c := range p.Schema() {
					if row[i] = values[c.Name]; row[i] != nil {
						if row[i], _, err = c.Type.Convert(ctx, row[i]); err != nil {
							row[i] = nil
						}
					}
				}
				rows = append(rows, row)
			}
			if r.Returns != nil {
				add(0, nil, nil, r.ReturnsText, r.Returns)
			}
			for i, param := range r.Params {
				var mode any = param.Mode
				if param.Mode == "" || s.Function {
					mode = "IN"
				}
				add(i+1, mode, param.Name, param.TypeText, param.Type)
			}
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// typeName is the name of a type as it is written, without what follows it.
func typeName(text string) string {
	name := strings.ToLower(strings.FieldsFunc(text+" ", func(c rune) bool { return c == '(' || c == ' ' })[0])
	if name == "integer" {
		return "int"
	}
	return name
}

// lowerType is a type as it is written, in lower case but for the texts in it.
func lowerType(text string) string {
	if i := strings.IndexAny(text, `'"`); i >= 0 {
		return strings.ToLower(text[:i]) + text[i:]
	}
	return strings.ToLower(text)
}

// describeType adds the lengths and places of a type (manual 28.3.20).
func describeType(values map[string]any, name string, t *tidb.FieldType) {
	precision := map[string]int{"tinyint": 3, "smallint": 5, "mediumint": 7, "int": 10, "bigint": 19, "float": 12, "double": 22}
	switch name {
	case "decimal", "numeric":
		length, scale := 10, 0
		if t.GetFlen() > 0 {
			length, scale = t.GetFlen(), max(t.GetDecimal(), 0)
		}
		values["NUMERIC_PRECISION"], values["NUMERIC_SCALE"] = length, scale
	case "char", "varchar":
		length := max(t.GetFlen(), 1)
		values["CHARACTER_MAXIMUM_LENGTH"], values["CHARACTER_OCTET_LENGTH"] = length, 4*length
		values["CHARACTER_SET_NAME"], values["COLLATION_NAME"] = "utf8mb4", "utf8mb4_0900_ai_ci"
	case "datetime", "timestamp", "time":
		values["DATETIME_PRECISION"] = max(t.GetDecimal(), 0)
	default:
		if n, ok := precision[name]; ok {
			values["NUMERIC_PRECISION"] = n
			if name != "float" && name != "double" {
				values["NUMERIC_SCALE"] = 0
			}
		}
	}
}
