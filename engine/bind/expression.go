package bind

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func lower(s string) string { return strings.ToLower(s) }

// condition binds a condition: what counts is whether it is true.
func (s *scope) condition(n ast.ExprNode) (expr.Expr, error) {
	e, err := s.expr(n)
	if err != nil {
		return nil, err
	}
	return &expr.Truth{X: e}, nil
}

// and joins conditions; nil is one that always holds.
func (s *scope) and(a, b expr.Expr) (expr.Expr, error) {
	switch {
	case a == nil:
		return b, nil
	case b == nil:
		return a, nil
	}
	return s.call(builtin.Function("and"), a, b)
}

func (s *scope) exprs(all []ast.ExprNode) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(all))
	for i, n := range all {
		var err error
		if out[i], err = s.expr(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// function applies a function of package builtin to expressions of the tree.
func (s *scope) function(name string, args ...ast.ExprNode) (expr.Expr, error) {
	all, err := s.exprs(args)
	if err != nil {
		return nil, err
	}
	return s.apply(name, all...)
}

func (s *scope) apply(name string, args ...expr.Expr) (expr.Expr, error) {
	f := builtin.Function(name)
	if f == nil {
		return nil, unsupported(name)
	}
	return s.call(f, args...)
}

func (s *scope) not(not bool, e expr.Expr, err error) (expr.Expr, error) {
	if err != nil || !not {
		return e, err
	}
	return s.apply("not", e)
}

func text(x string) expr.Expr {
	return &expr.Literal{V: types.StringValue(x), T: types.TypeString(len(x), types.DefaultCollation, types.CoerceLiteral)}
}

var binaryOperators = map[opcode.Op]string{
	opcode.LogicAnd: "and", opcode.LogicOr: "or", opcode.LogicXor: "xor",
	opcode.Plus: "+", opcode.Minus: "-", opcode.Mul: "*", opcode.Div: "/", opcode.IntDiv: "div", opcode.Mod: "%",
	opcode.And: "&", opcode.Or: "|", opcode.Xor: "^", opcode.LeftShift: "<<", opcode.RightShift: ">>",
}

var comparisons = map[opcode.Op]string{
	opcode.EQ: "=", opcode.NE: "<>", opcode.LT: "<", opcode.LE: "<=", opcode.GT: ">", opcode.GE: ">=", opcode.NullEQ: "<=>",
}

// expr binds an expression of one value.
func (s *scope) expr(n ast.ExprNode) (expr.Expr, error) {
	switch n := n.(type) {
	case *parse.Param:
		return s.param(n)
	case *parse.Literal:
		return s.literal(n)
	case *ast.ParenthesesExpr:
		return s.expr(n.Expr)
	case *ast.ColumnNameExpr:
		return s.column(nameOf(n.Name))
	case *ast.BinaryOperationExpr:
		if op, ok := comparisons[n.Op]; ok {
			return s.comparison(op, n.L, n.R)
		}
		op, ok := binaryOperators[n.Op]
		if !ok {
			return nil, unsupported(n.Op.String())
		}
		return s.function(op, n.L, n.R)
	case *ast.UnaryOperationExpr:
		switch n.Op {
		case opcode.Plus:
			return s.expr(n.V)
		case opcode.Minus:
			return s.negative(n.V)
		case opcode.Not, opcode.Not2:
			return s.function("not", n.V)
		case opcode.BitNeg:
			return s.function("~", n.V)
		}
		return nil, unsupported(n.Op.String())
	case *ast.IsNullExpr:
		if n.Not {
			return s.function("is not null", n.Expr)
		}
		return s.function("is null", n.Expr)
	case *ast.IsTruthExpr:
		name := "is "
		if n.Not {
			name += "not "
		}
		if n.True != 0 {
			return s.function(name+"true", n.Expr)
		}
		return s.function(name+"false", n.Expr)
	case *ast.BetweenExpr:
		e, err := s.function("between", n.Expr, n.Left, n.Right)
		return s.not(n.Not, e, err)
	case *ast.PatternInExpr:
		return s.in(n)
	case *ast.PatternLikeOrIlikeExpr:
		args, err := s.exprs([]ast.ExprNode{n.Expr, n.Pattern})
		if err != nil {
			return nil, err
		}
		if n.EscapeExplicit {
			escape := ""
			if n.Escape != 0 {
				escape = string(rune(n.Escape))
			}
			args = append(args, text(escape))
		} else if s.binder.Context.Mode&types.NoBackslashEscapes != 0 {
			args = append(args, text(""))
		}
		e, err := s.apply("like", args...)
		return s.not(n.Not, e, err)
	case *ast.PatternRegexpExpr:
		e, err := s.function("regexp", n.Expr, n.Pattern)
		return s.not(n.Not, e, err)
	case *ast.CaseExpr:
		return s.caseOf(n)
	case *ast.FuncCallExpr:
		return s.funcCall(n)
	case *ast.FuncCastExpr:
		return s.cast(n)
	case *ast.SetCollationExpr:
		x, err := s.expr(n.Expr)
		if err != nil {
			return nil, err
		}
		return s.apply("collate", x, text(n.Collate))
	case *ast.AggregateFuncExpr:
		return s.aggregateCall(n)
	case *ast.WindowFuncExpr:
		return s.windowCall(n)
	case *ast.SubqueryExpr:
		return s.scalar(n)
	case *ast.ExistsSubqueryExpr:
		return s.exists(n)
	case *ast.CompareSubqueryExpr:
		return s.quantified(n)
	case *ast.VariableExpr:
		return s.variable(n)
	case *ast.RowExpr:
		return nil, mysql.NewDefaultError(mysql.ER_OPERAND_COLUMNS, 1)
	case *ast.DefaultExpr:
		if s.binder.Default != nil && n.Name != nil {
			return s.binder.Default(n.Name.Name.O)
		}
		if n.Name == nil {
			return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "DEFAULT in a query")
		}
		return s.defaultOf(n.Name)
	case *ast.ValuesExpr:
		// VALUES(column) means something in ON DUPLICATE KEY UPDATE only (manual 14.23).
		if s.binder.values != nil {
			return s.binder.values(n.Column.Name)
		}
		x, err := s.expr(n.Column)
		if err != nil {
			return nil, err
		}
		return &expr.Literal{T: x.Type().WithNullable(true)}, nil
	case *ast.MatchAgainst:
		// There are no full-text indexes.
		return nil, mysql.NewDefaultError(mysql.ER_FT_MATCHING_KEY_NOT_FOUND)
	}
	return nil, unsupported(fmt.Sprintf("a %T", n))
}

// negative binds -x. Of a number that stands there it is a negative number:
// -9223372036854775808 is one.
func (s *scope) negative(n ast.ExprNode) (expr.Expr, error) {
	if l, ok := n.(*parse.Literal); ok {
		switch {
		case l.Kind == parse.UintLiteral && l.Uint == 1<<63:
			return &expr.Literal{V: types.IntValue(-1 << 63), T: intType(20)}, nil
		case l.Kind == parse.IntLiteral:
			return &expr.Literal{V: types.IntValue(-l.Int), T: intType(len(itoa(int(l.Int))) + 1)}, nil
		}
	}
	return s.function("neg", n)
}

// row is what an operand of a comparison consists of: several expressions of a
// row, else one.
func row(n ast.ExprNode) []ast.ExprNode {
	for {
		switch e := n.(type) {
		case *ast.ParenthesesExpr:
			n = e.Expr
			continue
		case *ast.RowExpr:
			return e.Values
		}
		return []ast.ExprNode{n}
	}
}

// operand binds an operand of a comparison: a row's expressions, those of a
// subquery of several columns, or one.
func (s *scope) operand(n ast.ExprNode) ([]expr.Expr, error) {
	all := row(n)
	if len(all) == 1 {
		if q, ok := unwrap(all[0]).(*ast.SubqueryExpr); ok {
			return s.rowValue(q)
		}
	}
	return s.exprs(all)
}

func unwrap(n ast.ExprNode) ast.ExprNode {
	for {
		p, ok := n.(*ast.ParenthesesExpr)
		if !ok {
			return n
		}
		n = p.Expr
	}
}

func (s *scope) comparison(op string, l, r ast.ExprNode) (expr.Expr, error) {
	left, err := s.operand(l)
	if err != nil {
		return nil, err
	}
	right, err := s.operand(r)
	if err != nil {
		return nil, err
	}
	return s.compare(op, left, right)
}

// compare compares rows: equality is of all their values, order that of the
// first that differ (manual 12.4.2).
func (s *scope) compare(op string, left, right []expr.Expr) (expr.Expr, error) {
	if len(left) != len(right) {
		return nil, mysql.NewDefaultError(mysql.ER_OPERAND_COLUMNS, len(left))
	}
	if len(left) == 1 {
		return s.apply(op, left[0], right[0])
	}
	switch op {
	case "=", "<=>", "<>":
		each, join := op, "and"
		if op == "<>" {
			join = "or"
		}
		var all expr.Expr
		for i := range left {
			e, err := s.apply(each, left[i], right[i])
			if err != nil {
				return nil, err
			}
			if all == nil {
				all = e
			} else if all, err = s.apply(join, all, e); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	// (a, b) < (c, d): a < c OR a = c AND b < d. The last comparison alone may be <=.
	strict := op[:1]
	first, err := s.apply(strict, left[0], right[0])
	if err != nil {
		return nil, err
	}
	equal, err := s.apply("=", left[0], right[0])
	if err != nil {
		return nil, err
	}
	rest, err := s.compare(op, left[1:], right[1:])
	if err != nil {
		return nil, err
	}
	if rest, err = s.apply("and", equal, rest); err != nil {
		return nil, err
	}
	return s.apply("or", first, rest)
}

func (s *scope) in(n *ast.PatternInExpr) (expr.Expr, error) {
	if n.Sel != nil {
		e, err := s.inSubquery(n.Expr, n.Sel)
		return s.not(n.Not, e, err)
	}
	left := row(n.Expr)
	if len(left) == 1 && len(n.List) == 1 {
		if q, ok := unwrap(n.List[0]).(*ast.SubqueryExpr); ok {
			e, err := s.inSubquery(n.Expr, q)
			return s.not(n.Not, e, err)
		}
	}
	if len(left) == 1 {
		e, err := s.function("in", append([]ast.ExprNode{n.Expr}, n.List...)...)
		return s.not(n.Not, e, err)
	}
	operands, err := s.exprs(left)
	if err != nil {
		return nil, err
	}
	var any expr.Expr
	for _, r := range n.List {
		right, err := s.operand(r)
		if err != nil {
			return nil, err
		}
		e, err := s.compare("=", operands, right)
		if err != nil {
			return nil, err
		}
		if any == nil {
			any = e
		} else if any, err = s.apply("or", any, e); err != nil {
			return nil, err
		}
	}
	return s.not(n.Not, any, nil)
}

// caseOf binds CASE. With an operand it is a comparison for each WHEN.
func (s *scope) caseOf(n *ast.CaseExpr) (expr.Expr, error) {
	var operand expr.Expr
	var err error
	if n.Value != nil {
		if operand, err = s.expr(n.Value); err != nil {
			return nil, err
		}
	}
	var args []expr.Expr
	for _, w := range n.WhenClauses {
		when, err := s.expr(w.Expr)
		if err != nil {
			return nil, err
		}
		if operand != nil {
			if when, err = s.apply("=", operand, when); err != nil {
				return nil, err
			}
		}
		then, err := s.expr(w.Result)
		if err != nil {
			return nil, err
		}
		args = append(args, when, then)
	}
	if n.ElseClause != nil {
		e, err := s.expr(n.ElseClause)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	return s.apply("case", args...)
}

// defaultOf binds DEFAULT(column): the column's default, of a column of a table (manual 14.23).
func (s *scope) defaultOf(n *ast.ColumnName) (expr.Expr, error) {
	x, err := s.column(nameOf(n))
	if err != nil {
		return nil, err
	}
	c, ok := x.(*expr.Column)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, n.Name.O)
	}
	var origin *plan.Column
	for at := s; at != nil && origin == nil; at = at.outer {
		origin = at.origin(c.ID)
	}
	if origin == nil || origin.OrgName == "" || origin.OrgTable == "" {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, n.Name.O)
	}
	r, err := s.binder.Catalog.Relation(origin.Database, origin.OrgTable)
	if err != nil {
		return nil, err
	}
	if r.Default == nil {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, n.Name.O)
	}
	v, err := r.Default(origin.OrgName)
	if err != nil {
		return nil, err
	}
	return &expr.Literal{V: v, T: origin.T.WithNullable(true)}, nil
}

// functionNames are functions that the grammar calls otherwise.
var functionNames = map[string]string{
	ast.InsertFunc: "insert", ast.JSONMemberOf: "member of", "mod": "%", "position": "locate", "substr": "substring",
	"curdate": "current_date", "curtime": "current_time",
}

// funcCall binds a call of a function.
func (s *scope) funcCall(n *ast.FuncCallExpr) (expr.Expr, error) {
	fn := n.FnName.L
	if n.Schema.L != "" {
		return s.stored(n.Schema.O, n.FnName.O, n.Args)
	}
	if name, ok := parse.Spaced(n.FnName.O); ok {
		e, err := s.stored(s.binder.Database, name, n.Args)
		if my, ok := err.(*mysql.MyError); ok && my.Code == mysql.ER_SP_DOES_NOT_EXIST {
			err = mysql.NewDefaultError(mysql.ER_FUNC_INEXISTENT_NAME_COLLISION, s.binder.Database+"."+name)
		}
		return e, err
	}
	switch fn {
	case ast.DateLiteral, ast.TimeLiteral, ast.TimestampLiteral:
		l, ok := n.Args[0].(*parse.Literal)
		if !ok {
			return nil, unsupported("a temporal literal")
		}
		kind := map[string]types.Kind{ast.DateLiteral: types.Date, ast.TimeLiteral: types.Time, ast.TimestampLiteral: types.DateTime}[fn]
		v, t, err := builtin.TemporalLiteral(kind, l.Str, s.binder.Context.Env)
		if err != nil {
			return nil, err
		}
		return &expr.Literal{V: v, T: t}, nil
	case "date_add", "adddate", "date_sub", "subdate":
		if unit, ok := n.Args[2].(*ast.TimeUnitExpr); ok {
			if fn = "date_" + fn[len(fn)-3:]; n.FnName.L == "adddate" || n.FnName.L == "subdate" {
				fn = map[string]string{"adddate": "date_add", "subdate": "date_sub"}[n.FnName.L]
			}
			args, err := s.exprs(n.Args[:2])
			if err != nil {
				return nil, err
			}
			return s.apply(fn, args[0], args[1], text(lower(unit.Unit.String())))
		}
	case "extract", "timestampadd", "timestampdiff":
		if unit, ok := n.Args[0].(*ast.TimeUnitExpr); ok {
			args, err := s.exprs(n.Args[1:])
			if err != nil {
				return nil, err
			}
			return s.apply(fn, append([]expr.Expr{text(lower(unit.Unit.String()))}, args...)...)
		}
	case "get_format":
		if sel, ok := n.Args[0].(*ast.GetFormatSelectorExpr); ok {
			x, err := s.expr(n.Args[1])
			if err != nil {
				return nil, err
			}
			return s.apply(fn, text(lower(sel.Selector.String())), x)
		}
	case "trim":
		return s.trim(n.Args)
	case ast.CharFunc:
		last := n.Args[len(n.Args)-1]
		if l, ok := last.(*parse.Literal); ok && l.Kind == parse.NullLiteral {
			return s.function("char", n.Args[:len(n.Args)-1]...)
		}
		return s.function("char using", n.Args...)
	case "convert":
		return s.function("convert using", n.Args...)
	case "grouping":
		args, err := s.exprs(n.Args)
		if err != nil {
			return nil, err
		}
		return &groupingCall{args: args, Literal: expr.Literal{T: types.TypeInt}}, nil
	case "load_file":
		return nil, FilesClosed()
	case "json_value":
		if len(n.Args) == 7 {
			return s.jsonValue(n.Args)
		}
	case "interval":
		if len(n.Args) == 1 {
			return nil, my(mysql.ER_PARSE_ERROR, "%s", "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near ')' at line 1")
		}
	}
	if other, ok := functionNames[fn]; ok {
		fn = other
	}
	if f := builtin.Function(fn); f != nil {
		return s.native(f, n)
	}
	if s.binder.Database != "" {
		e, err := s.stored(s.binder.Database, n.FnName.O, n.Args)
		if my, ok := err.(*mysql.MyError); !ok || my.Code != mysql.ER_SP_DOES_NOT_EXIST {
			return e, err
		}
	}
	if s.binder.Fallback != nil {
		f, err := s.binder.Fallback(fn)
		if err != nil {
			return nil, err
		}
		if f != nil {
			return s.native(f, n)
		}
	}
	if s.binder.Database == "" {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", n.FnName.O)
	}
	return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", s.binder.Database+"."+n.FnName.O)
}

// native applies a function that is no stored one. Its name in error 1582 is the
// statement's.
func (s *scope) native(f *expr.Function, n *ast.FuncCallExpr) (expr.Expr, error) {
	if len(n.Args) < f.Min || f.Max >= 0 && len(n.Args) > f.Max {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, n.FnName.O)
	}
	args, err := s.exprs(n.Args)
	if err != nil {
		return nil, err
	}
	return s.call(f, args...)
}

// stored applies a stored function.
func (s *scope) stored(database, fn string, args []ast.ExprNode) (expr.Expr, error) {
	r, err := s.binder.Catalog.Routine(database, fn)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", database+"."+fn)
	}
	f := r.Function()
	if len(args) != f.Min {
		return nil, mysql.NewDefaultError(mysql.ER_SP_WRONG_NO_OF_ARGS, "FUNCTION", database+"."+fn, f.Min, len(args))
	}
	all, err := s.exprs(args)
	if err != nil {
		return nil, err
	}
	return s.call(f, all...)
}

func (s *scope) trim(args []ast.ExprNode) (expr.Expr, error) {
	fn := "trim"
	if len(args) == 3 {
		d, ok := args[2].(*ast.TrimDirectionExpr)
		if !ok {
			return nil, unsupported("TRIM")
		}
		switch d.Direction {
		case ast.TrimLeading:
			fn = "trim_leading"
		case ast.TrimTrailing:
			fn = "trim_trailing"
		default:
			fn = "trim_both"
		}
		args = args[:2]
	} else if len(args) == 2 {
		fn = "trim_both"
	}
	return s.function(fn, args...)
}
