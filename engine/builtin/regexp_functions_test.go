package builtin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func TestRegexpFunctions(t *testing.T) {
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"regexp_like", args{"CamelCase", "CAMELCASE"}, "1"}, {"regexp_like", args{"CamelCase", "CAMELCASE", "c"}, "0"}, {"regexp_like", args{bin("a"), "A"}, "0"}, {"regexp_like", args{bin("a"), "A", "i"}, "1"},
		{"regexp_like", args{"new*\nline", "new\\*.line"}, "0"}, {"regexp_like", args{"new*\nline", "new\\*.line", "n"}, "1"}, {"regexp_like", args{"fo\nfo", "^fo$", "m"}, "1"}, {"regexp_like", args{nil, "a"}, "NULL"}, {"regexp_like", args{"a", "a", nil}, "NULL"},
		{"regexp_instr", args{"dog cat dog", "dog"}, "1"}, {"regexp_instr", args{"dog cat dog", "dog", 2}, "9"}, {"regexp_instr", args{"aa aaa aaaa", "a{4}"}, "8"}, {"regexp_instr", args{"aa aaa aaaa", "a{2}", 1, 2}, "4"}, {"regexp_instr", args{"éa", "a", 1, 1, 1}, "3"}, {"regexp_instr", args{"abc", "x"}, "0"}, {"regexp_instr", args{"abab", "^ab", 3}, "0"}, {"regexp_instr", args{"aB", "b", 1, 1, 0, "c"}, "0"},
		{"regexp_substr", args{"abc def ghi", "[a-z]+"}, "abc"}, {"regexp_substr", args{"abc def ghi", "[a-z]+", 1, 3}, "ghi"}, {"regexp_substr", args{"abc def ghi", "[a-z]+", 1, 4}, "NULL"}, {"regexp_substr", args{"éàü", "\\w", 2}, "à"}, {"regexp_substr", args{"ab12", "(?<=b)\\d"}, "1"}, {"regexp_substr", args{"", "^$"}, ""},
		{"regexp_replace", args{"a b c", "b", "X"}, "a X c"}, {"regexp_replace", args{"abc def ghi", "[a-z]+", "X", 1, 3}, "abc def X"}, {"regexp_replace", args{"abc def ghi", "[a-z]+", "X", 2, 0}, "aX X X"}, {"regexp_replace", args{"John Smith", "(\\w+) (\\w+)", "$2, $1"}, "Smith, John"}, {"regexp_replace", args{"a.b", "\\.", "\\$"}, "a$b"},
		{"regexp_replace", args{"abc", "x*", "-"}, "-a-b-c-"}, {"regexp_replace", args{"aab", "a*", "-"}, "--b-"}, {"regexp_replace", args{"ab", "(a)", "$12"}, "a2b"}, {"regexp_replace", args{"aXbx", "x", ""}, "ab"}, {"regexp_replace", args{"abc", "z", "X"}, "abc"}, {"regexp_replace", args{"abc", "b", nil}, "NULL"}, {"regexp_replace", args{"aaa", "a", "b", 1, 2}, "aba"}, {"regexp_replace", args{"123", "[^0-9]", ""}, "123"},
	} {
		if got := evalCall(t, c.name, c.args...); got.err != nil || got.text != c.want {
			t.Errorf("%s%v = %q %v, want %q", c.name, c.args, got.text, got.err, c.want)
		}
	}
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"regexp_substr", args{"abc", "a", 0}, "3686 Index out of bounds in regular expression search."},
		{"regexp_instr", args{"abc", "a", 5}, "3686 Index out of bounds in regular expression search."},
		{"regexp_replace", args{"abc", "a", "$1"}, "3686 Index out of bounds in regular expression search."},
		{"regexp_replace", args{"abc", "a", "$x"}, "3887 A capture group has an invalid name."},
		{"regexp_instr", args{"abc", "a", 1, 1, 2}, "1210 Incorrect arguments to regexp_instr: return_option must be 1 or 0."},
		{"regexp_like", args{"abc", ""}, "3685 Illegal argument to a regular expression."},
	} {
		got := evalCall(t, c.name, c.args...)
		var err *mysql.MyError
		if !errors.As(got.err, &err) || fmt.Sprint(err.Code, " ", err.Message) != c.want {
			t.Errorf("%s%v: %v, want %s", c.name, c.args, got.err, c.want)
		}
	}
}

// Behind a place in the text both matchers find the same, what is before it counting.
func TestRegexpMatchersAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, pattern := range []string{`\bb`, `^a`, `(a)|\w+b`, `a*`, `b\B`, `\Qa`, `a|b$`, `[ab]{2}`, `(?i)A(b)?`, `\s*`, `(a|ab)(c|bcd)?`} {
		m, err := compileRegexp(pattern, "c", types.DefaultCollation)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			text := make([]byte, random.IntN(12))
			for i := range text {
				text[i] = "ab cd"[random.IntN(5)]
			}
			start := random.IntN(len(text) + 1)
			found := map[bool]string{}
			for _, fast := range []bool{true, false} {
				x := m.search(&expr.Context{}, string(text))
				x.fits = fast
				at, err := x.find(start)
				found[fast] = fmt.Sprint(at, err)
			}
			if found[true] != found[false] {
				t.Errorf("%s in %q from %d: %s, not %s", pattern, text, start, found[true], found[false])
			}
		}
	}
}

// endsSoon is the context of a statement that is ended after it has asked some times.
type endsSoon struct {
	context.Context
	left int
}

func (c *endsSoon) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A function of one long text ends with its statement.
func TestLongTextsEnd(t *testing.T) {
	long := strings.Repeat("aab é\n", 1<<18)
	for _, c := range []struct {
		name string
		args args
	}{
		{"regexp_replace", args{strings.Repeat("ab", 1<<20), "a", "x"}},
		{"regexp_replace", args{strings.Repeat("ab ", 1<<19), `\bb|a`, "x"}},
		{"regexp_replace", args{long, `(a)\1`, "x"}},
		{"regexp_replace", args{long, `é\s`, "x"}},
		{"regexp_instr", args{long, "b", 1, 1 << 17}},
		{"instr", args{long, "x"}},
		{"locate", args{"bé\nx", long}},
		{"upper", args{long}},
		{"reverse", args{long}},
		{"soundex", args{strings.Repeat("1", 1<<21)}},
		{"replace", args{long, "a", "xy"}},
		{"quote", args{long}},
		{"trim_leading", args{strings.Repeat("x", 1<<20), "x"}},
		{"substring_index", args{long, "a", 1 << 19}},
		{"substring_index", args{long, "a", -1 << 19}},
		{"find_in_set", args{"x", strings.Repeat("a,", 1<<19)}},
		{"from_base64", args{strings.Repeat("YWFh", 1<<19)}},
		{"convert using", args{long, "latin1"}},
		{"convert using", args{[]byte(long), "latin1"}},
		{"weight_string", args{long}},
		{"length", args{collatedText{strings.Repeat("é", 1<<19), "latin1_swedish_ci", true}}},
		{"md5", args{long}},
		{"sha2", args{long, 512}},
		{"compress", args{long}},
		{"uncompress", args{[]byte(compress(nil, long))}},
		{"str_to_date", args{strings.Repeat("a", 1<<20), strings.Repeat("a", 1<<20)}},
		{"like", args{"x", long}},
		{"like", args{long, "%é%é%x"}},
		{"json_length", args{"[" + strings.Repeat("1,", 1<<19) + "1]"}},
		{"json_valid", args{"[" + strings.Repeat(`{"a": [1]},`, 1<<18) + "1]"}},
		{"cast_json", args{"[" + strings.Repeat(`{"a": [1]},`, 1<<18) + "1]"}},
	} {
		ctx := &endsSoon{Context: context.Background(), left: 3}
		if got := evalCallIn(t, ctx, c.name, c.args...); !errors.Is(got.err, context.Canceled) {
			t.Errorf("%s: %.20q %v", c.name, got.text, got.err)
		}
	}
}

// So does one of many texts of which it makes little.
func TestManyTextsEnd(t *testing.T) {
	ctx := &endsSoon{Context: context.Background(), left: 3}
	env := testEnv(nil)
	env.Ended = ctx.Err
	c := &expr.Context{Context: ctx, Env: env}
	text := types.TypeString(1<<20, types.DefaultCollation, types.CoerceImplicit)
	for _, name := range []string{"instr", "crc32"} {
		args := []expr.Expr{expr.Place(&expr.Column{ID: 1, T: text}, []expr.ColumnID{1})}
		if name == "instr" {
			args = append(args, literal(t, "x"))
		}
		call, err := expr.NewCall(&expr.Resolver{Env: env, Context: c}, Function(name), args...)
		if err != nil {
			t.Fatal(err)
		}
		v := types.VecOf(&text, 50)
		for i := range 50 {
			v.S = append(v.S, strings.Repeat("a", 1<<17+i))
		}
		ctx.left = 3
		if _, err := call.Eval(c, &types.Batch{N: 50, Cols: []*types.Vec{v}}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A pattern that is so long that compiling it takes seconds is none.
func TestLongPattern(t *testing.T) {
	if got := evalCall(t, "regexp_like", "x", strings.Repeat("a", longestPattern+1)); fmt.Sprint(got.err) != "ERROR 3700 (HY000): The regular expression pattern exceeds limits on size or complexity." {
		t.Error(got.err)
	}
}
