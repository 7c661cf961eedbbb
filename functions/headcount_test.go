package functions

import (
	"fmt"
	"math/big"
	"testing"
	"time"
)

// historyOf makes History of lines "employee | start | end", with dates for
// datetimes.
func historyOf(text string) database {
	db := database{}
	for i, row := range rows(text) {
		for c := 1; c <= 2; c++ {
			if len(row[c]) == len(time.DateOnly) {
				row[c] += " 00:00:00"
			}
		}
		db["History"] = append(db["History"], []string{fmt.Sprint(i + 1), row[0], "Business", "1000", row[1], row[2], "0"})
	}
	return db
}

func TestHeadCounts(t *testing.T) {
	for _, c := range []struct{ name, history, yearEnd, anyTime, average string }{
		{"nobody", "", "0 0 0", "0 0 0", "0.0000 0.0000 0.0000"},
		{"all the time", "1 | 2020-01-01 | NULL", "1 1 1", "1 1 1", "1.0000 1.0000 1.0000"},
		{"from 31 December to 1 January: the one day of a year",
			"1 | 2023-12-31 | 2024-01-01", "1 0 0", "1 0 0", "0.0027 0.0000 0.0000"},
		{"from 1 January to 31 December: not there on the last day",
			"1 | 2023-01-01 | 2023-12-31", "0 0 0", "1 0 0", "0.9973 0.0000 0.0000"},
		{"the first day of a year only",
			"1 | 2024-01-01 | 2024-01-02", "0 0 0", "0 1 0", "0.0000 0.0027 0.0000"},
		{"within a day, which covers none",
			"1 | 2024-05-05 08:00:00 | 2024-05-05 17:00:00", "0 0 0", "0 0 0", "0.0000 0.0000 0.0000"},
		{"an end before the start",
			"1 | 2024-05-05 | 2023-05-05", "0 0 0", "0 0 0", "0.0000 0.0000 0.0000"},
		{"the time of day does not count",
			"1 | 2023-12-31 23:59:59 | 2024-01-01 23:59:59", "1 0 0", "1 0 0", "0.0027 0.0000 0.0000"},
		{"half of a leap year",
			"1 | 2024-07-02 | NULL", "0 1 1", "0 1 1", "0.0000 0.5000 1.0000"},
		{"rows that touch, overlap and repeat are one employee",
			"1 | 2023-01-01 | 2023-07-01\n1 | 2023-07-01 | 2024-01-01\n1 | 2023-03-01 | 2024-07-02\n1 | 2023-03-01 | 2024-07-02",
			"1 0 0", "1 1 0", "1.0000 0.5000 0.0000"},
		{"a gap within a year counts once",
			"1 | 2023-01-01 | 2023-02-01\n1 | 2023-12-01 | NULL", "1 1 1", "1 1 1", "0.1699 1.0000 1.0000"},
		{"a gap over the turn of a year",
			"1 | 2022-01-01 | 2023-12-31\n1 | 2024-01-02 | NULL", "0 1 1", "1 1 1", "0.9973 0.9973 1.0000"},
		{"NULL in the middle",
			"1 | 2023-01-01 | NULL\nNULL | 2023-01-01 | NULL\n2 | NULL | NULL\n2 | NULL | 2025-01-01\n3 | 2024-01-01 | NULL",
			"1 2 2", "1 2 2", "1.0000 2.0000 2.0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := historyOf(c.history)
			for _, f := range []struct {
				f    *Func
				args []any
				want string
			}{
				{HeadCount, []any{2023, 2025, "year_end"}, c.yearEnd},
				{HeadCount, []any{2023, 2025, "any_time"}, c.anyTime},
				{AverageHeadCount, []any{2023, 2025}, c.average},
			} {
				var a, b, d string
				if _, err := fmt.Sscan(f.want, &a, &b, &d); err != nil {
					t.Fatal(err)
				}
				expect(t, []string{"2023\t" + a, "2024\t" + b, "2025\t" + d}, native(t, f.f, db, f.args...))
			}
		})
	}
}

func TestHeadCountChange(t *testing.T) {
	// 8 at the end of 2021, 9 of 2022, 3 of 2023, none of 2024, 1 of 2025.
	var history string
	for employee, end := range []int{2024, 2024, 2024, 2023, 2023, 2023, 2023, 2023} {
		history += fmt.Sprintf("%d | 2021-01-01 | %d-01-01\n", employee, end)
	}
	history += "8 | 2022-01-01 | 2023-01-01\n9 | 2025-01-01 | NULL\n"
	expect(t, []string{
		"2022\t9\t8\t1\t12.50",
		"2023\t3\t9\t-6\t-66.67",
		"2024\t0\t3\t-3\t-100.00",
		"2025\t1\t0\t1\tNULL",
		"2026\t1\t1\t0\t0.00",
	}, native(t, HeadCountChange, historyOf(history), 2022, 2026, "year_end"))
}

func TestPercentIsRoundedHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ part, whole, hundredths int64 }{
		{1, 800, 13}, // 0.125
		{-1, 800, -13},
		{3, 800, 38}, // 0.375
		{1, 3, 3333},
		{2, 3, 6667},
		{-2, 3, -6667},
		{12_499, 10_000_000, 12}, // 0.12499, which is 0.1250 to four digits
		{0, 5, 0},
		{2_147_483_647, 1, 21_474_836_470_000},
	} {
		if got := percentHundredths(c.part, c.whole); got != c.hundredths {
			t.Errorf("%d of %d: %d, want %d", c.part, c.whole, got, c.hundredths)
		}
	}
}

func TestRandomHeadCounts(t *testing.T) {
	r := random(t)
	const from, to = 2022, 2027
	for range 100 {
		db := randomDatabase(r)
		var atYearEnd, onAnyDay, average, change []string
		var before headCountModel
		for y := from - 1; y <= to; y++ {
			m := countDaily(db, y)
			if y >= from {
				atYearEnd = append(atYearEnd, fmt.Sprintf("%d\t%d", y, m.yearEnd))
				onAnyDay = append(onAnyDay, fmt.Sprintf("%d\t%d", y, m.anyTime))
				average = append(average, fmt.Sprintf("%d\t%s", y, m.average))
				percent := "NULL"
				if before.anyTime != 0 {
					percent = big.NewRat(int64(m.anyTime-before.anyTime)*100, int64(before.anyTime)).FloatString(2)
				}
				change = append(change, fmt.Sprintf("%d\t%d\t%d\t%d\t%s", y, m.anyTime, before.anyTime, m.anyTime-before.anyTime, percent))
			}
			before = m
		}
		expect(t, atYearEnd, native(t, HeadCount, db, from, to, "year_end"))
		expect(t, onAnyDay, native(t, HeadCount, db, from, to, "any_time"))
		expect(t, average, native(t, AverageHeadCount, db, from, to))
		expect(t, change, native(t, HeadCountChange, db, from, to, "any_time"))
		if t.Failed() {
			t.Fatalf("History is %v", db["History"])
		}
	}
}

type headCountModel struct {
	yearEnd, anyTime int
	average          string
}

// countDaily asks of each day of the year who is there.
func countDaily(db database, year int) headCountModel {
	var m headCountModel
	anyTime := map[string]bool{}
	sum, days := int64(0), int64(0)
	for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		there := map[string]bool{}
		for _, row := range db["History"] {
			if row[1] != "NULL" && coversDay(row, day) {
				there[row[1]], anyTime[row[1]] = true, true
			}
		}
		m.yearEnd = len(there) // stays at that of the last day
		sum += int64(len(there))
		days++
	}
	m.anyTime = len(anyTime)
	m.average = big.NewRat(sum, days).FloatString(4)
	return m
}

// coversDay tells whether a row of History covers the day.
func coversDay(row []string, day time.Time) bool {
	start, end := row[4], row[5]
	date := day.Format(time.DateOnly)
	return start != "NULL" && start[:len(date)] <= date && (end == "NULL" || date < end[:len(date)])
}
