package parse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pingcap/tidb/pkg/parser/ast"
)

// listsOf are the literals of a statement's lists, by the grammar; false where it has others.
func listsOf(text string, mode SQLMode) (lists [][]string, ok bool) {
	tree, err := Query(text, mode)
	if err != nil {
		return nil, false
	}
	n, ok := tree.Node.(*ast.InsertStmt)
	if !ok {
		return nil, false
	}
	for _, list := range n.Lists {
		var row []string
		for _, e := range list {
			sign := ""
			if u, ok := e.(*ast.UnaryOperationExpr); ok {
				sign, e = "-", u.V
			}
			l, ok := e.(*Literal)
			if !ok || l.Charset != "" || len(n.OnDuplicate) > 0 {
				return nil, false
			}
			value := l.GetValue()
			if i, ok := value.(int64); ok && sign != "" {
				value, sign = -i, ""
			}
			row = append(row, fmt.Sprintf("%d %s%v", l.Kind, sign, value))
		}
		lists = append(lists, row)
	}
	return lists, true
}

// checkLists compares what ReadValueLists reads with the grammar.
func checkLists(t *testing.T, text string, mode SQLMode) (read bool) {
	v, ok := ReadValueLists(text, mode)
	if !ok {
		return false
	}
	if _, err := Query(v.Head+" ()", mode); err != nil {
		return false // what the statement begins with is for the grammar
	}
	want, ok := listsOf(text, mode)
	if !ok {
		t.Errorf("%q is read as lists of literals", text)
		return true
	}
	var got [][]string
	for row := range v.Rows {
		var all []string
		for at := range v.Width {
			value := any(v.Text(row, at))
			switch v.Kind(row, at) {
			case NullLiteral:
				value = nil
			case BoolLiteral, IntLiteral:
				value = v.Int(row, at)
			case FloatLiteral:
				value = v.Float(row, at)
			}
			all = append(all, fmt.Sprintf("%d %v", v.Kind(row, at), value))
		}
		got = append(got, all)
	}
	if a, b := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); a != b {
		t.Errorf("%q: got %s, want %s", text, a, b)
	}
	return true
}

// listModes are those that literals are read by.
var listModes = []SQLMode{0, modeANSIQuotes, modeNoBackslashEscapes, modeANSIQuotes | modeNoBackslashEscapes}

func TestReadValueLists(t *testing.T) {
	heads := []string{"INSERT INTO t VALUES", "insert ignore into `a b`.t (`x`, y)values ", "REPLACE t VALUES\n", "INSERT INTO value (1) VALUES", "INSERT INTO t SELECT"}
	literals := []string{"1", "-7", "0", "007", "123456789012345678", "1234567890123456789", "1.5", "-0.25", "-0.0", "-0", "1.", ".5", "1e3", "-2.5E-2", "1e400", "1x", "0x41",
		"'a'", "''", "'it''s'", `'a\'b\n\%\\'`, `"q"`, `"a""b"`, "'ä'", "'a' 'b'", "_utf8mb4'x'", "NULL", "null", "True", "FALSE", "DEFAULT", "?", "x", "1+1", "- 1", "--1", "'a", `'\`, "b'1'", "DATE'2024-01-01'"}
	signs := []string{",", " , ", "), (", "),\n(", ")(", "", " /* c */ ,", ",,"}
	read := 0
	for seed := range uint64(20000) {
		r := rand.New(rand.NewPCG(seed, 0))
		most, among := len(literals), len(signs)
		if seed%2 == 0 {
			most, among = 8, 4
		}
		var b strings.Builder
		b.WriteString(heads[r.IntN(len(heads))] + "(")
		for range r.IntN(5) {
			b.WriteString(literals[(r.IntN(most)+int(seed))%len(literals)] + signs[r.IntN(among)])
		}
		b.WriteString(literals[r.IntN(len(literals))] + []string{")", ") ", "", ");", ") ON DUPLICATE KEY UPDATE x = 1"}[r.IntN(5)*r.IntN(2)])
		if checkLists(t, b.String(), listModes[r.IntN(len(listModes))]) {
			read++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if read < 500 {
		t.Errorf("only %d statements are lists of literals", read)
	}
}

func FuzzReadValueLists(f *testing.F) {
	f.Add(uint8(0), "INSERT INTO t (a, b) VALUES (1, 'it''s'), (-2.5, \"\\\"\"), (NULL, 1e5)")
	f.Fuzz(func(t *testing.T, mode uint8, text string) {
		checkLists(t, text, listModes[int(mode)%len(listModes)])
	})
}
