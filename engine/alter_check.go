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
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
)

// checkClause is MySQL's error of a clause of ALTER TABLE, or of CREATE and DROP INDEX, that names what the table has not, has
// already, or needs (mysql_prepare_alter_table of sql_table.cc). The clauses before it have changed the table.
func (x *execution) checkClause(name ast.TableName, clause *ast.DDL) error {
	found, err := x.named(name)
	if err != nil {
		return nil // as the clause will say
	}
	t, ok := found.(*storage.Table)
	if !ok {
		return nil
	}
	a := alteration{x: x, t: t}
	switch {
	case clause.IndexSpec != nil:
		return a.index(clause.IndexSpec)
	case clause.DefaultSpec != nil:
		return a.setDefault(clause.DefaultSpec)
	case clause.ConstraintAction == ast.DropStr:
		return a.dropConstraint(clause)
	case clause.ConstraintAction == ast.AddStr && clause.TableSpec != nil:
		for _, c := range clause.TableSpec.Constraints {
			var err error
			switch d := c.Details.(type) {
			case *ast.ForeignKeyDefinition:
				err = x.checkForeignKey(a.foreignKey(c.Name, d))
			case *ast.CheckConstraintDefinition:
				err = a.addCheck(c.Name, d)
			}
			if err != nil {
				return err
			}
		}
	case clause.ColumnAction != "":
		return a.column(clause)
	}
	return nil
}

// named is the table that a name of a statement stands for.
func (x *execution) named(name ast.TableName) (sql.Table, error) {
	t, _, err := x.session.engine.analyzer.Catalog.Table(x.ctx, x.databaseOf(name), name.Name.String())
	return t, err
}

// incompatible is MySQL's error of go-mysql-server's of a column of a foreign key.
func (x *execution) incompatible(name ast.TableName, err error) error {
	found, missing := x.named(name)
	t, ok := found.(*storage.Table)
	values := valuesIn(sql.ErrForeignKeyTypeChange.Message, err.Error())
	if missing != nil || !ok || len(values) == 0 {
		return err
	}
	if refused := (alteration{x: x, t: t}).incompatible(values[0]); refused != nil {
		return refused
	}
	return err
}

// alteration checks clauses that change a table.
type alteration struct {
	x *execution
	t *storage.Table
}

func (a alteration) known(column string) error {
	if columnOf(a.t, column) == nil {
		return mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, column, a.t.Name())
	}
	return nil
}

// parsed is our tree of an expression of a clause; nil where only go-mysql-server reads it.
func parsed(e ast.Expr) tidb.ExprNode {
	tree, err := parse.Query("SELECT "+ast.String(e), 0)
	if err != nil {
		return nil
	}
	n, ok := tree.Node.(*tidb.SelectStmt)
	if !ok || len(n.Fields.Fields) != 1 {
		return nil
	}
	return n.Fields.Fields[0].Expr
}

// setDefault checks ALTER COLUMN.
func (a alteration) setDefault(spec *ast.DefaultSpec) error {
	name := spec.Column.String()
	if err := a.known(name); err != nil || spec.Value == nil {
		return err
	}
	e := parsed(spec.Value)
	if e == nil {
		return nil
	}
	c := columnOf(a.t, name)
	d, err := a.x.newDefinition(a.t.Name(), nil)
	if err != nil {
		return err
	}
	_, geometry := c.Type.(sql.SpatialColumnType)
	return d.checkDefault(&definedColumn{t: bridge.TypeOf(c.Type, c.Nullable), geometry: geometry, auto: c.AutoIncrement, notNull: !c.Nullable}, c.Name, e)
}

// addCheck checks ADD CHECK.
func (a alteration) addCheck(name string, d *ast.CheckConstraintDefinition) error {
	checks, err := a.t.GetChecks(a.x.ctx)
	if err != nil {
		return err
	}
	exists := func(name string) bool {
		return slices.ContainsFunc(checks, func(c sql.CheckDefinition) bool { return strings.EqualFold(c.Name, name) })
	}
	if name != "" && exists(name) {
		return mysql.NewError(erCheckDuplicateName, fmt.Sprintf("Duplicate check constraint name '%s'.", name))
	}
	for n := 1; name == "" || n > 1 && exists(name); n++ {
		name = fmt.Sprintf("%s_chk_%d", a.t.Name(), n)
	}
	e := parsed(d.Expr)
	if e == nil {
		return nil
	}
	c := &constraintChecker{name: name, column: func(name tidb.CIStr) (auto, ok bool) {
		column := columnOf(a.t, name.O)
		return column != nil && column.AutoIncrement, column != nil
	}}
	e.Accept(c)
	return c.err
}

// incompatible is MySQL's error of a column that gets another type than that of its foreign key's other side.
func (a alteration) incompatible(column string) error {
	own, err := a.t.GetDeclaredForeignKeys(a.x.ctx)
	if err != nil {
		return err
	}
	others, err := a.t.GetReferencedForeignKeys(a.x.ctx)
	for _, fk := range append(own, others...) {
		for i := range fk.Columns {
			if here := strings.EqualFold(fk.Table, a.t.Name()); here && strings.EqualFold(fk.Columns[i], column) || !here && strings.EqualFold(fk.ParentColumns[i], column) {
				return incompatibleColumns(fk.Columns[i], fk.ParentColumns[i], fk.Name)
			}
		}
	}
	return err
}

func cannotDrop(name string) error {
	return mysql.NewDefaultError(mysql.ER_CANT_DROP_FIELD_OR_KEY, name)
}

// column checks ADD, DROP, MODIFY, CHANGE and RENAME COLUMN.
func (a alteration) column(clause *ast.DDL) error {
	if after := clause.ColumnOrder; after != nil && !after.First {
		if err := a.known(after.AfterColumn.String()); err != nil {
			return err
		}
	}
	old, to := clause.Column.String(), clause.ToColumn.String()
	var declared *ast.ColumnDefinition
	if clause.TableSpec != nil && len(clause.TableSpec.Columns) == 1 {
		declared = clause.TableSpec.Columns[0]
	}
	switch clause.ColumnAction {
	case ast.AddStr:
		if declared != nil && bool(declared.Type.Autoincrement) && declared.Type.KeyOpt == noKey {
			return mysql.NewDefaultError(mysql.ER_WRONG_AUTO_KEY)
		}
		if declared != nil && columnOf(a.t, declared.Name.String()) != nil && !clause.IfNotExists {
			return mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, declared.Name.String())
		}
		return nil
	case ast.DropStr:
		if columnOf(a.t, old) == nil {
			return cannotDrop(old)
		}
		if len(a.t.Schema()) == 1 {
			return mysql.NewDefaultError(mysql.ER_CANT_REMOVE_ALL_FIELDS)
		}
		return a.needed(old)
	case ast.ModifyStr, ast.ChangeStr:
		if declared != nil {
			to = declared.Name.String()
		}
		if old == "" {
			old = to
		}
	}
	if err := a.known(old); err != nil {
		return err
	}
	if to != "" && !strings.EqualFold(old, to) && columnOf(a.t, to) != nil {
		return mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, to)
	}
	return nil
}

// needed refuses to drop a column of a foreign key.
func (a alteration) needed(column string) error {
	own, err := a.t.GetDeclaredForeignKeys(a.x.ctx)
	if err != nil {
		return err
	}
	for _, fk := range own {
		if containsFold(fk.Columns, column) {
			return mysql.NewDefaultError(mysql.ER_FK_COLUMN_CANNOT_DROP, column, fk.Name)
		}
	}
	others, err := a.t.GetReferencedForeignKeys(a.x.ctx)
	for _, fk := range others {
		if containsFold(fk.ParentColumns, column) {
			return mysql.NewDefaultError(mysql.ER_FK_COLUMN_CANNOT_DROP_CHILD, column, fk.Name, fk.Table)
		}
	}
	return err
}

// dropConstraint checks DROP CHECK, DROP CONSTRAINT and DROP FOREIGN KEY.
func (a alteration) dropConstraint(clause *ast.DDL) error {
	if clause.TableSpec == nil || len(clause.TableSpec.Constraints) != 1 {
		return nil
	}
	c := clause.TableSpec.Constraints[0]
	switch c.Details.(type) {
	case *ast.ForeignKeyDefinition:
		own, err := a.t.GetDeclaredForeignKeys(a.x.ctx)
		if err == nil && !slices.ContainsFunc(own, func(fk sql.ForeignKeyConstraint) bool { return strings.EqualFold(fk.Name, c.Name) }) {
			err = cannotDrop(c.Name)
		}
		return err
	case *ast.CheckConstraintDefinition:
		checks, err := a.t.GetChecks(a.x.ctx)
		if err == nil && !slices.ContainsFunc(checks, func(d sql.CheckDefinition) bool { return strings.EqualFold(d.Name, c.Name) }) {
			err = mysql.NewError(erCheckConstraintNotFound, fmt.Sprintf("Check constraint '%s' is not found in the table.", c.Name))
		}
		return err
	}
	return nil
}

// index checks what adds, drops or renames an index.
func (a alteration) index(spec *ast.IndexSpec) error {
	indexes, err := a.t.GetIndexes(a.x.ctx)
	if err != nil {
		return err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(indexes, func(i sql.Index) bool { return strings.EqualFold(i.ID(), name) })
	}
	to := spec.ToName.String()
	switch strings.ToLower(spec.Action) {
	case ast.DropStr:
		if spec.Type == ast.PrimaryStr {
			to = "PRIMARY"
		}
		if !has(to) {
			return cannotDrop(to)
		}
		return a.keepsForeignKeys(indexes, to)
	case ast.RenameStr:
		switch from := spec.FromName.String(); {
		case strings.EqualFold(to, "PRIMARY"):
			return mysql.NewDefaultError(mysql.ER_WRONG_NAME_FOR_INDEX, to)
		case !has(from) || strings.EqualFold(from, "PRIMARY"):
			return mysql.NewDefaultError(mysql.ER_KEY_DOES_NOT_EXITS, from, a.t.Name())
		case !strings.EqualFold(from, to) && has(to):
			return mysql.NewDefaultError(mysql.ER_DUP_KEYNAME, to)
		}
		return nil
	case ast.CreateStr:
	default:
		return nil
	}
	primary := spec.Type == ast.PrimaryStr
	switch {
	case spec.Type == ast.FulltextStr:
		return mysql.NewDefaultError(mysql.ER_TABLE_CANT_HANDLE_FT)
	case spec.Type == ast.SpatialStr:
		return nil
	case primary && has("PRIMARY"):
		return mysql.NewDefaultError(mysql.ER_MULTIPLE_PRI_KEY)
	case !primary && strings.EqualFold(to, "PRIMARY"):
		return mysql.NewDefaultError(mysql.ER_WRONG_NAME_FOR_INDEX, to)
	case !primary && to != "" && has(to):
		return mysql.NewDefaultError(mysql.ER_DUP_KEYNAME, to)
	case len(spec.Columns) > maxKeyParts:
		return mysql.NewDefaultError(mysql.ER_TOO_MANY_KEY_PARTS, maxKeyParts)
	}
	seen := make(map[string]bool)
	for _, part := range spec.Columns {
		name := part.Column.String()
		c := columnOf(a.t, name)
		if c == nil {
			return keyColumnMissing(name)
		}
		if seen[part.Column.Lowered()] {
			return mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, name)
		}
		seen[part.Column.Lowered()] = true
		prefix := 0
		if part.Length != nil {
			_, _ = fmt.Sscan(string(part.Length.Val), &prefix)
		}
		_, geometry := c.Type.(sql.SpatialColumnType)
		t := bridge.TypeOf(c.Type, c.Nullable)
		if err := checkKeyPart(c.Name, &t, geometry, prefix); err != nil {
			return err
		}
	}
	return nil
}

// keepsForeignKeys refuses to drop the only index that a foreign key has.
func (a alteration) keepsForeignKeys(indexes []sql.Index, dropped string) error {
	needs := func(columns []string) bool {
		kept := slices.ContainsFunc(indexes, func(i sql.Index) bool { return !strings.EqualFold(i.ID(), dropped) && beginsWith(a.t, i, columns) })
		return !kept && slices.ContainsFunc(indexes, func(i sql.Index) bool { return strings.EqualFold(i.ID(), dropped) && beginsWith(a.t, i, columns) })
	}
	own, err := a.t.GetDeclaredForeignKeys(a.x.ctx)
	if err != nil {
		return err
	}
	for _, fk := range own {
		if needs(fk.Columns) {
			return mysql.NewDefaultError(mysql.ER_DROP_INDEX_FK, dropped)
		}
	}
	others, err := a.t.GetReferencedForeignKeys(a.x.ctx)
	for _, fk := range others {
		if needs(fk.ParentColumns) {
			return mysql.NewDefaultError(mysql.ER_DROP_INDEX_FK, dropped)
		}
	}
	return err
}

// beginsWith tells whether the index has the columns whole, and first.
func beginsWith(t sql.Table, index sql.Index, columns []string) bool {
	parts, prefixes := index.Expressions(), index.PrefixLengths()
	if len(parts) < len(columns) {
		return false
	}
	for i, c := range columns {
		if !strings.EqualFold(parts[i], t.Name()+"."+c) || i < len(prefixes) && prefixes[i] > 0 {
			return false
		}
	}
	return true
}
