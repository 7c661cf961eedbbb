package engine

import (
	"fmt"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// insertedView is the view that an INSERT names in the place of the table that takes the rows (manual 25.5.3).
type insertedView struct {
	*bind.Relation
	alias string
	*bind.ViewInsertion

	check, shows checks // see ViewInsertion
}

// insertedView finds the view; nil where the name is not one's.
func (x *execution) insertedView(b *bind.Binder, database, name string, columns []*tidb.ColumnName) (*insertedView, error) {
	r, err := b.Catalog.Relation(database, name)
	if err != nil || r.View == nil {
		return nil, nil
	}
	in, err := b.InsertView(r, name, columns)
	return &insertedView{Relation: r, alias: name, ViewInsertion: in}, err
}

// checkOptionFailed is MySQL's error 1369.
func checkOptionFailed(view *bind.Relation) *mysql.MyError {
	return mysql.NewError(mysql.ER_VIEW_CHECK_FAILED, fmt.Sprintf("CHECK OPTION failed '%s.%s'", view.Database, view.Name))
}

// erReplaceInaccessibleRows is MySQL's error about rows that REPLACE would take away unseen.
const erReplaceInaccessibleRows = 3059

// prepare has the rows of the insertion be as the view asks, before their own CHECKs.
func (v *insertedView) prepare(in *insertion) error {
	if v == nil {
		return nil
	}
	if in.replace && v.Several {
		return mysql.NewError(mysql.ER_VIEW_DELETE_MERGE_VIEW, fmt.Sprintf("Can not delete from join view '%s.%s'", v.Database, v.Name))
	}
	of := func(cond expr.Expr, failed *mysql.MyError) (checks, error) {
		all := checks{context: in.b.Context, columns: in.target.Columns}
		if cond == nil {
			return all, nil
		}
		x, err := exec.Place(cond, v.Layout)
		every := make([]int, len(all.columns)) // a condition's subqueries may read any
		for i := range every {
			every[i] = i
		}
		all.all = []check{{x: x, reads: every, failed: failed, truth: true}}
		return all, err
	}
	var err error
	if v.check, err = of(v.Check, checkOptionFailed(v.Relation)); err != nil {
		return err
	}
	in.checks.all = append(v.check.all, in.checks.all...)
	v.shows, err = of(v.Shows, mysql.NewError(erReplaceInaccessibleRows, "REPLACE cannot be executed as it requires deleting rows that are not in the view"))
	return err
}

// updates is error 1369 where ON DUPLICATE KEY UPDATE makes a row that the view does not take.
func (v *insertedView) updates(row []types.Value) error {
	if v == nil {
		return nil
	}
	return v.check.of(row)
}

// replaces is error 3059 where a row that REPLACE takes away is not one that the view shows.
func (v *insertedView) replaces(in *insertion, existing store.RowID) error {
	if v == nil || len(v.shows.all) == 0 {
		return nil
	}
	row, ok, err := in.target.Changes().Values(in.x.ctx, uint64(existing))
	if !ok || err != nil {
		return err
	}
	return v.shows.of(row)
}

// hides tells whether the view does not show a column of the table: LAST_INSERT_ID() does not tell what it generates.
func (v *insertedView) hides(column int) bool { return v != nil && v.Names[column] == "" }
