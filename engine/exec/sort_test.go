package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortModel orders rows by their first two columns, NULL first.
func sortModel(rows []string, desc0, desc1 bool) []string {
	value := func(row string, i int) int {
		x, err := strconv.Atoi(strings.Fields(row)[i])
		if err != nil {
			return -1
		}
		return x
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(x, y string) int {
		for i, desc := range []bool{desc0, desc1} {
			if d := value(x, i) - value(y, i); d != 0 {
				if desc {
					return -d
				}
				return d
			}
		}
		return 0
	})
	return out
}

func TestSort(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 7, 40} {
		var rows []string
		for i := range n {
			rows = append(rows, fmt.Sprint(randomRow(rnd, 2, 4), " ", i))
		}
		s := table("a b n", rows...)
		for _, desc := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			keys := []expr.Order{{X: col(s, 0), Desc: desc[0]}, {X: col(s, 1), Desc: desc[1]}}
			want := sortModel(rows, desc[0], desc[1])
			expectRows(t, &plan.Sort{Child: s, Keys: keys}, want...)
			for _, top := range []int{0, 1, 5, 100} {
				expectRows(t, &plan.Sort{Child: s, Keys: keys, Top: lit(int64(top))}, want[:min(top, n)]...)
			}
		}
	}
}

// Many more rows than are wanted.
func TestSortTop(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var rows []string
	for i := range 20000 {
		rows = append(rows, fmt.Sprint(randomRow(rnd, 2, 9), " ", i))
	}
	s := table("a b n", rows...)
	got := rowsOf(t, &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, 0)}, {X: col(s, 1), Desc: true}}, Top: lit(300)}, 0)
	if want := sortModel(rows, false, true)[:300]; !slices.Equal(got, want) {
		t.Errorf("got %q", got[:5])
	}
}

func TestSortCollation(t *testing.T) {
	s := table("X", "b", "B", "á", "A", "NULL", "c", "a")
	expectRows(t, &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, 0)}}}, "NULL", "á", "A", "a", "b", "B", "c")
	expectRows(t, &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, 0), Desc: true}}}, "c", "b", "B", "á", "A", "a", "NULL")
}

// Members are sorted by their numbers.
func TestSortEnum(t *testing.T) {
	s := table("e", "y", "z", "NULL", "x")
	enum := types.Type{Kind: types.Enum, Members: []string{"z", "y", "x"}, Nullable: true}
	s.Cols[0].T = enum
	expectRows(t, &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, 0)}}}, "NULL", "z", "y", "x")
}

// Documents are sorted by what they say, not by their text (manual 11.5).
func TestSortJSON(t *testing.T) {
	s := typed(types.TypeJSON, "10", "9", "NULL", `"a"`, "9.5", "-1")
	expectRows(t, &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, 0)}}}, "NULL", "-1", "9", "9.5", "10", `"a"`)
}
