package builtin

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

func TestArithmetic(t *testing.T) {
	const most = uint64(1<<64 - 1)
	checkCases(t, []evalTest{
		{"+", with(1, 2), "3", "signed", ""},
		{"+", with(9223372036854775807, 1), "ERROR 1690 (22003): BIGINT value is out of range in '(9223372036854775807 + 1)'", "signed", ""},
		{"+", with(most, 1), "ERROR 1690 (22003): BIGINT UNSIGNED value is out of range in '(18446744073709551615 + 1)'", "unsigned", ""},
		{"+", with(most, -1), "18446744073709551614", "unsigned", ""},
		{"-", with(uint64(1), 2), "ERROR 1690 (22003): BIGINT UNSIGNED value is out of range in '(1 - 2)'", "unsigned", ""},
		{"*", with(4294967296, 4294967296), "ERROR 1690 (22003): BIGINT value is out of range in '(4294967296 * 4294967296)'", "", ""},
		{"*", with(-4294967296, 2147483648), "-9223372036854775808", "signed", ""},
		{"+", with(dec("1.50"), 2), "3.50", "decimal(4,2)", ""},
		{"*", with(dec("1.5"), dec("1.25")), "1.875", "decimal(5,3)", ""},
		{"/", with(1, 3), "0.3333", "decimal(5,4) null", ""},
		{"/", with(dec("7.00"), 2), "3.500000", "decimal(7,6) null", ""},
		{"/", with(1, 0), "NULL", "", "1365 Division by 0"},
		{"/", with(1.0, 3), "0.3333333333333333", "double null", ""},
		{"div", with(7, -2), "-3", "signed null", ""},
		{"div", with(dec("7.9"), 2), "3", "signed null", ""},
		{"div", with("7.9", 2.0), "3", "signed null", ""},
		{"div", with(1, 0), "NULL", "", "1365 Division by 0"},
		{"%", with(-7, 3), "-1", "signed null", ""},
		{"%", with(dec("7.5"), 2), "1.5", "decimal(2,1) null", ""},
		{"mod", with(7.5, 2), "1.5", "double null", ""},
		{"+", with("12x", 1), "13", "double", "1292 Truncated incorrect DOUBLE value: '12x'"},
		{"+", with(dateLiteral("2024-01-01"), 6), "20240107", "signed", ""},
		{"+", with(1, nil), "NULL", "", ""},
		{"+", with([]byte("A"), 0), "65", "unsigned", ""},
		{"neg", with(5), "-5", "signed", ""},
		{"neg", with(uint64(9223372036854775808)), "-9223372036854775808", "signed", ""},
		{"neg", with(most), "-18446744073709551615", "decimal(20,0)", ""},
		{"neg", with(dec("1.5")), "-1.5", "decimal(2,1)", ""},
		{"neg", with("3"), "-3", "double", ""},
		{"*", with(1e300, 1e300), "ERROR 1690 (22003): DOUBLE value is out of range in '(1e300 * 1e300)'", "", ""},
	})
	e := newEvaluator()
	if got := e.one(e.must("*", e.must("/", 1, 3), 3)); got != "1.0000" {
		t.Errorf("1/3*3 = %s", got)
	}
	e.c.Mode |= types.NoUnsignedSubtraction
	if got := e.one(e.must("-", uint64(1), 2)); got != "-1" {
		t.Errorf("NO_UNSIGNED_SUBTRACTION: %s", got)
	}
}

func TestComparisons(t *testing.T) {
	checkCases(t, []evalTest{
		{"=", with("a", "A"), "1", "signed", ""},
		{"=", with(1, "1"), "1", "", ""},
		{"=", with(1, "1x"), "1", "", "1292 Truncated incorrect DOUBLE value: '1x'"},
		{"=", with(1, nil), "NULL", "", ""},
		{"<=>", with(1, nil), "0", "signed", ""},
		{"<=>", with(nil, nil), "1", "signed", ""},
		{"<>", with(dec("1.0"), 1), "0", "", ""},
		{"<", with(-1, uint64(1<<63)), "1", "", ""},
		{">", with(dateLiteral("2024-01-02"), "2024-1-1"), "1", "", ""},
		{">", with(dateLiteral("2024-01-02"), "2019"), "ERROR 1525 (HY000): Incorrect DATE value: '2019'", "", ""},
		{"<=", with(1.5, 2), "1", "", ""},
		{"between", with(2, 1, 3), "1", "", ""},
		{"between", with(2, 3, nil), "0", "", ""},
		{"between", with(2, 1, nil), "NULL", "", ""},
		{"between", with("b", "A", "C"), "1", "", ""},
		{"between", with(dateLiteral("2024-01-15"), "2024-01-01", "2024-01-31"), "1", "", ""},
		{"in", with(2, 1, 2), "1", "", ""},
		{"in", with(2, 1, nil), "NULL", "", ""},
		{"in", with(2, 1, 3), "0", "", ""},
		{"in", with(2, nil, 2), "1", "", ""},
		{"in", with("B", "a", "b"), "1", "", ""},
		{"in", with(dateLiteral("2024-01-15"), "2024-01-01", "2024-1-15"), "1", "", ""},
		{"in", with(1, "1", dec("2.0")), "1", "", ""},
		{"in", with(nil, 1), "NULL", "", ""},
		{"like", with("Hello", "h_l%"), "1", "", ""},
		{"like", with("Hello", "h_l"), "0", "", ""},
		{"like", with("a%b", `a\%b`), "1", "", ""},
		{"like", with("axb", `a\%b`), "0", "", ""},
		{"like", with("a%b", `a|%b`, "|"), "1", "", ""},
		{"like", with("äb", "AB"), "1", "", ""},
		{"like", with("mississippi", "%iss%ip%"), "1", "", ""},
		{"like", with("", "%"), "1", "", ""},
		{"like", with("abc", "%%c"), "1", "", ""},
		{"like", with("abc", nil), "NULL", "", ""},
		{"like", with(123, "1%"), "1", "", ""},
		{"strcmp", with("a", "B"), "-1", "", ""},
	})
	e := newEvaluator()
	bin := e.must("collate", "Hello", "utf8mb4_bin")
	for pattern, want := range map[string]string{
		"Hello": "1", "hello": "0", "Hel%": "1", "%llo": "1", "%ell%": "1", "H%o": "1", "H%x": "0", "%": "1", "": "0", "_ello": "1", "Hell": "0", "%lo%x": "0",
	} {
		if got := e.one(e.must("like", bin, pattern)); got != want {
			t.Errorf("binary LIKE %q = %s", pattern, got)
		}
	}
	_, err := e.call("=", bin, e.must("collate", "a", "utf8mb4_0900_ai_ci"))
	const mix = "ERROR 1267 (HY000): Illegal mix of collations (utf8mb4_bin,EXPLICIT) and (utf8mb4_0900_ai_ci,EXPLICIT) for operation '='"
	if err == nil || err.Error() != mix {
		t.Errorf("mix: %v", err)
	}
	if got := e.one(e.must("=", bin, "hello")); got != "0" {
		t.Errorf("_bin: %s", got)
	}
}

func TestLogic(t *testing.T) {
	values := []any{0, 1, nil}
	for name, table := range map[string][9]string{
		"and": {"0", "0", "0", "0", "1", "NULL", "0", "NULL", "NULL"},
		"or":  {"0", "1", "NULL", "1", "1", "1", "NULL", "1", "NULL"},
		"xor": {"0", "1", "NULL", "1", "0", "NULL", "NULL", "NULL", "NULL"},
	} {
		for i, want := range table {
			if got := newEvaluator().result(t, name, typedAs(types.TypeInt, values[i/3]), typedAs(types.TypeInt, values[i%3])); got != want {
				t.Errorf("%v %s %v = %s", values[i/3], name, values[i%3], got)
			}
		}
	}
	for name, table := range map[string][3]string{
		"not": {"1", "0", "NULL"}, "is true": {"0", "1", "0"}, "is false": {"1", "0", "0"}, "is not true": {"1", "0", "1"},
		"is not false": {"0", "1", "1"}, "is null": {"0", "0", "1"}, "is not null": {"1", "1", "0"}, "isnull": {"0", "0", "1"},
	} {
		for i, want := range table {
			if got := newEvaluator().result(t, name, typedAs(types.TypeInt, values[i])); got != want {
				t.Errorf("%s %v = %s", name, values[i], got)
			}
		}
	}
}

func TestControl(t *testing.T) {
	checkCases(t, []evalTest{
		{"if", with(1, 5, 3), "5", "signed", ""},
		{"if", with(nil, "a", 3), "3", "char(1)", ""},
		{"if", with(0, 1, nil), "NULL", "signed null", ""},
		{"case", with(0, 1, 1, dec("2.50")), "2.50", "decimal(3,2) null", ""},
		{"case", with(0, 1, 0, 2, dec("2.5")), "2.5", "decimal(2,1)", ""},
		{"case", with(0, 1), "NULL", "signed null", ""},
		{"ifnull", with(nil, "x"), "x", "char(1)", ""},
		{"ifnull", with(dateLiteral("2024-01-02"), "x"), "2024-01-02", "char(10)", ""},
		{"coalesce", with(nil, nil, 3), "3", "signed", ""},
		{"coalesce", with(nil, nil), "NULL", "null null", ""},
		{"nullif", with(1, 1), "NULL", "signed null", ""},
		{"nullif", with("a", "b"), "a", "char(1) null", ""},
		{"greatest", with(1, dec("2.5"), 2), "2.5", "decimal(2,1)", ""},
		{"least", with("b", "A", "c"), "A", "char(1)", ""},
		{"greatest", with(1, nil), "NULL", "", ""},
		{"greatest", with(dateLiteral("2024-01-02"), "2024-1-10"), "2024-1-10", "", ""},
		{"interval", with(23, 1, 15, 17, 30, 44, 200), "3", "signed", ""},
		{"interval", with(nil, 1), "-1", "signed", ""},
		{"interval", with(22, 23, 30), "0", "signed", ""},
		{"interval", with(dec("1.5"), 1, 2), "1", "signed", ""},
	})
	e := newEvaluator()
	if got := e.one(e.must("not", e.must("if", 1, 5, 3))); got != "0" {
		t.Errorf("NOT IF(1,5,3) = %s", got)
	}
}
