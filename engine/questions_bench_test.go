//go:build unix

package engine

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

var benchRows = flag.Int("bench.rows", 1_000_000, "rows of the tables of BenchmarkQuestions")

// questions are queries of the kinds that an interview has, and the tables that they read.
var questions = []struct{ name, tables, query string }{
	{"us_groups_without_sale", "orders products", `WITH HasUSSellGroup AS (SELECT p.product_group FROM Orders o JOIN Products p ON o.product_id = p.product_id WHERE o.sell_in_area = 1 GROUP BY p.product_group HAVING SUM(o.sold_unit) > 0), CoverUSGroup AS (SELECT DISTINCT product_group FROM Products WHERE area = 1) SELECT product_group FROM CoverUSGroup WHERE product_group NOT IN (SELECT * FROM HasUSSellGroup) ORDER BY product_group`},
	{"consecutive_users", "logins", `WITH d AS (SELECT DISTINCT user_id, CAST(logtime AS DATE) AS day FROM Logins), g AS (SELECT user_id, DATEDIFF(day, LAG(day) OVER (PARTITION BY user_id ORDER BY day)) AS gap FROM d) SELECT COUNT(*) FROM (SELECT DISTINCT user_id FROM g WHERE gap = 1) t`},
	{"longest_streak", "logins", `WITH d AS (SELECT DISTINCT user_id, CAST(logtime AS DATE) AS day FROM Logins), n AS (SELECT user_id, DATEDIFF(day, '2000-01-01') - ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY day) AS island FROM d), s AS (SELECT user_id, island, COUNT(*) AS len FROM n GROUP BY user_id, island) SELECT user_id, MAX(len) AS streak FROM s GROUP BY user_id ORDER BY streak DESC, user_id LIMIT 10`},
	{"headcount_change", "history", `WITH RECURSIVE y AS (SELECT 1990 AS yr UNION ALL SELECT yr + 1 FROM y WHERE yr < 2024), h AS (SELECT y.yr, COUNT(DISTINCT x.employee_id) AS headcount FROM y LEFT JOIN History x ON YEAR(x.start_date) <= y.yr AND (x.end_date IS NULL OR YEAR(x.end_date) > y.yr) GROUP BY y.yr) SELECT yr, headcount, headcount - LAG(headcount) OVER (ORDER BY yr) AS diff FROM h ORDER BY yr`},
	{"department_top_salaries", "history employees", `SELECT department, name, salary FROM (SELECT h.department, e.name, h.salary, DENSE_RANK() OVER (PARTITION BY h.department ORDER BY h.salary DESC) AS rk FROM History h JOIN Employees e ON e.employee_id = h.employee_id WHERE h.current = 1) t WHERE rk <= 1 ORDER BY department, name LIMIT 20`},
	{"group_by_user", "logins", `SELECT user_id, COUNT(*) AS n FROM Logins GROUP BY user_id ORDER BY n DESC, user_id LIMIT 10`},
	{"sum_by_area", "orders", `SELECT sell_in_area, COUNT(*), SUM(sold_unit), AVG(sold_unit), MIN(product_id), MAX(product_id) FROM Orders GROUP BY sell_in_area ORDER BY sell_in_area`},
	{"users_per_day", "logins", `SELECT DATE(logtime) AS day, COUNT(DISTINCT user_id) FROM Logins GROUP BY day ORDER BY day`},
	{"sales_by_department", "history", `SELECT department, YEAR(start_date) AS y, COUNT(*), AVG(salary), MAX(salary) FROM History WHERE salary > 60000 GROUP BY department, y ORDER BY department, y`},
	{"latest_logins", "logins", `SELECT user_id, logtime FROM Logins ORDER BY logtime DESC, user_id LIMIT 20`},
	{"filter_count", "logins", `SELECT COUNT(*) FROM Logins WHERE logtime >= '2024-06-01' AND logtime < '2024-07-01' AND user_id LIKE 'user_000%'`},
	{"running_total", "orders", `SELECT MAX(t) FROM (SELECT SUM(sold_unit) OVER (PARTITION BY sell_in_area ORDER BY product_id ROWS UNBOUNDED PRECEDING) AS t FROM Orders) r`},
	{"recursion", "", `WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 400000) SELECT COUNT(*), SUM(x) FROM n`},
	{"sort_all", "logins", `SELECT COUNT(*) FROM (SELECT user_id, ROW_NUMBER() OVER (ORDER BY logtime) AS r FROM Logins) t WHERE r % 2 = 0`},
}

// BenchmarkQuestions answers questions on tables of the shapes that the interview's have: -bench.rows rows, a twentieth
// as many users, a tenth as many products, a quarter as many employees.
func BenchmarkQuestions(b *testing.B) {
	e := testEngine(b)
	s := e.NewSession(Client{})
	ctx := context.Background()
	if err := s.exec(ctx, "CREATE DATABASE perf"); err != nil {
		b.Fatal(err)
	}
	if err := s.exec(ctx, "USE perf"); err != nil {
		b.Fatal(err)
	}
	if err := s.exec(ctx, "SET cte_max_recursion_depth = 1000000"); err != nil {
		b.Fatal(err)
	}
	filled := map[string]bool{}
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			fillTables(b, e, s, q.tables, filled)
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
			for b.Loop() {
				if _, err := all(s.Query(ctx, q.query)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((processorTime(b)-before)*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what the process has had so far, in seconds: what others do on the machine does not count.
func processorTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// performanceTables are the tables with their rows.
var performanceTables = map[string]struct {
	definition string
	rows       func(r *rand.Rand, n int, add func(...any))
}{
	"logins": {"CREATE TABLE Logins (logtime DATETIME, user_id VARCHAR(64))", func(r *rand.Rand, n int, add func(...any)) {
		for range n {
			user := int(float64(n/20) * math.Pow(r.Float64(), 1.5))
			s := r.IntN(86400)
			at := types.Civil{Year: 2024, Month: 1 + r.IntN(12), Day: 1 + r.IntN(28), Hour: s / 3600, Minute: s / 60 % 60, Second: s % 60}
			add(at.Pack(), fmt.Sprintf("user_%07d", user))
		}
	}},
	"orders": {"CREATE TABLE Orders (product_id INT, sell_in_area INT, sold_unit INT)", func(r *rand.Rand, n int, add func(...any)) {
		for range n {
			add(int64(float64(n/10)*math.Pow(r.Float64(), 3)), int64(1+r.IntN(20)), int64(max(0, r.IntN(20)-10)))
		}
	}},
	"products": {"CREATE TABLE Products (area INT, product_id INT, name VARCHAR(255), product_group VARCHAR(255))", func(r *rand.Rand, n int, add func(...any)) {
		for p := range n / 10 {
			for range 2 {
				add(int64(1+r.IntN(20)), int64(p), fmt.Sprint("Product ", p), fmt.Sprint("Group ", r.IntN(n/40)))
			}
		}
	}},
	"employees": {"CREATE TABLE Employees (employee_id INT PRIMARY KEY, name VARCHAR(255), age INT, address VARCHAR(255), DOB DATETIME)", func(r *rand.Rand, n int, add func(...any)) {
		for e := range n / 4 {
			at := types.Civil{Year: 1955 + r.IntN(48), Month: 1 + r.IntN(12), Day: 1 + r.IntN(28)}
			add(int64(e+1), fmt.Sprint("Name ", e+1), int64(2025-at.Year), fmt.Sprint(e+1, " Main St"), at.Pack())
		}
	}},
	"history": {"CREATE TABLE History (history_id INT PRIMARY KEY, employee_id INT, department VARCHAR(255), salary FLOAT, start_date DATETIME, end_date DATETIME NULL, current BOOL, KEY (employee_id))", func(r *rand.Rand, n int, add func(...any)) {
		departments := []string{"Business", "Engineering", "Sales", "Finance", "Legal", "Support", "Research", "Design"}
		id := int64(0)
		for e := range n / 4 {
			from := 1990*12 + r.IntN(360)
			for left := 1 + r.IntN(7); left > 0; left-- {
				to := from + 3 + r.IntN(37)
				last := left == 1 || to >= 2025*12
				var end any
				current := int64(1)
				if !last || r.IntN(5) == 0 {
					end, current = types.Civil{Year: to / 12, Month: to%12 + 1, Day: 1}.Pack(), 0
				}
				id++
				add(id, int64(e+1), departments[r.IntN(8)], float64(1000*(50+r.IntN(200))), types.Civil{Year: from / 12, Month: from%12 + 1, Day: 1}.Pack(), end, current)
				if from = to; last {
					break
				}
			}
		}
	}},
}

// fillTables makes the tables that there are not yet.
func fillTables(b *testing.B, e *Engine, s *Session, names string, filled map[string]bool) {
	b.Helper()
	var name string
	for rest := names; rest != ""; {
		if n, _ := fmt.Sscan(rest, &name); n == 0 {
			break
		}
		rest = rest[min(len(name)+1, len(rest)):]
		if filled[name] {
			continue
		}
		filled[name] = true
		t := performanceTables[name]
		if err := s.exec(context.Background(), t.definition); err != nil {
			b.Fatal(err)
		}
		rows := e.storage.Store()
		tx := rows.Begin()
		table, ok := tx.Catalog().Table("perf", name)
		if !ok {
			b.Fatal("no table ", name)
		}
		n := 0
		commit := func() {
			if err := tx.Commit(nil); err != nil {
				b.Fatal(err)
			}
		}
		t.rows(rand.New(rand.NewPCG(5, 5)), *benchRows, func(row ...any) {
			if _, err := tx.Insert(table.ID, store.Row(row)); err != nil {
				b.Fatal(err)
			}
			if n++; n%50_000 == 0 {
				commit()
			}
		})
		commit()
	}
}
