package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Point is a query for the row that a unique key of a table has for parameters. It is executed
// without operators, any number of times.
type Point struct {
	scan  *plan.Scan
	key   []types.Type // of the parameters
	cond  expr.Expr    // nil: the key says all of it
	items []expr.Expr  // nil: the columns
	plain bool         // nothing is computed
	index []int        // of the parameters
}

// NewPoint compiles a plan; nil where it is none of a point.
func NewPoint(n plan.Node) *Point {
	p := &Point{plain: true}
	for {
		switch x := n.(type) {
		case *plan.Limit:
			if x.Offset != nil || x.Found != nil || !atLeastOne(x.Count) {
				return nil
			}
			n = x.Child
		case *plan.Sort: // of one row
			if x.Top != nil && !atLeastOne(x.Top) || slices.ContainsFunc(x.Keys, func(o expr.Order) bool { return !isColumn(o.X) }) {
				return nil
			}
			n = x.Child
		case *plan.Project:
			if p.items != nil || p.cond != nil {
				return nil
			}
			layout := layoutOf(x.Child)
			p.items = make([]expr.Expr, len(x.Items))
			for i, e := range x.Items {
				p.items[i] = expr.Place(e, layout)
				p.plain = p.plain && isColumn(e)
			}
			n = x.Child
		case *plan.Filter:
			if p.cond != nil {
				return nil
			}
			p.cond = x.Cond
			n = x.Child
		case *plan.Scan:
			return p.of(x)
		default:
			return nil
		}
	}
}

func isColumn(e expr.Expr) bool {
	_, ok := e.(*expr.Column)
	return ok
}

func atLeastOne(e expr.Expr) bool {
	l, ok := e.(*expr.Literal)
	return ok && !l.V.IsNull() && l.V.I >= 1 && (l.T.Kind == types.Int || l.T.Kind == types.Uint)
}

// of is the point of a scan's key; nil where that may find several rows, or is not looked up by parameters.
func (p *Point) of(n *plan.Scan) *Point {
	if n.Lookup == nil || n.Lookup.From != nil || n.Lookup.To != nil || n.Lock {
		return nil
	}
	at := slices.IndexFunc(n.Table.Keys(), func(k plan.Key) bool { return k.Name == n.Lookup.Key })
	if at < 0 || !n.Table.Keys()[at].Unique || len(n.Table.Keys()[at].Columns) != len(n.Lookup.Equal) {
		return nil
	}
	for _, e := range n.Lookup.Equal {
		param, ok := e.(*expr.Param)
		if !ok {
			return nil
		}
		p.key, p.index = append(p.key, param.T), append(p.index, param.Index)
	}
	if p.scan = n; p.cond == nil {
		return p
	}
	if p.implied(n.Table.Keys()[at].Columns) {
		p.cond = nil
	} else {
		p.cond, p.plain = expr.Place(p.cond, layoutOf(n)), false
	}
	return p
}

// implied tells whether the condition says no more than the key: that its columns, which are integers, are
// equal to the parameters.
func (p *Point) implied(columns []int) bool {
	for _, e := range terms(p.cond, "and") {
		call, ok := e.(*expr.Call)
		if !ok || call.F.Name != "=" {
			return false
		}
		c, x := call.Args[0], call.Args[1]
		if !isColumn(c) {
			c, x = x, c
		}
		column, is := c.(*expr.Column)
		param, ok := x.(*expr.Param)
		if !is || !ok || column.T.Kind != types.Int && column.T.Kind != types.Uint {
			return false
		}
		at := slices.Index(p.index, param.Index)
		of := slices.IndexFunc(p.scan.Cols, func(c plan.Column) bool { return c.ID == column.ID })
		if at < 0 || of < 0 || p.scan.Pos[of] != columns[at] {
			return false
		}
	}
	return true
}

// Plain tells that Run needs no context: nothing is computed.
func (p *Point) Plain() bool { return p.plain }

// Run is the result on the table, nil where it has no row. known is false where the key is not looked up for
// these parameters.
func (p *Point) Run(c *expr.Context, t plan.Keyed, params []types.Value) (row *types.Batch, known bool, err error) {
	key := make([]types.Value, len(p.index))
	for i, at := range p.index {
		key[i] = params[at]
	}
	row, known, err = t.Row(p.scan.Lookup.Key, key, p.key, p.scan.Pos)
	if row == nil || err != nil {
		return nil, known, err
	}
	if p.cond != nil {
		if rows, err := expr.Select(c, p.cond, row, nil); err != nil || len(rows) == 0 {
			return nil, true, err
		}
	}
	if p.items == nil {
		return row, true, nil
	}
	cols, err := expr.EvalAll(c, p.items, row)
	if err != nil {
		return nil, true, err
	}
	return &types.Batch{N: 1, Cols: cols}, true, nil
}
