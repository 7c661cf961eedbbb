package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// MySQL's errors about windows.
const (
	erWindowNoSuchWindow        = 3579
	erWindowCircularity         = 3580
	erWindowNoChildPartitioning = 3581
	erWindowNoInheritFrame      = 3582
	erWindowNoRedefineOrderBy   = 3583
	erWindowFrameStartIllegal   = 3584
	erWindowFrameEndIllegal     = 3585
	erWindowFrameIllegal        = 3586
	erWindowRangeFrameOrderType = 3587
	erWindowRangeTemporal       = 3588
	erWindowRangeNumeric        = 3589
	erWindowDuplicateName       = 3591
	erWindowInvalidUse          = 3593
	erWindowInvalidAlias        = 3594
	erWindowNested              = 3595
	erWindowRowsInterval        = 3596
)

// window is the calls over one partitioning and order.
type window struct {
	key       string
	partition []expr.Expr
	order     []expr.Order
	calls     []*expr.WindowCall
	keys      []string // of the calls
	ids       []expr.ColumnID
}

func (w *window) has(id expr.ColumnID) bool {
	for _, i := range w.ids {
		if i == id {
			return true
		}
	}
	return false
}

// hasWindow tells whether an expression has a window function of this block.
func (s *scope) hasWindow(e expr.Expr) bool {
	if len(s.windows) == 0 {
		return false
	}
	for id := range plan.FreeOf(e) {
		for _, w := range s.windows {
			if w.has(id) {
				return true
			}
		}
	}
	return false
}

// exprs are the expressions that are computed over the groups of the block.
func (w *window) exprs() []*expr.Expr {
	var all []*expr.Expr
	for i := range w.partition {
		all = append(all, &w.partition[i])
	}
	for i := range w.order {
		all = append(all, &w.order[i].X)
	}
	for _, c := range w.calls {
		for i := range c.Args {
			all = append(all, &c.Args[i])
		}
		if c.Aggregate != nil {
			for i := range c.Aggregate.Args {
				all = append(all, &c.Aggregate.Args[i])
			}
		}
		for _, b := range []*expr.Bound{&c.Frame.Start, &c.Frame.End} {
			if b.Limit != nil {
				all = append(all, &b.Limit)
			}
		}
	}
	return all
}

// nameWindows keeps the WINDOW clause for the calls that use it.
func (s *scope) nameWindows(specs []ast.WindowSpec) error {
	s.named = make(map[string]*ast.WindowSpec, len(specs))
	for i := range specs {
		n := &specs[i]
		if _, ok := s.named[n.Name.L]; ok {
			return my(erWindowDuplicateName, "Window '%s' is defined twice.", n.Name.O)
		}
		s.named[n.Name.L] = n
	}
	for i := range specs {
		if _, err := s.spec(&specs[i], nil); err != nil {
			return err
		}
	}
	return nil
}

// spec is a window's specification with what it has of the window that it
// refers to (manual 14.20.4). seen are the windows that refer to this one.
func (s *scope) spec(n *ast.WindowSpec, seen []string) (*ast.WindowSpec, error) {
	ref := n.Ref
	if n.OnlyAlias {
		ref = n.Name
	}
	if ref.L == "" {
		return n, nil
	}
	base, ok := s.named[ref.L]
	if !ok {
		return nil, my(erWindowNoSuchWindow, "Window name '%s' is not defined.", ref.O)
	}
	for _, name := range seen {
		if name == ref.L {
			return nil, my(erWindowCircularity, "There is a circularity in the window dependency graph.")
		}
	}
	base, err := s.spec(base, append(seen, ref.L))
	if err != nil || n.OnlyAlias {
		return base, err
	}
	child := n.Name.O
	if child == "" {
		child = "<unnamed window>"
	}
	if n.PartitionBy != nil {
		return nil, my(erWindowNoChildPartitioning, "A window which depends on another cannot define partitioning.")
	}
	if base.Frame != nil {
		return nil, my(erWindowNoInheritFrame, "Window '%s' cannot inherit '%s' since it has frame definition.", child, ref.O)
	}
	if base.OrderBy != nil && n.OrderBy != nil {
		return nil, my(erWindowNoRedefineOrderBy, "Window '%s' cannot inherit '%s' since both contain an ORDER BY clause.", child, ref.O)
	}
	merged := *n
	merged.PartitionBy = base.PartitionBy
	if merged.OrderBy == nil {
		merged.OrderBy = base.OrderBy
	}
	return &merged, nil
}

// windowCall binds a function over a window. In its place stands the column that
// the window gives.
func (s *scope) windowCall(n *ast.WindowFuncExpr) (expr.Expr, error) {
	fn := lower(n.Name)
	if s.clause != fieldList && s.clause != orderClause || s.inAggregate {
		return nil, my(erWindowInvalidUse, "You cannot use the window function '%s' in this context.'", fn)
	}
	if s.inWindow {
		return nil, my(erWindowNested, "You cannot nest a window function in the specification of window '%s'.", "<unnamed window>")
	}
	s.inWindow = true
	defer func(c clause) { s.inWindow, s.clause = false, c }(s.clause)
	spec, err := s.spec(&n.Spec, nil)
	if err != nil {
		return nil, err
	}
	var w window
	if spec.PartitionBy != nil {
		s.clause = partitionBy
		for _, i := range spec.PartitionBy.Items {
			x, err := s.windowItem(i.Expr)
			if err != nil {
				return nil, err
			}
			w.partition = append(w.partition, x)
		}
	}
	if spec.OrderBy != nil {
		s.clause = windowOrder
		for _, i := range spec.OrderBy.Items {
			x, err := s.windowItem(i.Expr)
			if err != nil {
				return nil, err
			}
			w.order = append(w.order, expr.Order{X: x, Desc: i.Desc})
		}
	}
	s.clause = fieldList
	if n.IgnoreNull {
		return nil, my(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support 'IGNORE NULLS'")
	}
	if n.FromLast {
		return nil, my(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support 'FROM LAST'")
	}
	name := spec.Name.O
	if name == "" {
		name = "<unnamed window>"
	}
	frame, err := s.frame(spec.Frame, w.order, name)
	if err != nil {
		return nil, err
	}
	call, err := s.overCall(fn, n, frame)
	if err != nil {
		return nil, err
	}
	w.key = windowKey(&w)
	at := (*window)(nil)
	for _, o := range s.windows {
		if o.key == w.key {
			at = o
		}
	}
	if at == nil {
		at = &w
		s.windows = append(s.windows, at)
	}
	key := windowCallKey(call)
	i := slices.Index(at.keys, key)
	if i < 0 {
		i = len(at.calls)
		at.calls, at.keys, at.ids = append(at.calls, call), append(at.keys, key), append(at.ids, s.binder.newID())
	}
	return &expr.Column{ID: at.ids[i], Name: fn + "(…) over (…)", T: call.T}, nil
}

// windowCallKey is a text that two calls over a window share only if they compute the same.
func windowCallKey(c *expr.WindowCall) string {
	var key strings.Builder
	if c.Aggregate != nil {
		key.WriteString(aggregateKey(c.Aggregate))
	} else {
		key.WriteString(c.Function.Name)
	}
	for _, a := range c.Args {
		key.WriteString("," + fingerprint(a))
	}
	fmt.Fprintf(&key, "|%d", c.Frame.Unit)
	for _, b := range []expr.Bound{c.Frame.Start, c.Frame.End} {
		fmt.Fprintf(&key, "|%d", b.Kind)
		for _, x := range []expr.Expr{b.Offset, b.Limit} {
			if x != nil {
				key.WriteString(":" + fingerprint(x))
			}
		}
	}
	return key.String()
}

// overCall is the call of an aggregate or a window function.
func (s *scope) overCall(fn string, n *ast.WindowFuncExpr, frame expr.Frame) (*expr.WindowCall, error) {
	if f := builtin.Window(fn); f != nil {
		args, err := s.exprs(n.Args)
		if err != nil {
			return nil, err
		}
		if !f.Framed {
			frame = expr.Frame{Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.UnboundedFollowing}}
		}
		return expr.NewWindowCall(s.binder.resolver(), f, args, frame)
	}
	if n.Distinct {
		return nil, my(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support '<window function>(DISTINCT ..)'")
	}
	f := builtin.Aggregate(fn)
	if f == nil || f.NoWindow {
		return nil, my(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support '%s as window function'", fn)
	}
	call, err := s.windowAggregate(n)
	if err != nil {
		return nil, err
	}
	return &expr.WindowCall{Aggregate: call, T: call.T, Frame: frame}, nil
}

// windowAggregate binds an aggregate over a window, whose arguments may be
// aggregates of the block.
func (s *scope) windowAggregate(n *ast.WindowFuncExpr) (*expr.AggregateCall, error) {
	args := n.Args
	if lower(n.Name) == "count" && len(args) == 1 && isLiteral(args[0]) {
		args = nil
	}
	all, err := s.exprs(args)
	if err != nil {
		return nil, err
	}
	return expr.NewAggregateCall(s.binder.resolver(), builtin.Aggregate(lower(n.Name)), false, all, nil, "")
}

// windowItem binds an expression to partition or order by. A number is itself
// there, not a column of the list.
func (s *scope) windowItem(n ast.ExprNode) (expr.Expr, error) {
	if p, ok := n.(*ast.PositionExpr); ok {
		return &expr.Literal{V: types.IntValue(int64(p.N)), T: types.TypeInt}, nil
	}
	return s.expr(n)
}

func windowKey(w *window) string {
	var key strings.Builder
	for _, p := range w.partition {
		key.WriteString(fingerprint(p) + ",")
	}
	key.WriteString("|")
	for _, o := range w.order {
		fmt.Fprintf(&key, "%s:%t,", fingerprint(o.X), o.Desc)
	}
	return key.String()
}

// frame binds a frame. Without one it is all rows up to the current one and its
// peers or, without an order, the whole partition (manual 14.20.3).
func (s *scope) frame(n *ast.FrameClause, order []expr.Order, window string) (expr.Frame, error) {
	if n == nil {
		f := expr.Frame{Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.CurrentRow}}
		if len(order) == 0 {
			f.End.Kind = expr.UnboundedFollowing
		}
		return f, nil
	}
	f := expr.Frame{Unit: expr.Range}
	switch n.Type {
	case ast.Rows:
		f.Unit = expr.Rows
	case ast.Groups:
		return f, my(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support 'GROUPS'")
	}
	var err error
	if f.Start, err = s.bound(&n.Extent.Start, f.Unit, order, window); err != nil {
		return f, err
	}
	if f.End, err = s.bound(&n.Extent.End, f.Unit, order, window); err != nil {
		return f, err
	}
	if f.Start.Kind == expr.UnboundedFollowing {
		return f, my(erWindowFrameStartIllegal, "Window '%s': frame start cannot be UNBOUNDED FOLLOWING.", window)
	}
	if f.End.Kind == expr.UnboundedPreceding {
		return f, my(erWindowFrameEndIllegal, "Window '%s': frame end cannot be UNBOUNDED PRECEDING.", window)
	}
	if f.Start.Kind > f.End.Kind {
		return f, my(erWindowFrameIllegal, "Window '%s': frame start or end is negative, NULL or of non-integral type", window)
	}
	if f.Unit == expr.Range && len(order) == 0 {
		// Without an order all rows are peers.
		for _, b := range []*expr.Bound{&f.Start, &f.End} {
			if b.Kind == expr.CurrentRow {
				b.Kind = expr.UnboundedPreceding
				if b == &f.End {
					b.Kind = expr.UnboundedFollowing
				}
			}
		}
	}
	return f, nil
}

func (s *scope) bound(n *ast.FrameBound, unit expr.FrameUnit, order []expr.Order, window string) (expr.Bound, error) {
	switch {
	case n.Type == ast.CurrentRow:
		return expr.Bound{Kind: expr.CurrentRow}, nil
	case n.Type == ast.Preceding && n.UnBounded:
		return expr.Bound{Kind: expr.UnboundedPreceding}, nil
	case n.UnBounded:
		return expr.Bound{Kind: expr.UnboundedFollowing}, nil
	}
	if unit == expr.Rows && n.Unit != ast.TimeUnitInvalid {
		return expr.Bound{}, my(erWindowRowsInterval, "Window '%s': INTERVAL can only be used with RANGE frames.", window)
	}
	b := expr.Bound{Kind: expr.Preceding}
	if n.Type == ast.Following {
		b.Kind = expr.Following
	}
	offset, err := s.expr(n.Expr)
	if err != nil {
		return b, err
	}
	b.Offset = expr.Fold(s.binder.Context, offset)
	illegal := my(erWindowFrameIllegal, "Window '%s': frame start or end is negative, NULL or of non-integral type", window)
	if _, unknown := b.Offset.(*unknownArgument); unknown {
		return b, nil
	}
	l, ok := b.Offset.(*expr.Literal)
	if !ok {
		return b, illegal
	}
	if unit == expr.Rows {
		if l.T.Kind != types.Int && l.T.Kind != types.Uint || l.V.IsNull() || l.T.Kind == types.Int && l.V.I < 0 {
			return b, illegal
		}
		return b, nil
	}
	if len(order) != 1 {
		return b, my(erWindowRangeFrameOrderType, "Window '%s' with RANGE N PRECEDING/FOLLOWING frame requires exactly one ORDER BY expression, of numeric or temporal type", window)
	}
	key := order[0]
	interval := n.Unit != ast.TimeUnitInvalid
	switch {
	case key.X.Type().IsTemporal() && !interval:
		return b, my(erWindowRangeTemporal, "Window '%s' with RANGE frame has ORDER BY expression of datetime type. Only INTERVAL bound value allowed.", window)
	case !key.X.Type().IsTemporal() && interval:
		return b, my(erWindowRangeNumeric, "Window '%s' with RANGE frame has ORDER BY expression of numeric type, INTERVAL bound value not allowed.", window)
	case !key.X.Type().IsTemporal() && !key.X.Type().IsNumeric():
		return b, my(erWindowRangeFrameOrderType, "Window '%s' with RANGE N PRECEDING/FOLLOWING frame requires exactly one ORDER BY expression, of numeric or temporal type", window)
	}
	down := (b.Kind == expr.Preceding) != key.Desc
	if interval {
		fn := "date_add"
		if down {
			fn = "date_sub"
		}
		b.Limit, err = s.apply(fn, key.X, b.Offset, text(lower(n.Unit.String())))
	} else {
		if l.V.IsNull() || negative(&l.V) {
			return b, illegal
		}
		fn := "+"
		if down {
			fn = "-"
		}
		// An unsigned key less the offset may be below 0: both are signed.
		x := key.X
		if x.Type().Kind == types.Uint {
			x = expr.ConvertTo(x, types.TypeDecimal(20, 0))
		}
		b.Limit, err = s.apply(fn, x, b.Offset)
	}
	if err != nil {
		return b, err
	}
	if b.Limit.Type().Kind != key.X.Type().Kind && b.Limit.Type().Kind != types.Null {
		b.Limit = expr.ConvertTo(b.Limit, *key.X.Type())
	}
	return b, nil
}

func negative(v *types.Value) bool {
	switch v.Kind {
	case types.Int:
		return v.I < 0
	case types.Float:
		return v.F < 0
	case types.Decimal:
		return v.D.Sign() < 0
	}
	return false
}

// overWindows puts the block's windows over a plan, in the order in which the
// statement names them.
func (s *scope) overWindows(node plan.Node) (plan.Node, error) {
	for _, w := range s.windows {
		n := &plan.Window{Child: node, Partition: w.partition, Order: w.order, Calls: w.calls}
		n.Cols = append(n.Cols, node.Columns()...)
		for i, c := range w.calls {
			name := ""
			if c.Function != nil {
				name = c.Function.Name
			} else {
				name = c.Aggregate.F.Name
			}
			n.Cols = append(n.Cols, plan.Column{ID: w.ids[i], Name: name, T: c.T})
		}
		node = n
	}
	return node, nil
}
