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

// longLoop is after how many rounds a loop over one text asks whether the statement was ended.
const longLoop = 1 << 16

// longEnded tells round k of a loop over one text whether the statement was ended: what comes of it is nobody's then.
func longEnded(c *expr.Context, k int) bool {
	return k%longLoop == longLoop-1 && c.Cancelled() != nil
}

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

// overflow is overflown of a function of texts.
func overflow(r *expr.Row) (string, bool) {
	_, _ = overflown(r.Context, r.Call)
	return "", false
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

// textToText is what is done to one text.
func textToText(f func(s string, binary bool) string) func(*expr.Row) (string, bool) {
	return func(r *expr.Row) (string, bool) { return f(r.S[0], r.Binary()), true }
}

// textToCount is what is counted of one text in its character set.
func textToCount(f func(s string, c types.Collation) int) func(*expr.Row) int64 {
	return func(r *expr.Row) int64 { return int64(f(r.S[0], r.Call.Args[0].Type().Collation)) }
}

// countBytes is how many bytes the text has in its character set.
func countBytes(r *expr.Row) int64 {
	c := r.Call.Args[0].Type().Collation
	if c.InUTF8() {
		return int64(len(r.S[0]))
	}
	n := 0
	for piece := range r.Context.Pieces(r.S[0]) {
		n += len(c.Encode(piece))
	}
	return int64(n)
}

// inCase is the text with its letters changed, those of ASCII from first to last by their bit of the case.
func inCase(change func(rune) rune, first, last byte) func(*expr.Row) (string, bool) {
	return func(r *expr.Row) (string, bool) {
		s := r.S[0]
		if r.Binary() {
			return s, true
		}
		changes := false
		for i := range len(s) {
			if s[i] >= utf8.RuneSelf {
				return r.Context.EachPiece(s, func(s string) string { return strings.Map(change, s) }), true
			}
			changes = changes || s[i] >= first && s[i] <= last
		}
		if !changes {
			return s, true
		}
		out, from := r.Make(len(s))
		for i := range len(s) {
			b := s[i]
			if b >= first && b <= last {
				b ^= 'a' - 'A'
			}
			out.WriteByte(b)
		}
		return out.String()[from:], true
	}
}

func joinTexts(r *expr.Row) (string, bool) {
	n := 0
	for _, s := range r.S {
		n += len(s)
	}
	if n > maxAllowedPacket {
		return overflow(r)
	}
	out, from := r.Make(n)
	for _, s := range r.S {
		out.WriteString(s)
	}
	return out.String()[from:], true
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
		Text: inCase(unicode.ToLower, 'A', 'Z'),
	}
	upperFunction = &expr.Function{
		Name: "upper", Min: 1, Max: 1, Description: "The text in upper case; bytes as they are.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Text: inCase(unicode.ToUpper, 'a', 'z'),
	}
	lengthFunction = &expr.Function{
		Name: "length", Min: 1, Max: 1, Description: "How many bytes the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(10),
		Count: countBytes,
	}
	charLengthFunction = &expr.Function{
		Name: "char_length", Min: 1, Max: 1, Description: "How many characters the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(10),
		Count: textToCount(func(s string, c types.Collation) int { return countChars(s, c.IsBinary()) }),
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
		Text: func(r *expr.Row) (string, bool) {
			length := int64(math.MaxInt64)
			if len(r.I) > 2 {
				length = r.I[2]
			}
			return substring(r.S[0], r.I[1], length, r.Binary()), true
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
		Params: substringFunction.Params, Result: substringFunction.Result, Text: substringFunction.Text,
	},
	{
		Name: "bit_length", Min: 1, Max: 1, Description: "How many bits the text has.",
		Params: []expr.Want{expr.Text}, Result: countType(11),
		Count: func(r *expr.Row) int64 { return 8 * countBytes(r) },
	},
	{
		Name: "ascii", Min: 1, Max: 1, Description: "The first byte of the text, 0 of an empty one.",
		Params: []expr.Want{expr.Text}, Result: countType(3),
		Count: textToCount(func(s string, c types.Collation) int {
			if s == "" {
				return 0
			}
			return int(c.Encode(s[:after(s, 1, c.IsBinary())])[0])
		}),
	},
	{
		Name: "ord", Min: 1, Max: 1, Description: "The bytes of the text's first character as a number.",
		Params: []expr.Want{expr.Text}, Result: countType(21),
		Count: textToCount(func(s string, c types.Collation) int {
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
		Text:   joinTexts,
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
		Text: func(r *expr.Row) (string, bool) {
			if r.Null[0] {
				return "", false
			}
			separator := r.S[0]
			n := 0
			for i, s := range r.S[1:] {
				if !r.Null[i+1] {
					n += len(s) + len(separator)
				}
			}
			if n-len(separator) > maxAllowedPacket {
				return overflow(r)
			}
			out, from := r.Make(n)
			first := true
			for i, s := range r.S[1:] {
				if r.Null[i+1] {
					continue
				}
				if !first {
					out.WriteString(separator)
				}
				out.WriteString(s)
				first = false
			}
			return out.String()[from:], true
		},
	},
	{
		Name: "left", Min: 2, Max: 2, Description: "The first characters of the text.",
		Params: []expr.Want{expr.Text, expr.Count}, Result: ofFirst(firstOrCount),
		Text: func(r *expr.Row) (string, bool) {
			return r.S[0][:after(r.S[0], r.I[1], r.Binary())], true
		},
	},
	{
		Name: "right", Min: 2, Max: 2, Description: "The last characters of the text.",
		Params: []expr.Want{expr.Text, expr.Count}, Result: ofFirst(firstOrCount),
		Text: func(r *expr.Row) (string, bool) {
			s, binary := r.S[0], r.Binary()
			return s[after(s, int64(countChars(s, binary))-max(r.I[1], 0), binary):], true
		},
	},
	{
		Name: "ltrim", Min: 1, Max: 1, Description: "The text without the spaces that it begins with.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Text: textToText(func(s string, _ bool) string { return strings.TrimLeft(s, " ") }),
	},
	{
		Name: "rtrim", Min: 1, Max: 1, Description: "The text without the spaces that it ends with.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Text: textToText(func(s string, _ bool) string { return strings.TrimRight(s, " ") }),
	},
	{
		Name: "trim", Min: 1, Max: 1, Description: "The text without the spaces around it, or without another text.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Text: textToText(func(s string, _ bool) string { return strings.Trim(s, " ") }),
	},
	trimFunction("trim_both", true, true),
	trimFunction("trim_leading", true, false),
	trimFunction("trim_trailing", false, true),
	{
		Name: "lpad", Min: 3, Max: 3, MayNull: true, Description: "The text made so long, filled up on the left.",
		Params: []expr.Want{expr.Text, expr.Count, expr.Text}, Result: padded("lpad"), Text: pad,
	},
	{
		Name: "rpad", Min: 3, Max: 3, MayNull: true, Description: "The text made so long, filled up on the right.",
		Params: []expr.Want{expr.Text, expr.Count, expr.Text}, Result: padded("rpad"), Text: pad,
	},
	{
		Name: "repeat", Min: 2, Max: 2, MayNull: true, Description: "The text so many times.",
		Params: []expr.Want{expr.Text, expr.Count},
		Result: ofFirst(countTimes(func(args []expr.Expr) int { return args[0].Type().Length })),
		Text: func(r *expr.Row) (string, bool) {
			n, s := r.I[1], r.S[0]
			switch {
			case n <= 0 || s == "":
				return "", true
			case n > int64(maxAllowedPacket/len(s)):
				return overflow(r)
			}
			return strings.Repeat(s, int(n)), true
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
		Text: func(r *expr.Row) (string, bool) {
			s, from, to := r.S[0], r.S[1], r.S[2]
			if from == "" {
				return s, true
			}
			n := strings.Count(s, from)
			if n == 0 {
				return s, true
			}
			bytes := len(s) + n*(len(to)-len(from))
			if bytes > max(len(s), maxAllowedPacket) {
				return overflow(r)
			}
			out, start := r.Make(bytes)
			for k := range n {
				if longEnded(r.Context, k) {
					break
				}
				i := strings.Index(s, from)
				out.WriteString(s[:i])
				out.WriteString(to)
				s = s[i+len(from):]
			}
			out.WriteString(s)
			return out.String()[start:], true
		},
	},
	{
		Name: "reverse", Min: 1, Max: 1, Description: "The text from its end to its beginning.",
		Params: []expr.Want{expr.Text}, Result: ofFirst(firstLength),
		Text: func(r *expr.Row) (string, bool) { return reverse(r.Context.Env, r.S[0], r.Binary()), true },
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
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.StringValue("NULL"), nil
			}
			return types.StringValue("'" + c.EachPiece(args[0].S, quoteEscapes.Replace) + "'"), nil
		},
	},
	{
		Name: "soundex", Min: 1, Max: 1, Description: "A code of how the text sounds in English.",
		Params: []expr.Want{expr.Text},
		Result: ofFirst(func(_ *expr.Resolver, args []expr.Expr) int { return max(args[0].Type().Length, 4) }),
		Text:   func(r *expr.Row) (string, bool) { return soundex(r.Context.Env, r.S[0]), true },
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
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			text := c.EachPiece(args[0].S, func(s string) string {
				return strings.Map(func(r rune) rune {
					if r == ' ' || r >= '\t' && r <= '\r' {
						return -1
					}
					return r
				}, s)
			})
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

func reverse(e *types.Env, text string, binary bool) string {
	out := make([]byte, len(text))
	end := len(text)
	for s := range e.Pieces(text) {
		for i := 0; i < len(s); {
			n := 1
			if !binary {
				_, n = utf8.DecodeRuneInString(s[i:])
			}
			end -= n
			copy(out[end:], s[i:i+n])
			i += n
		}
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
		Text: func(r *expr.Row) (string, bool) {
			s, remove := r.S[0], r.S[1]
			if remove == "" {
				return s, true
			}
			for k := 0; leading && strings.HasPrefix(s, remove) && !longEnded(r.Context, k); k++ {
				s = s[len(remove):]
			}
			for k := 0; trailing && strings.HasSuffix(s, remove) && !longEnded(r.Context, k); k++ {
				s = s[:len(s)-len(remove)]
			}
			return s, true
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
func pad(r *expr.Row) (string, bool) {
	s, n, fill := r.S[0], r.I[1], r.S[2]
	binary := r.Binary()
	if n < 0 {
		return "", false
	}
	missing := n - int64(countChars(s, binary))
	switch {
	case missing <= 0:
		return s[:after(s, n, binary)], true
	case n > int64(maxAllowedPacket/r.Call.T.Collation.MaxBytes()):
		return overflow(r)
	case fill == "":
		return "", true
	}
	whole, rest := missing/int64(countChars(fill, binary)), missing%int64(countChars(fill, binary))
	part := fill[:after(fill, rest, binary)]
	out, from := r.Make(len(s) + int(whole)*len(fill) + len(part))
	left := r.Call.F.Name == "lpad"
	if !left {
		out.WriteString(s)
	}
	for range whole {
		out.WriteString(fill)
	}
	out.WriteString(part)
	if left {
		out.WriteString(s)
	}
	return out.String()[from:], true
}
