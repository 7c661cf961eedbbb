package builtin

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// bytesLiteral is _binary'…', which is no literal of hexadecimal digits.
func bytesLiteral(s string) expr.Expr {
	return typedAs(types.TypeString(len(s), types.Binary, types.CoerceLiteral), s)
}

func TestBits(t *testing.T) {
	checkCases(t, []evalTest{
		{"&", with(29, 15), "13", "unsigned", ""},
		{"|", with(-1, 0), "18446744073709551615", "unsigned", ""},
		{"^", with(11, "3"), "8", "", ""},
		{"~", with(1), "18446744073709551614", "unsigned", ""},
		{"<<", with(1, 63), "9223372036854775808", "", ""},
		{"<<", with(1, 64), "0", "", ""},
		{">>", with(-1, 60), "15", "", ""},
		{">>", with(4, -1), "0", "", ""},
		{"&", with(dec("2.5"), 3.6), "0", "", ""},
		{"&", with([]byte{0xf1}, []byte{0x1f}), "17", "unsigned", ""},
		{"&", with(bytesLiteral("\xf1"), []byte{0x1f}), "\x11", "binary(1)", ""},
		{"<<", with(bytesLiteral("\x01\xff"), 4), "\x1f\xf0", "", ""},
		{">>", with(bytesLiteral("\x01\xff"), 9), "\x00\x00", "", ""},
		{"~", with(bytesLiteral("\x0f")), "\xf0", "", ""},
		{"|", with(bytesLiteral("ab"), bytesLiteral("a")), "ERROR 3513 (HY000): Binary operands of bitwise operators must be of equal length", "", ""},
		{"bit_count", with(29), "4", "signed", ""},
		{"bit_count", with(-1), "64", "", ""},
		{"bit_count", with(bytesLiteral("\xff\x01")), "9", "", ""},
		{"&", with(1, nil), "NULL", "", ""},
	})
}

func TestRegexp(t *testing.T) {
	checkCases(t, []evalTest{
		{"regexp", with("Michael!", ".*"), "1", "signed", ""},
		{"regexp", with("abc", "^B"), "0", "", ""},
		{"regexp", with("ABC", "b"), "1", "", ""},
		{"regexp", with("new*\n*line", `new\*.\*line`), "0", "", ""},
		{"regexp", with("winston@leetcode.com", `^[A-Za-z][A-Za-z0-9_.-]*@leetcode\.com$`), "1", "", ""},
		{"regexp", with("ab\n", "b$"), "1", "", ""},
		{"regexp", with("foobar", "foo(?=bar)"), "1", "", ""},
		{"regexp", with("abab", `^(ab)\1$`), "1", "", ""},
		{"regexp", with("été", `^\w+$`), "1", "", ""},
		{"regexp", with("été", `^[[:alpha:]]{3}$`), "1", "", ""},
		{"regexp", with("a", nil), "NULL", "", ""},
		{"regexp", with("a", ""), "ERROR 3685 (HY000): Illegal argument to a regular expression.", "", ""},
		{"regexp", with("a", "(a"), "ERROR 3691 (HY000): Mismatched parenthesis in regular expression.", "", ""},
		{"regexp", with("a", "[a"), "ERROR 3696 (HY000): The regular expression contains an unclosed bracket expression.", "", ""},
		{"regexp", with("a", "[z-a]"), "ERROR 3697 (HY000): The regular expression contains an [x-y] character range where x comes after y.", "", ""},
		{"regexp", with("a", "a{3,2}"), "ERROR 3693 (HY000): The maximum is less than the minimum in a {min,max} interval.", "", ""},
		{"regexp", with("a", "*a"), "ERROR 3688 (HY000): Syntax error in regular expression on line 1, character 1.", "", ""},
	})
	m, err := compileRegexp("(b)|(x)", "c", types.DefaultCollation)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := m.search(&expr.Context{}, "éabab").find(4); err != nil || len(at) != 6 || at[0] != 5 || at[3] != 6 || at[4] != -1 {
		t.Errorf("find: %v %v", at, err)
	}
}
