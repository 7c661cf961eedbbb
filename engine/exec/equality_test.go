package exec

import (
	"slices"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// typed is a table with a column of a type.
func typed(t types.Type, rows ...string) *plan.Scan {
	m := &memoryTable{rows: rows}
	m.cols = []plan.Column{column("x", t.WithNullable(true))}
	return &plan.Scan{Table: m, Name: "t", Cols: m.cols, Pos: []int{0}}
}

// Whatever types are compared, a hash table finds what = finds.
func TestEqualityTypes(t *testing.T) {
	collation := func(name string) types.Type {
		c, ok := types.ByName(name)
		if !ok {
			t.Fatal(name)
		}
		return types.TypeString(20, c, types.CoerceImplicit)
	}
	year := types.TypeInt
	year.Protocol = types.ProtocolYear
	sides := map[string]*plan.Scan{
		"int":      typed(types.TypeInt, "1", "-1", "NULL", "0", "20200101"),
		"uint":     typed(types.TypeUint, "1", "18446744073709551615", "NULL", "0"),
		"decimal":  typed(types.TypeDecimal(20, 2), "1", "1.5", "-1", "NULL", "0"),
		"double":   typed(types.TypeDouble, "1", "1.5", "-1", "NULL", "-0", "20200101"),
		"text":     typed(collation("utf8mb4_0900_ai_ci"), "1", "1.0", "a", "A", "NULL", "2020-01-01", "20200101", "01:00:00"),
		"general":  typed(collation("utf8mb4_general_ci"), "1", "a", "A", "NULL"),
		"bin":      typed(collation("utf8mb4_bin"), "1", "a", "A", "NULL"),
		"bytes":    typed(types.TypeString(20, types.Binary, types.CoerceImplicit), "1", "a", "A", "NULL"),
		"date":     typed(types.TypeDate, "2020-01-01", "NULL", "2020-01-02"),
		"datetime": typed(types.TypeDateTime, "2020-01-01", "NULL", "20200101010000"),
		"time":     typed(types.TypeTime, "01:00:00", "NULL", "00:00:01"),
		"year":     typed(year, "2020", "1", "NULL", "0"),
		"json":     typed(types.TypeJSON, `1`, `"a"`, "1.0", "NULL"),
		"enum":     typed(types.Type{Kind: types.Enum, Members: []string{"a", "1", "b"}, Collation: collation("utf8mb4_0900_ai_ci").Collation}, "a", "1", "NULL", "b"),
		"members":  typed(types.Type{Kind: types.Enum, Members: []string{"1", "c", "a"}, Collation: collation("utf8mb4_0900_ai_ci").Collation}, "a", "1", "NULL", "c"),
	}
	env := &types.Env{Zone: time.UTC, Warn: func(uint16, string) {}}
	r := &expr.Resolver{Env: env, Context: &expr.Context{Env: env}}
	apply := func(name string, args ...expr.Expr) (expr.Expr, error) {
		return expr.NewCall(r, builtin.Function(name), args...)
	}
	hashed := 0
	for leftName, left := range sides {
		for rightName, right := range sides {
			again := *right // its columns are others than the left's
			again.Cols = []plan.Column{column("y", right.Cols[0].T)}
			right = &again
			for _, operator := range []string{"=", "<=>"} {
				eq, err := apply(operator, col(left, 0), col(right, 0))
				if err != nil {
					continue // two collations
				}
				slow, err := apply("not", eq)
				if err != nil {
					t.Fatal(err)
				}
				if slow, err = apply("not", slow); err != nil {
					t.Fatal(err)
				}
				for _, kind := range joinKinds {
					run := func(on expr.Expr) []string {
						c := testContext(0)
						c.Env = env
						rows, err := execute(joinOf(kind, left, right, on), c)
						if err != nil {
							t.Fatal(leftName, operator, rightName, err)
						}
						return rows
					}
					if got, want := run(eq), run(slow); !slices.Equal(got, want) {
						t.Errorf("%s %s %s, kind %d: %q, want %q", leftName, operator, rightName, kind, got, want)
					}
				}
				if _, ok := splitEquality(eq,
					func(id expr.ColumnID) bool { return id == left.Cols[0].ID }, func(id expr.ColumnID) bool { return id == right.Cols[0].ID }); ok {
					hashed++
				}
			}
		}
	}
	if hashed < 200 {
		t.Errorf("only %d comparisons are answered by a hash table", hashed)
	}
}
