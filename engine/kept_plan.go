package engine

import (
	"math"
	"slices"
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Plans of queries of one table are kept for further executions: of prepared
// statements, and of texts that differ in literals that are compared with columns
// (parse.Pattern). What a plan depends on is part of its key, or is compared, or
// keeps it from being kept:
//
//   - text, database and the kinds of the arguments are the key
//   - the session variables that binding and planning heed are compared, and so is
//     the table's definition
//   - a query that asks for anything else that may differ another time, as variables
//     and functions do, has no kept plan, nor has one whose plan does not show that
//     an argument is only compared with a column of its kind

// maxKeptPlans is how many a session keeps.
const maxKeptPlans = 256

// keptPlans are a session's.
type keptPlans struct {
	settings settings
	plans    map[string]*keptPlan // by the key; nil: that one is not to be kept
	key      []byte               // the last one
}

// keptPlan is a plan with a Param for each question mark.
type keptPlan struct {
	node    plan.Node
	point   *exec.Point // nil: it is none
	table   bridge.KeptTable
	rows    int64 // of the table when the plan was made
	limits  []rowLimit
	columns []plan.Column
	fields  []*querypb.Field
}

// rowLimit is an argument of LIMIT, and its value when the plan was made.
type rowLimit struct {
	argument int
	rows     uint64
}

// grown is how many times as many rows, or as few, a table may have than when a
// plan was made, and how many times as many LIMIT may want.
const grown = 8

// keptQuery executes a statement by a plan that is kept, or can be. nil, nil: it has
// none, and is to be executed otherwise.
func (x *execution) keptQuery(args []sqltypes.Value) (*Result, error) {
	if x.within != nil || x.site != nil || x.prepares || !startsWithSelect(x.text) {
		return nil, nil
	}
	kept := &x.session.kept
	v := x.session.variables()
	if s := v.settings; s != kept.settings || len(kept.plans) >= maxKeptPlans || kept.plans == nil {
		*kept = keptPlans{settings: s, plans: make(map[string]*keptPlan), key: kept.key[:0]}
	}
	if v.execution == executionRow || v.selectLimit != math.MaxUint64 || strings.Contains(x.text, "/*+") {
		return nil, nil
	}
	arguments, pattern, err := x.pattern(args)
	if arguments == nil || err != nil {
		return nil, err
	}
	k, known := kept.plans[string(kept.key)]
	if known && k == nil {
		return nil, nil
	}
	x.reads = true
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	if known {
		if r, err := x.runKept(k, arguments); r != nil || err != nil {
			return r, err
		}
	}
	key := string(kept.key)
	if k, known = x.newKept(string(kept.key[:pattern]), arguments); known {
		kept.plans[key] = k
	}
	if k != nil {
		return x.runKept(k, arguments)
	}
	x.reads = false
	return nil, nil
}

func startsWithSelect(text string) bool {
	return len(text) > len("select ") && strings.EqualFold(text[:len("select")], "select")
}

// pattern makes the key of the statement, of which the first bytes are a text with
// question marks for the arguments; nil where there is none.
func (x *execution) pattern(args []sqltypes.Value) (arguments []bind.Argument, length int, err error) {
	kept := &x.session.kept
	if args != nil {
		if arguments, err = argumentsOf(args); err != nil {
			return nil, 0, err
		}
		kept.key = append(kept.key[:0], x.text...)
	} else {
		key, constants, ok := parse.Pattern(kept.key[:0], x.text)
		kept.key = key
		if !ok {
			return nil, 0, nil
		}
		arguments = make([]bind.Argument, len(constants))
		for i, c := range constants {
			if c.Text {
				arguments[i] = bind.Argument{V: types.StringValue(c.String), T: types.TypeString(len(c.String), types.DefaultCollation, types.CoerceLiteral)}
			} else {
				arguments[i] = bind.Argument{V: types.IntValue(c.Int), T: types.TypeInt}
			}
		}
	}
	length = len(kept.key)
	kept.key = append(kept.key, 0)
	for i := range arguments {
		a := &arguments[i]
		if k := a.T.Kind; k != types.Int && k != types.Uint && (k != types.String || a.T.Collation == types.Binary) || a.V.IsNull() {
			return nil, 0, nil
		}
		kept.key = append(kept.key, byte(a.T.Kind))
	}
	kept.key = append(append(kept.key, 0), x.session.Database()...)
	return arguments, length, nil
}

// runKept executes a plan; nil, nil where it does not hold any more.
func (x *execution) runKept(k *keptPlan, args []bind.Argument) (*Result, error) {
	table, ok := k.table.Again(x.ctx)
	if !ok {
		return nil, nil
	}
	if r, err := x.runPoint(k, table, args); r != nil || err != nil {
		return r, err
	}
	c := x.exprContext()
	if rows := table.RowCount(c); rows > grown*k.rows+grown || rows < k.rows/grown {
		return nil, nil
	}
	for _, l := range k.limits {
		if args[l.argument].V.Uint() > grown*l.rows+grown {
			return nil, nil
		}
	}
	c.Params = values(args)
	op, err := exec.Run(c, onTable(k.node, table))
	if err != nil {
		return nil, err
	}
	return &Result{
		Fields:    k.fields,
		execution: x,
		query:     &queryRows{op: op, columns: k.columns},
	}, nil
}

func values(args []bind.Argument) []types.Value {
	all := make([]types.Value, len(args))
	for i := range args {
		all[i] = args[i].V
	}
	return all
}

// runPoint executes a plan for a row by its key; nil, nil where it is none.
func (x *execution) runPoint(k *keptPlan, table plan.Table, args []bind.Argument) (*Result, error) {
	keyed, ok := table.(plan.Keyed)
	if k.point == nil || !ok {
		return nil, nil
	}
	params := values(args)
	var c *expr.Context
	if !k.point.Plain() {
		c = x.exprContext()
		c.Params = params
	}
	row, known, err := k.point.Run(c, keyed, params)
	if !known || err != nil {
		return nil, err
	}
	all := &struct {
		Result
		queryRows
		foundRow
	}{foundRow: foundRow{row}}
	all.queryRows = queryRows{op: &all.foundRow, columns: k.columns}
	all.Result = Result{Fields: k.fields, execution: x, query: &all.queryRows}
	return &all.Result, nil
}

// foundRow is the operator of a batch, or of none.
type foundRow struct{ row *types.Batch }

// Next implements exec.Operator.
func (r *foundRow) Next() (*types.Batch, error) {
	b := r.row
	r.row = nil
	return b, nil
}

// Close implements exec.Operator.
func (r *foundRow) Close() {}

// onTable is a plan of one table on another, which is the same in another statement.
func onTable(n plan.Node, t plan.Table) plan.Node {
	if scan, ok := n.(*plan.Scan); ok {
		with := *scan
		with.Table = t
		return &with
	}
	return n.With([]plan.Node{onTable(n.Children()[0], t)})
}

// newKept makes a plan to keep. known: what comes, also nil, holds for further
// executions.
func (x *execution) newKept(text string, args []bind.Argument) (k *keptPlan, known bool) {
	tree, err := x.parsed(text)
	if err != nil || tree.Params != len(args) {
		return nil, true
	}
	table := plainTable(tree)
	if table == "" {
		return nil, true
	}
	b, err := x.binder(args)
	if err != nil {
		return nil, false
	}
	b.Bound = make([]*expr.Literal, len(args))
	node, err := b.Query(tree)
	if err != nil {
		return nil, false // as for tables that are not there yet
	}
	node = plan.Optimize(b.Context, node)
	return x.kept(node, table, b.Bound), true
}

// kept is a plan to keep of one of the table that is made for arguments; nil where it
// cannot be.
func (x *execution) kept(node plan.Node, table string, bound []*expr.Literal) *keptPlan {
	if x.ctx.WarningCount() > 0 {
		return nil
	}
	p := &parameters{name: table, bound: bound, seen: make([]bool, len(bound))}
	k := &keptPlan{node: p.node(node), columns: node.Columns()}
	k.limits = p.limits
	for _, seen := range p.seen {
		p.refused = p.refused || !seen
	}
	var ok bool
	if k.table, ok = p.table.(bridge.KeptTable); !ok || p.refused {
		return nil
	}
	k.rows = k.table.RowCount(nil)
	k.fields = bridge.Fields(x.ctx, k.columns)
	k.point = exec.NewPoint(k.node)
	return k
}

// parameters puts Params in the place of the literals that a plan has for arguments.
type parameters struct {
	name    string // the table's, as the statement has it: an alias of the interview's is none
	bound   []*expr.Literal
	seen    []bool
	table   plan.Table
	limit   *plan.Limit // with Params
	limits  []rowLimit
	refused bool
}

// node is the plan with Params. It is refused where it has more than a table's
// filter, projection, order and limit, and where an argument is anywhere but in
// comparisons of the filter and in what is looked up for them.
func (p *parameters) node(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Scan:
		if n.Lock || p.table != nil || !strings.EqualFold(n.Name, p.name) {
			p.refused = true
			return n
		}
		p.table = n.Table
		values := n.Exprs()
		for i, e := range values {
			values[i] = p.param(e)
		}
		return n.WithExprs(values)
	case *plan.Filter:
		return &plan.Filter{Child: p.node(n.Child), Cond: p.condition(n.Cond)}
	case *plan.Limit:
		p.refused = p.refused || p.limit != nil
		p.limit = &plan.Limit{Offset: p.rowLimit(n.Offset), Count: p.rowLimit(n.Count), Found: n.Found}
		p.limit.Child = p.node(n.Child)
		return p.limit
	case *plan.Sort:
		for _, k := range n.Keys {
			p.check(k.X)
		}
		with := &plan.Sort{Keys: n.Keys, Top: n.Top}
		switch {
		case n.Top == nil || len(p.limits) == 0:
		case p.limit.Offset == nil:
			with.Top = p.limit.Count
		default:
			with.Top = &limitSum{p.limit.Count, p.limit.Offset}
		}
		with.Child = p.node(n.Child)
		return with
	case *plan.Project:
		for _, e := range n.Exprs() {
			p.check(e)
		}
		return n.With([]plan.Node{p.node(n.Children()[0])})
	}
	p.refused = true
	return n
}

// rowLimit is a number of LIMIT, of which the Param is noted where it is an argument.
func (p *parameters) rowLimit(e expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	with := p.param(e)
	if param, ok := with.(*expr.Param); ok {
		p.limits = append(p.limits, rowLimit{param.Index, p.bound[param.Index].V.Uint()})
	}
	return with
}

// limitSum is how many rows LIMIT and OFFSET need, of which an argument is one.
type limitSum struct{ count, offset expr.Expr }

// Type implements expr.Expr.
func (*limitSum) Type() *types.Type { return &types.TypeUint }

// Eval implements expr.Expr.
func (e *limitSum) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	sum := uint64(0)
	for _, n := range e.Children() {
		v, err := n.Eval(c, b)
		if err != nil {
			return nil, err
		}
		value := v.Value(0)
		x := value.Uint()
		if sum += x; sum < x {
			sum = math.MaxUint64
		}
	}
	return types.SameVec(&types.TypeUint, types.UintValue(sum), b.N), nil
}

// Children implements expr.Expr.
func (e *limitSum) Children() []expr.Expr { return []expr.Expr{e.count, e.offset} }

// With implements expr.Expr.
func (e *limitSum) With(children []expr.Expr) expr.Expr { return &limitSum{children[0], children[1]} }

func (e *limitSum) String() string { return e.count.String() + " + " + e.offset.String() }

// condition is a condition of the filter with Params.
func (p *parameters) condition(e expr.Expr) expr.Expr {
	call, ok := e.(*expr.Call)
	if !ok {
		p.check(e)
		return e
	}
	args := make([]expr.Expr, len(call.Args))
	for i, a := range call.Args {
		if compares(call, i) {
			args[i] = p.param(a)
		} else {
			args[i] = p.condition(a)
		}
	}
	return call.With(args)
}

// compares tells whether argument i of a call is what a column of its kind is
// compared with.
func compares(call *expr.Call, i int) bool {
	switch call.F.Name {
	case "=", "<>", "<", "<=", ">", ">=", "<=>":
	default:
		return false
	}
	integer := func(k types.Kind) bool { return k == types.Int || k == types.Uint }
	column, ok := call.Args[1-i].(*expr.Column)
	if !ok {
		return false
	}
	a, b := column.T.Kind, call.Args[i].Type().Kind
	return integer(a) && integer(b) || a == types.String && b == types.String
}

// param is the Param of an expression that is an argument, the expression itself
// where it is none.
func (p *parameters) param(e expr.Expr) expr.Expr {
	for i, l := range p.bound {
		if e == expr.Expr(l) {
			p.seen[i] = true
			return &expr.Param{Index: i, T: l.T}
		}
	}
	p.check(e)
	return e
}

// check refuses an expression that has an argument, or a query.
func (p *parameters) check(e expr.Expr) {
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column, *expr.Convert, *expr.Call, *expr.Truth:
		case *expr.Literal:
			p.refused = p.refused || slices.Contains(p.bound, e)
		default:
			p.refused = true
		}
		return !p.refused
	})
}

// plainTable is the table of a query of one table that has nothing in it whose meaning
// may change from one execution to the next, but for the table's; else "".
func plainTable(tree *parse.Tree) string {
	if _, ok := tree.Node.(*tidb.SelectStmt); !ok || len(tree.Functions) > 0 || len(tree.Into) > 0 {
		return ""
	}
	p := &plainVisitor{}
	tree.Node.Accept(p)
	if p.other || len(p.tables) != 1 {
		return ""
	}
	return p.tables[0]
}

type plainVisitor struct {
	tables []string
	other  bool
}

// Enter implements tidb.Visitor.
func (p *plainVisitor) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.TableName:
		p.tables = append(p.tables, n.Name.O)
		p.other = p.other || len(n.IndexHints) > 0
	case *tidb.SelectStmt:
		p.other = p.other || n.LockInfo != nil || n.With != nil || n.SelectStmtOpts != nil && n.SelectStmtOpts.CalcFoundRows
	case *tidb.PatternInExpr:
		p.other = p.other || n.Sel != nil
	case *tidb.FieldList, *tidb.SelectField, *tidb.WildCardField, *tidb.TableRefsClause, *tidb.Join, *tidb.TableSource,
		*tidb.ColumnNameExpr, *tidb.ColumnName, *tidb.BinaryOperationExpr, *tidb.UnaryOperationExpr, *tidb.ParenthesesExpr,
		*tidb.BetweenExpr, *tidb.IsNullExpr, *tidb.PatternLikeOrIlikeExpr, *tidb.OrderByClause, *tidb.ByItem, *tidb.Limit,
		*parse.Literal, *parse.Param:
	default:
		p.other = true
	}
	return n, p.other
}

// Leave implements tidb.Visitor.
func (p *plainVisitor) Leave(n tidb.Node) (tidb.Node, bool) { return n, !p.other }
