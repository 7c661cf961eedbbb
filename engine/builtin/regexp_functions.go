package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Functions of regular expressions (manual 14.8.2). Positions are in characters, from 1.

// Further errors of regular expressions.
const (
	errRegexpOutOfBounds = 3686
	errRegexpGroupName   = 3887
)

var regexpCalls = []*expr.Function{
	{
		Name: "regexp_like", Min: 2, Max: 3, Boolean: true, Description: "Whether the pattern matches anywhere in the text.",
		Params: []expr.Want{expr.Text}, Result: regexpType("regexp_like", func(args []expr.Expr) types.Type { return types.TypeBool }),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			m, err := regexpArg(call, args, 2)
			if err != nil {
				return types.Value{}, err
			}
			found, err := m.match(c, args[0].S)
			return types.BoolValue(found), err
		},
	},
	{
		Name: "regexp_instr", Min: 2, Max: 6,
		Description: "The position of a match, the first or another occurrence from a position on, or, with return_option 1, the position behind it; 0 where there is none.",
		Params:      []expr.Want{expr.Text, expr.Text, expr.Count, expr.Count, expr.Count, expr.Text},
		Result: regexpType("regexp_instr", func([]expr.Expr) types.Type {
			t := types.TypeInt
			t.Length = 21
			return t
		}),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			end := 0
			if len(args) > 4 {
				if end = int(args[4].I); args[4].I != 0 && args[4].I != 1 {
					return types.Value{}, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "regexp_instr: return_option must be 1 or 0.")
				}
			}
			at, err := occurrence(c, call, args, 2, 5)
			if err != nil || at == nil {
				return types.IntValue(0), err
			}
			return types.IntValue(int64(countChars(args[0].S[:at[end]], binaryText(call)) + 1)), nil
		},
	},
	{
		Name: "regexp_substr", Min: 2, Max: 5, MayNull: true,
		Description: "The text of a match, the first or another occurrence from a position on; NULL where there is none.",
		Params:      []expr.Want{expr.Text, expr.Text, expr.Count, expr.Count, expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return regexpText(r, "regexp_substr", args[0].Type().Length, args[:2])
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			at, err := occurrence(c, call, args, 2, 4)
			if err != nil || at == nil {
				return types.Value{}, err
			}
			return types.StringValue(args[0].S[at[0]:at[1]]), nil
		},
	},
	{
		Name: "regexp_replace", Min: 3, Max: 6,
		Description: "The text with all matches from a position on, or one occurrence, replaced; $1 in the replacement is the first group.",
		Params:      []expr.Want{expr.Text, expr.Text, expr.Text, expr.Count, expr.Count, expr.Text},
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return regexpText(r, "regexp_replace", maxBlob, args[:3])
		},
		Scalar: regexpReplace,
	},
}

// regexpType types a call of a text and a pattern, whose collation it keeps.
func regexpType(name string, typ func(args []expr.Expr) types.Type) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		c, _, err := mergeTexts(r, name, true, args[:2]...)
		r.Keep(c)
		return typ(args), err
	}
}

// regexpText types a call that gives a text, whose collation it keeps.
func regexpText(r *expr.Resolver, name string, length int, texts []expr.Expr) (types.Type, error) {
	c, by, err := mergeTexts(r, name, true, texts...)
	r.Keep(c)
	return types.TypeString(length, c, by), err
}

// binaryText tells whether positions are in bytes.
func binaryText(call *expr.Call) bool { return call.Args[0].Type().Collation.IsBinary() }

// regexpArg compiles the pattern, with the match type of argument i, where it is there.
func regexpArg(call *expr.Call, args []types.Value, i int) (*matcher, error) {
	matchType := ""
	if i < len(args) {
		matchType = args[i].S
	}
	return compileRegexp(args[1].S, matchType, call.Data.(types.Collation))
}

// startArg is the byte of the position of argument i, where it is there. Error 3686 is of
// one that the text does not have.
func startArg(call *expr.Call, args []types.Value, i int) (int, error) {
	if i >= len(args) {
		return 0, nil
	}
	pos, s, binary := countOf(args[i]), args[0].S, binaryText(call)
	if pos < 1 || pos-1 > int64(countChars(s, binary)) {
		return 0, mysql.NewError(errRegexpOutOfBounds, "Index out of bounds in regular expression search.")
	}
	return after(s, pos-1, binary), nil
}

// occurrence is the match that the arguments from position on, and then the number of the
// occurrence, tell of.
func occurrence(c *expr.Context, call *expr.Call, args []types.Value, position, matchType int) ([]int, error) {
	m, err := regexpArg(call, args, matchType)
	if err != nil {
		return nil, err
	}
	start, err := startArg(call, args, position)
	if err != nil {
		return nil, err
	}
	n := int64(1)
	if position+1 < len(args) {
		n = max(countOf(args[position+1]), 1)
	}
	var nth []int
	err = m.each(c, args[0].S, start, func(at []int) (more bool) {
		if n--; n == 0 {
			nth = at
		}
		return n > 0
	})
	return nth, err
}

// each calls f for each match from a byte on, as long as it wants more. As with ICU, an
// empty match may follow a match at its end.
func (m *matcher) each(c *expr.Context, s string, start int, f func(at []int) (more bool)) error {
	for x := m.search(c, s); start <= len(s); {
		at, err := x.find(start)
		if err != nil || at == nil || !f(at) {
			return err
		}
		if start = at[1]; at[0] == at[1] {
			_, n := utf8.DecodeRuneInString(s[start:])
			start += max(n, 1)
		}
	}
	return nil
}

func regexpReplace(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	m, err := regexpArg(call, args, 5)
	if err != nil {
		return types.Value{}, err
	}
	start, err := startArg(call, args, 3)
	if err != nil {
		return types.Value{}, err
	}
	only := int64(0)
	if len(args) > 4 {
		if only = countOf(args[4]); only < 0 {
			only = 1
		}
	}
	s := args[0].S
	var out []byte
	done, n := 0, int64(0)
	var failure error
	err = m.each(c, s, start, func(at []int) bool {
		if n++; only != 0 && n < only {
			return true
		}
		out = append(out, s[done:at[0]]...)
		out, failure = appendReplacement(out, args[2].S, s, at)
		done = at[1]
		return failure == nil && only == 0 && len(out) <= maxAllowedPacket
	})
	switch {
	case err != nil:
		return types.Value{}, err
	case failure != nil:
		return types.Value{}, failure
	case len(out)+len(s)-done > maxAllowedPacket:
		return overflown(c, call)
	}
	return types.StringValue(string(append(out, s[done:]...))), nil
}

// appendReplacement appends what a match is replaced by: $ and a number is a group, \ takes
// the next character as it is (ICU's appendReplacement).
func appendReplacement(dst []byte, replacement, s string, at []int) ([]byte, error) {
	for {
		i := strings.IndexAny(replacement, `\$`)
		if i < 0 || i+1 == len(replacement) && replacement[i] == '\\' {
			return append(dst, strings.TrimSuffix(replacement, `\`)...), nil
		}
		dst = append(dst, replacement[:i]...)
		if replacement[i] == '\\' {
			_, n := utf8.DecodeRuneInString(replacement[i+1:])
			dst = append(dst, replacement[i+1:i+1+n]...)
			replacement = replacement[i+1+n:]
			continue
		}
		replacement = replacement[i+1:]
		group, digits := 0, 0
		for digits < len(replacement) && replacement[digits] >= '0' && replacement[digits] <= '9' {
			next := group*10 + int(replacement[digits]-'0')
			if digits > 0 && next >= len(at)/2 {
				break
			}
			group = next
			digits++
		}
		switch {
		case digits == 0:
			return dst, mysql.NewError(errRegexpGroupName, "A capture group has an invalid name.")
		case group >= len(at)/2:
			return dst, mysql.NewError(errRegexpOutOfBounds, "Index out of bounds in regular expression search.")
		case at[2*group] >= 0:
			dst = append(dst, s[at[2*group]:at[2*group+1]]...)
		}
		replacement = replacement[digits:]
	}
}
