package script

import (
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Last keeps the last result that scripts gave, to compare it. The zero value
// has none.
type Last struct {
	columns string // as lines of the tsv format
	rows    []string
	ordered bool // the rows' order counts
	seen    bool
}

// Write is a [Runner]'s Write: it keeps the result in place of the one before.
func (l *Last) Write(st parse.Statement, columns []Column, rows Rows) error {
	*l = Last{columns: headerTSV(columns), ordered: Ordered(st.Text), seen: true}
	for row, err := range rows {
		if err != nil {
			return err
		}
		l.rows = append(l.rows, rowTSV(row))
	}
	return nil
}

// Diff compares the result with the wanted one, a text in the tsv format: first
// the line with the columns' names, which match in any letter case, then the
// rows. It answers a line for each difference, empty where there is none: with
// a minus what is missing and with a plus what is there instead. Where the
// outermost query has no ORDER BY the rows are a bag; where it has, they have
// their numbers, from 1.
func (l *Last) Diff(want string) string {
	if !l.seen {
		return "- a result\n+ none\n"
	}
	want = strings.TrimSuffix(strings.ReplaceAll(want, "\r\n", "\n"), "\n")
	columns, rest, more := strings.Cut(want, "\n")
	var rows []string
	if more {
		rows = strings.Split(rest, "\n")
	}
	var b strings.Builder
	if !strings.EqualFold(columns, l.columns) {
		fmt.Fprintf(&b, "- columns: %s\n+ columns: %s\n", columns, l.columns)
	}
	if l.ordered {
		diffLists(&b, rows, l.rows)
	} else {
		diffBags(&b, rows, l.rows)
	}
	return b.String()
}

// diffLists writes what is between the rows that both lists begin with and
// those that both end with.
func diffLists(b *strings.Builder, want, got []string) {
	first := 0
	for first < len(want) && first < len(got) && want[first] == got[first] {
		first++
	}
	wantEnd, gotEnd := len(want), len(got)
	for wantEnd > first && gotEnd > first && want[wantEnd-1] == got[gotEnd-1] {
		wantEnd--
		gotEnd--
	}
	for i := first; i < max(wantEnd, gotEnd); i++ {
		if i < wantEnd && i < gotEnd && want[i] == got[i] {
			continue
		}
		if i < wantEnd {
			fmt.Fprintf(b, "- row %d: %s\n", i+1, want[i])
		}
		if i < gotEnd {
			fmt.Fprintf(b, "+ row %d: %s\n", i+1, got[i])
		}
	}
}

// diffBags writes the rows that one has more often than the other.
func diffBags(b *strings.Builder, want, got []string) {
	surplus := map[string]int{} // how many more got has than want
	for _, row := range got {
		surplus[row]++
	}
	for _, row := range want {
		surplus[row]--
		if surplus[row] < 0 {
			fmt.Fprintf(b, "- %s\n", row)
			surplus[row] = 0
		}
	}
	for _, row := range got {
		if surplus[row] > 0 {
			fmt.Fprintf(b, "+ %s\n", row)
			surplus[row]--
		}
	}
}
