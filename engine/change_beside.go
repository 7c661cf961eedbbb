package engine

import (
	"errors"
	"fmt"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	gmstypes "github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
)

// beside is go-mysql-server's plan of a statement that changes a table, with what
// it does beside: CHECK, generated columns, foreign keys and triggers. The rows and
// their values are ours.
type beside struct {
	x      *execution
	node   sql.Node
	flags  *sql.QueryFlags
	update bool
	*changes
}

// beside plans the statement.
func (x *execution) beside(w *changes, update bool) (*beside, error) {
	e := x.session.engine
	defer x.inDatabase(w.database)()
	text := w.text(update)
	stmt, err := parse.One(x.ctx, text, sql.LoadSqlMode(x.ctx).ParserOptions())
	if err != nil {
		return nil, err
	}
	if err := e.parser.bind(x.ctx, stmt, nil); err != nil {
		return nil, err
	}
	bound, flags, err := planbuilder.New(x.ctx, e.analyzer.Catalog, nil, e.parser).BindOnly(stmt, text, nil)
	if err != nil {
		return nil, err
	}
	b := &beside{x: x, flags: flags, update: update, changes: w}
	if b.node, err = e.analyzer.Analyze(x.ctx, bound, nil, flags); err != nil {
		return nil, err
	}
	w.table.Follow(x.ctx)
	return b, nil
}

// inDatabase makes the database the current one until done is called: that which names mean in a
// trigger's text, which go-mysql-server reads when it plans.
func (x *execution) inDatabase(database string) (done func()) {
	session := x.session.session
	current := session.GetCurrentDatabase()
	session.SetCurrentDatabase(database)
	return func() { session.SetCurrentDatabase(current) }
}

// write has go-mysql-server write rows of the changes.
func (b *beside) write(from, to int) (changed int, err error) {
	defer b.x.inDatabase(b.database)()
	node, found, err := b.withRows(b.node, from, to)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, fmt.Errorf("engine: no rows in the plan of %s", b.text(b.update))
	}
	_, rows, err := b.x.session.engine.iterate(b.x.ctx, node, b.flags)
	if err != nil {
		return 0, err
	}
	for {
		row, err := rows.Next(b.x.ctx)
		if errors.Is(err, io.EOF) {
			return changed, rows.Close(b.x.ctx)
		}
		if err != nil {
			rows.Close(b.x.ctx)
			return 0, err
		}
		if len(row) == 0 {
			continue
		}
		if ok, isOK := row[0].(gmstypes.OkResult); isOK {
			changed = int(ok.RowsAffected)
			if info, ok := ok.Info.(gms.UpdateInfo); ok {
				changed = info.Updated
			}
		}
	}
}

// withRows puts the rows in the place of those that the plan reads. What a plan
// writes is on its left side, on the right are triggers.
func (b *beside) withRows(n sql.Node, from, to int) (sql.Node, bool, error) {
	switch n := n.(type) {
	case *gms.UpdateSource:
		return &besideRows{Node: n, beside: b, exprs: n.UpdateExprs, next: from, end: to}, true, nil
	case *gms.Limit:
		return &besideRows{Node: n, beside: b, next: from, end: to}, true, nil
	}
	children := n.Children()
	if len(children) == 0 {
		return n, false, nil
	}
	with, found, err := b.withRows(children[0], from, to)
	if err != nil || !found {
		return n, found, err
	}
	n, err = n.WithChildren(append([]sql.Node{with}, children[1:]...)...)
	return n, true, err
}

// besideRows are the rows that are written: of an UPDATE the old one and the new.
type besideRows struct {
	sql.Node
	*beside
	exprs     []sql.Expression // of UPDATE: the assignments, then generated columns and ON UPDATE
	next, end int
}

var _ sql.ExecSourceRel = (*besideRows)(nil)

// String implements sql.Node.
func (r *besideRows) String() string { return r.Node.String() }

// RowIter implements sql.ExecSourceRel.
func (r *besideRows) RowIter(*sql.Context, sql.Row) (sql.RowIter, error) {
	rows := *r
	return &rows, nil
}

// Close implements sql.RowIter.
func (r *besideRows) Close(*sql.Context) error { return nil }

// Next implements sql.RowIter. A row that a foreign key has changed meanwhile is
// what it is now.
func (r *besideRows) Next(ctx *sql.Context) (sql.Row, error) {
	for r.next < r.end {
		i := r.next
		r.next++
		old, ok := r.table.Row(ctx, r.ids[i])
		if !ok {
			continue
		}
		if !r.update {
			return old, nil
		}
		row, err := r.updated(ctx, i, old)
		if err != nil {
			return nil, err
		}
		return append(old[:len(old):len(old)], row...), nil
	}
	return nil, io.EOF
}

// updated is a row with its new values.
func (r *besideRows) updated(ctx *sql.Context, i int, old sql.Row) (sql.Row, error) {
	row := old.Copy()
	if err := r.table.Assign(row, r.columns, r.rowValues(i)); err != nil {
		return nil, err
	}
	apply := func(e sql.Expression) error {
		with, err := e.Eval(ctx, row)
		if err == nil {
			row = with.(sql.Row)
		}
		return err
	}
	for j, s := range r.sets {
		if s.Value < 0 {
			if err := apply(r.exprs[j]); err != nil {
				return nil, err
			}
		}
	}
	same, err := old.Equals(ctx, row, storage.ExactSchema(r.table.Columns()))
	if err != nil || same {
		return row, err // ON UPDATE is for a row that changes
	}
	for _, e := range r.exprs[len(r.sets):] {
		if err := apply(e); err != nil {
			return nil, err
		}
	}
	return row, nil
}
