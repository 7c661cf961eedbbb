package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Errors of foreign keys that the list of go-mysql lacks.
const (
	erFKNoColumnParent      = 3734
	erFKIncompatibleColumns = 3780
)

// newForeignKey is a foreign key that a statement declares.
type newForeignKey struct {
	name            string // "": none is given
	said            string // the constraint's name, given or not
	database, table string
	columns         []string
	parentDatabase  string
	parent          string
	parentColumns   []string
	setsNull        bool
	column          func(name string) (t types.Type, notNull, ok bool) // of the table
}

// foreignKey is one that ALTER TABLE adds.
func (a alteration) foreignKey(name string, fk *ast.ForeignKeyDefinition) newForeignKey {
	own, _ := a.t.GetDeclaredForeignKeys(a.x.ctx)
	n := newForeignKey{
		name: name, said: name, database: a.t.Database(), table: a.t.Name(), columns: names(fk.Source),
		parentDatabase: fk.ReferencedTable.DbQualifier.String(), parent: fk.ReferencedTable.Name.String(), parentColumns: names(fk.ReferencedColumns),
		setsNull: fk.OnDelete == ast.SetNull || fk.OnUpdate == ast.SetNull,
		column: func(name string) (types.Type, bool, bool) {
			c := columnOf(a.t, name)
			if c == nil {
				return types.Type{}, false, false
			}
			return bridge.TypeOf(c.Type, c.Nullable), !c.Nullable, true
		},
	}
	if name == "" {
		n.said = fmt.Sprintf("%s_ibfk_%d", n.table, len(own)+1)
	}
	return n
}

func names(columns ast.Columns) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.String()
	}
	return all
}

// foreignKeys are those of CREATE TABLE.
func (d *tableDefinition) foreignKeys(database string, n *tidb.CreateTableStmt) []newForeignKey {
	var all []newForeignKey
	var primary []string // its columns take no NULL, said or not
	for _, k := range n.Constraints {
		for _, p := range k.Keys {
			if k.Tp == tidb.ConstraintPrimaryKey && p.Column != nil {
				primary = append(primary, p.Column.Name.O)
			}
		}
	}
	for _, k := range n.Constraints {
		if k.Tp != tidb.ConstraintForeignKey || k.Refer == nil {
			continue
		}
		fk := newForeignKey{name: k.Name, said: k.Name, database: database, table: d.name, parentDatabase: k.Refer.Table.Schema.O, parent: k.Refer.Table.Name.O}
		if k.Name == "" {
			fk.said = fmt.Sprintf("%s_ibfk_%d", d.name, len(all)+1)
		}
		for _, p := range k.Keys {
			if p.Column != nil {
				fk.columns = append(fk.columns, p.Column.Name.O)
			}
		}
		for _, p := range k.Refer.IndexPartSpecifications {
			if p.Column != nil {
				fk.parentColumns = append(fk.parentColumns, p.Column.Name.O)
			}
		}
		fk.setsNull = k.Refer.OnDelete != nil && k.Refer.OnDelete.ReferOpt == tidb.ReferOptionSetNull ||
			k.Refer.OnUpdate != nil && k.Refer.OnUpdate.ReferOpt == tidb.ReferOptionSetNull
		fk.column = func(name string) (types.Type, bool, bool) {
			c := d.column(tidb.NewCIStr(name))
			if c == nil {
				return types.Type{}, false, false
			}
			return c.t, c.notNull || slices.ContainsFunc(primary, func(p string) bool { return strings.EqualFold(p, name) }), true
		}
		all = append(all, fk)
	}
	return all
}

// checkForeignKey is MySQL's error of a foreign key that cannot be (prepare_fk_names and check_fk_parent of sql_table.cc).
func (x *execution) checkForeignKey(fk newForeignKey) error {
	if len(fk.columns) != len(fk.parentColumns) {
		said := fk.name
		if said == "" {
			said = "foreign key without name"
		}
		return mysql.NewDefaultError(mysql.ER_WRONG_FK_DEF, said, "Key reference and table reference don't match")
	}
	for _, c := range fk.columns {
		_, notNull, ok := fk.column(c)
		switch {
		case !ok:
			return keyColumnMissing(c)
		case notNull && fk.setsNull:
			return mysql.NewDefaultError(mysql.ER_FK_COLUMN_NOT_NULL, c, fk.said)
		}
	}
	if fk.name != "" && x.declaresForeignKey(fk.database, fk.name) {
		return mysql.NewDefaultError(mysql.ER_FK_DUP_NAME, fk.name)
	}
	if fk.parentDatabase == "" {
		fk.parentDatabase = fk.database
	}
	if strings.EqualFold(fk.parentDatabase, fk.database) && strings.EqualFold(fk.parent, fk.table) {
		return nil // as go-mysql-server will say
	}
	on, err := x.ctx.GetSessionVariable(x.ctx, "foreign_key_checks")
	checked := err == nil && on != int8(0)
	parent, _, err := x.session.engine.analyzer.Catalog.Table(x.ctx, fk.parentDatabase, fk.parent)
	if err != nil {
		if checked {
			return mysql.NewDefaultError(mysql.ER_FK_CANNOT_OPEN_PARENT, fk.parent)
		}
		return nil
	}
	for i, name := range fk.parentColumns {
		c := columnOf(parent, name)
		if c == nil {
			return mysql.NewError(erFKNoColumnParent, fmt.Sprintf(
				"Failed to add the foreign key constraint. Missing column '%s' for constraint '%s' in the referenced table '%s'", name, fk.said, fk.parent))
		}
		t, _, _ := fk.column(fk.columns[i])
		of := bridge.TypeOf(c.Type, c.Nullable)
		if !compatible(&t, &of) {
			return incompatibleColumns(fk.columns[i], c.Name, fk.said)
		}
	}
	if !checked {
		return nil
	}
	if indexed, ok := parent.(sql.IndexAddressable); ok {
		indexes, err := indexed.GetIndexes(x.ctx)
		if err != nil {
			return err
		}
		for _, index := range indexes {
			if beginsWith(parent, index, fk.parentColumns) {
				return nil
			}
		}
		return mysql.NewError(mysql.ER_FK_NO_INDEX_PARENT, fmt.Sprintf(
			"Failed to add the foreign key constraint. Missing index for constraint '%s' in the referenced table '%s'", fk.said, fk.parent))
	}
	return nil
}

func incompatibleColumns(column, parent, name string) error {
	return mysql.NewError(erFKIncompatibleColumns, fmt.Sprintf(
		"Referencing column '%s' and referenced column '%s' in foreign key constraint '%s' are incompatible.", column, parent, name))
}

// declaresForeignKey tells whether some table of the database has a foreign key of the name.
func (x *execution) declaresForeignKey(database, name string) bool {
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database)
	if err != nil {
		return false
	}
	tables, err := db.GetTableNames(x.ctx)
	if err != nil {
		return false
	}
	for _, table := range tables {
		if t, ok, err := db.GetTableInsensitive(x.ctx, table); ok && err == nil {
			if with, ok := t.(sql.ForeignKeyTable); ok {
				own, _ := with.GetDeclaredForeignKeys(x.ctx)
				for _, fk := range own {
					if strings.EqualFold(fk.Name, name) {
						return true
					}
				}
			}
		}
	}
	return false
}

// compatible tells whether a foreign key's column may refer to a column (manual 15.1.20.5): numbers are of one size and sign,
// texts of one collation.
func compatible(a, b *types.Type) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case types.Int, types.Uint, types.Float, types.DateTime:
		return a.Protocol == b.Protocol
	case types.Decimal:
		return a.Length == b.Length && a.Scale == b.Scale
	case types.String:
		return a.Collation == b.Collation
	}
	return true
}
