package exec

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// cte is a CTE of a statement: its rows, once they are wanted, for all who use it.
type cte struct {
	n             *plan.CTE
	query, step   maker
	offset, count expr.Expr
	outer         []expr.ColumnID // of the queries around

	rows    *kept  // nil: not executed yet
	key     []byte // the values of the outer columns for which it was
	working *kept  // a step's input
	set     int64  // bytes of the set of a UNION DISTINCT on the disk
}

// cte compiles a CTE where it is first used.
func (b *builder) cte(n *plan.CTE) (*cte, error) {
	if known := b.ctes[n]; known != nil {
		return known, nil
	}
	t := &cte{n: n}
	b.ctes[n] = t // before Step, which refers to it
	u := newUses()
	u.cte(n)
	t.outer = u.free()
	if b.paces != nil && n.Assigns {
		b.paces.part(n.Query)
	}
	defer b.repeat(false)()
	var err error
	if t.query, err = b.build(n.Query); err != nil {
		return nil, err
	}
	if n.Step != nil {
		if t.step, err = b.build(n.Step); err != nil {
			return nil, err
		}
	}
	if t.offset, err = b.place(n.Offset, nil); err != nil {
		return nil, err
	}
	t.count, err = b.place(n.Count, nil)
	return t, err
}

func newRef(b *builder, n *plan.Ref) (maker, error) {
	t, err := b.cte(n.CTE)
	if err != nil {
		return nil, err
	}
	return func(c *expr.Context) Operator { return &ref{c: c, cte: t, working: n.Working} }, nil
}

// materialised is the CTE's rows.
func (t *cte) materialised(c *expr.Context) (*kept, error) {
	key := outerKey(nil, c, t.outer)
	if t.rows != nil && bytes.Equal(key, t.key) {
		return t.rows, nil
	}
	t.rows.close()
	t.rows, t.key = nil, key
	rows := newKept(c, t.n.Query.Columns())
	if err := t.execute(c, rows); err != nil {
		rows.close()
		return nil, err
	}
	t.rows = rows
	return rows, nil
}

// close gives the rows up.
func (t *cte) close() {
	t.rows.close()
	t.rows = nil
}

// execute gives the CTE's rows.
func (t *cte) execute(c *expr.Context, to *kept) error {
	cols := t.n.Query.Columns()
	if t.n.Step == nil {
		op := t.query(c)
		defer op.Close()
		if err := eachBatch(c, op, to.add); err != nil {
			return err
		}
		return to.finish()
	}
	skip, err := rowCount(c, t.offset, 0)
	if err != nil {
		return err
	}
	count, err := rowCount(c, t.count, math.MaxInt64)
	if err != nil {
		return err
	}
	most := int64(math.MaxInt64)
	if count < most-skip {
		most = skip + count
	}
	seen := newRecursionSet(c, columnTypes(cols))
	defer func() {
		t.set = seen.spilled()
		seen.close()
	}()
	rows := newKept(c, cols) // of a step, and t.working those of the one before
	t.working = newKept(c, cols)
	defer func() {
		rows.close()
		t.working.close()
	}()
	n := int64(0) // rows so far
	from := cols
	op := t.query(c)
	defer func() { op.Close() }()
	pass := func(b *types.Batch) error {
		if b.N == 0 {
			return nil
		}
		if first, end := max(skip-n, 0), min(most-n, int64(b.N)); first < end {
			wanted := b
			if end-first < int64(b.N) {
				wanted = b.Slice(int(first), int(end))
			}
			if err := to.add(wanted); err != nil {
				return err
			}
		}
		n += int64(b.N)
		return rows.add(b)
	}
	for iteration := 1; ; iteration++ {
		add := func(b *types.Batch) error {
			b, err := conform(c, b, from, cols)
			if err != nil {
				return err
			}
			if iteration > 1 {
				if b, err = fit(c, b, cols); err != nil {
					return err
				}
			}
			if t.n.Distinct {
				if b, err = seen.fresh(b); err != nil {
					return err
				}
			}
			return pass(b)
		}
		err := eachBatch(c, op, add)
		if err == nil {
			err = seen.finish(pass)
		}
		if err == nil {
			err = rows.finish()
		}
		if err != nil {
			return err
		}
		t.working.close()
		t.working, rows = rows, t.working
		if t.working.n == 0 || n >= most {
			return to.finish()
		}
		if iteration > t.n.MaxDepth {
			return mysql.NewError(3636, fmt.Sprintf(
				"Recursive query aborted after %d iterations. Try increasing @@cte_max_recursion_depth to a larger value.", iteration))
		}
		if iteration > 1 && rewind(op) {
			continue
		}
		op.Close()
		op, from = t.step(c), t.n.Step.Columns()
	}
}

// rewinder is an operator that can begin again at its end: the steps of a recursion, most of which have a row or a few,
// then do without new ones.
type rewinder interface {
	// rewind begins again, or says that it cannot. The operator can only be closed then.
	rewind() bool
}

// rewind begins an operator again, if it can.
func rewind(op Operator) bool {
	r, ok := op.(rewinder)
	return ok && r.rewind()
}

// fit keeps the texts of a step to the lengths of the anchor, which has the CTE's types (manual 13.2.20,
// “Recursive Common Table Expressions”): a longer one is error 1406, or cut where sql_mode is not strict.
func fit(c *expr.Context, rows *types.Batch, cols []plan.Column) (*types.Batch, error) {
	out := rows
	for k, v := range rows.Cols {
		t := &cols[k].T
		if v.Kind != types.String {
			continue
		}
		length := func(s string) int {
			if t.Collation.IsBinary() || len(s) <= t.Length {
				return len(s)
			}
			return utf8.RuneCountInString(s)
		}
		if !slices.ContainsFunc(v.Strings(), func(s string) bool { return length(s) > t.Length }) {
			continue
		}
		if c.Env.Mode&(types.StrictTrans|types.StrictAll) != 0 {
			return nil, mysql.NewDefaultError(mysql.ER_DATA_TOO_LONG, cols[k].Name, 1)
		}
		cut := *v
		cut.S, cut.Codes, cut.Dict = slices.Clone(v.Strings()), nil, nil
		for i, s := range cut.S {
			if length(s) <= t.Length {
				continue
			}
			if t.Collation.IsBinary() {
				cut.S[i] = s[:t.Length]
			} else {
				cut.S[i] = string([]rune(s)[:t.Length])
			}
			if c.Env.Warn != nil {
				c.Env.Warn(mysql.WARN_DATA_TRUNCATED, fmt.Sprintf("Data truncated for column '%s' at row 1", cols[k].Name))
			}
		}
		if out == rows {
			out = &types.Batch{N: rows.N, Cols: slices.Clone(rows.Cols)}
		}
		out.Cols[k] = &cut
	}
	return out, nil
}

// ref gives the rows of a CTE, or those of the step before.
type ref struct {
	c       *expr.Context
	cte     *cte
	working bool
	started bool
	held
	file Operator // of rows that are not in memory; nil: they are
	made *kept    // the CTE's rows, where they were not there yet
}

// Next implements Operator.
func (r *ref) Next() (*types.Batch, error) {
	if !r.started {
		r.started = true
		rows := r.cte.working
		if !r.working {
			before := r.cte.rows
			var err error
			if rows, err = r.cte.materialised(r.c); err != nil {
				return nil, err
			}
			if rows != before {
				r.made = rows
			}
		}
		r.file = rows.read(r.c, &r.held)
	}
	if r.file != nil {
		return r.file.Next()
	}
	return r.next(batchSize(r.c)), cancelled(r.c)
}

// rewind implements rewinder.
func (r *ref) rewind() bool {
	r.started, r.file, r.held = false, nil, held{divided: divided{may: r.may}}
	return r.working
}

// spilled implements spiller.
func (r *ref) spilled() int64 {
	if r.made == nil {
		return 0
	}
	return r.made.file.Size() + r.cte.set
}

// Close implements Operator.
func (r *ref) Close() { r.rows = nil }

// outerKey appends the values of columns of the queries around, exactly.
func outerKey(dst []byte, c *expr.Context, outer []expr.ColumnID) []byte {
	for _, id := range outer {
		dst = types.AppendValueKey(dst, c.Outer[id], types.Binary)
	}
	return dst
}
