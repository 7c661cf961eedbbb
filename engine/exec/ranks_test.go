package exec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Strings have the ranks that comparing them in pairs gives: where they fit a word, where many begin alike, and where
// others have every byte.
func TestRanks(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	letters := []rune("aAäbBß0 9_é\x00語")
	kinds := map[string]func() string{
		"equal":   func() string { return "all" },
		"numbers": func() string { return fmt.Sprintf("user_%d", r.IntN(5000)) },
		"short":   func() string { return string(letters[r.IntN(len(letters))]) },
		"letters": func() string {
			s := make([]rune, r.IntN(5))
			for i := range s {
				s[i] = letters[r.IntN(len(letters))]
			}
			return string(s)
		},
		"long": func() string { return fmt.Sprintf("%040d %d %030d", r.IntN(3), r.IntN(3), r.IntN(100)) },
		"bytes": func() string {
			s := make([]byte, r.IntN(12))
			for i := range s {
				s[i] = byte(r.IntN(256))
			}
			return string(s)
		},
	}
	for _, by := range []types.Collation{types.Binary, types.DefaultCollation, types.Collation(sql.Collation_utf8mb4_general_ci), types.Collation(sql.Collation_utf8mb4_0900_as_cs)} {
		for name, text := range kinds {
			if name == "bytes" && by != types.Binary {
				continue
			}
			for _, n := range []int{0, 1, 2, 30, 700} {
				all := make([]string, n)
				for i := range all {
					all[i] = text()
				}
				got, err := Ranks(&expr.Context{Context: context.Background()}, &types.Dict{Values: all}, by)
				if err != nil {
					t.Fatal(err)
				}
				sorted := slices.Clone(all)
				slices.SortFunc(sorted, by.Compare)
				sorted = slices.CompactFunc(sorted, func(a, b string) bool { return by.Compare(a, b) == 0 })
				for i, s := range all {
					want, _ := slices.BinarySearchFunc(sorted, s, by.Compare)
					if int(got[i]) != want {
						t.Fatalf("%s, by %s: %q has rank %d, want %d", name, by.Name(), s, got[i], want)
					}
				}
			}
		}
	}
}

func BenchmarkRanks(b *testing.B) {
	all := make([]string, 500_000)
	for i := range all {
		all[i] = fmt.Sprintf("user_%07d", (i*7919)%500_000)
	}
	for b.Loop() {
		if _, err := Ranks(&expr.Context{Context: context.Background()}, &types.Dict{Values: all}, types.DefaultCollation); err != nil {
			b.Fatal(err)
		}
	}
}
