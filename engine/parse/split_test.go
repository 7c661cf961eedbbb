package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         []Statement
	}{
		{"nothing", "", nil},
		{"only comments and delimiters", "-- a\n# b;\n/* c; */ ;;\n;", nil},
		{"one without delimiter", "SELECT 1", []Statement{{Text: "SELECT 1", Line: 1}}},
		{"two on a line", "SELECT 1; SELECT 2;", []Statement{{Text: "SELECT 1", Line: 1}, {Text: "SELECT 2", Line: 1}}},
		{"windows line ends", "SELECT 1;\r\nSELECT\r\n2;\r\n", []Statement{{Text: "SELECT 1", Line: 1}, {Text: "SELECT\r\n2", Line: 2}}},
		{"byte order mark", "\ufeffSELECT 1", []Statement{{Text: "SELECT 1", Line: 1}}},

		{"a leading comment stays, and the line is the first token's", "\n-- it's one; really\nSELECT 1;",
			[]Statement{{Text: "-- it's one; really\nSELECT 1", Line: 3}}},
		{"two dashes without white space are no comment", "SELECT 5--2; SELECT 1--\n;",
			[]Statement{{Text: "SELECT 5--2", Line: 1}, {Text: "SELECT 1--", Line: 1}}},
		{"two dashes at the end", "SELECT 1; --", []Statement{{Text: "SELECT 1", Line: 1}}},
		{"hash", "SELECT 1 # a;b'\n+ 1;", []Statement{{Text: "SELECT 1 # a;b'\n+ 1", Line: 1}}},
		{"C comment", "SELECT /* ';' */ 1; SELECT /*/;*/ 2", []Statement{{Text: "SELECT /* ';' */ 1", Line: 1}, {Text: "SELECT /*/;*/ 2", Line: 1}}},
		{"what MySQL alone runs is a statement", "/*! SELECT ';' */;", []Statement{{Text: "/*! SELECT ';' */", Line: 1}}},
		{"and a delimiter there counts", "/*! a; b */", []Statement{{Text: "/*! a", Line: 1}, {Text: "b */", Line: 1}}},

		{"quotes", `SELECT ';', ";", ` + "`;`" + `; SELECT 2`, []Statement{{Text: `SELECT ';', ";", ` + "`;`", Line: 1}, {Text: "SELECT 2", Line: 1}}},
		{"doubled quotes", `SELECT 'a'';''b'; SELECT """;"`, []Statement{{Text: `SELECT 'a'';''b'`, Line: 1}, {Text: `SELECT """;"`, Line: 1}}},
		{"backslash in a string", `SELECT '\';', "\\"; SELECT 2`, []Statement{{Text: `SELECT '\';', "\\"`, Line: 1}, {Text: "SELECT 2", Line: 1}}},
		{"backslash in a name means itself", "SELECT `\\`; SELECT 2", []Statement{{Text: "SELECT `\\`", Line: 1}, {Text: "SELECT 2", Line: 1}}},
		{"a comment in a string is none", "SELECT '-- ;', '/*'; SELECT 2", []Statement{{Text: "SELECT '-- ;', '/*'", Line: 1}, {Text: "SELECT 2", Line: 1}}},
		{"a string without end", "SELECT 1;\nSELECT 'a;\n", []Statement{{Text: "SELECT 1", Line: 1}, {Text: "SELECT 'a;", Line: 2}}},
		{"a comment without end", "SELECT 1;\n/* a;", []Statement{{Text: "SELECT 1", Line: 1}, {Text: "/* a;", Line: 2}}},

		{"backslash G and g", `SELECT 1\G SELECT 2\g SELECT '\G'\G;`,
			[]Statement{{Text: "SELECT 1", Line: 1, Vertical: true}, {Text: "SELECT 2", Line: 1}, {Text: `SELECT '\G'`, Line: 1, Vertical: true}}},

		{"a procedure", "delimiter //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT 1;\nEND//\n  Delimiter ;\nCALL p();",
			[]Statement{{Text: "CREATE PROCEDURE p()\nBEGIN\n  SELECT 1;\nEND", Line: 2}, {Text: "CALL p()", Line: 7}}},
		{"a procedure without DELIMITER", "CREATE PROCEDURE p() BEGIN SELECT 1; END;",
			[]Statement{{Text: "CREATE PROCEDURE p() BEGIN SELECT 1; END", Line: 1}}},
		{"a function without DELIMITER", "-- f\nCREATE DEFINER = me@`%` FUNCTION f(n INT) RETURNS INT\nBEGIN\n  SET n = n - 1; -- ;\n  RETURN (SELECT ';');\nEND\n;\nSELECT f(1)",
			[]Statement{{Text: "-- f\nCREATE DEFINER = me@`%` FUNCTION f(n INT) RETURNS INT\nBEGIN\n  SET n = n - 1; -- ;\n  RETURN (SELECT ';');\nEND", Line: 2}, {Text: "SELECT f(1)", Line: 8}}},
		{"a procedure of one statement", "CREATE PROCEDURE p() SELECT 1; END;", []Statement{{Text: "CREATE PROCEDURE p() SELECT 1", Line: 1}, {Text: "END", Line: 1}}},
		{"a procedure that does not parse", "CREATE PROCEDURE p() BEGIN SELEC 1; END", []Statement{{Text: "CREATE PROCEDURE p() BEGIN SELEC 1", Line: 1}, {Text: "END", Line: 1}}},
		{"delimiters of other signs", "DELIMITER $$ ignored\nSELECT 1;$$\nDELIMITER ;;\nSELECT 2;3;;", []Statement{{Text: "SELECT 1;", Line: 2}, {Text: "SELECT 2;3", Line: 4}}},
		{"DELIMITER after comments", "-- now\n/* it\nchanges */\n\tDELIMITER //\nSELECT 2//", []Statement{{Text: "SELECT 2", Line: 5}}},
		{"DELIMITER within a line", "SELECT 1; DELIMITER //\n;", []Statement{{Text: "SELECT 1", Line: 1}, {Text: "DELIMITER //", Line: 1}}},
		{"DELIMITER within a statement", "SELECT\ndelimiter FROM t; SELECT 2", []Statement{{Text: "SELECT\ndelimiter FROM t", Line: 1}, {Text: "SELECT 2", Line: 2}}},
		{"a name may begin like it", "delimiters; SELECT 2", []Statement{{Text: "delimiters", Line: 1}, {Text: "SELECT 2", Line: 1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []Statement
			for st, err := range Split(test.script) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, st)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Split(%q), -want +got:\n%s", test.script, diff)
			}
		})
	}
}

func TestSplitGoesOnAfterDelimiterWithoutArgument(t *testing.T) {
	var got []string
	for st, err := range Split("SELECT 1;\nDELIMITER \nSELECT 2;") {
		if err != nil {
			if st.Line != 2 {
				t.Errorf("the error is on line %d, want 2", st.Line)
			}
			got = append(got, err.Error())
			continue
		}
		got = append(got, st.Text)
	}
	want := []string{"SELECT 1", "parse: line 2: DELIMITER must be followed by the delimiter", "SELECT 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"SELECT 1; SELECT 2", "-- a\nSELECT ';'\\G", "DELIMITER //\nSELECT 1; //", "/*! a; */ b", "'a''\\'", "`\\`;\"", "DELIMITER", "/*",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		one := checkSplit(t, a)
		other := checkSplit(t, b)
		if !selfContained(a) || !selfContained(b) {
			return
		}
		// Where neither text changes what follows it, the statements of both
		// together are the statements of each.
		want := append(one, other...)
		if diff := cmp.Diff(want, checkSplit(t, a+"\n;"+b)); diff != "" {
			t.Errorf("Split(%q), -want +got:\n%s", a+"\n;"+b, diff)
		}
	})
}

// checkSplit returns the statements' texts, after checking that they stand in
// the script in their order and on their lines.
func checkSplit(t *testing.T, script string) []string {
	t.Helper()
	var texts []string
	pos := 0
	for st, err := range Split(script) {
		if err != nil {
			continue
		}
		i := strings.Index(script[pos:], st.Text)
		if i < 0 || st.Text == "" {
			t.Fatalf("statement %q is not in the rest of the script, %q", st.Text, script[pos:])
		}
		first := 1 + strings.Count(script[:pos+i], "\n")
		pos += i + len(st.Text)
		if last := 1 + strings.Count(script[:pos], "\n"); st.Line < first || st.Line > last {
			t.Fatalf("statement %q is on line %d, not within %d to %d", st.Text, st.Line, first, last)
		}
		texts = append(texts, st.Text)
	}
	return texts
}

// selfContained tells whether the text plainly ends all that it begins: no
// quotes, comments, backslashes or DELIMITER commands, and no byte order mark,
// which counts only at the start.
func selfContained(text string) bool {
	return !strings.ContainsAny(text, "'\"`\\/*#-\ufeff") && !strings.Contains(strings.ToUpper(text), delimiterCommand)
}
