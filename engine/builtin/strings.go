package builtin

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// String functions (manual 14.8). Positions and lengths are in characters, from 1; of
// binary strings, in bytes.

// maxBlob is the length of a text of which none is known (MySQL's MAX_BLOB_WIDTH).
const maxBlob = 16777216

// maxAllowedPacket is how many bytes a function's result may have; of a longer one MySQL
// makes NULL, with warning 1301.
const maxAllowedPacket = 64 << 20

func overflown(c *expr.Context, call *expr.Call) (types.Value, error) {
	if c.Warn != nil {
		c.Warn(mysql.ER_WARN_ALLOWED_PACKET_OVERFLOWED,
			mysql.NewDefaultError(mysql.ER_WARN_ALLOWED_PACKET_OVERFLOWED, call.F.Name, maxAllowedPacket).Message)
	}
	return types.Value{}, nil
}

// countOf is the value of a parameter Count: of a Uint beyond it, the greatest int64.
func countOf(v types.Value) int64 {
	if v.Kind == types.Uint && v.I < 0 {
		return math.MaxInt64
	}
	return v.I
}

// constantCount is argument i where it is there and a constant.
func constantCount(r *expr.Resolver, args []expr.Expr, i int) (int64, bool) {
	if i >= len(args) {
		return 0, false
	}
	v, ok := r.Constant(args[i])
	if !ok || v.IsNull() {
		return 0, false
	}
	return max(countOf(v), 0), true
}

// sumOfLengths is how long the texts are together.
func sumOfLengths(args []expr.Expr) int {
	n := 0
	for _, a := range args {
		n = min(n+a.Type().Length, math.MaxUint32)
	}
	return n
}

// joined types a text that is made of all arguments.
func joined(name string, length func(r *expr.Resolver, args []expr.Expr) int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		c, by, err := mergeTexts(r, name, false, args...)
		return types.TypeString(length(r, args), c, by), err
	}
}

// ofFirst types a text that is made of the first argument, which has its collation.
func ofFirst(length func(r *expr.Resolver, args []expr.Expr) int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		c, by, err := mergeTexts(r, "", false, args[0])
		return types.TypeString(length(r, args), c, by), err
	}
}

func firstLength(_ *expr.Resolver, args []expr.Expr) int { return args[0].Type().Length }

// firstOrCount is the length of the first argument, or the constant second one where that
// is less.
func firstOrCount(r *expr.Resolver, args []expr.Expr) int {
	length := args[0].Type().Length
	if n, ok := constantCount(r, args, 1); ok {
		length = int(min(int64(length), n))
	}
	return length
}

// countTimes is the length of a text that is made as long as the constant second argument
// says, times that of factor.
func countTimes(factor func(args []expr.Expr) int) func(*expr.Resolver, []expr.Expr) int {
	return func(r *expr.Resolver, args []expr.Expr) int {
		n, ok := constantCount(r, args, 1)
		if !ok {
			return maxBlob
		}
		return int(min(n, math.MaxUint32) * int64(factor(args)))
	}
}

// countType is the result of a function that counts: of so many digits.
func countType(digits int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	t := types.TypeInt
	t.Length = digits
	return func(*expr.Resolver, []expr.Expr) (types.Type, error) { return t, nil }
}

// textToText makes a scalar of what is done to one text.
func textToText(f func(s string, binary bool) string) func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
	return func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
		return types.StringValue(f(args[0].S, call.T.Collation.IsBinary())), nil
	}
}

// textToCount makes a scalar of what is counted of one text in its character set.
func textToCount(f func(s string, c types.Collation) int) func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
	return func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
		return types.IntValue(int64(f(args[0].S, call.Args[0].Type().Collation))), nil
	}
}

// named is the function under another name.
func named(name string, f *expr.Function) *expr.Function {
	other := *f
	other.Name = name
	other.Description = "The same as " + strings.ToUpper(f.Name) + "."
	return &other
}

var (
	lowerFunction = &expr.Function{
		Name: "lower", Min: 1, Max: 1, Description: "The text in lower case; bytes as they are.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(func(s string, binary bool) string {
			if binary {
				return s
			}
			return strings.Map(unicode.ToLower, s)
		}),
	}
	upperFunction = &expr.Function{
		Name: "upper", Min: 1, Max: 1, Description: "The text in upper case; bytes as they are.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(func(s string, binary bool) string {
			if binary {
				return s
			}
			return strings.Map(unicode.ToUpper, s)
		}),
	}
	lengthFunction = &expr.Function{
		Name: "length", Min: 1, Max: 1, Description: "How many bytes the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(10),
		Scalar: textToCount(func(s string, c types.Collation) int { return len(c.Encode(s)) }),
	}
	charLengthFunction = &expr.Function{
		Name: "char_length", Min: 1, Max: 1, Description: "How many characters the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(10),
		Scalar: textToCount(func(s string, c types.Collation) int { return countChars(s, c.IsBinary()) }),
	}
	substringFunction = &expr.Function{
		Name: "substring", Min: 2, Max: 3,
		Description: "The part of the text from a position on, negative ones from its end, and so many characters of it.",
		Params:      []expr.Want{expr.Text, expr.Count, expr.Count},
		Result: ofFirst(func(r *expr.Resolver, args []expr.Expr) int {
			length := int64(args[0].Type().Length)
			if v, ok := r.Constant(args[1]); ok && !v.IsNull() {
				switch start := countOf(v); {
				case start < 0:
					length = min(length, max(-start, 0))
				default:
					length -= min(length, max(start-1, 0))
				}
			}
			if n, ok := constantCount(r, args, 2); ok {
				length = min(length, n)
			}
			return int(length)
		}),
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			length := int64(math.MaxInt64)
			if len(args) > 2 {
				length = countOf(args[2])
			}
			return types.StringValue(substring(args[0].S, countOf(args[1]), length, call.T.Collation.IsBinary())), nil
		},
	}
)

func substring(s string, pos, length int64, binary bool) string {
	switch {
	case pos == 0 || length <= 0:
		return ""
	case pos < 0:
		if pos += int64(countChars(s, binary)); pos < 0 {
			return ""
		}
	default:
		pos--
	}
	s = s[after(s, pos, binary):]
	return s[:after(s, length, binary)]
}

var stringFunctions = []*expr.Function{
	lowerFunction, named("lcase", lowerFunction),
	upperFunction, named("ucase", upperFunction),
	lengthFunction, named("octet_length", lengthFunction),
	charLengthFunction, named("character_length", charLengthFunction),
	substringFunction, named("substr", substringFunction),
	{
		Name: "mid", Min: 3, Max: 3, Description: "The same as SUBSTRING with a length.",
		Params: substringFunction.Params, Result: substringFunction.Result, Scalar: substringFunction.Scalar,
	},
	{
		Name: "bit_length", Min: 1, Max: 1, Description: "How many bits the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(11),
		Scalar: textToCount(func(s string, c types.Collation) int { return 8 * len(c.Encode(s)) }),
	},
	{
		Name: "ascii", Min: 1, Max: 1, Description: "The first byte of the text, 0 of an empty one.",
		Params: []expr.Want{expr.Text}, Result: countType(3),
		Scalar: textToCount(func(s string, c types.Collation) int {
			if s == "" {
				return 0
			}
			return int(c.Encode(s)[0])
		}),
	},
	{
		Name: "ord", Min: 1, Max: 1, Description: "The bytes of the text's first character as a number.",
		Params: []expr.Want{expr.Text}, Result: countType(21),
		Scalar: textToCount(func(s string, c types.Collation) int {
			x := 0
			for _, b := range []byte(c.Encode(s[:after(s, 1, c.IsBinary())])) {
				x = x<<8 | int(b)
			}
			return x
		}),
	},
	{
		Name: "concat", Min: 1, Max: -1, Description: "The texts joined.",
		Params: []expr.Want{expr.Text},
		Result: joined("concat", func(_ *expr.Resolver, args []expr.Expr) int { return sumOfLengths(args) }),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			n := 0
			for _, a := range args {
				n += len(a.S)
			}
			if n > maxAllowedPacket {
				return overflown(c, call)
			}
			out := make([]byte, 0, n)
			for _, a := range args {
				out = append(out, a.S...)
			}
			return types.StringValue(string(out)), nil
		},
	},
	{
		Name: "concat_ws", Min: 2, Max: -1, KeepNull: true,
		Description: "The texts that are not NULL, joined with the first one between them.",
		Params:      []expr.Want{expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "concat_ws", false, args...)
			length := sumOfLengths(args[1:]) + args[0].Type().Length*(len(args)-2)
			return types.TypeString(length, c, by).WithNullable(args[0].Type().Nullable), err
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.Value{}, nil
			}
			var out []byte
			first := true
			for _, a := range args[1:] {
				if a.IsNull() {
					continue
				}
				if !first {
					out = append(out, args[0].S...)
				}
				if first = false; len(out)+len(a.S) > maxAllowedPacket {
					return overflown(c, call)
				}
				out = append(out, a.S...)
			}
			return types.StringValue(string(out)), nil
		},
	},
	{
		Name: "left", Min: 2, Max: 2, Description: "The first characters of the text.",
		Params: []expr.Want{expr.Text, expr.Count}, Result: ofFirst(firstOrCount),
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s := args[0].S
			return types.StringValue(s[:after(s, countOf(args[1]), call.T.Collation.IsBinary())]), nil
		},
	},
	{
		Name: "right", Min: 2, Max: 2, Description: "The last characters of the text.",
		Params: []expr.Want{expr.Text, expr.Count}, Result: ofFirst(firstOrCount),
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s, binary := args[0].S, call.T.Collation.IsBinary()
			n := max(countOf(args[1]), 0)
			return types.StringValue(s[after(s, int64(countChars(s, binary))-n, binary):]), nil
		},
	},
	{
		Name: "ltrim", Min: 1, Max: 1, Description: "The text without the spaces that it begins with.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(func(s string, _ bool) string { return strings.TrimLeft(s, " ") }),
	},
	{
		Name: "rtrim", Min: 1, Max: 1, Description: "The text without the spaces that it ends with.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(func(s string, _ bool) string { return strings.TrimRight(s, " ") }),
	},
	{
		Name: "trim", Min: 1, Max: 1, Description: "The text without the spaces around it, or without another text.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(func(s string, _ bool) string { return strings.Trim(s, " ") }),
	},
	trimFunction("trim_both", true, true),
	trimFunction("trim_leading", true, false),
	trimFunction("trim_trailing", false, true),
	{
		Name: "lpad", Min: 3, Max: 3, MayNull: true, Description: "The text made so long, filled up on the left.",
		Params: []expr.Want{expr.Text, expr.Count, expr.Text}, Result: padded("lpad"), Scalar: pad,
	},
	{
		Name: "rpad", Min: 3, Max: 3, MayNull: true, Description: "The text made so long, filled up on the right.",
		Params: []expr.Want{expr.Text, expr.Count, expr.Text}, Result: padded("rpad"), Scalar: pad,
	},
	{
		Name: "repeat", Min: 2, Max: 2, MayNull: true, Description: "The text so many times.",
		Params: []expr.Want{expr.Text, expr.Count},
		Result: ofFirst(countTimes(func(args []expr.Expr) int { return args[0].Type().Length })),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			n, s := countOf(args[1]), args[0].S
			switch {
			case n <= 0 || s == "":
				return types.StringValue(""), nil
			case n > int64(maxAllowedPacket/len(s)):
				return overflown(c, call)
			}
			return types.StringValue(strings.Repeat(s, int(n))), nil
		},
	},
	{
		Name: "space", Min: 1, Max: 1, MayNull: true, Description: "So many spaces.",
		Params: []expr.Want{expr.Count},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			length := int64(maxBlob)
			if n, ok := constantCount(r, args, 0); ok {
				length = min(n, math.MaxUint32)
			}
			return types.TypeString(int(length), r.Connection, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			n := countOf(args[0])
			if n > maxAllowedPacket {
				return overflown(c, call)
			}
			return types.StringValue(strings.Repeat(" ", int(max(n, 0)))), nil
		},
	},
	{
		Name: "insert", Min: 4, Max: 4, Description: "The text with so many characters from a position on replaced by another text.",
		Params: []expr.Want{expr.Text, expr.Count, expr.Count, expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "insert", false, args[0], args[3])
			return types.TypeString(args[0].Type().Length+args[3].Type().Length, c, by), err
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s, binary := args[0].S, call.T.Collation.IsBinary()
			pos, n := countOf(args[1]), countOf(args[2])
			if pos < 1 || pos > int64(countChars(s, binary)) {
				return args[0], nil
			}
			start := after(s, pos-1, binary)
			rest := ""
			if n >= 0 {
				rest = s[start+after(s[start:], n, binary):]
			}
			if start+len(args[3].S)+len(rest) > maxAllowedPacket {
				return overflown(c, call)
			}
			return types.StringValue(s[:start] + args[3].S + rest), nil
		},
	},
	{
		Name: "replace", Min: 3, Max: 3, Description: "The text with each occurrence of another, in the same case, replaced by a third.",
		Params: []expr.Want{expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "replace", true, args...)
			length := args[0].Type().Length
			from := args[1].Type().Length
			if more := args[2].Type().Length - from; more > 0 && from > 0 {
				length = min(length+length/from*more, math.MaxUint32)
			}
			return types.TypeString(length, c, by), err
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s, from, to := args[0].S, args[1].S, args[2].S
			if from == "" {
				return args[0], nil
			}
			if len(to) > len(from) && len(s)+strings.Count(s, from)*(len(to)-len(from)) > maxAllowedPacket {
				return overflown(c, call)
			}
			return types.StringValue(strings.ReplaceAll(s, from, to)), nil
		},
	},
	{
		Name: "reverse", Min: 1, Max: 1, Description: "The text from its end to its beginning.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Scalar: textToText(reverse),
	},
	{
		Name: "quote", Min: 1, Max: 1, KeepNull: true, Description: "The text as a literal of SQL; of NULL the word.",
		Params: []expr.Want{expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "quote", false, args[0])
			if args[0].Type().Kind == types.Null {
				c = r.Connection
			}
			return types.TypeString(max(2*args[0].Type().Length+2, 4), c, by), err
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.StringValue("NULL"), nil
			}
			return types.StringValue("'" + quoteEscapes.Replace(args[0].S) + "'"), nil
		},
	},
	{
		Name: "soundex", Min: 1, Max: 1, Description: "A code of how the text sounds in English.",
		Params: []expr.Want{expr.Text},
		Result: ofFirst(func(_ *expr.Resolver, args []expr.Expr) int { return max(args[0].Type().Length, 4) }),
		Scalar: textToText(func(s string, _ bool) string { return soundex(s) }),
	},
	{
		Name: "to_base64", Min: 1, Max: 1, Description: "The bytes of the text in base 64, a line for each 76 characters.",
		Params: []expr.Want{expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			t := args[0].Type()
			n := base64.StdEncoding.EncodedLen(min(t.Length*t.Collation.MaxBytes(), math.MaxUint32))
			return types.TypeString(n+max(n-1, 0)/base64Line, r.Connection, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			text := base64.StdEncoding.EncodeToString([]byte(call.Args[0].Type().Collation.Encode(args[0].S)))
			if len(text)+len(text)/base64Line > maxAllowedPacket {
				return overflown(c, call)
			}
			var out strings.Builder
			for len(text) > base64Line {
				out.WriteString(text[:base64Line])
				out.WriteByte('\n')
				text = text[base64Line:]
			}
			out.WriteString(text)
			return types.StringValue(out.String()), nil
		},
	},
	{
		Name: "from_base64", Min: 1, Max: 1, MayNull: true, Description: "The bytes that a text in base 64 has; NULL of another text.",
		Params: []expr.Want{expr.Text},
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString(args[0].Type().Length/4*3, types.Binary, types.CoerceLiteral), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			text := strings.Map(func(r rune) rune {
				if r == ' ' || r >= '\t' && r <= '\r' {
					return -1
				}
				return r
			}, args[0].S)
			out, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return types.Value{}, nil
			}
			return types.StringValue(string(out)), nil
		},
	},
	{
		Name: "unhex", Min: 1, Max: 1, MayNull: true, Description: "The bytes that a text has as hexadecimal digits; NULL of another text.",
		Params: []expr.Want{expr.Text},
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString((args[0].Type().Length+1)/2, types.Binary, types.CoerceLiteral), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			text := args[0].S
			if len(text)%2 == 1 {
				text = "0" + text
			}
			out, err := hex.DecodeString(text)
			if err != nil {
				return types.Value{}, nil
			}
			return types.StringValue(string(out)), nil
		},
	},
	{
		// Refused as INTO OUTFILE is: a client gets at no file of the server.
		Name: "load_file", Min: 1, Max: 1, Description: "A file of the server: refused.",
		Resolve: func(*expr.Resolver, []expr.Expr) (types.Type, []expr.Expr, error) {
			return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_OPTION_PREVENTS_STATEMENT, "--secure-file-priv")
		},
	},
}

// base64Line is how long the lines of TO_BASE64 are.
const base64Line = 76

var quoteEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`, "\x1a", `\Z`)

func reverse(s string, binary bool) string {
	out := make([]byte, len(s))
	end := len(s)
	for i := 0; i < len(s); {
		n := 1
		if !binary {
			_, n = utf8.DecodeRuneInString(s[i:])
		}
		end -= n
		copy(out[end:], s[i:i+n])
		i += n
	}
	return string(out)
}

// trimFunction is TRIM(… FROM …), of which the binder makes a function each: the text and
// what is removed, in the same case, as often as it is there.
func trimFunction(name string, leading, trailing bool) *expr.Function {
	return &expr.Function{
		Name: name, Min: 2, Max: 2, Description: "The text without another one at its ends, which TRIM is with BOTH, LEADING or TRAILING.",
		Params: []expr.Want{expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "trim", true, args...)
			return types.TypeString(args[0].Type().Length, c, by), err
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			s, remove := args[0].S, args[1].S
			if remove == "" {
				return args[0], nil
			}
			for leading && strings.HasPrefix(s, remove) {
				s = s[len(remove):]
			}
			for trailing && strings.HasSuffix(s, remove) {
				s = s[:len(s)-len(remove)]
			}
			return types.StringValue(s), nil
		},
	}
}

func padded(name string) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	length := countTimes(func([]expr.Expr) int { return 1 })
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		c, by, err := mergeTexts(r, name, false, args[0], args[2])
		return types.TypeString(length(r, args), c, by), err
	}
}

// pad is LPAD or RPAD. A negative length is NULL; with nothing to fill up with, the result
// is empty.
func pad(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	s, n, fill := args[0].S, countOf(args[1]), args[2].S
	binary := call.T.Collation.IsBinary()
	if n < 0 {
		return types.Value{}, nil
	}
	missing := n - int64(countChars(s, binary))
	switch {
	case missing <= 0:
		return types.StringValue(s[:after(s, n, binary)]), nil
	case n > int64(maxAllowedPacket/call.T.Collation.MaxBytes()):
		return overflown(c, call)
	case fill == "":
		return types.StringValue(""), nil
	}
	whole, rest := missing/int64(countChars(fill, binary)), missing%int64(countChars(fill, binary))
	padding := strings.Repeat(fill, int(whole)) + fill[:after(fill, rest, binary)]
	if call.F.Name == "lpad" {
		return types.StringValue(padding + s), nil
	}
	return types.StringValue(s + padding), nil
}

// soundexCodes are the codes of A to Z. 0 is a vowel, which does not count.
const soundexCodes = "01230120022455012623010202"

// soundex is as long as it needs to be, at least four characters. Letters beyond A to Z
// are as vowels.
func soundex(s string) string {
	var out []byte
	last := byte('0')
	for _, r := range s {
		upper := r
		if r >= 'a' && r <= 'z' {
			upper -= 'a' - 'A'
		}
		code := byte('0')
		switch {
		case upper >= 'A' && upper <= 'Z':
			code = soundexCodes[upper-'A']
		case r < 0xc0:
			continue
		}
		switch {
		case out == nil:
			out = utf8.AppendRune(out, upper)
			last = code
		case code != '0' && code != last:
			out = append(out, code)
			last = code
		}
	}
	if out == nil {
		return ""
	}
	for utf8.RuneCount(out) < 4 {
		out = append(out, '0')
	}
	return string(out)
}
