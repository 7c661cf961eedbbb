package engine

import ast "github.com/dolthub/vitess/go/vt/sqlparser"

// What vitess does not export of a column's key.
const (
	noKey ast.ColumnKeyOption = iota
	_
	_
	uniqueColumn
	uniqueKeyColumn
)

// inlineKeys puts the keys of CREATE TABLE that columns declare by UNIQUE before those that follow the columns: keys are
// made, and named, in the order of the text, and go-mysql-server's would come last.
func inlineKeys(spec *ast.TableSpec) {
	var keys []*ast.IndexDefinition
	for _, c := range spec.Columns {
		if c.Type.KeyOpt != uniqueColumn && c.Type.KeyOpt != uniqueKeyColumn {
			continue
		}
		c.Type.KeyOpt = noKey
		keys = append(keys, &ast.IndexDefinition{
			Info:    &ast.IndexInfo{Type: "unique key", Unique: true},
			Columns: []*ast.IndexColumn{{Column: c.Name}},
		})
	}
	spec.Indexes = append(keys, spec.Indexes...)
}
