package builtin

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// TestOperatorsAgainstMariaDB compares generated expressions.
func TestOperatorsAgainstMariaDB(t *testing.T) {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("no MariaDB")
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		g := generate(r, 3, generateLiteral)
		if g.err != nil {
			t.Fatalf("%s: %v", g.sql, g.err)
		}
		var theirs sql.NullString
		err := db.QueryRow("SELECT " + g.sql).Scan(&theirs)
		want := theirs.String
		var failed *mysql.MySQLError
		switch {
		case errors.As(err, &failed):
			want = fmt.Sprint("error ", failed.Number)
		case err != nil:
			t.Fatal(err)
		case !theirs.Valid:
			want = "NULL"
		}
		got := "NULL"
		if v, err := g.x.Eval(newEvaluator().c, &types.Batch{N: 1}); err != nil {
			got = "error 1690"
		} else {
			got = text(v.Value(0), g.x.Type())
		}
		// Whether an operand that is out of range is evaluated at all depends on what the others are; and
		// MariaDB has decimals where MySQL has an unsigned BIGINT.
		if got == "error 1690" || want == "error 1690" {
			continue
		}
		if got != want && !sameNumber(got, want, g.x.Type()) {
			t.Errorf("%s = %s, MariaDB %s (%s)", g.sql, got, want, typed(g.x.Type()))
		}
	}
}

// sameNumber tells whether texts are of one DOUBLE: MariaDB writes doubles with an exponent
// more often, and has other places of those beside NULL.
func sameNumber(a, b string, t *types.Type) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, errToo := strconv.ParseFloat(b, 64)
	if err != nil || errToo != nil || t.Kind != types.Float {
		return false
	}
	tolerance := 1e-14 * math.Abs(y)
	if t.Scale < types.NotFixed {
		tolerance += math.Pow(10, -float64(t.Scale))
	}
	return math.Abs(x-y) <= tolerance
}
