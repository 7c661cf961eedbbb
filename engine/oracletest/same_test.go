package oracletest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/script"
)

// A query answers the same wherever it stands: with question marks for its
// literals, as a view, as the source of CREATE TABLE and of INSERT, and as a CTE.
func TestSame(t *testing.T) {
	ours := verbatim(t)()
	must(t, ours, "SET NAMES utf8mb4 COLLATE utf8mb4_bin")
	failed := 0
	rounds := max(2, *count/perRound/6)
	for s := *seed; s < *seed+uint64(rounds); s++ {
		g := NewGenerator(s)
		(&round{t: t, g: g, ours: ours, them: ours}).load()
		for range perRound / 2 {
			q := g.Query()
			want := Ask(ours, q.SQL())
			if want.Err != nil {
				continue
			}
			for name, ask := range places {
				got, ok := ask(ours, q)
				if !ok || got.Code() == mysql.ER_DIVISION_BY_ZERO { // which is an error where rows are written
					continue
				}
				kind := Compare(want, got, false)
				if kind == Spelled && name != "CTE" && strings.Contains(strings.Join(want.Lines(), "\t"), "-0") {
					continue // a table keeps -0 as 0
				}
				if kind == Same || kind == Spelled && Known(q, Spelled) != "" {
					continue
				}
				if failed++; failed <= *shown {
					small := Reduce(q, func(c *Query) bool {
						want := Ask(ours, c.SQL())
						got, ok := ask(ours, c)
						return ok && want.Err == nil && got.Code() != mysql.ER_DIVISION_BY_ZERO && Compare(want, got, false) == kind
					})
					got, _ := ask(ours, small)
					t.Errorf("seed %d: as a %s: %q, but %v %q\n%s", s, name, Ask(ours, small.SQL()).Lines(), got.Err, got.Lines(), small.SQL())
				}
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d differ", failed)
	}
}

// places are ways to ask for a query; false where it cannot stand there.
var places = map[string]func(script.Target, *Query) (Answer, bool){
	"statement with parameters": func(target script.Target, q *Query) (Answer, bool) {
		sql, values := q.Parameters()
		if len(values) == 0 {
			return Answer{}, false
		}
		set, using := "", ""
		for i, v := range values {
			set += fmt.Sprintf("%s@p%d = %s", []string{", ", "SET "}[b2i(i == 0)], i, v)
			using += fmt.Sprintf("%s@p%d", []string{", ", " USING "}[b2i(i == 0)], i)
		}
		return all(target, set, fmt.Sprintf("PREPARE p FROM '%s'", quoted(sql)), "EXECUTE p"+using), true
	},
	"view": func(target script.Target, q *Query) (Answer, bool) {
		return all(target, "DROP VIEW IF EXISTS v", "CREATE VIEW v AS "+q.SQL(), "SELECT * FROM v"), true
	},
	"table's source": func(target script.Target, q *Query) (Answer, bool) {
		return all(target, "DROP TABLE IF EXISTS made", "CREATE TABLE made AS "+q.SQL(), "SELECT * FROM made"), true
	},
	"INSERT's source": func(target script.Target, q *Query) (Answer, bool) {
		return all(target, "DROP TABLE IF EXISTS made", "CREATE TABLE made AS "+q.SQL(), "DELETE FROM made", "INSERT INTO made "+q.SQL(), "SELECT * FROM made"), true
	},
	"CTE": func(target script.Target, q *Query) (Answer, bool) {
		return all(target, "WITH c AS ("+q.SQL()+") SELECT * FROM c"), true
	},
}

// all is the answer to the last of the statements, or the first error.
func all(target script.Target, statements ...string) (a Answer) {
	for _, s := range statements {
		if a = Ask(target, s); a.Err != nil {
			return Answer{Err: fmt.Errorf("%w: %s", a.Err, s)}
		}
	}
	return a
}

func quoted(s string) string {
	out := ""
	for _, c := range s {
		if c == '\'' || c == '\\' {
			out += "\\"
		}
		out += string(c)
	}
	return out
}
