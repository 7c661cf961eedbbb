package builtin

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// String functions that compare texts by their collation (manual 14.8), and those that
// choose among their arguments.

// comparing types a function that compares the arguments that which tells of; it keeps the
// collation for the call. None of which: all.
func comparing(name string, digits int, which ...int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		compared := args
		if which != nil {
			compared = nil
			for _, i := range which {
				compared = append(compared, args[i])
			}
		}
		c, _, err := mergeTexts(r, name, true, compared...)
		r.Keep(c)
		t := types.TypeInt
		t.Length = digits
		return t, err
	}
}

// memberOfSet is the number of a SET's member, from 1.
type memberOfSet int

// resolveFindInSet finds a constant member of a SET by its number in the definition, which is
// then the place that FIND_IN_SET answers, whatever members come before it in the value
// (Item_func_find_in_set::resolve_type).
func resolveFindInSet(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	texts := []expr.Expr{r.Want(args[0], expr.Text), r.Want(args[1], expr.Text)}
	t, err := comparing("find_in_set", 3)(r, texts)
	if err != nil {
		return t, nil, err
	}
	t.Nullable = texts[0].Type().Nullable || texts[1].Type().Nullable
	if column, ok := args[1].(*expr.Column); ok && column.T.Kind == types.Set {
		if v, constant := r.Constant(texts[0]); constant && !v.IsNull() {
			for i, m := range column.T.Members {
				if column.T.Collation.Equal(m, v.S) {
					r.Keep(memberOfSet(i + 1))
					return t, []expr.Expr{texts[0], column}, nil
				}
			}
		}
	}
	return t, texts, nil
}

// indexOf is the byte index of a text in another under a collation, -1 where it is not.
// As in MySQL (my_instr_mb) what is found has as many bytes as what is looked for, so that
// é is found in É, but not e in é.
func indexOf(x *expr.Context, s, find string, c types.Collation) int {
	if c.InByteOrder() || find == "" {
		return strings.Index(s, find)
	}
	numbers, ok := c.ASCII()
	first := numbers[find[0]]
	ok = ok && first != types.NoASCII
	for i, k := 0, 0; i+len(find) <= len(s); k++ {
		if longEnded(x, k) {
			return -1
		}
		if n := numbers[s[i]]; ok && n != types.NoASCII && n != first {
			i++
			continue
		}
		end := i + len(find)
		if (end == len(s) || utf8.RuneStart(s[end])) && c.Compare(s[i:end], find) == 0 {
			return i
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return -1
}

// locate is the position of a text in another, from a position on; 0 where it is not.
func locate(x *expr.Context, find, s string, from int64, c types.Collation) int64 {
	binary := c.IsBinary()
	if from <= 0 || from-1 > int64(countChars(s, binary)) {
		return 0
	}
	start := after(s, from-1, binary)
	i := indexOf(x, s[start:], find, c)
	if i < 0 {
		return 0
	}
	return from + int64(countChars(s[start:start+i], binary))
}

var stringSearchFunctions = []*expr.Function{
	{
		Name: "locate", Min: 2, Max: 3, Description: "The position of the first text in the second, from a position on; 0 where it is not.",
		Params: []expr.Want{expr.Text, expr.Text, expr.Count}, Result: comparing("locate", 11, 0, 1),
		Count: func(r *expr.Row) int64 {
			from := int64(1)
			if len(r.I) > 2 {
				from = r.I[2]
			}
			return locate(r.Context, r.S[0], r.S[1], from, r.Call.Data.(types.Collation))
		},
	},
	{
		Name: "instr", Min: 2, Max: 2, Description: "The position of the second text in the first; 0 where it is not.",
		Params: []expr.Want{expr.Text}, Result: comparing("instr", 11),
		Count: func(r *expr.Row) int64 { return locate(r.Context, r.S[1], r.S[0], 1, r.Call.Data.(types.Collation)) },
	},
	{
		Name: "find_in_set", Min: 2, Max: 2, Description: "The place of the text in a list with commas between; 0 where it is not in it.",
		Resolve: resolveFindInSet,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if bit, ok := call.Data.(memberOfSet); ok {
				if args[1].I>>(bit-1)&1 == 0 {
					return types.IntValue(0), nil
				}
				return types.IntValue(int64(bit)), nil
			}
			if args[1].S == "" {
				return types.IntValue(0), nil
			}
			place := int64(0)
			for member := range strings.SplitSeq(args[1].S, ",") {
				place++
				if longEnded(c, int(place)) {
					break
				}
				if call.Data.(types.Collation).Equal(member, args[0].S) {
					return types.IntValue(place), nil
				}
			}
			return types.IntValue(0), nil
		},
	},
	{
		Name: "substring_index", Min: 3, Max: 3,
		Description: "The text before so many occurrences of another, in the same case; counted from the end where the number is negative, what is behind.",
		Params:      []expr.Want{expr.Text, expr.Text, expr.Count},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "substring_index", true, args[:2]...)
			return types.TypeString(args[0].Type().Length, c, by), err
		},
		Text: func(r *expr.Row) (string, bool) { return substringIndex(r.Context, r.S[0], r.S[1], r.I[2]), true },
	},
	{
		// FIELD(NULL, …) is 0, as nothing is equal to NULL.
		Name: "field", Min: 2, Max: -1, KeepNull: true,
		Description: "The place of the first value among the others; 0 where it is not among them.",
		Resolve:     resolveField,
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.IntValue(0), nil
			}
			for i, a := range args[1:] {
				if !a.IsNull() && types.Compare(args[0], a, call.Data.(types.Collation)) == 0 {
					return types.IntValue(int64(i + 1)), nil
				}
			}
			return types.IntValue(0), nil
		},
	},
	{
		Name: "elt", Min: 2, Max: -1, KeepNull: true, Description: "The text of the number, from 1; NULL where there is none.",
		Params: []expr.Want{expr.Count, expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "elt", false, args[1:]...)
			length := 0
			for _, a := range args[1:] {
				length = max(length, a.Type().Length)
			}
			return types.TypeString(length, c, by).WithNullable(true), err
		},
		Lazy: evalElt,
	},
	{
		Name: "make_set", Min: 2, Max: -1, KeepNull: true, Description: "The texts whose bits are set in the number and that are not NULL, with commas between.",
		Params: []expr.Want{expr.Count, expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "make_set", false, args[1:]...)
			return types.TypeString(sumOfLengths(args[1:])+len(args)-2, c, by).WithNullable(args[0].Type().Nullable), err
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.Value{}, nil
			}
			var members []string
			for i, a := range args[1:] {
				if i < 64 && args[0].Uint()&(1<<i) != 0 && !a.IsNull() {
					members = append(members, a.S)
				}
			}
			return types.StringValue(strings.Join(members, ",")), nil
		},
	},
	{
		Name: "export_set", Min: 3, Max: 5, Description: "A text for each bit of the number, from the lowest: the second argument of those that are set, the third of the others.",
		Params: []expr.Want{expr.Count, expr.Text, expr.Text, expr.Text, expr.Count},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			c, by, err := mergeTexts(r, "export_set", false, args[1:min(len(args), 4)]...)
			separator := 1
			if len(args) > 3 {
				separator = args[3].Type().Length
			}
			length := max(args[1].Type().Length, args[2].Type().Length)*64 + separator*63
			return types.TypeString(min(length, math.MaxUint32), c, by), err
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			separator, n := ",", uint64(64)
			if len(args) > 3 {
				separator = args[3].S
			}
			if len(args) > 4 {
				n = min(args[4].Uint(), 64)
			}
			if (max(len(args[1].S), len(args[2].S))+len(separator))*int(n) > maxAllowedPacket {
				return overflown(c, call)
			}
			var out strings.Builder
			for i := range n {
				if i > 0 {
					out.WriteString(separator)
				}
				if args[0].Uint()&(1<<i) != 0 {
					out.WriteString(args[1].S)
				} else {
					out.WriteString(args[2].S)
				}
			}
			return types.StringValue(out.String()), nil
		},
	},
}

func substringIndex(c *expr.Context, s, delimiter string, n int64) string {
	if delimiter == "" || n == 0 {
		return ""
	}
	if n > 0 {
		end := 0
		for k := 0; n > 0 && !longEnded(c, k); n, k = n-1, k+1 {
			i := strings.Index(s[end:], delimiter)
			if i < 0 {
				return s
			}
			if n == 1 {
				return s[:end+i]
			}
			end += i + len(delimiter)
		}
	}
	start := len(s)
	for k := 0; n < 0 && !longEnded(c, k); n, k = n+1, k+1 {
		i := strings.LastIndex(s[:start], delimiter)
		if i < 0 {
			return s
		}
		if n == -1 {
			return s[i+len(delimiter):]
		}
		start = i
	}
	return s
}

// resolveField: texts are compared as texts, whole numbers and decimals as decimals, others
// as doubles.
func resolveField(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	texts, exact := true, true
	for _, a := range args {
		t := a.Type()
		texts = texts && (t.IsText() || t.IsTemporal() || t.Kind == types.Null)
		exact = exact && (t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Decimal || t.Kind == types.Null)
	}
	wanted := make([]expr.Expr, len(args))
	collation := types.Binary
	var err error
	for i, a := range args {
		switch {
		case texts:
			wanted[i] = r.Want(a, expr.Text)
		case a.Type().Kind == types.Null:
			wanted[i] = a
		case exact:
			wanted[i] = expr.ConvertTo(a, types.TypeDecimal(types.MaxPrecision, types.MaxScale))
		default:
			wanted[i] = r.Want(a, expr.Real)
		}
	}
	if texts {
		collation, _, err = mergeTexts(r, "field", true, wanted...)
	}
	r.Keep(collation)
	t := types.TypeInt
	t.Length = 3
	return t, wanted, err
}

// evalElt evaluates each text for the rows whose number it has.
func evalElt(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	numbers, err := call.Args[0].Eval(c, b)
	if err != nil || b.N == 0 {
		return types.NewVec(&call.T, 0), err
	}
	rows := make([][]int32, len(call.Args)) // by their number; 0: there is no text for them
	for i := range b.N {
		n := countOf(numbers.Value(i))
		if n < 0 || n >= int64(len(rows)) {
			n = 0
		}
		rows[n] = append(rows[n], int32(i))
	}
	out := c.NewVec(&call.T, b.N)
	for _, row := range rows[0] {
		out.SetNull(int(row))
	}
	for n, x := range call.Args[1:] {
		if to := rows[n+1]; len(to) > 0 {
			v, err := evalRows(c, x, b, to)
			if err != nil {
				return nil, err
			}
			out.Put(to, v)
		}
	}
	return out, nil
}
