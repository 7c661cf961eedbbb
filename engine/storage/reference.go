package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// parent is a table that a foreign key of another table's names, or of its own.
type parent struct {
	key   *sql.ForeignKeyConstraint
	table keyedTable
	own   []int // the key's columns of the table
	at    []int // the parent's columns
}

// child is a table with a foreign key that names another table, or itself.
type child struct {
	key   *sql.ForeignKeyConstraint
	table *ChangeTarget
	own   []int // the key's columns of the child
	at    []int // the parent's columns

	indexes []store.Index
}

// checksForeignKeys tells whether foreign_key_checks is on.
func checksForeignKeys(ctx *sql.Context) bool {
	on, err := ctx.GetSessionVariable(ctx, "foreign_key_checks")
	return err != nil || on != int8(0)
}

// parents are those of the table's foreign keys; none where they are not to be checked.
func (t *Table) parents(ctx *sql.Context) []parent {
	if len(t.meta.foreign) == 0 || !checksForeignKeys(ctx) {
		return nil
	}
	var all []parent
	catalog := t.tx(ctx).Catalog()
	for i := range t.meta.foreign {
		fk := &t.meta.foreign[i]
		p := parent{key: fk, own: t.meta.positions(fk.Columns)}
		if found, ok := catalog.Table(fk.ParentDatabase, fk.ParentTable); ok {
			p.table = keyedTable{found, fk.ParentDatabase, found.Name, found.Definition.Meta.(*meta)}
			p.at = p.table.meta.positions(fk.ParentColumns)
		}
		all = append(all, p)
	}
	return all
}

// positions are those of columns by their names.
func (m *meta) positions(names []string) []int {
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = m.schema.Schema.IndexOfColName(name)
	}
	return at
}

// has tells whether the parent has the row's key, as one with a NULL needs not; a table that is
// not there has none. The row may be its own parent.
func (p *parent) has(t *Table, tx *store.Tx, row store.Row) bool {
	key := valuesAt(row, p.own)
	if key == nil {
		return true
	}
	if p.at == nil {
		return false
	}
	for i := range p.at {
		if p.table.Definition.Columns[p.at[i]] != t.meta.columns[p.own[i]].codec.kind {
			return false
		}
	}
	if p.table.ID == t.id && t.sameKey(valuesAt(row, p.at), p.at, key) {
		return true
	}
	return p.table.has(tx, p.key.ParentColumns, key)
}

// hasAll tells whether the parent has the keys of all rows, each of which is looked up once. False may mean that it was not
// looked at: where a table is its own parent, rows have one another.
func (p *parent) hasAll(t *Target, r *Rows) bool {
	if p.at == nil || p.table.ID == t.table.id {
		return false
	}
	kinds := make([]store.Kind, len(p.own))
	for i, c := range p.own {
		if kinds[i] = t.table.meta.columns[c].codec.kind; kinds[i] != p.table.Definition.Columns[p.at[i]] || kinds[i] == store.Any {
			return false
		}
	}
	found := make(map[any]struct{}) // of keys of one column
	last, key := make([]any, len(p.own)), make([]any, len(p.own))
rows:
	for i := range r.N {
		for k, c := range p.own {
			if key[k] = r.values[c].Value(kinds[k], i); key[k] == nil {
				continue rows
			}
		}
		if slices.Equal(key, last) {
			continue
		}
		copy(last, key)
		if len(key) == 1 {
			if _, ok := found[key[0]]; ok {
				continue
			}
			found[key[0]] = struct{}{}
		}
		if !p.table.has(t.tx, p.key.ParentColumns, slices.Clone(key)) {
			return false
		}
	}
	return true
}

// before tells whether the key's own index comes before that of a duplicate.
func (p *parent) before(d *store.DuplicateError) bool {
	for _, index := range d.Table.Definition.Indexes {
		if index.Name == d.Index {
			return false
		}
		if len(index.Columns) >= len(p.own) && slices.Equal(index.Columns[:len(p.own)], p.own) {
			return true
		}
	}
	return false
}

// sameKey tells whether values of columns are those of a key.
func (t *Table) sameKey(values []any, columns []int, key []any) bool {
	if values == nil {
		return false
	}
	for i, c := range columns {
		if t.meta.columns[c].compare(0)(values[i], key[i]) != 0 {
			return false
		}
	}
	return true
}

// valuesAt are a row's values of columns; nil where one is NULL.
func valuesAt(row store.Row, columns []int) []any {
	values := make([]any, len(columns))
	for i, c := range columns {
		if values[i] = row[c]; values[i] == nil {
			return nil
		}
	}
	return values
}

// noParent is MySQL's error 1452.
func noParent(fk *sql.ForeignKeyConstraint) error {
	return mysql.NewError(mysql.ER_NO_REFERENCED_ROW_2,
		"Cannot add or update a child row: a foreign key constraint fails ("+ForeignKeyText(fk)+")")
}

// isParent is MySQL's error 1451.
func isParent(fk *sql.ForeignKeyConstraint) error {
	return mysql.NewError(mysql.ER_ROW_IS_REFERENCED_2,
		"Cannot delete or update a parent row: a foreign key constraint fails ("+ForeignKeyText(fk)+")")
}

// ForeignKeyText is how InnoDB names a foreign key in its errors.
func ForeignKeyText(fk *sql.ForeignKeyConstraint) string {
	parent := quoted(fk.ParentTable)
	if !strings.EqualFold(fk.ParentDatabase, fk.Database) {
		parent = quoted(fk.ParentDatabase) + "." + parent
	}
	text := fmt.Sprintf("%s.%s, CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)", quoted(fk.Database), quoted(fk.Table),
		quoted(fk.Name), quoted(fk.Columns...), parent, quoted(fk.ParentColumns...))
	for _, on := range []struct {
		event  string
		action sql.ForeignKeyReferentialAction
	}{{"DELETE", fk.OnDelete}, {"UPDATE", fk.OnUpdate}} {
		if on.action != sql.ForeignKeyReferentialAction_DefaultAction && on.action != sql.ForeignKeyReferentialAction_NoAction {
			text += fmt.Sprintf(" ON %s %s", on.event, on.action)
		}
	}
	return text
}

// quoted are names as identifiers.
func quoted(names ...string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = "`" + strings.ReplaceAll(n, "`", "``") + "`"
	}
	return strings.Join(words, ", ")
}

// children are the tables whose foreign keys name the table, in the order in which InnoDB asks
// them; none where they are not to be checked.
func (t *ChangeTarget) children(ctx *sql.Context) ([]child, error) {
	if t.asked || t.temporary || !checksForeignKeys(ctx) {
		return t.referring, nil
	}
	t.asked = true
	keys, err := t.GetReferencedForeignKeys(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(keys, func(a, b sql.ForeignKeyConstraint) int {
		return strings.Compare(a.Database+"/"+a.Name, b.Database+"/"+b.Name)
	})
	for i := range keys {
		fk := &keys[i]
		db := &Database{provider: t.db.provider, name: fk.Database}
		found, ok := t.tx(ctx).Catalog().Table(fk.Database, fk.Table)
		if !ok {
			continue
		}
		c := child{
			key: fk, table: newTable(ctx, db, found, false).changes(), at: t.meta.positions(fk.ParentColumns),
			indexes: found.Definition.Indexes,
		}
		c.own = c.table.meta.positions(fk.Columns)
		t.referring = append(t.referring, c)
	}
	return t.referring, nil
}

// rows are the IDs of the rows of the child that have a key.
func (c *child) rows(tx *store.Tx, key []any) (ids []store.RowID) {
	t := c.table
	for i, at := range c.own {
		if k := t.meta.columns[at].codec.kind; k != kindOf(key[i]) && k != store.Any {
			return nil
		}
	}
	for _, index := range c.indexes {
		if len(index.Columns) >= len(c.own) && slices.Equal(index.Columns[:len(c.own)], c.own) {
			bound := store.Bound{Key: key}
			for cursor := tx.Seek(t.id, index.Name, bound, bound, false); cursor.Next(); {
				ids = append(ids, cursor.ID())
			}
			return ids
		}
	}
	for cursor := tx.Scan(t.id, false); cursor.Next(); {
		if t.sameKey(valuesAt(cursor.Row(), c.own), c.own, key) {
			ids = append(ids, cursor.ID())
		}
	}
	return ids
}

// kindOf is the kind of a value of the store's.
func kindOf(v any) store.Kind {
	switch v.(type) {
	case int64:
		return store.Int
	case uint64:
		return store.Uint
	case float64:
		return store.Float
	case string:
		return store.String
	}
	return store.Any
}

// maxCascade is how deep foreign keys follow each other (manual 15.1.20.5).
const maxCascade = 15

// cascade is how a change has come to a row: by no foreign key where it is the statement's own.
type cascade struct {
	depth   int
	key     *sql.ForeignKeyConstraint
	updated []store.TableID // the tables of the updates that it follows
}

// put writes a row in the place of one, with what foreign keys want.
func (t *ChangeTarget) put(ctx *sql.Context, at store.RowID, old, row store.Row, by cascade) error {
	tx := t.tx(ctx)
	now, err := tx.Update(t.id, at, row)
	var duplicate *store.DuplicateError
	if err != nil && !errors.As(err, &duplicate) {
		return err
	}
	if err == nil {
		sessionOf(ctx).moved.note(t.Table, at, now)
		if i := t.meta.autoIncrement(); i >= 0 && by.depth == 0 {
			tx.BumpAutoIncrement(t.id, behind(row[i]))
		}
	}
	if t.keys == nil {
		t.keys = t.parents(ctx)
	}
	// As InnoDB writes its indexes one by one, the first that something is wrong with counts.
	for i := range t.keys {
		p := &t.keys[i]
		if followed := by.key != nil && by.key.Name == p.key.Name; followed || err != nil && !p.before(duplicate) {
			continue
		}
		if !t.same(old, row, p.own) && !p.has(t.Table, tx, row) {
			return noParent(p.key)
		}
	}
	by.updated = append(slices.Clone(by.updated), t.id)
	if err == nil {
		return t.wouldDouble(ctx, t.follow(ctx, old, row, by), row, by)
	}
	if by.depth > 0 {
		return err // for the statement's own table to word
	}
	children, failed := t.children(ctx)
	for i := range children {
		c := &children[i]
		if reaches(duplicate, c.at) {
			if _, _, err := t.followers(ctx, c, old, row, by); err != nil {
				return err
			}
		}
	}
	return errors.Join(failed, t.duplicate(duplicate))
}

// reaches tells whether the first index with the columns comes no later than that of a duplicate.
func reaches(d *store.DuplicateError, columns []int) bool {
	for _, index := range d.Table.Definition.Indexes {
		if len(index.Columns) >= len(columns) && slices.Equal(index.Columns[:len(columns)], columns) {
			return true
		}
		if index.Name == d.Index {
			break
		}
	}
	return false
}

// remove deletes a row, with what foreign keys want.
func (t *ChangeTarget) remove(ctx *sql.Context, at store.RowID, old store.Row, by cascade) error {
	if err := t.tx(ctx).Delete(t.id, at); err != nil {
		return t.writeError(err)
	}
	return t.wouldDouble(ctx, t.follow(ctx, old, nil, by), old, by)
}

// wouldDouble words that a row which follows one of the statement's has a key that is taken: by the first key of that one.
func (t *ChangeTarget) wouldDouble(ctx *sql.Context, err error, row store.Row, by cascade) error {
	var d *store.DuplicateError
	if by.depth > 0 || !errors.As(err, &d) {
		return err
	}
	own, _ := t.tx(ctx).Catalog().Table(t.db.name, t.name)
	text := ""
	if len(own.Definition.Indexes) > 0 {
		first := own.Definition.Indexes[0]
		key := make([]any, len(first.Columns))
		for i, c := range first.Columns {
			key[i] = row[c]
		}
		text = t.keyText(&first, key)
	}
	return mysql.NewDefaultError(mysql.ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO, t.name, text, d.Table.Name, d.Index)
}

// follow has the rows that refer to a row follow it: it is another now, or gone where row is nil.
// What would have an update come to its own table again is refused (manual 15.1.20.5).
func (t *ChangeTarget) follow(ctx *sql.Context, old, row store.Row, by cascade) error {
	children, err := t.children(ctx)
	if err != nil {
		return err
	}
	for i := range children {
		c := &children[i]
		ids, action, err := t.followers(ctx, c, old, row, by)
		if err != nil {
			return err
		}
		next := cascade{depth: by.depth + 1, key: c.key, updated: by.updated}
		for _, id := range ids {
			if err := ctx.Err(); err != nil { // one row may have thousands that follow it
				return err
			}
			if err := c.apply(ctx, id, action, row, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// followers are the rows of a child that follow a row, and what they do: see follow.
func (t *ChangeTarget) followers(ctx *sql.Context, c *child, old, row store.Row, by cascade) ([]store.RowID, sql.ForeignKeyReferentialAction, error) {
	action := c.key.OnDelete
	if row != nil {
		action = c.key.OnUpdate
	}
	key := valuesAt(old, c.at)
	if key == nil || row != nil && t.same(old, row, c.at) {
		return nil, action, nil
	}
	ids := c.rows(t.tx(ctx), key)
	itself := row == nil && c.table.id == t.id && t.sameKey(valuesAt(old, c.own), c.own, key)
	if len(ids) == 0 && !itself {
		return nil, action, nil
	}
	follows := action == sql.ForeignKeyReferentialAction_Cascade || action == sql.ForeignKeyReferentialAction_SetNull
	if !follows && row != nil && t.sameKey(valuesAt(row, c.at), c.at, key) {
		return nil, action, nil // it is spelled in another way alone
	}
	if !follows || row != nil && slices.Contains(by.updated, c.table.id) {
		return nil, action, isParent(c.key)
	}
	if by.depth == maxCascade {
		return nil, action, mysql.NewError(erForeignKeyDepth, fmt.Sprintf("Foreign key cascade delete/update exceeds max depth of %d.", maxCascade))
	}
	return ids, action, nil
}

// erForeignKeyDepth is MySQL's error about cascades that go too deep.
const erForeignKeyDepth = 3008

// apply does to a row of the child what the foreign key wants where its parent has become another
// row, or nil.
func (c *child) apply(ctx *sql.Context, id store.RowID, action sql.ForeignKeyReferentialAction, row store.Row, by cascade) error {
	t := c.table
	before, ok := t.tx(ctx).Get(t.id, id)
	if !ok {
		return nil // another key has come to it
	}
	if row == nil && action == sql.ForeignKeyReferentialAction_Cascade {
		return t.remove(ctx, id, before, by)
	}
	after := slices.Clone(before)
	for i, at := range c.own {
		after[at] = nil
		if action == sql.ForeignKeyReferentialAction_Cascade {
			after[at] = row[c.at[i]]
		}
	}
	if err := t.generate(ctx, after); err != nil {
		return err
	}
	return t.put(ctx, id, before, after, by)
}

// generate computes the generated columns of a row that a foreign key has changed.
func (t *ChangeTarget) generate(ctx *sql.Context, row store.Row) error {
	s := sessionOf(ctx)
	if s.Generates == nil || !t.meta.generates {
		return nil
	}
	if t.formulas == nil {
		var err error
		if t.formulas, err = s.Generates(ctx, t); err != nil {
			return err
		}
	}
	values, err := t.values(row)
	if err != nil {
		return err
	}
	if err := t.formulas.Row(values); err != nil {
		return err
	}
	for i := range t.meta.columns {
		if c := &t.meta.columns[i]; c.Generated != nil {
			if row[i], err = t.own(i, &values[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
