package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// duplicateUpdate is ON DUPLICATE KEY UPDATE of an insertion (manual 15.2.7.2): what becomes
// of the row that is in the way of one that is to be inserted.
type duplicateUpdate struct {
	in    *insertion
	sets  []duplicateSet
	w     *changes
	given []types.Value // the row's columns of the query that are not inserted
	types []*types.Type // of what the assignments read
}

// duplicateSet assigns a value to a column of the table; nil: its default.
type duplicateSet struct {
	column int
	value  expr.Expr
}

// onDuplicate binds the assignments of ON DUPLICATE KEY UPDATE. Besides the row that is there
// and the one that is to be inserted they read columns of the query.
func (in *insertion) onDuplicate(tree *parse.Tree, table *tidb.TableName, list []*tidb.Assignment, query []plan.Column) error {
	if len(list) == 0 && tree.NewRow == nil {
		return nil
	}
	row, err := in.b.Duplicate(tree, in.target.Database, table.Name.O, in.shown(), in.columns, query)
	if err != nil || len(list) == 0 {
		return err
	}
	if in.view != nil {
		row.Changes(in.view.Target, in.view.Relation)
	} else {
		row.Changes(&bind.Relation{Database: in.target.Database, Name: in.target.Name}, nil)
	}
	d := &duplicateUpdate{in: in}
	for range 2 {
		for i := range in.target.Columns {
			d.types = append(d.types, &in.target.Columns[i].T)
		}
	}
	for i := range query {
		d.types = append(d.types, &query[i].T)
	}
	d.w = &changes{table: in.target.Changes(), failed: in.failed}
	for _, a := range list {
		column := in.assigned(table, a.Column)
		if column < 0 {
			return mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, columnText(a.Column), "field list")
		}
		e, isDefault := a.Expr.(*tidb.DefaultExpr)
		isDefault = isDefault && e.Name == nil
		if c := &in.target.Columns[column]; c.Generated != nil {
			if isDefault {
				continue
			}
			return generatedGiven(c.Name, in.target.Name)
		}
		if !slices.Contains(d.w.columns, column) {
			d.w.columns = append(d.w.columns, column)
		}
		set := duplicateSet{column: column}
		if !isDefault {
			if set.value, err = row.Expr(a.Expr); err != nil {
				return err
			}
			if set.value, err = exec.Place(set.value, row.Layout()); err != nil {
				return err
			}
		}
		d.sets = append(d.sets, set)
	}
	if err := in.x.bindRules(in.b, d.w, true); err != nil {
		return err
	}
	in.duplicate = d
	return nil
}

// assigned is the position of a column that is assigned to; -1: it is none of the table's.
func (in *insertion) assigned(table *tidb.TableName, c *tidb.ColumnName) int {
	if c.Table.O != "" && !strings.EqualFold(c.Table.O, table.Name.O) && !strings.EqualFold(c.Table.O, in.target.Name) {
		return -1
	}
	return in.column(c.Name.O)
}

// update changes the row that is in the way. One that it leaves as it is does not count but for
// clients that count what was found.
func (d *duplicateUpdate) update(existing store.RowID) error {
	in := d.in
	if in.generates {
		in.spare = append([]uint64{in.sequel}, in.spare...)
		in.sequel = 0
	}
	row, ok, err := d.w.table.Values(in.x.ctx, uint64(existing))
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("engine: no row %d of %s", existing, in.target.Name)
	}
	row = append(append(row, in.row...), d.given...)
	for _, s := range d.sets {
		if row[s.column], err = d.assign(s, row); err != nil {
			return err
		}
		if *in.failed != nil {
			return *in.failed
		}
	}
	if err := in.view.updates(row[:len(in.row)]); err != nil {
		return in.ignored(err)
	}
	d.w.ids, d.w.values = []uint64{uint64(existing)}, d.w.values[:0]
	for _, c := range d.w.columns {
		d.w.values = append(d.w.values, row[c])
	}
	changed, err := in.x.writeAll(d.w, true, in.ignore)
	if err != nil {
		return err
	}
	if changed > 0 {
		in.copied++
		in.affected++
		if auto := in.target.AutoIncrement; auto >= 0 {
			in.last = uint64(row[auto].I)
		}
	}
	if changed > 0 || in.x.session.client.Capabilities&mysql.CLIENT_FOUND_ROWS != 0 {
		in.affected++
		in.displaced++
	}
	return nil
}

// assign is the value that a column is assigned, as the column keeps it.
func (d *duplicateUpdate) assign(s duplicateSet, row []types.Value) (types.Value, error) {
	in, c := d.in, &d.in.target.Columns[s.column]
	if s.value == nil {
		if c.Dynamic() {
			late := &formulas{context: in.b.Context, columns: in.target.Columns}
			f, err := in.definition().formula(s.column, c.Column.Default)
			if err != nil {
				return types.Value{}, err
			}
			late.all = append(late.all, f)
			with := slices.Clone(row[:len(in.target.Columns)])
			err = late.of(with, in.records)
			return with[s.column], err
		}
		if c.Required() {
			if err := in.refuse(mysql.ER_NO_DEFAULT_FOR_FIELD, fmt.Sprintf("Field '%s' doesn't have a default value", c.Name)); err != nil {
				return types.Value{}, err
			}
		}
		if c.AutoIncrement {
			return types.Zero(&c.T), nil
		}
		return in.defaultOf(s.column)
	}
	batch := &types.Batch{N: 1, Cols: make([]*types.Vec, len(row))}
	for i, v := range row {
		batch.Cols[i] = types.SameVec(d.types[i], v, 1)
	}
	x, err := s.value.Eval(in.b.Context, batch)
	if err != nil {
		return types.Value{}, err
	}
	v := x.Value(0)
	if v.IsNull() {
		if c.Nullable {
			return v, nil
		}
		if c.AutoIncrement { // the next value is for a row that is inserted (set_field_to_null_with_conversions)
			return types.Zero(&c.T), nil
		}
		if !in.ignore && in.b.Context.Mode&(types.StrictTrans|types.StrictAll) != 0 {
			return v, mysql.NewDefaultError(mysql.ER_BAD_NULL_ERROR, c.Name)
		}
		in.b.Context.Warn(mysql.ER_BAD_NULL_ERROR, fmt.Sprintf("Column '%s' cannot be null", c.Name))
		return types.Zero(&c.T), nil
	}
	name := c.Name
	if c.T.Kind == types.JSON {
		name = in.target.Name + "." + name
	}
	return types.Store(in.b.Context.Env, v, s.value.Type(), &c.T, name, in.records)
}

// besides is the query of INSERT … SELECT with the columns that ON DUPLICATE KEY UPDATE reads
// of its tables and that it need not select, added behind its own. Of a query that makes rows
// of several, none can be read but, by name, what DISTINCT selects. A name that means a column
// of the table and one of the query's is error 1052.
func (in *insertion) besides(tree *parse.Tree, n *tidb.InsertStmt, table *tidb.TableName) (query tidb.ResultSetNode, added []*tidb.ColumnName, err error) {
	s, ok := n.Select.(*tidb.SelectStmt)
	if len(n.OnDuplicate) == 0 || !ok || s.Kind != tidb.SelectStmtKindSelect || s.GroupBy != nil || s.Distinct || s.From == nil {
		return n.Select, nil, nil
	}
	r := &readsBesides{}
	for _, a := range n.OnDuplicate {
		a.Expr.Accept(r)
	}
	with := *s
	fields := *s.Fields
	fields.Fields = slices.Clone(fields.Fields)
	for _, c := range r.names {
		field := &tidb.SelectField{Expr: &tidb.ColumnNameExpr{Name: c}}
		if in.assigned(table, c) >= 0 {
			if c.Table.O != "" {
				continue
			}
			b, err := in.x.binder(nil)
			if err != nil {
				return nil, nil, err
			}
			if _, err := b.Part(tree, &tidb.SelectStmt{
				SelectStmtOpts: s.SelectStmtOpts, Kind: s.Kind, With: s.With, From: s.From, Fields: &tidb.FieldList{Fields: []*tidb.SelectField{field}},
			}); err == nil {
				return nil, nil, mysql.NewDefaultError(mysql.ER_NON_UNIQ_ERROR, c.Name.O, "field list")
			}
			continue
		}
		if slices.ContainsFunc(added, func(a *tidb.ColumnName) bool { return columnText(a) == columnText(c) }) {
			continue
		}
		added = append(added, c)
		fields.Fields = append(fields.Fields, field)
	}
	with.Fields = &fields
	return &with, added, nil
}

// readsBesides collects the columns that are named outside VALUES() and subqueries.
type readsBesides struct{ names []*tidb.ColumnName }

// Enter implements tidb.Visitor.
func (r *readsBesides) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.ValuesExpr, *tidb.SubqueryExpr, *tidb.DefaultExpr:
		return n, true
	case *tidb.ColumnNameExpr:
		r.names = append(r.names, n.Name)
	}
	return n, false
}

// Leave implements tidb.Visitor.
func (r *readsBesides) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }
