package builtin

import (
	"errors"
	"fmt"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
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
