package bind

import (
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	tidbtypes "github.com/pingcap/tidb/pkg/parser/types"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func isLiteral(n ast.ExprNode) bool {
	l, ok := n.(*parse.Literal)
	return ok && l.Kind != parse.NullLiteral
}

func intType(length int) types.Type {
	t := types.TypeInt
	t.Length = length
	return t
}

// literal is a literal with the type that MySQL gives it (manual 9.1).
func (s *scope) literal(n *parse.Literal) (expr.Expr, error) {
	env := s.binder.Context.Env
	switch n.Kind {
	case parse.NullLiteral:
		return &expr.Literal{T: types.TypeNull}, nil
	case parse.BoolLiteral:
		return &expr.Literal{V: types.IntValue(n.Int), T: types.TypeBool}, nil
	case parse.IntLiteral:
		// One digit more, as for a sign, also keeps it apart from a truth value.
		return &expr.Literal{V: types.IntValue(n.Int), T: intType(len(itoa(int(n.Int))) + 1)}, nil
	case parse.UintLiteral:
		t := types.TypeUint
		t.Length = 20
		return &expr.Literal{V: types.UintValue(n.Uint), T: t}, nil
	case parse.FloatLiteral:
		return &expr.Literal{V: types.FloatValue(n.Float), T: types.TypeDouble}, nil
	case parse.DecimalLiteral:
		d, _ := types.ParseDec(n.Str)
		return &expr.Literal{V: types.DecimalValue(d), T: types.TypeDecimal(d.Precision(), d.Scale())}, nil
	case parse.HexLiteral, parse.BitLiteral:
		t := types.TypeString(len(n.Str), types.Binary, types.CoerceLiteral)
		t.Hex = true
		if n.Charset != "" {
			return introduced(n)
		}
		return &expr.Literal{V: types.StringValue(n.Str), T: t}, nil
	}
	if n.Charset != "" {
		return introduced(n)
	}
	return &expr.Literal{V: types.StringValue(n.Str), T: types.TypeString(utf8.RuneCountInString(n.Str), env.Connection, types.CoerceLiteral)}, nil
}

// introduced is a literal whose bytes are in the character set of its introducer (manual
// 12.3.8): error 1300 where they are no text in it. Too few bytes for a character are filled
// up with zeros from the left.
func introduced(n *parse.Literal) (expr.Expr, error) {
	c, ok := types.DefaultOf(n.Charset)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_CHARACTER_SET, n.Charset)
	}
	bytes := n.Str
	unit := map[string]int{"ucs2": 2, "utf16": 2, "utf16le": 2, "utf32": 4}[c.Charset()]
	for unit > 0 && len(bytes)%unit != 0 {
		bytes = "\x00" + bytes
	}
	s, ok := c.Decode(bytes)
	if !ok {
		return nil, my(mysql.ER_INVALID_CHARACTER_STRING, "Invalid %s character string: '%X'", c.Charset(), bytes)
	}
	length := len(s)
	if !c.IsBinary() {
		length = utf8.RuneCountInString(s)
	}
	return &expr.Literal{V: types.StringValue(s), T: types.TypeString(length, c, types.CoerceLiteral)}, nil
}

// param is a question mark: its argument, or NULL where none is known yet.
func (s *scope) param(n *parse.Param) (expr.Expr, error) {
	b := s.binder
	if n.Ordinal < 0 {
		if b.Local != nil {
			if e, ok := b.Local(n.Variable); ok {
				return e, nil
			}
		}
		return nil, unknownColumn(name{column: n.Variable}, s.clause)
	}
	if b.Arguments == nil {
		return &unknownArgument{expr.Literal{T: types.TypeNull}}, nil
	}
	if n.Ordinal >= len(b.Arguments) {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "mysqld_stmt_execute")
	}
	a := b.Arguments[n.Ordinal]
	if a.T.Kind == types.String && a.T.Collation != types.Binary {
		a.T.Collation = b.Context.Env.Connection // as a literal's (manual 12.8.4)
	}
	l := &expr.Literal{V: a.V, T: a.T}
	if b.Bound != nil {
		b.Bound[n.Ordinal] = l
	}
	return l, nil
}

// unknownArgument is a question mark's while the statement is prepared. It is no
// constant: what functions demand of their constant arguments is for the execution.
type unknownArgument struct{ expr.Literal }

// Eval implements expr.Expr.
func (e *unknownArgument) Eval(*expr.Context, *types.Batch) (*types.Vec, error) {
	return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "mysqld_stmt_execute")
}

// With implements expr.Expr.
func (e *unknownArgument) With([]expr.Expr) expr.Expr { return e }

// cast binds CAST, CONVERT and BINARY.
func (s *scope) cast(n *ast.FuncCastExpr) (expr.Expr, error) {
	x, err := s.expr(n.Expr)
	if err != nil {
		return nil, err
	}
	t, err := castType(n.Tp, s.binder.Context.Env)
	if err != nil {
		return nil, err
	}
	if n.Tp.IsArray() {
		return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET,
			"Use of CAST( .. AS .. ARRAY) outside of functional index in CREATE(non-SELECT)/ALTER TABLE or in general expressions")
	}
	t.Nullable = true
	if !x.Type().Nullable && (t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Decimal || t.Kind == types.Float || t.Kind == types.String) {
		t.Nullable = false
	}
	if t.Kind == types.JSON {
		return s.apply("cast_json", x)
	}
	if n.FunctionType == ast.CastBinaryOperator && x.Type().Kind != types.Null {
		t.Length = max(x.Type().Length, x.Type().TextLength())
		return s.apply("binary", x)
	}
	whole := t.Kind == types.String && n.Tp.GetFlen() < 0
	if whole {
		t = types.TypeString(wholeLength(x.Type(), t.Collation), t.Collation, t.Coercibility).WithNullable(t.Nullable)
	}
	return &expr.Convert{X: x, T: t, Explicit: true, Whole: whole}, nil
}

// wholeLength is how long a value's text may be in a collation; of BINARY it is its bytes.
func wholeLength(t *types.Type, c types.Collation) int {
	n := t.TextLength()
	if c == types.Binary && t.Kind == types.String && t.Collation != types.Binary {
		n *= t.Collation.MaxBytes()
	}
	return n
}

// castType is the type that CAST names, or JSON_TABLE for a column.
func castType(n *tidbtypes.FieldType, env *types.Env) (types.Type, error) {
	length, scale := n.GetFlen(), max(n.GetDecimal(), 0)
	switch n.GetType() {
	case tidb.TypeLonglong, tidb.TypeLong, tidb.TypeInt24, tidb.TypeShort, tidb.TypeTiny:
		if tidb.HasUnsignedFlag(n.GetFlag()) {
			return types.TypeUint, nil
		}
		return types.TypeInt, nil
	case tidb.TypeDouble, tidb.TypeFloat:
		t := types.TypeDouble
		if n.GetType() == tidb.TypeFloat {
			t.Protocol, t.Length = types.ProtocolFloat, 12
		}
		return t, nil
	case tidb.TypeNewDecimal:
		if length < 0 {
			length = 10
		}
		if length > types.MaxPrecision {
			return types.Type{}, my(mysql.ER_TOO_BIG_PRECISION, "Too-big precision %d specified for '%s'. Maximum is %d.", length, "CAST", types.MaxPrecision)
		}
		if scale > types.MaxScale {
			return types.Type{}, my(mysql.ER_TOO_BIG_SCALE, "Too big scale %d specified for column '%s'. Maximum is %d.", scale, "CAST", types.MaxScale)
		}
		if scale > length {
			return types.Type{}, my(mysql.ER_M_BIGGER_THAN_D, "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s').", "")
		}
		return types.TypeDecimal(length, scale), nil
	case tidb.TypeDate, tidb.TypeNewDate:
		return types.TypeDate, nil
	case tidb.TypeDatetime, tidb.TypeTimestamp:
		t := types.TypeDateTime
		t.Scale = scale
		return t, nil
	case tidb.TypeDuration:
		t := types.TypeTime
		t.Scale = scale
		return t, nil
	case tidb.TypeYear:
		t := intType(4)
		t.Protocol = types.ProtocolYear
		return t, nil
	case tidb.TypeJSON:
		return types.TypeJSON, nil
	}
	c := env.Connection
	switch {
	case n.GetCharset() == "binary" || n.GetCollate() == "binary":
		c = types.Binary
	case n.GetCollate() != "":
		if named, ok := types.ByName(n.GetCollate()); ok {
			c = named
		}
		if named, ok := types.DefaultOf(n.GetCharset()); ok && n.GetCharset() != c.Charset() {
			c = named
		}
		if n.GetCharset() == env.Connection.Charset() && n.GetFlag()&tidb.BinaryFlag == 0 {
			c = env.Connection
		}
	case n.GetCharset() != "":
		if named, ok := types.DefaultOf(n.GetCharset()); ok {
			c = named
		}
	}
	return types.TypeString(max(length, 0), c, types.CoerceImplicit), nil
}
