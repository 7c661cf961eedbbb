package oracletest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
	"github.com/verbatim-sql/verbatim/engine/scripttest"
	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

var (
	count  = flag.Int("oracle.n", 6000, "number of generated queries")
	seed   = flag.Uint64("oracle.seed", 1, "seed of the first round of generated queries")
	limit  = flag.Duration("oracle.time", 0, "generate queries for this time, whatever their number")
	shown  = flag.Int("oracle.show", 20, "number of differences to make smaller and show")
	strict = flag.Bool("oracle.strict", false, "other zeros of the same number are a difference, for all queries")
)

// perRound is how many queries share tables.
const perRound = 100

// mariadb starts MariaDB. Without it nothing is known, so that the tests fail.
func mariadb(t *testing.T) func() script.Target {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Fatal("the oracle needs MariaDB: apt-get install mariadb-server")
	}
	return func() script.Target {
		session, err := script.Connect(context.Background(), script.Address{Network: "tcp", Address: address, User: "root"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { session.Close() })
		for _, s := range MariaDBSettings {
			must(t, session, s)
		}
		return session
	}
}

func verbatim(t *testing.T) func() script.Target {
	e, err := engine.New(engine.Options{Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return func() script.Target {
		s := script.InProcess(e)
		t.Cleanup(func() { s.Close() })
		return s
	}
}

func must(t *testing.T, target script.Target, sql string) {
	t.Helper()
	if a := Ask(target, sql); a.Err != nil {
		t.Fatalf("%v\n%s", a.Err, sql)
	}
}

// The expected answers of testdata/sql/select are MariaDB's too, but for records
// whose comment says why not. Errors agree in their number.
func TestRecords(t *testing.T) {
	connect := mariadb(t)
	files, err := filepath.Glob("../../testdata/sql/select/*.slt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".slt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			session := connect()
			must(t, session, "DROP DATABASE IF EXISTS interview")
			must(t, session, "CREATE DATABASE interview")
			must(t, session, "USE interview")
			for _, r := range scripttest.Records(string(text)) {
				known := slices.ContainsFunc(r.Comments, func(c string) bool { return strings.HasPrefix(c, "# MariaDB") })
				if difference := differs(r, Ask(session, Dialect(r.SQL))); (difference != "") != known {
					if known {
						difference = "MariaDB agrees, the comment is wrong"
					}
					t.Errorf("%s:%d: %s\n%s", file, r.Line, difference, r.SQL)
				}
			}
		})
	}
}

// differs tells how an answer is not the one that the record expects, "" if it is.
func differs(r scripttest.Record, a Answer) string {
	switch {
	case r.Head[0] == "query":
		want, got := slices.Clone(r.Want), a.Lines()
		if slices.Contains(r.Head, "names") && len(want) > 0 {
			want = want[1:]
		}
		if slices.Contains(r.Head, "rowsort") {
			slices.Sort(want)
			slices.Sort(got)
		}
		if a.Err != nil || !slices.Equal(want, got) {
			return fmt.Sprintf("MariaDB answers %v%q, expected is %q", a.Err, got, want)
		}
	case r.Head[1] == "error" && fmt.Sprint(a.Code()) != r.Head[2]:
		return fmt.Sprintf("MariaDB answers %v, expected is error %s", a.Err, r.Head[2])
	case r.Head[1] != "error" && a.Err != nil:
		return a.Err.Error()
	}
	return ""
}

// round is two servers with the same tables.
type round struct {
	t          *testing.T
	g          *Generator
	ours, them script.Target
}

func (r *round) load() {
	for _, target := range []script.Target{r.ours, r.them} {
		for _, table := range r.g.Tables {
			must(r.t, target, "DROP TABLE IF EXISTS "+table.Name)
			must(r.t, target, table.DDL())
			if insert := table.Insert(); insert != "" {
				must(r.t, target, insert)
			}
		}
	}
}

func (r *round) compare(q *Query) (kind Kind, ours, them Answer) {
	sql := q.SQL()
	ours, them = Ask(r.ours, sql), Ask(r.them, sql)
	kind = Compare(ours, them, len(q.OrderBy) > 0)
	if them.Code() == 1235 { // what MariaDB does not have yet
		return Same, ours, them
	}
	if kind == Spelled && !*strict || kind != Same && Known(q, kind) != "" {
		kind = Same
	}
	return kind, ours, them
}

// Generated queries answer the same on both servers.
func TestGenerated(t *testing.T) {
	r := &round{t: t, them: mariadb(t)(), ours: verbatim(t)()}
	must(t, r.them, "CREATE DATABASE oracle")
	must(t, r.them, "USE oracle")
	must(t, r.ours, "SET NAMES utf8mb4 COLLATE utf8mb4_bin")
	t.Logf("seed %d", *seed)
	started := time.Now()
	queries, failed, refused, empty := 0, 0, 0, 0
	kinds := map[Kind]int{}
	for s := *seed; ; s++ {
		r.g = NewGenerator(s)
		r.load()
		for range perRound {
			q := r.g.Query()
			kind, ours, them := r.compare(q)
			queries++
			refused += b2i(them.Err != nil)
			empty += b2i(them.Err == nil && len(them.Rows) == 0)
			if them.Err != nil && os.Getenv("ORACLE_REFUSED") != "" {
				t.Logf("refused: %v\n%s", them.Err, q.SQL())
			}
			if kind == Same {
				continue
			}
			kinds[kind]++
			if failed++; failed <= *shown {
				r.show(s, q, kind, ours)
			}
		}
		done := queries >= *count
		if *limit > 0 {
			done = time.Since(started) > *limit
		}
		if done {
			break
		}
	}
	t.Logf("%d queries, %.0f a second; MariaDB refuses %d, %d answer no rows", queries, float64(queries)/time.Since(started).Seconds(), refused, empty)
	if failed > 0 {
		t.Errorf("%d of %d queries differ: %v", failed, queries, kinds)
	}
}

// show makes the query and its tables smaller, and prints them as records.
func (r *round) show(seed uint64, q *Query, kind Kind, first Answer) {
	q = Reduce(q, func(c *Query) bool {
		k, ours, _ := r.compare(c)
		return k == kind && (k != Failed || ours.Code() == first.Code())
	})
	full := r.g.Tables
	still := func() bool {
		r.load()
		k, _, _ := r.compare(q)
		return k == kind
	}
	for i := range r.g.Tables {
		if !mentions(q.SQL(), full[i].Name) {
			continue
		}
		for j := 0; j < len(r.g.Tables[i].Rows); {
			tables := r.g.Tables
			smaller := *tables[i]
			smaller.Rows = without(smaller.Rows, j)
			r.g.Tables = slices.Clone(tables)
			r.g.Tables[i] = &smaller
			if !still() {
				r.g.Tables = tables
				j++
			}
		}
	}
	var b strings.Builder
	for _, table := range r.g.Tables {
		if !mentions(q.SQL(), table.Name) {
			continue
		}
		fmt.Fprintf(&b, "statement ok\n%s\n\n", table.DDL())
		if insert := table.Insert(); insert != "" {
			fmt.Fprintf(&b, "statement ok\n%s\n\n", insert)
		}
	}
	r.load()
	_, ours, them := r.compare(q)
	if them.Err != nil {
		fmt.Fprintf(&b, "statement error %d\n%s\n", them.Code(), q.SQL())
	} else {
		head := "query rowsort"
		if len(q.OrderBy) > 0 {
			head = "query"
		}
		fmt.Fprintf(&b, "%s\n%s\n----\n%s\n", head, q.SQL(), strings.Join(them.Lines(), "\n"))
	}
	r.t.Errorf("seed %d: %s. Verbatim: %v %q, MariaDB %v\n\n%s", seed, kind, ours.Err, ours.Lines(), them.Err, b.String())
	r.g.Tables = full
	r.load()
}

func mentions(sql, table string) bool {
	return regexp.MustCompile(`\b` + table + `\b`).MatchString(sql)
}

// A WHERE parts its rows in those where the condition is true, false and unknown;
// aggregates and HAVING alike. And a filter passes as many rows as its condition
// is true for.
func TestParted(t *testing.T) {
	ours := verbatim(t)()
	must(t, ours, "SET NAMES utf8mb4 COLLATE utf8mb4_bin")
	failed := 0
	rounds := max(1, *count/perRound/5)
	for s := *seed; s < *seed+uint64(rounds); s++ {
		g := NewGenerator(s)
		(&round{t: t, g: g, ours: ours, them: ours}).load()
		for range perRound / 2 {
			q, p := g.Predicate()
			for name, pair := range parted(q, p) {
				a, b := Ask(ours, pair[0]), Ask(ours, pair[1])
				if kind := Compare(a, b, false); kind != Same && kind != Spelled {
					if failed++; failed <= *shown {
						t.Errorf("seed %d: %s: %v %q, %v %q\n%s\n%s", s, name, a.Err, a.Lines(), b.Err, b.Lines(), pair[0], pair[1])
					}
				}
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d differ", failed)
	}
}

// parted are pairs of queries that answer the same.
func parted(q *Query, p *Expr) map[string][2]string {
	from := " FROM " + q.From.SQL()
	list := fmt.Sprintf("%s AS c0, %s AS c1", q.Select[0].SQL(), q.Select[1].SQL())
	c := "(" + p.SQL() + ")"
	parts := []string{c, "NOT " + c, c + " IS NULL"}
	union := func(head, clause string) string {
		var all []string
		for _, part := range parts {
			all = append(all, head+clause+part)
		}
		return strings.Join(all, " UNION ALL ")
	}
	pairs := map[string][2]string{
		"where":  {"SELECT " + list + from, union("SELECT "+list+from, " WHERE ")},
		"count":  {"SELECT COUNT(*)" + from, "SELECT SUM(x) FROM (" + union("SELECT COUNT(*) AS x"+from, " WHERE ") + ") t"},
		"max":    {"SELECT MAX(" + q.Select[0].SQL() + ")" + from, "SELECT MAX(x) FROM (" + union("SELECT MAX("+q.Select[0].SQL()+") AS x"+from, " WHERE ") + ") t"},
		"norec":  {"SELECT COUNT(*)" + from + " WHERE " + c, "SELECT COALESCE(SUM(x), 0) FROM (SELECT " + c + " IS TRUE AS x" + from + ") t"},
		"having": {"SELECT " + list + ", COUNT(*)" + from + " GROUP BY c0, c1", ""},
	}
	parts = []string{"COUNT(*) > 1", "NOT (COUNT(*) > 1)", "(COUNT(*) > 1) IS NULL"}
	pairs["having"] = [2]string{pairs["having"][0], union("SELECT "+list+", COUNT(*)"+from+" GROUP BY c0, c1", " HAVING ")}
	return pairs
}
