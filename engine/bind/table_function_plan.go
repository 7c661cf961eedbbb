package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// tableFunction binds name(args) in FROM: JSON_TABLE, or one of our table
// functions as the SELECT that defines it or as its native kernel.
func (s *scope) tableFunction(n *parse.TableFunction, alias string, columns []ast.CIStr, left *from) (*from, error) {
	b := s.binder
	if n.JSON != nil {
		if alias == "" {
			return nil, my(3667, "Every table function must have an alias")
		}
		return s.jsonTable(n.JSON, alias, left)
	}
	f, ok := functions.Find(n.Name)
	if !ok || n.Database != "" && !strings.EqualFold(n.Database, tables.Database) {
		database := n.Database
		if database == "" {
			database = tables.Database
		}
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", database+"."+n.Name)
	}
	if err := f.CheckCount(len(n.Args)); err != nil {
		return nil, err
	}
	if alias == "" {
		alias = n.Written
	}
	c := &functionCall{f: f}
	in := &scope{binder: b, outer: s.outer, ctes: s.ctes, clause: fromClause}
	if left != nil {
		in = s.beside(left)
		in.clause = fromClause
	}
	for i, a := range n.Args {
		if err := constant(f, i, a); err != nil {
			return nil, err
		}
		x, err := in.expr(a)
		if err != nil {
			return nil, err
		}
		if err := independent(f, i, x); err != nil {
			return nil, err
		}
		c.args = append(c.args, x)
	}
	for _, p := range f.Params[len(n.Args):] {
		tree, err := parse.Query("SELECT "+p.Default, b.Mode)
		if err != nil {
			return nil, fmt.Errorf("bind: default of %s in %s: %w", p.Name, f.Name, err)
		}
		x, err := b.Expr(tree, tree.Node.(*ast.SelectStmt).Fields.Fields[0].Expr)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, x)
	}
	var node plan.Node
	if b.Functions == Native || b.Functions == Auto && f.Native != nil {
		if f.Native == nil {
			return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "a native "+f.Name)
		}
		node = c.native(b)
	} else {
		var err error
		if node, err = c.lowered(b); err != nil {
			return nil, err
		}
	}
	p := &plan.Project{Child: node}
	for i, col := range node.Columns() {
		t := typeOf(f.Columns[i].Type)
		x := expr.Expr(col.Ref())
		if needsConversion(x.Type(), &t) || t.Kind == types.Float {
			x = &expr.Convert{X: x, T: t, Explicit: true}
		}
		p.Items = append(p.Items, x)
		p.Cols = append(p.Cols, plan.Column{
			ID: b.newID(), Name: f.Columns[i].Name, T: t, Table: alias, OrgTable: alias, OrgName: f.Columns[i].Name,
		})
	}
	named, err := renamed(&query{node: p, merges: true}, alias, names(columns))
	if err != nil {
		return nil, err
	}
	return derived(named, "", alias), nil
}

// constant refuses an argument of table rows: an aggregate, DEFAULT.
func constant(f *functions.Func, i int, arg ast.ExprNode) error {
	c := &constantCheck{}
	arg.Accept(c)
	if c.not == "" {
		return nil
	}
	return mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, f.Name+": "+f.Params[i].Name+" must not be "+c.not)
}

// constantCheck finds what an argument must not be. Subqueries have rows of their own.
type constantCheck struct{ not string }

// Enter implements ast.Visitor.
func (c *constantCheck) Enter(n ast.Node) (ast.Node, bool) {
	switch n.(type) {
	case *ast.SubqueryExpr:
		return n, true
	case *ast.AggregateFuncExpr:
		c.not = "an aggregate"
	case *ast.DefaultExpr:
		c.not = "DEFAULT"
	}
	return n, c.not != ""
}

// Leave implements ast.Visitor.
func (c *constantCheck) Leave(n ast.Node) (ast.Node, bool) { return n, c.not == "" }

// independent refuses an argument that is not one value for all rows.
func independent(f *functions.Func, i int, x expr.Expr) error {
	if len(plan.FreeOf(x)) > 0 {
		return mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, f.Name+": "+f.Params[i].Name+" must not depend on a column")
	}
	return nil
}

// functionCall is a call of a table function: its arguments are evaluated and
// checked once in an execution.
type functionCall struct {
	f    *functions.Func
	args []expr.Expr
}

// lowered binds the function's SELECT with the arguments in place of its
// parameters. Neither the session's database nor a CTE around the call changes
// what it reads.
func (c *functionCall) lowered(b *Binder) (plan.Node, error) {
	tree, err := parse.Query(c.f.SQL, 0)
	if err != nil {
		return nil, fmt.Errorf("bind: SQL of %s: %w", c.f.Name, err)
	}
	own := &Binder{
		Catalog: b.Catalog, Database: tables.Database, Context: b.Context, Functions: b.Functions,
		Fallback: b.Fallback, Scan: b.Scan, lastID: b.lastID, inFunction: true, parameters: make(map[string]expr.Expr),
	}
	for i, p := range c.f.Params {
		own.parameters[lower(p.Name)] = &argument{call: c, args: c.args, index: i, t: typeOf(p.Type)}
	}
	node, err := own.Query(tree)
	b.lastID = own.lastID
	return node, err
}

// native is the function's kernel.
func (c *functionCall) native(b *Binder) plan.Node {
	n := &plan.TableFunction{Name: c.f.Name, Args: c.args}
	for i, col := range c.f.Columns {
		n.Cols = append(n.Cols, plan.Column{ID: b.newID(), Name: col.Name, T: typeOf(col.Type)})
		n.Pos = append(n.Pos, i)
	}
	cols, scan := n.Cols, b.Scan
	n.Run = func(ctx *expr.Context, values []types.Value, columns []int) ([]*types.Batch, error) {
		args, err := c.bind(values)
		if err != nil || args.HasNull() {
			return nil, err
		}
		kinds := make([]vector.Type, len(c.f.Columns))
		for i, col := range c.f.Columns {
			kinds[i] = col.Type
		}
		out := vector.NewBatch(kinds...)
		for i := range out.Columns {
			out.Columns[i].Unused = !slices.Contains(columns, i)
		}
		if err := c.f.Native(ctx, scan, args, out); err != nil {
			return nil, err
		}
		if out.Len() == 0 {
			return nil, nil
		}
		batch := &types.Batch{N: out.Len()}
		for _, at := range columns {
			batch.Cols = append(batch.Cols, vecOf(&out.Columns[at], &cols[at].T))
		}
		return []*types.Batch{batch}, nil
	}
	return n
}

// bind checks the arguments.
func (c *functionCall) bind(values []types.Value) (functions.Args, error) {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = goValue(v, c.args[i].Type())
	}
	return c.f.Bind(all)
}

// goValue is a value in one of the types that [functions.Func.Bind] takes.
func goValue(v types.Value, t *types.Type) any {
	switch v.Kind {
	case types.Null:
		return nil
	case types.Int:
		return v.I
	case types.Uint, types.Bit:
		return v.Uint()
	case types.Float:
		return v.F
	case types.Decimal:
		if n, ok := v.D.Int64(); ok && v.D.Cmp(types.NewDec(n, 0)) == 0 {
			return n
		}
		return v.D.Float()
	case types.Date:
		return types.Unpack(v.I).Days() - epochDays
	}
	return string(types.AppendValue(nil, v, t))
}

// argument is a parameter's value in a table function's SELECT.
type argument struct {
	call  *functionCall
	args  []expr.Expr
	index int
	t     types.Type
}

// Type implements expr.Expr.
func (e *argument) Type() *types.Type {
	t := e.t.WithNullable(true)
	return &t
}

// Eval implements expr.Expr.
func (e *argument) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	args, ok := c.Memo[e.call].(functions.Args)
	if !ok {
		values := make([]types.Value, len(e.args))
		for i, x := range e.args {
			v, err := x.Eval(c, &types.Batch{N: 1})
			if err != nil {
				return nil, err
			}
			values[i] = v.Value(0)
		}
		var err error
		if args, err = e.call.bind(values); err != nil {
			return nil, err
		}
		if c.Memo == nil {
			c.Memo = make(map[any]any)
		}
		c.Memo[e.call] = args
	}
	return types.SameVec(&e.t, e.value(args[e.index]), b.N), nil
}

func (e *argument) value(a functions.Arg) types.Value {
	switch {
	case a.Null:
		return types.Value{}
	case e.t.Kind == types.Float:
		return types.FloatValue(a.Float)
	case e.t.Kind == types.String:
		return types.StringValue(a.Text)
	case e.t.Kind == types.Date:
		return types.DateValue(packedDate(a.Int))
	}
	return types.IntValue(a.Int)
}

// Children implements expr.Expr.
func (e *argument) Children() []expr.Expr { return e.args }

// With implements expr.Expr.
func (e *argument) With(children []expr.Expr) expr.Expr {
	with := *e
	with.args = children
	return &with
}

// Volatile tells package exec that it is the same for all rows.
func (e *argument) Volatile() bool { return false }

func (e *argument) String() string { return "@" + e.call.f.Params[e.index].Name }

// epochDays is the day number of 1970-01-01.
var epochDays = types.Civil{Year: 1970, Month: 1, Day: 1}.Days()

func packedDate(days int64) int64 {
	c, _ := types.CivilOfDays(days + epochDays)
	return c.Pack()
}

// packedDates are days as packed dates, each day made once where they lie together.
func packedDates(days []int64) []int64 {
	out := make([]int64, len(days))
	if len(days) == 0 {
		return out
	}
	first, last := slices.Min(days), slices.Max(days)
	if last-first >= int64(len(days)) {
		for i, day := range days {
			out[i] = packedDate(day)
		}
		return out
	}
	known := make([]int64, last-first+1)
	for i := range known {
		known[i] = packedDate(first + int64(i))
	}
	for i, day := range days {
		out[i] = known[day-first]
	}
	return out
}

// typeOf is the type of a declared column.
func typeOf(t vector.Type) types.Type {
	switch t.Kind {
	case vector.Int:
		x := intType(11)
		x.Protocol = types.ProtocolLong
		return x.WithNullable(true)
	case vector.Bool:
		x := intType(1)
		x.Protocol = types.ProtocolTiny
		return x.WithNullable(true)
	case vector.Float:
		x := types.TypeDouble
		x.Protocol, x.Length = types.ProtocolFloat, 12
		return x.WithNullable(true)
	case vector.Decimal:
		return types.TypeDecimal(t.Len, t.Scale).WithNullable(true)
	case vector.Date:
		return types.TypeDate.WithNullable(true)
	case vector.DateTime:
		return types.TypeDateTime.WithNullable(true)
	}
	return types.TypeString(t.Len, types.DefaultCollation, types.CoerceImplicit).WithNullable(true)
}

// vecOf is a kernel's column as a vector, which has its slices where they are the same.
func vecOf(v *vector.Vector, t *types.Type) *types.Vec {
	n := v.Len()
	out := types.VecOf(t, n)
	if len(v.Nulls) > 0 {
		out.Nulls = append(v.Nulls, make([]bool, n-len(v.Nulls))...)
	}
	switch v.Type.Kind {
	case vector.Float:
		out.F = v.Floats
	case vector.Decimal:
		out.D = make([]types.Dec, n)
		for i, x := range v.Ints {
			out.D[i] = types.NewDec(x, v.Type.Scale)
		}
	case vector.Date:
		out.I = packedDates(v.Ints)
	case vector.DateTime:
		out.I = make([]int64, n)
		for i, micros := range v.Ints {
			out.I[i] = packedDateTime(micros)
		}
	case vector.String:
		if out.S = v.Strings; len(v.Codes) > 0 {
			out.S, out.Codes = nil, v.Codes
			if o, ok := v.Order.(interface{ DictOf([]string) *types.Dict }); ok {
				out.Dict = o.DictOf(v.Dictionary)
			}
			if out.Dict == nil {
				out.Dict = &types.Dict{Values: v.Dictionary}
			}
		}
	default:
		out.I = v.Ints
	}
	return out
}

func packedDateTime(micros int64) int64 {
	days := micros / vector.MicrosPerDay
	if micros%vector.MicrosPerDay < 0 {
		days--
	}
	c, _ := types.CivilOfDays(days + epochDays)
	c, _ = c.AddMicros(micros - days*vector.MicrosPerDay)
	return c.Pack()
}
