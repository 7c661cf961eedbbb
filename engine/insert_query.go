package engine

import (
	"fmt"
	"slices"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// insertQuery executes INSERT and REPLACE of a query's rows, and tells whether it is ours.
func (x *execution) insertQuery(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) (*Result, bool, error) {
	in, err := x.bindInsertQuery(tree, n, args)
	if in == nil || err != nil {
		return nil, err != nil, err
	}
	if err := in.atomic(func() error { return in.query(x.source) }); err != nil {
		return nil, true, err
	}
	return in.result(true), true, x.end(nil)
}

// bindInsertQuery plans the query; nil where the statement is go-mysql-server's.
func (x *execution) bindInsertQuery(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) (*insertion, error) {
	source, ok := n.Table.TableRefs.Left.(*tidb.TableSource)
	if !ok || len(n.PartitionNames) > 0 {
		return nil, nil
	}
	table, ok := source.Source.(*tidb.TableName)
	if !ok || table.Schema.O == "" && x.database() == "" {
		return nil, nil
	}
	arguments, err := argumentsOf(args)
	if err != nil {
		return nil, err
	}
	if x.prepares {
		arguments = nil
	}
	b, err := x.beginInsert(arguments)
	if err != nil {
		return nil, err
	}
	in, err := x.insertion(b, table, n.Columns, n.IgnoreErr)
	if in == nil || err != nil {
		return nil, err
	}
	in.replace = n.IsReplace
	for _, c := range in.columns {
		if column := &in.target.Columns[c]; column.Generated != nil {
			return nil, generatedGiven(column.Name, in.target.Name)
		}
	}
	query, added, err := in.besides(tree, n, table)
	if err != nil {
		return nil, err
	}
	if err := x.planSource(tree, query, n.IgnoreErr, args); err != nil {
		return nil, err
	}
	columns := x.source.node.Columns()
	if len(columns)-len(added) != len(in.columns) {
		return nil, mysql.NewError(mysql.ER_WRONG_VALUE_COUNT_ON_ROW, "Column count doesn't match value count at row 1")
	}
	b.Default = in.defaultExpr
	read := slices.Clone(columns)
	for i, c := range added {
		read[len(in.columns)+i].Name, read[len(in.columns)+i].Table = c.Name.O, c.Table.O
	}
	if s, ok := n.Select.(*tidb.SelectStmt); !ok || !s.Distinct {
		read = read[len(in.columns):]
	}
	return in, in.onDuplicate(tree, table, n.OnDuplicate, read)
}

// query inserts the rows of a query. It is read to its end before: what is written may be
// what it reads.
func (in *insertion) query(q *planned) error {
	if err := in.prepare(); err != nil {
		return err
	}
	op, err := exec.Run(q.context, q.node)
	if err != nil {
		return err
	}
	defer op.Close()
	var batches []*types.Batch
	held := q.context.Memory.Account()
	defer held.Release()
	for {
		b, err := op.Next()
		if err == nil {
			err = *q.failed
		}
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := held.Grow(b.Bytes()); err != nil {
			return err
		}
		batches = append(batches, b)
	}
	columns := q.node.Columns()
	for i, b := range batches {
		if err := in.x.ctx.Err(); err != nil {
			return err
		}
		if err := in.rowsOf(b, columns); err != nil {
			return err
		}
		batches[i] = nil
	}
	return nil
}

// rowsOf inserts a batch of rows: column by column where they are what the columns take.
func (in *insertion) rowsOf(b *types.Batch, columns []plan.Column) error {
	if in.fits(b, columns) {
		for k, c := range in.columns {
			if err := in.rows.AddVec(c, b.Cols[k]); err != nil {
				return err
			}
		}
		for c := range in.defaults {
			if !slices.Contains(in.columns, c) {
				if err := in.rows.AddVec(c, types.SameVec(&in.target.Columns[c].T, in.defaults[c], b.N)); err != nil {
					return err
				}
			}
		}
		in.rows.N += b.N
		in.records += b.N
		if in.rows.N < writtenRows {
			return nil
		}
		return in.flush()
	}
	for i := range b.N {
		if err := in.begin(); err != nil {
			return err
		}
		for k, c := range in.columns {
			if err := in.set(c, b.Cols[k].Value(i), &columns[k].T); err != nil {
				return err
			}
		}
		if d := in.duplicate; d != nil {
			d.given = d.given[:0]
			for k := len(columns) - (len(d.types) - 2*len(in.row)); k < len(columns); k++ {
				d.given = append(d.given, b.Cols[k].Value(i))
			}
		}
		if err := in.end(); err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether the values are stored as they are, and the others of the row are the
// same for each.
func (in *insertion) fits(b *types.Batch, columns []plan.Column) bool {
	if in.rows == nil || !in.plain() || in.target.AutoIncrement >= 0 || *in.failed != nil {
		return false
	}
	for k, c := range in.columns {
		t := &in.target.Columns[c]
		if b.Cols[k].HasNulls() && !t.Nullable || !types.Fits(b.Cols[k], &columns[k].T, &t.T) {
			return false
		}
	}
	return true
}

// insertInto inserts the source's rows into columns of a table that CREATE TABLE … SELECT
// has made; false where that is go-mysql-server's.
func (x *execution) insertInto(n *tidb.CreateTableStmt, columns []*tidb.ColumnName) (*Result, bool, error) {
	b, err := x.binder(nil)
	if err != nil {
		return nil, true, err
	}
	in, err := x.insertion(b, n.Table, columns, n.OnDuplicate == tidb.OnDuplicateKeyHandlingIgnore)
	if in == nil || err != nil {
		return nil, err != nil, err
	}
	in.replace = n.OnDuplicate == tidb.OnDuplicateKeyHandlingReplace
	if err := in.atomic(func() error { return in.query(x.source) }); err != nil {
		return nil, true, err
	}
	return &Result{
		AffectedRows: in.affected,
		Info:         fmt.Sprintf("Records: %d  Duplicates: 0  Warnings: %d", in.affected, x.session.Warnings()),
	}, true, nil
}
