package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// countChars is how many characters, or bytes of a binary string, there are.
func countChars(s string, binary bool) int {
	if binary {
		return len(s)
	}
	return utf8.RuneCountInString(s)
}

// after is the byte index behind the first n characters, or bytes of a binary string.
func after(s string, n int64, binary bool) int {
	switch {
	case n <= 0:
		return 0
	case n >= int64(len(s)):
		return len(s)
	case binary:
		return int(n)
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// mergeTexts is the collation of a text made of the arguments and how it came about.
// compares tells of a function that also compares them, for which a collation of no
// argument will not do. Errors are 1267, 1270 and 1271.
func mergeTexts(r *expr.Resolver, name string, compares bool, args ...expr.Expr) (types.Collation, types.Coercibility, error) {
	merged := types.TypeString(0, types.Binary, types.CoerceIgnorable)
	for i, a := range args {
		if i == 0 {
			merged.Collation, merged.Coercibility = a.Type().Collation, a.Type().Coercibility
			continue
		}
		c, by, ok := types.Merge(&merged, a.Type())
		if !ok {
			return 0, 0, collationConflict(name, args)
		}
		merged.Collation, merged.Coercibility = c, by
	}
	switch {
	case compares && merged.Coercibility == types.CoerceNone:
		return 0, 0, collationConflict(name, args)
	case merged.Coercibility == types.CoerceNumeric:
		// Of numbers only: a text in the connection's character set (manual 12.3).
		return r.Connection, types.CoerceLiteral, nil
	}
	return merged.Collation, merged.Coercibility, nil
}

func collationConflict(name string, args []expr.Expr) error {
	names := [...]string{"EXPLICIT", "NONE", "IMPLICIT", "SYSCONST", "COERCIBLE", "NUMERIC", "IGNORABLE"}
	var params []any
	for _, a := range args {
		params = append(params, a.Type().Collation.Name(), names[a.Type().Coercibility])
	}
	params = append(params, name)
	switch len(args) {
	case 2:
		return mysql.NewDefaultError(mysql.ER_CANT_AGGREGATE_2COLLATIONS, params...)
	case 3:
		return mysql.NewDefaultError(mysql.ER_CANT_AGGREGATE_3COLLATIONS, params...)
	}
	return mysql.NewDefaultError(mysql.ER_CANT_AGGREGATE_NCOLLATIONS, name)
}

var charsetFunctions = []*expr.Function{
	{
		// CONVERT(x USING charset): the charset is a literal. Bytes that are no text in
		// the character set are NULL, with warning 1300.
		Name: "convert using", Min: 2, Max: 2,
		Description: "The text in another character set.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			return usingCharset(r, args, expr.Text, func(length int) int { return length })
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			from, to := call.Args[0].Type().Collation, call.T.Collation
			if to.IsBinary() {
				return types.StringValue(c.EachPiece(args[0].S, from.Encode)), nil
			}
			if from.IsBinary() {
				return fromBytes(c, args[0].S, to)
			}
			return types.StringValue(c.EachPiece(args[0].S, to.Recode)), nil
		},
	},
	{
		Name: "char", Min: 1, Max: -1, KeepNull: true,
		Description: "The bytes that the numbers are.",
		Params:      []expr.Want{expr.Integer},
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString(4*len(args), types.Binary, types.CoerceLiteral), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return types.StringValue(bytesOf(args)), nil
		},
	},
	{
		// CHAR(… USING charset): the charset is the last argument, a literal.
		Name: "char using", Min: 2, Max: -1, KeepNull: true,
		Description: "The text that the numbers are the bytes of.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			n := len(args) - 1
			t, args, err := usingCharset(r, args, expr.Integer, func(int) int { return 4 * n })
			return t.WithNullable(true), args, err
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return fromBytes(c, bytesOf(args), call.T.Collation)
		},
	},
	{
		// The weights are those that comparisons use here; MySQL's bytes are others.
		Name: "weight_string", Min: 1, Max: 3,
		Description: "The bytes by which the text is ordered. The second argument may be CHAR or BINARY, the third a length.",
		Params:      []expr.Want{expr.Text, expr.Text, expr.Count},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			length := args[0].Type().Length
			if n, ok := constantCount(r, args, 2); ok {
				length = int(min(n, maxBlob))
			}
			return types.TypeString(length*4, types.Binary, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s, collation := args[0].S, call.Args[0].Type().Collation
			pad := " "
			if len(args) > 1 && strings.EqualFold(args[1].S, "binary") {
				s, collation, pad = collation.Encode(s), types.Binary, "\x00"
			}
			if len(args) > 2 {
				n := min(countOf(args[2]), maxBlob)
				s = s[:after(s, n, collation.IsBinary())]
				s += strings.Repeat(pad, max(int(n)-countChars(s, collation.IsBinary()), 0))
			}
			key := func(s string) string { return string(collation.Key(nil, s)) }
			if _, ok := collation.ASCII(); ok { // a character's bytes are its own
				return types.StringValue(c.EachPiece(s, key)), nil
			}
			return types.StringValue(key(s)), nil
		},
	},
}

// usingCharset types a call whose last argument is the name of a character set, which it
// takes away.
func usingCharset(r *expr.Resolver, args []expr.Expr, want expr.Want, length func(int) int) (types.Type, []expr.Expr, error) {
	n := len(args) - 1
	name, _ := r.Constant(args[n])
	collation, ok := types.DefaultOf(name.S)
	if !ok {
		return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_CHARACTER_SET, name.S)
	}
	wanted := make([]expr.Expr, n)
	nullable := false
	for i, a := range args[:n] {
		wanted[i] = r.Want(a, want)
		nullable = nullable || wanted[i].Type().Nullable || wanted[i].Type().Collation.IsBinary()
	}
	longest := length(wanted[0].Type().Length)
	return types.TypeString(longest, collation, types.CoerceImplicit).WithNullable(nullable), wanted, nil
}

// fromBytes is the text that bytes are; NULL with warning 1300 where they are none.
func fromBytes(c *expr.Context, s string, to types.Collation) (types.Value, error) {
	text, ok := c.Decode(to, s)
	if !ok {
		return types.Cast(c.Env, types.StringValue(s), &types.Type{Kind: types.String, Collation: types.Binary},
			&types.Type{Kind: types.String, Collation: to})
	}
	return types.StringValue(text), nil
}

// bytesOf are the bytes of the numbers' lower 32 bits, without leading zeros. NULLs have
// none.
func bytesOf(numbers []types.Value) string {
	var out []byte
	for _, v := range numbers {
		if v.IsNull() {
			continue
		}
		x := uint32(v.I)
		for shift := 24; shift >= 0; shift -= 8 {
			if shift == 0 || x>>shift != 0 {
				out = append(out, byte(x>>shift))
			}
		}
	}
	return string(out)
}
