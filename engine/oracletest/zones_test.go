package oracletest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// zoneNames are zones by their offsets and of many kinds: whose clocks are put forward by an hour or half of one, north and south of
// the equator, or not any more.
var zoneNames = []string{
	"+00:00", "-05:30", "+13:00", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
}

// zoneTables are what MariaDB's tables of time zones have of a zone, from Go's.
func zoneTables(t *testing.T, id int, name string) []string {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	var kinds, moves []string
	for at := time.Unix(0, 0).In(zone); ; {
		short, offset := at.Zone()
		kind := fmt.Sprintf("%d, %t, '%s')", offset, at.IsDST(), short)
		i := slices.IndexFunc(kinds, func(k string) bool { return strings.HasSuffix(k, ", "+kind) })
		if i < 0 {
			i = len(kinds)
			kinds = append(kinds, fmt.Sprintf("(%d, %d, %s", id, i, kind))
		}
		moves = append(moves, fmt.Sprintf("(%d, %d, %d)", id, at.Unix(), i))
		_, next := at.ZoneBounds()
		if at = next; next.IsZero() || next.Year() > 2037 {
			break
		}
	}
	return []string{
		fmt.Sprintf("INSERT INTO mysql.time_zone VALUES (%d, 'N')", id), fmt.Sprintf("INSERT INTO mysql.time_zone_name VALUES ('%s', %d)", name, id),
		"INSERT INTO mysql.time_zone_transition_type VALUES " + strings.Join(kinds, ", "),
		"INSERT INTO mysql.time_zone_transition VALUES " + strings.Join(moves, ", "),
	}
}

// zones makes statements that write and read TIMESTAMPs in sessions of many zones.
type zones struct {
	*rand.Rand
	t  *testing.T
	in string
}

func (g *zones) one(of ...string) string { return of[g.IntN(len(of))] }

// text is a date with time: often near a change of some clock, or the ends of TIMESTAMP.
func (g *zones) text() string {
	at := time.Unix(g.Int64N(1<<31), g.Int64N(100)*1e7).UTC()
	switch r := g.IntN(10); {
	case r < 6:
		zone, err := time.LoadLocation(g.one(zoneNames[3:]...))
		if err != nil {
			g.t.Fatal(err)
		}
		if _, end := at.In(zone).ZoneBounds(); !end.IsZero() {
			at = end.Add(time.Duration(g.IntN(9)-4) * 30 * time.Minute)
		}
	case r == 6:
		at = time.Unix([]int64{0, 1<<31 - 1}[g.IntN(2)]+g.Int64N(40)*3600-20*3600, 0).UTC()
	case r == 7:
		at = time.Date(1000+g.IntN(9000), 5, 5, 5, 5, 5, 0, time.UTC)
	}
	return at.Format("'2006-01-02 15:04:05.00'")
}

func (g *zones) statement(id int) string {
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf("UPDATE z SET at = %s WHERE id = %d", g.text(), g.IntN(id+1))
	case 1:
		return fmt.Sprintf("UPDATE z SET said = at, n = n + 1 WHERE id < %d", g.IntN(id+1))
	case 2:
		return fmt.Sprintf("INSERT IGNORE INTO z (id, at) SELECT %d, said FROM z WHERE id = %d", id, g.IntN(id+1))
	case 3:
		return fmt.Sprintf("INSERT INTO z (id, said) SELECT %d, at FROM z WHERE id = %d", id, g.IntN(id+1))
	case 4:
		return fmt.Sprintf("INSERT IGNORE INTO u (at) VALUES (%s)", g.text())
	case 5:
		return "DELETE FROM u WHERE at < " + g.noon() + " AND n > 30"
	}
	return fmt.Sprintf("INSERT INTO z (id, at, said) VALUES (%d, %s, %s)", id, g.one(g.text(), g.text(), "NULL"), g.text())
}

// noon is one: no clock jumps then.
func (g *zones) noon() string {
	return time.Unix(g.Int64N(1<<31), 0).UTC().Format("'2006-01-02") + " 12:00:00'"
}

func (g *zones) queries() []string {
	from, to := g.noon(), g.noon()
	all := []string{
		"SELECT id, at, said, IF(said BETWEEN '1971-01-01' AND '2037-01-01', UNIX_TIMESTAMP(said), 0), n FROM z ORDER BY id", "SELECT COUNT(*), MIN(n) FROM u",
		fmt.Sprintf("SELECT id FROM z WHERE at BETWEEN %s AND %s ORDER BY id", from, to),
		fmt.Sprintf("SELECT id FROM z FORCE INDEX (at) WHERE at >= %s ORDER BY id", from),
		fmt.Sprintf("SELECT id FROM z IGNORE INDEX (at) WHERE at < %s OR at > %s ORDER BY id", from, to),
		fmt.Sprintf("SELECT COUNT(*) FROM u WHERE at > %s", from),
		"SELECT DATE(at), COUNT(*) FROM z GROUP BY DATE(at) ORDER BY 1",
	}
	if strings.Contains(g.in, ":") { // by the clock's time MySQL may tell apart what it shows twice, as MariaDB does
		all = append(all, "SELECT at, COUNT(*) FROM z GROUP BY at ORDER BY at", "SELECT at FROM u ORDER BY at DESC LIMIT 5",
			"SELECT MIN(at), MAX(at) FROM u", "SELECT z.id FROM z JOIN u ON z.at = u.at ORDER BY z.id",
			fmt.Sprintf("SELECT id FROM z WHERE at = (SELECT at FROM z WHERE id = %d) ORDER BY id", g.IntN(9)))
	}
	return all
}

// TIMESTAMPs that sessions of several time zones write are what those of others read, with the same errors and warnings.
func TestZones(t *testing.T) {
	them, ours := mariadb(t)(), verbatim(t)()
	for i, name := range zoneNames {
		if !strings.Contains(name, ":") {
			for _, text := range zoneTables(t, 1000+i, name) {
				must(t, them, text)
			}
		}
	}
	t.Logf("seed %d", *seed)
	failed := 0
	for s := *seed; s < *seed+uint64(*count)/100+1 && failed < *shown; s++ {
		g := &zones{Rand: rand.New(rand.NewPCG(s, 7)), t: t}
		var history []string
		both := func(text string) {
			must(t, them, text)
			must(t, ours, text)
			history = append(history, text)
		}
		both("DROP DATABASE IF EXISTS zones")
		both("CREATE DATABASE zones")
		both("USE zones")
		both("CREATE TABLE z (id INT PRIMARY KEY, at TIMESTAMP(2) NULL, said DATETIME(2), n INT DEFAULT 0, KEY at (at))")
		both("CREATE TABLE u (at TIMESTAMP(2) PRIMARY KEY, n INT DEFAULT 50)")
	statements:
		for id := range 60 {
			if id%5 == 0 {
				g.in = g.one(zoneNames...)
				both(fmt.Sprintf("SET time_zone = '%s', sql_mode = '%s'", g.in, g.one("", "STRICT_TRANS_TABLES")))
			}
			queries := []string{"SHOW WARNINGS"}
			if text := g.statement(id); g.IntN(10) > 0 {
				history = append(history, text)
				if reason := differ(Ask(ours, text), Ask(them, text)); reason != "" {
					queries = []string{text}
				}
			}
			for _, query := range append(queries, g.queries()...) {
				x, y := Ask(ours, query), Ask(them, query)
				words := strings.Join(y.Lines(), "\n")
				if query == "SHOW WARNINGS" && (strings.HasPrefix(words, "Error") || strings.Contains(words, "Duplicate entry")) {
					continue // which both have, in words of their own
				}
				if kind := Compare(x, y, true); kind != Same {
					failed++
					t.Errorf("seed %d in %s: %s: ours %v %q, MariaDB's %v %q\n%s;", s, g.in, query, x.Err, difference(x, y), y.Err, difference(y, x), strings.Join(history, ";\n"))
					break statements
				}
			}
		}
	}
}
