package script

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// null is NULL in the rows that the tests write.
const null = "\x00NULL"

// rowsOfText yields rows of texts.
func rowsOfText(rows ...[]string) Rows {
	return func(yield func([][]byte, error) bool) {
		var values [][]byte
		for _, row := range rows {
			values = values[:0] // the row before is not valid any more
			for _, text := range row {
				if text == null {
					values = append(values, nil)
				} else {
					values = append(values, []byte(text))
				}
			}
			if !yield(values, nil) {
				return
			}
		}
	}
}

// The NULL stands in the middle, the texts hold what each format must escape,
// and 名前 and 日本語 are twice as wide as they have letters.
var (
	sampleColumns = []Column{{"id", true}, {"名前", false}, {"n", true}, {"n", true}}
	sampleRows    = [][]string{
		{"1", "日本語", "1.50", "7"},
		{"22", null, null, "1e20"},
		{"333", "a|b\tc\\d\n\"e\",\x00<f>", "-0.5", "007"},
	}
)

func TestFormats(t *testing.T) {
	for name, want := range map[string]string{
		"tsv": "id\t名前\tn\tn\n" +
			"1\t日本語\t1.50\t7\n" +
			"22\tNULL\tNULL\t1e20\n" +
			`333	a|b\tc\\d\n"e",\0<f>	-0.5	007` + "\n",
		"csv": "id,名前,n,n\n" +
			"1,日本語,1.50,7\n" +
			"22,,,1e20\n" +
			"333,\"a|b\tc\\d\n\"\"e\"\",\x00<f>\",-0.5,007\n",
		"json": `[
  {"id": 1, "名前": "日本語", "n": 1.50, "n_2": 7},
  {"id": 22, "名前": null, "n": null, "n_2": 1e20},
  {"id": 333, "名前": "a|b\tc\\d\n\"e\",\u0000<f>", "n": -0.5, "n_2": "007"}
]
`,
		"jsonl": `{"id": 1, "名前": "日本語", "n": 1.50, "n_2": 7}
{"id": 22, "名前": null, "n": null, "n_2": 1e20}
{"id": 333, "名前": "a|b\tc\\d\n\"e\",\u0000<f>", "n": -0.5, "n_2": "007"}
`,
		"vertical": `*************************** 1. row ***************************
  id: 1
名前: 日本語
   n: 1.50
   n: 7
*************************** 2. row ***************************
  id: 22
名前: NULL
   n: NULL
   n: 1e20
*************************** 3. row ***************************
  id: 333
名前: a|b	c\d
"e",` + "\x00" + `<f>
   n: -0.5
   n: 007
`,
		"markdown": `| id | 名前 | n | n |
| ---: | --- | ---: | ---: |
| 1 | 日本語 | 1.50 | 7 |
| 22 | NULL | NULL | 1e20 |
| 333 | a\|b	c\\d<br>"e",` + "\x00" + `<f> | -0.5 | 007 |

`,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, written(t, name, parse.Statement{}, sampleColumns, rowsOfText(sampleRows...))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestTableAlignsWhatATerminalShows(t *testing.T) {
	want := `+-----+--------+------+
| id  | 名前   | n    |
+-----+--------+------+
|   1 | 日本語 | 1.50 |
|  22 | NULL   | NULL |
| 333 | é      | -0.5 |
+-----+--------+------+
`
	got := written(t, "table", parse.Statement{}, sampleColumns[:3],
		rowsOfText([]string{"1", "日本語", "1.50"}, []string{"22", null, null}, []string{"333", "é", "-0.5"}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFormatsWithoutRows(t *testing.T) {
	for name, want := range map[string]string{
		"table":    "",
		"tsv":      "a\tb\n",
		"csv":      "a,b\n",
		"json":     "[]\n",
		"jsonl":    "",
		"vertical": "",
		"markdown": "| a | b |\n| --- | ---: |\n\n",
	} {
		if got := written(t, name, parse.Statement{}, []Column{{"a", false}, {"b", true}}, rowsOfText()); got != want {
			t.Errorf("%s writes %q, want %q", name, got, want)
		}
	}
}

func TestBackslashGIsVerticalOnlyInTheClientsFormats(t *testing.T) {
	vertical := "*************************** 1. row ***************************\na: 1\n"
	for name, want := range map[string]string{
		"table": vertical, "tsv": vertical, "vertical": vertical,
		"csv": "a\n1\n", "json": "[\n  {\"a\": 1}\n]\n", "jsonl": "{\"a\": 1}\n",
	} {
		got := written(t, name, parse.Statement{Vertical: true}, []Column{{"a", true}}, rowsOfText([]string{"1"}))
		if got != want {
			t.Errorf("%s writes %q, want %q", name, got, want)
		}
	}
}

func TestEveryFormatPassesOnTheRowsError(t *testing.T) {
	broken := errors.New("broken")
	for _, name := range FormatNames() {
		rows := func(yield func([][]byte, error) bool) {
			if yield([][]byte{[]byte("1")}, nil) {
				yield(nil, broken)
			}
		}
		f, err := FindFormat(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Writer(&strings.Builder{})(parse.Statement{}, []Column{{"a", true}}, rows); !errors.Is(err, broken) {
			t.Errorf("%s ends in %v, want %v", name, err, broken)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	_, err := FindFormat("xml")
	want := `script: unknown format "xml", not one of table, tsv, csv, json, jsonl, vertical, markdown`
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestObjectKeysAreEachOnce(t *testing.T) {
	var got []string
	for _, key := range objectKeys([]Column{{Name: "a"}, {Name: "a"}, {Name: "a_2"}, {Name: "a"}, {Name: `"`}}) {
		got = append(got, string(key))
	}
	if diff := cmp.Diff([]string{`"a"`, `"a_3"`, `"a_2"`, `"a_4"`, `"\""`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// written is what the format with the name writes.
func written(t *testing.T, name string, st parse.Statement, columns []Column, rows Rows) string {
	t.Helper()
	f, err := FindFormat(name)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.Writer(&b)(st, columns, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
