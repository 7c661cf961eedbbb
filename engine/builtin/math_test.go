package builtin

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func TestMath(t *testing.T) {
	checkCases(t, []evalTest{
		{"round", with(dec("1.298"), 1), "1.3", "decimal(3,1)", ""},
		{"round", with(dec("-1.5")), "-2", "decimal(2,0)", ""},
		{"round", with(dec("23.298"), -1), "20", "decimal(3,0)", ""},
		{"round", with(dec("1.5"), 3), "1.500", "decimal(4,3)", ""},
		{"round", with(150, 2), "150", "signed", ""},
		{"round", with(155, -1), "160", "signed", ""},
		{"round", with(-155, -2), "-200", "signed", ""},
		{"round", with(2.5), "2", "double(0)", ""},
		{"round", with(25e-1, 2), "2.50", "double(2)", ""},
		{"round", with("1.256", 2), "1.26", "double(2)", ""},
		{"round", with(1, nil), "NULL", "", ""},
		{"round", with(9223372036854775807, -1), "ERROR 1690 (22003): BIGINT value is out of range in 'round(9223372036854775807,-1)'", "", ""},
		{"truncate", with(dec("1.999"), 1), "1.9", "decimal(2,1)", ""},
		{"truncate", with(122, -2), "100", "signed", ""},
		{"truncate", with(-1.999, 1), "-1.9", "double(1)", ""},
		{"ceil", with(dec("1.23")), "2", "signed", ""},
		{"floor", with(dec("-1.23")), "-2", "signed", ""},
		{"ceiling", with(-1.23), "-1", "double(0)", ""},
		{"floor", with(5), "5", "signed", ""},
		{"abs", with(-32), "32", "signed", ""},
		{"abs", with(dec("-1.50")), "1.50", "decimal(3,2)", ""},
		{"abs", with("-2"), "2", "double", ""},
		{"sign", with(dec("-0.5")), "-1", "signed", ""},
		{"sqrt", with(4), "2", "double null", ""},
		{"sqrt", with(-16), "NULL", "double null", ""},
		{"ln", with(0), "NULL", "", "3020 Invalid argument for logarithm"},
		{"log", with(2, 65536), "16", "", ""},
		{"log", with(1, 100), "NULL", "", "3020 Invalid argument for logarithm"},
		{"log10", with(100), "2", "", ""},
		{"exp", with(1000), "ERROR 1690 (22003): DOUBLE value is out of range in 'exp(1000)'", "", ""},
		{"pow", with(2, -2), "0.25", "double", ""},
		{"pow", with(0, -1), "ERROR 1690 (22003): DOUBLE value is out of range in 'pow(0,-1)'", "", ""},
		{"cot", with(0), "ERROR 1690 (22003): DOUBLE value is out of range in 'cot(0)'", "", ""},
		{"acos", with(dec("1.0001")), "NULL", "", ""},
		{"atan", with(-2, 2), "-0.7853981633974483", "", ""},
		{"pi", with(), "3.141593", "double(6)", ""},
		{"degrees", with(3.141592653589793), "180", "", ""},
		{"crc32", with("MySQL"), "3259397556", "unsigned", ""},
		{"conv", with("a", 16, 2), "1010", "char(65) null", ""},
		{"conv", with("6E", 18, 8), "172", "", ""},
		{"conv", with(-17, 10, -18), "-H", "", ""},
		{"conv", with(-1, 10, 16), "FFFFFFFFFFFFFFFF", "", ""},
		{"conv", with("1", 1, 2), "NULL", "", ""},
		{"bin", with(12), "1100", "", ""},
		{"oct", with("12"), "14", "", ""},
		{"hex", with(255), "FF", "", ""},
		{"hex", with(-1), "FFFFFFFFFFFFFFFF", "", ""},
		{"hex", with("abc"), "616263", "", ""},
		{"hex", with(dec("15.5")), "10", "", ""},
		{"hex", with([]byte("\x0a")), "0A", "", ""},
		{"format", with(dec("12332.123456"), 4), "12,332.1235", "", ""},
		{"format", with(12332.2, 0), "12,332", "", ""},
		{"format", with(dec("12332.2"), 2, "de_DE"), "12.332,20", "", ""},
		{"format", with(-1234567, 1), "-1,234,567.0", "", ""},
		{"format", with(1, 1, "xx"), "1.0", "", "1649 Unknown locale: 'xx'"},
		{"rand", with(3), "0.9057697559760601", "double", ""},
	})
}

// TestRandom: a seed makes a sequence, which goes on from batch to batch.
func TestRandom(t *testing.T) {
	e := newEvaluator()
	call := e.must("rand", 3)
	var got []string
	for range 2 {
		v, err := call.Eval(e.c, &types.Batch{N: 2})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			got = append(got, text(v.Value(i), call.Type()))
		}
	}
	want := []string{"0.9057697559760601", "0.37307905813034536", "0.14808605345719125"}
	for i, w := range want {
		if got[i] != w {
			t.Errorf("number %d is %s, want %s", i, got[i], w)
		}
	}
	if expr.IsConst(call) {
		t.Error("it is no constant")
	}
}
