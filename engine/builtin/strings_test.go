package builtin

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

type args = []any

var (
	ci = func(s string) collatedText {
		return collatedText{text: s, collation: "utf8mb4_0900_ai_ci", column: true}
	}
	cs  = func(s string) collatedText { return collatedText{text: s, collation: "utf8mb4_0900_as_cs"} }
	bin = func(s string) collatedText { return collatedText{text: s, collation: "utf8mb4_bin"} }
	lat = func(s string) collatedText {
		return collatedText{text: s, collation: "latin1_swedish_ci", column: true}
	}
)

func TestStringFunctions(t *testing.T) {
	dec := func(s string) types.Dec { d, _ := types.ParseDec(s); return d }
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"ascii", args{"2"}, "50"}, {"ascii", args{""}, "0"}, {"ascii", args{2}, "50"}, {"ascii", args{"é"}, "195"}, {"ascii", args{lat("é")}, "233"},
		{"ord", args{"2"}, "50"}, {"ord", args{"é"}, "50089"}, {"ord", args{"€x"}, "14844588"}, {"ord", args{[]byte("é")}, "195"},
		{"bit_length", args{"text"}, "32"}, {"length", args{"é€"}, "5"}, {"octet_length", args{lat("é")}, "1"}, {"length", args{dec("1.50")}, "4"},
		{"char_length", args{"é€"}, "2"}, {"character_length", args{[]byte("é")}, "2"}, {"char_length", args{nil}, "NULL"},
		{"char", args{77, 121, 83, 81, "76"}, "MySQL"}, {"char", args{77, dec("77.3"), "77.3"}, "MMM"}, {"char", args{nil, 65, nil}, "A"},
		{"char", args{256, 65536}, "\x01\x00\x01\x00\x00"}, {"char", args{-1}, "\xff\xff\xff\xff"},
		{"char using", args{0xe2, 0x82, 0xac, "utf8mb4"}, "€"}, {"char using", args{233, "latin1"}, "é"}, {"char using", args{255, "utf8mb4"}, "NULL"},
		{"convert using", args{"é", "latin1"}, "é"}, {"convert using", args{"€1", "ascii"}, "?1"}, {"convert using", args{lat("é"), "binary"}, "\xe9"},
		{"convert using", args{[]byte("\xe9"), "latin1"}, "é"}, {"convert using", args{[]byte("a\xe9"), "utf8mb4"}, "NULL"},
		{"concat", args{"My", "S", "QL"}, "MySQL"}, {"concat", args{"My", nil, "QL"}, "NULL"}, {"concat", args{dec("14.30"), 1, 1e20}, "14.3011e20"},
		{"concat_ws", args{",", "a", nil, "", "b"}, "a,,b"}, {"concat_ws", args{nil, "a"}, "NULL"}, {"concat_ws", args{"-", nil}, ""},
		{"elt", args{1, "a", "b"}, "a"}, {"elt", args{0, "a"}, "NULL"}, {"elt", args{3, "a", "b"}, "NULL"}, {"elt", args{nil, "a"}, "NULL"}, {"elt", args{2, "a", nil}, "NULL"},
		{"export_set", args{5, "Y", "N", ",", 4}, "Y,N,Y,N"}, {"export_set", args{6, "1", "0", "", 10}, "0110000000"}, {"export_set", args{uint64(math.MaxUint64), "1", "0", ""}, strings.Repeat("1", 64)},
		{"field", args{"Bb", "Aa", "bb", "Cc"}, "2"}, {"field", args{"é", "a", "E"}, "2"}, {"field", args{nil, nil, "a"}, "0"}, {"field", args{2, "1", "2.0"}, "2"}, {"field", args{2, 1, dec("2.00")}, "2"},
		{"find_in_set", args{"B", "a,b,c"}, "2"}, {"find_in_set", args{"", "a,"}, "2"}, {"find_in_set", args{"", ""}, "0"}, {"find_in_set", args{"a,b", "a,b"}, "0"}, {"find_in_set", args{bin("B"), "a,b,c"}, "0"}, {"find_in_set", args{nil, "a"}, "NULL"},
		{"from_base64", args{"YWJj"}, "abc"}, {"from_base64", args{" YW\nJj"}, "abc"}, {"from_base64", args{"YWJ"}, "NULL"},
		{"to_base64", args{"abc"}, "YWJj"}, {"to_base64", args{strings.Repeat("a", 58)}, strings.Repeat("YWFh", 19) + "\nYQ=="}, {"to_base64", args{""}, ""}, {"to_base64", args{strings.Repeat("a", 57)}, strings.Repeat("YWFh", 19)},
		{"insert", args{"Quadratic", 3, 4, "What"}, "QuWhattic"}, {"insert", args{"Quadratic", -1, 4, "What"}, "Quadratic"}, {"insert", args{"Quadratic", 3, 100, "What"}, "QuWhat"},
		{"insert", args{"Quadratic", 3, -1, "W"}, "QuW"}, {"insert", args{"éàü", 2, 1, "x"}, "éxü"}, {"insert", args{"abc", 4, 1, "x"}, "abc"}, {"insert", args{"abc", 1, 0, "x"}, "xabc"},
		{"instr", args{"foobarBAR", "BAR"}, "4"}, {"instr", args{"xbar", "foobar"}, "0"}, {"instr", args{"foobarBAR", bin("BAR")}, "7"}, {"instr", args{"éÉ", "É"}, "1"}, {"instr", args{"abc", ""}, "1"}, {"instr", args{[]byte("aé"), "é"}, "2"}, {"instr", args{"€é", "É"}, "2"},
		{"locate", args{"bar", "foobarbar", 5}, "7"}, {"locate", args{"b", "abc", 0}, "0"}, {"locate", args{"b", "abc", -1}, "0"}, {"locate", args{"", "abc", 4}, "4"}, {"locate", args{"", "abc", 5}, "0"}, {"locate", args{"c", "abc", uint64(math.MaxUint64)}, "0"}, {"locate", args{"a", "aba", 2}, "3"},
		{"lower", args{"QÉ"}, "qé"}, {"lcase", args{[]byte("Q")}, "Q"}, {"upper", args{"qé"}, "QÉ"}, {"ucase", args{12}, "12"},
		{"left", args{"foobar", 5}, "fooba"}, {"left", args{"é€", 1}, "é"}, {"left", args{"abc", -1}, ""}, {"left", args{"abc", uint64(math.MaxUint64)}, "abc"}, {"left", args{"abc", nil}, "NULL"}, {"left", args{[]byte("é"), 1}, "\xc3"}, {"left", args{2345, 2}, "23"},
		{"right", args{"foobarbar", 4}, "rbar"}, {"right", args{"é€", 1}, "€"}, {"right", args{"abc", 10}, "abc"}, {"right", args{"abc", -1}, ""}, {"right", args{"abc", math.MinInt64}, ""},
		{"lpad", args{"hi", 4, "??"}, "??hi"}, {"lpad", args{"hi", 1, "??"}, "h"}, {"lpad", args{"é", 4, "€x"}, "€x€é"}, {"lpad", args{"hi", -1, "?"}, "NULL"}, {"lpad", args{"hi", 5, ""}, ""},
		{"rpad", args{"hi", 5, "?!"}, "hi?!?"}, {"rpad", args{"hi", 1, "?"}, "h"}, {"rpad", args{"hi", 2, ""}, "hi"}, {"rpad", args{7, 3, 0}, "700"},
		{"ltrim", args{"  a "}, "a "}, {"rtrim", args{"  a "}, "  a"}, {"trim", args{"  a "}, "a"}, {"trim", args{"\ta"}, "\ta"},
		{"trim_leading", args{"xxxbarxxx", "x"}, "barxxx"}, {"trim_both", args{"xxxbarxxx", "x"}, "bar"}, {"trim_trailing", args{"barxxyz", "xyz"}, "barx"}, {"trim_both", args{"Xa", "x"}, "Xa"}, {"trim_both", args{"a", ""}, "a"}, {"trim_both", args{"xx", "x"}, ""},
		{"make_set", args{1, "a", "b", "c"}, "a"}, {"make_set", args{5, "hello", "nice", "world"}, "hello,world"}, {"make_set", args{5, "hello", "nice", nil, "world"}, "hello"}, {"make_set", args{0, "a"}, ""}, {"make_set", args{nil, "a"}, "NULL"},
		{"mid", args{"Sakila", -4, 2}, "ki"}, {"substring", args{"Quadratically", 5}, "ratically"}, {"substr", args{"Sakila", -3}, "ila"}, {"substring", args{"Sakila", -5, 3}, "aki"}, {"substring", args{"abc", 0}, ""}, {"substring", args{"abc", 4}, ""}, {"substring", args{"abc", -4}, ""},
		{"substring", args{"abc", 2, -1}, ""}, {"substring", args{"abc", 2, uint64(math.MaxUint64)}, "bc"}, {"substring", args{"é€ü", 2, 1}, "€"}, {"substring", args{"abc", dec("1.5")}, "bc"}, {"substring", args{"abc", uint64(math.MaxUint64)}, ""}, {"substring", args{"abc", "2"}, "bc"}, {"substring", args{"abc", math.MinInt64}, ""},
		{"quote", args{"Don't!"}, `'Don\'t!'`}, {"quote", args{nil}, "NULL"}, {"quote", args{"a\\\x00\x1a"}, `'a\\\0\Z'`},
		{"repeat", args{"MySQL", 3}, "MySQLMySQLMySQL"}, {"repeat", args{"a", -1}, ""}, {"repeat", args{"", uint64(math.MaxUint64)}, ""}, {"repeat", args{"ab", 64 << 20}, "NULL"},
		{"replace", args{"www.mysql.com", "w", "Ww"}, "WwWwWw.mysql.com"}, {"replace", args{"aA", "a", "b"}, "bA"}, {"replace", args{"abc", "", "x"}, "abc"}, {"replace", args{"abc", "b", nil}, "NULL"},
		{"reverse", args{"abc"}, "cba"}, {"reverse", args{"é€"}, "€é"}, {"reverse", args{[]byte("\x01\xff")}, "\xff\x01"},
		{"soundex", args{"Hello"}, "H400"}, {"soundex", args{"Quadratically"}, "Q36324"}, {"soundex", args{"12"}, ""}, {"soundex", args{"  robert"}, "R163"}, {"soundex", args{"Tymczak"}, "T520"},
		{"space", args{3}, "   "}, {"space", args{-1}, ""}, {"space", args{nil}, "NULL"}, {"space", args{1 << 40}, "NULL"},
		{"substring_index", args{"www.mysql.com", ".", 2}, "www.mysql"}, {"substring_index", args{"www.mysql.com", ".", -2}, "mysql.com"}, {"substring_index", args{"www.mysql.com", ".", 0}, ""}, {"substring_index", args{"www.mysql.com", ".", 10}, "www.mysql.com"}, {"substring_index", args{"aXbxc", "x", 1}, "aXb"}, {"substring_index", args{"a.b", "", 1}, ""}, {"substring_index", args{"aaaa", "aa", -1}, ""}, {"substring_index", args{"a.b", ".", math.MinInt64}, "a.b"},
		{"unhex", args{"4D7953514C"}, "MySQL"}, {"unhex", args{"F"}, "\x0f"}, {"unhex", args{"GG"}, "NULL"}, {"unhex", args{""}, ""},
	} {
		if got := evalCall(t, c.name, c.args...); got.err != nil || got.text != c.want {
			t.Errorf("%s%v = %q %v, want %q", c.name, c.args, got.text, got.err, c.want)
		}
	}
}

func TestStringTypes(t *testing.T) {
	for _, c := range []struct {
		name string
		args args
		want string // length, collation, coercibility, nullable
	}{
		{"concat", args{"ab", ci("cde")}, "5 utf8mb4_0900_ai_ci 2 false"},
		{"concat", args{"ab", bin("c")}, "3 utf8mb4_bin 0 false"},
		{"concat", args{1, 22}, "5 utf8mb4_0900_ai_ci 4 false"},
		{"concat", args{"a", []byte("bc")}, "3 binary 4 false"},
		{"concat", args{"a", nil}, "1 utf8mb4_0900_ai_ci 4 true"},
		{"left", args{ci("abcdef"), 2}, "2 utf8mb4_0900_ai_ci 2 false"},
		{"repeat", args{"ab", 3}, "6 utf8mb4_0900_ai_ci 4 true"},
		{"lpad", args{"ab", 10, "x"}, "10 utf8mb4_0900_ai_ci 4 true"},
		{"substring", args{"abcdef", 3}, "4 utf8mb4_0900_ai_ci 4 false"},
		{"substring", args{"abcdef", -2}, "2 utf8mb4_0900_ai_ci 4 false"},
		{"substring", args{"abcdef", 3, 2}, "2 utf8mb4_0900_ai_ci 4 false"},
		{"length", args{"abc"}, "10 binary 5 false"},
		{"locate", args{"abc", "b"}, "11 binary 5 false"},
		{"quote", args{"abc"}, "8 utf8mb4_0900_ai_ci 4 false"},
		{"unhex", args{"abcd"}, "2 binary 4 true"},
	} {
		got := evalCall(t, c.name, c.args...)
		if s := fmt.Sprint(got.typ.Length, got.typ.Collation.Name(), got.typ.Coercibility, got.typ.Nullable); got.err != nil || strings.ReplaceAll(s, " ", "") != strings.ReplaceAll(c.want, " ", "") {
			t.Errorf("%s%v: %s %v, want %s", c.name, c.args, s, got.err, c.want)
		}
	}
}

func TestStringErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		args args
		code uint16
		text string
	}{
		{"concat", args{bin("a"), cs("b")}, 1267, "Illegal mix of collations (utf8mb4_bin,EXPLICIT) and (utf8mb4_0900_as_cs,EXPLICIT) for operation 'concat'"},
		{"replace", args{bin("a"), cs("b"), "c"}, 1270, "Illegal mix of collations (utf8mb4_bin,EXPLICIT), (utf8mb4_0900_as_cs,EXPLICIT), (utf8mb4_0900_ai_ci,COERCIBLE) for operation 'replace'"},
		{"convert using", args{"a", "klingon"}, 1115, "Unknown character set: 'klingon'"},
		{"load_file", args{"/etc/passwd"}, 1290, "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement"},
		{"left", args{"a"}, 1582, "Incorrect parameter count in the call to native function 'LEFT'"},
	} {
		got := evalCall(t, c.name, c.args...)
		var err *mysql.MyError
		if !errors.As(got.err, &err) || err.Code != c.code || err.Message != c.text {
			t.Errorf("%s%v: %v, want %d %s", c.name, c.args, got.err, c.code, c.text)
		}
	}
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"repeat", args{"ab", 64 << 20}, "1301 Result of repeat() was larger than max_allowed_packet (67108864) - truncated"},
		{"rpad", args{"ab", 64 << 20, "x"}, "1301 Result of rpad() was larger than max_allowed_packet (67108864) - truncated"},
		{"char using", args{255, "utf8mb4"}, `1300 Invalid utf8mb4 character string: '\xFF'`},
		{"substring", args{"abc", "2x"}, "1292 Truncated incorrect INTEGER value: '2x'"},
	} {
		if got := evalCall(t, c.name, c.args...); fmt.Sprint(got.warnings) != "["+c.want+"]" {
			t.Errorf("%s%v warns %q, want %q", c.name, c.args, got.warnings, c.want)
		}
	}
}
