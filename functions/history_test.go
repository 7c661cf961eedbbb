package functions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// withKnown adds the employees 1 to 3 to Employees.
func withKnown(db database) database {
	db["Employees"] = rows("1 | Kim | 30 | NULL | NULL\n2 | Lee | 30 | NULL | NULL\n3 | NULL | 30 | NULL | NULL")
	return db
}

// fullHistory makes History of lines "history_id | employee_id | start_date |
// end_date | current".
func fullHistory(text string) database {
	db := database{}
	for _, r := range rows(text) {
		db["History"] = append(db["History"], []string{r[0], r[1], "Business", "1000", r[2], r[3], r[4]})
	}
	return withKnown(db)
}

func TestViolations(t *testing.T) {
	for _, c := range []struct{ name, history, violations string }{
		{"no rows", "", ""},
		{"rows that touch",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-02-01 00:00:00 | 0\n2 | 1 | 2024-02-01 00:00:00 | NULL | 1",
			""},
		{"rows that touch as days, though not as times",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-02-01 18:00:00 | 0\n2 | 1 | 2024-02-01 09:00:00 | NULL | 1",
			""},
		{"rows that share a day are both there",
			"7 | 1 | 2024-01-01 00:00:00 | 2024-02-02 00:00:00 | 0\n5 | 1 | 2024-02-01 00:00:00 | NULL | 1",
			"5 1 overlap\n7 1 overlap"},
		{"a long row over two that touch",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-12-01 00:00:00 | 0\n2 | 1 | 2024-02-01 00:00:00 | 2024-03-01 00:00:00 | 0\n3 | 1 | 2024-03-01 00:00:00 | 2024-04-01 00:00:00 | 0",
			"1 1 overlap\n2 1 overlap\n3 1 overlap"},
		{"the same days of two employees",
			"1 | 1 | 2024-01-01 00:00:00 | NULL | 1\n2 | 2 | 2024-01-01 00:00:00 | NULL | 1",
			""},
		{"a row within a day overlaps with nothing",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-03-01 00:00:00 | 0\n2 | 1 | 2024-02-01 08:00:00 | 2024-02-01 17:00:00 | 0",
			""},
		{"the same row twice",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-03-01 00:00:00 | 0\n2 | 1 | 2024-01-01 00:00:00 | 2024-03-01 00:00:00 | 0",
			"1 1 overlap\n2 1 overlap"},
		{"three current rows, one of them with an end",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-02-01 00:00:00 | 1\n2 | 1 | 2024-02-01 00:00:00 | 2024-02-01 00:00:00 | 1\n3 | 1 | 2024-02-01 00:00:00 | NULL | 1",
			"1 1 current with an end\n1 1 two current rows\n2 1 current with an end\n2 1 two current rows\n3 1 two current rows"},
		{"an end before the start, by a second",
			"1 | 1 | 2024-01-01 00:00:01 | 2024-01-01 00:00:00 | 0",
			"1 1 end before start"},
		{"open-ended with current 0 and NULL",
			"1 | 1 | 2024-01-01 00:00:00 | NULL | 0\n2 | 2 | 2024-01-01 00:00:00 | NULL | NULL",
			"1 1 open-ended but not current\n2 2 open-ended but not current"},
		{"a gap of a day",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-02-01 23:00:00 | 0\n2 | 1 | 2024-02-02 01:00:00 | NULL | 1",
			"2 1 gap"},
		{"no gap where an earlier row lasts longer than the one before",
			"1 | 1 | 2024-01-01 00:00:00 | 2024-06-01 00:00:00 | 0\n2 | 1 | 2024-02-01 00:00:00 | 2024-03-01 00:00:00 | 0\n3 | 1 | 2024-06-01 00:00:00 | NULL | 1",
			"1 1 overlap\n2 1 overlap"},
		{"a gap after a row within a day",
			"1 | 1 | 2024-01-01 08:00:00 | 2024-01-01 09:00:00 | 0\n2 | 1 | 2024-01-02 00:00:00 | NULL | 1",
			"2 1 gap"},
		{"a gap after an end before its start, by the order of ids",
			"1 | 1 | 2024-01-05 00:00:00 | 2024-01-01 00:00:00 | 0\n2 | 1 | 2024-01-05 00:00:00 | NULL | 1",
			"1 1 end before start\n2 1 gap"},
		{"nobody's and unknown employees' rows",
			"1 | NULL | 2024-01-01 00:00:00 | NULL | 1\n2 | NULL | 2024-01-01 00:00:00 | NULL | 1\n3 | 9 | 2024-01-01 00:00:00 | NULL | 1\n4 | 0 | 2024-01-01 00:00:00 | NULL | 1",
			"1 NULL unknown employee\n2 NULL unknown employee\n3 9 unknown employee\n4 0 unknown employee"},
		{"a row of nobody beside those of employee 0",
			"1 | NULL | 2024-01-01 00:00:00 | NULL | 1\n2 | 0 | 2024-01-01 00:00:00 | 2024-02-01 00:00:00 | 0\n3 | 0 | 2024-03-01 00:00:00 | NULL | 1",
			"1 NULL unknown employee\n2 0 unknown employee\n3 0 gap\n3 0 unknown employee"},
		{"no start",
			"1 | 1 | NULL | 2024-01-01 00:00:00 | 0\n2 | 1 | 2024-03-01 00:00:00 | NULL | 1\n3 | 1 | NULL | NULL | 0",
			"3 1 open-ended but not current"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for line := range strings.Lines(c.violations) {
				want = append(want, strings.Join(strings.SplitN(strings.TrimSpace(line), " ", 3), "\t"))
			}
			expect(t, want, native(t, HistoryViolations, fullHistory(c.history)))
		})
	}
}

func TestRandomViolations(t *testing.T) {
	r := random(t)
	for range 1000 {
		db := randomDatabase(r)
		expect(t, violationModel(db), native(t, HistoryViolations, db))
		if t.Failed() {
			t.Fatalf("History is %v", db["History"])
		}
	}
}

// violationModel asks each question of each row and each other one.
func violationModel(db database) []string {
	history := slices.SortedFunc(slices.Values(db["History"]), byNumber)
	known := map[string]bool{}
	for _, row := range db["Employees"] {
		known[row[0]] = true
	}
	var lines []string
	for _, a := range history {
		var found []string
		others := slices.DeleteFunc(slices.Clone(history), func(b []string) bool { return a[0] == b[0] || a[1] != b[1] || a[1] == "NULL" })
		earlier := slices.DeleteFunc(slices.Clone(others), func(b []string) bool {
			return a[4] == "NULL" || b[4] == "NULL" || cmp.Or(cmp.Compare(b[4], a[4]), byNumber(b, a)) > 0
		})
		if a[6] == "1" && a[5] != "NULL" {
			found = append(found, "current with an end")
		}
		if a[4] != "NULL" && a[5] != "NULL" && a[5] < a[4] {
			found = append(found, "end before start")
		}
		if len(earlier) > 0 && !slices.ContainsFunc(earlier, func(b []string) bool {
			return b[5] == "NULL" || b[5][:len(time.DateOnly)] >= a[4][:len(time.DateOnly)]
		}) {
			found = append(found, "gap")
		}
		if a[6] != "1" && a[5] == "NULL" {
			found = append(found, "open-ended but not current")
		}
		if slices.ContainsFunc(others, func(b []string) bool { return shareDay(a, b) }) {
			found = append(found, "overlap")
		}
		if a[6] == "1" && slices.ContainsFunc(others, func(b []string) bool { return b[6] == "1" }) {
			found = append(found, "two current rows")
		}
		if !known[a[1]] {
			found = append(found, "unknown employee")
		}
		for _, what := range found {
			lines = append(lines, a[0]+"\t"+a[1]+"\t"+what)
		}
	}
	return lines
}

// shareDay looks for a day that both rows cover. Only the days on which one of
// them starts need a look: their common days begin with one of these.
func shareDay(a, b []string) bool {
	for _, row := range [][]string{a, b} {
		if row[4] != "NULL" && coversDay(a, moment(row[4])) && coversDay(b, moment(row[4])) {
			return true
		}
	}
	return false
}

func TestEmployeeHistory(t *testing.T) {
	db := withKnown(database{"History": rows(`
		9 | 1 | Sales   | 1500.5 | 2024-01-01 00:00:00 | NULL                | 1
		3 | 2 | Finance | 2000   | 2023-01-01 00:00:00 | NULL                | 1
		8 | 1 | NULL    | NULL   | 2023-01-01 08:30:00 | 2024-01-01 00:00:00 | NULL
		4 | 9 | Sales   | 1000   | 2023-01-01 00:00:00 | NULL                | 1
		2 | 1 | HR      | 1000   | NULL                | 2020-01-01 00:00:00 | 0
		7 | 1 | Sales   | 1200   | 2024-01-01 00:00:00 | 2024-01-01 00:00:00 | 0
		5 | NULL | Sales | 1000  | 2023-01-01 00:00:00 | NULL                | 1
		6 | 3 | Sales   | 1000   | 2023-01-01 00:00:00 | NULL                | 1`)})
	for i, row := range db["History"] {
		for j, v := range row {
			db["History"][i][j] = strings.TrimSpace(v)
		}
	}
	expect(t, []string{
		"1\tKim\tHR\t1000\tNULL\t2020-01-01 00:00:00\t0",
		"1\tKim\tNULL\tNULL\t2023-01-01 08:30:00\t2024-01-01 00:00:00\tNULL",
		"1\tKim\tSales\t1200\t2024-01-01 00:00:00\t2024-01-01 00:00:00\t0",
		"1\tKim\tSales\t1500.5\t2024-01-01 00:00:00\tNULL\t1",
	}, native(t, EmployeeHistory, db, 1))
	expect(t, []string{"3\tNULL\tSales\t1000\t2023-01-01 00:00:00\tNULL\t1"}, native(t, EmployeeHistory, db, 3))
	expect(t, []string{"9\tNULL\tSales\t1000\t2023-01-01 00:00:00\tNULL\t1"}, native(t, EmployeeHistory, db, 9))
	expect(t, nil, native(t, EmployeeHistory, db, 4))

	expect(t, []string{
		"NULL\tNULL\tSales\t1000",
		"1\tKim\tNULL\tNULL",
		"2\tLee\tFinance\t2000",
		"3\tNULL\tSales\t1000",
		"9\tNULL\tSales\t1000",
	}, native(t, EmployeesAsOf, db, "2023-01-01"))
	expect(t, []string{
		"NULL\tNULL\tSales\t1000",
		"1\tKim\tSales\t1500.5",
		"2\tLee\tFinance\t2000",
		"3\tNULL\tSales\t1000",
		"9\tNULL\tSales\t1000",
	}, native(t, EmployeesAsOf, db, "2024-01-01"))
	expect(t, nil, native(t, EmployeesAsOf, db, "2022-12-31"))
}

func TestRandomEmployeesAsOf(t *testing.T) {
	r := random(t)
	for range 200 {
		db := randomDatabase(r)
		names := map[string]string{}
		for _, row := range db["Employees"] {
			names[row[0]] = row[1]
		}
		for range 10 {
			day := moment("2023-02-20 00:00:00").AddDate(0, 0, r.IntN(700))
			history := slices.SortedFunc(slices.Values(db["History"]), byNumber)
			slices.SortStableFunc(history, func(a, b []string) int { return byNumber(a[1:], b[1:]) })
			var want []string
			for _, row := range history {
				if coversDay(row, day) {
					want = append(want, fmt.Sprintf("%s\t%s\t%s\t%s", row[1], cmp.Or(names[row[1]], "NULL"), row[2], row[3]))
				}
			}
			expect(t, want, native(t, EmployeesAsOf, db, day.Format(time.DateOnly)))
		}
		if t.Failed() {
			t.Fatalf("History is %v", db["History"])
		}
	}
}
