package types

import (
	"fmt"
	"testing"
	"time"
)

func TestDaysAgainstTime(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := int64(366); day.Year() < 10000; n, day = n+1, day.AddDate(0, 0, 1) {
		c := CivilOfTime(day)
		if got := c.Days(); got != n {
			t.Fatalf("%v is day %d, want %d", c, got, n)
		}
		back, ok := CivilOfDays(n)
		year, week := day.ISOWeek()
		if !ok || back != c || c.Weekday() != int(day.Weekday()+6)%7 || c.YearDay() != day.YearDay() || c.YearWeek(3) != year*100+week {
			t.Fatalf("%v: %v %v, weekday %d, day %d, week %d", day, back, ok, c.Weekday(), c.YearDay(), c.YearWeek(3))
		}
		if Unpack(c.Pack()) != c {
			t.Fatalf("%v packed is %v", c, Unpack(c.Pack()))
		}
	}
	if _, ok := CivilOfDays(365); ok {
		t.Error("day 365")
	}
	if _, ok := CivilOfDays(3652425); ok {
		t.Error("day 3652425")
	}
}

func TestWeek(t *testing.T) {
	// Manual 12.7 and its table of modes.
	for _, c := range []struct {
		date Civil
		want [8]int
	}{
		{Civil{Year: 2008, Month: 2, Day: 20}, [8]int{7, 8, 7, 8, 8, 7, 8, 7}},
		{Civil{Year: 2000, Month: 1, Day: 1}, [8]int{0, 0, 52, 52, 0, 0, 52, 52}},
		{Civil{Year: 2008, Month: 12, Day: 31}, [8]int{52, 53, 52, 1, 53, 52, 53, 52}},
	} {
		for mode, want := range c.want {
			if got := c.date.Week(mode); got != want {
				t.Errorf("WEEK(%v, %d) is %d, want %d", c.date, mode, got, want)
			}
		}
	}
	if got := (Civil{Year: 1987, Month: 1, Day: 1}).YearWeek(0); got != 198652 {
		t.Errorf("YEARWEEK('1987-01-01') is %d", got)
	}
}

func TestAdd(t *testing.T) {
	at := func(y, m, d int) Civil { return Civil{Year: y, Month: m, Day: d} }
	for _, c := range []struct {
		from Civil
		n    int64
		want string
	}{
		{at(2024, 1, 31), 1, "2024-02-29 true"}, {at(2024, 3, 31), -1, "2024-02-29 true"}, {at(2023, 12, 5), 1, "2024-01-05 true"},
		{at(9999, 12, 1), 1, "0000-00-00 false"}, {at(2024, 5, 5), -12 * 2024, "0000-05-05 true"}, {at(2024, 5, 5), 1 << 40, "0000-00-00 false"},
	} {
		got, ok := c.from.AddMonths(c.n)
		if s := fmt.Sprint(string(AppendDate(nil, got.Pack())), " ", ok); s != c.want {
			t.Errorf("%v and %d months are %s", c.from, c.n, s)
		}
	}
	x, ok := at(2024, 1, 1).AddMicros(-1)
	if got := string(AppendDateTime(nil, x.Pack(), 6)); !ok || got != "2023-12-31 23:59:59.999999" {
		t.Error(got)
	}
	if _, ok := (Civil{9999, 12, 31, 23, 59, 59, 0}).AddMicros(MicrosPerSecond); ok {
		t.Error("the year 10000")
	}
}

func TestParseDateTime(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for s, want := range map[string]string{
		"2024-01-31":                        "2024-01-31 00:00:00.000000",
		"2024-1-3":                          "2024-01-03 00:00:00.000000",
		"2024/01@31":                        "2024-01-31 00:00:00.000000",
		" 24-01-31 1:2:3":                   "2024-01-31 01:02:03.000000 time",
		"70-01-01":                          "1970-01-01 00:00:00.000000",
		"69-12-31":                          "2069-12-31 00:00:00.000000",
		"20240131":                          "2024-01-31 00:00:00.000000",
		"240131":                            "2024-01-31 00:00:00.000000",
		"20240131T101112":                   "2024-01-31 10:11:12.000000 time",
		"20240131101112.5":                  "2024-01-31 10:11:12.500000 time",
		"240131101112":                      "2024-01-31 10:11:12.000000 time",
		"2024-01-31T10:11:12.123456":        "2024-01-31 10:11:12.123456 time",
		"2024-01-31 10:11:12.1234567":       "2024-01-31 10:11:12.123457 time",
		"2024-01-31 23:59:59.9999999":       "2024-02-01 00:00:00.000000 time",
		"2024-01-31 10:11":                  "2024-01-31 10:11:00.000000 time",
		"2024-01-31 10:11:12+05:00":         "2024-01-31 06:11:12.000000 time",
		"2024-01-31 10:11:12.5-00:30":       "2024-01-31 11:41:12.500000 time",
		"2024-01-31 10:11:12.1234564+01:00": "2024-01-31 10:11:12.123456 time",
		"2024-01-31x":                       "2024-01-31 00:00:00.000000 truncated",
		"2024-01-31 10:11:12 abc":           "2024-01-31 10:11:12.000000 time truncated",
		"2024-01-31 10:11:12.":              "2024-01-31 10:11:12.000000 time",
		"2024-01-31   ":                     "2024-01-31 00:00:00.000000",
		"0000-00-00":                        "0000-00-00 00:00:00.000000",
		"2024-00-00":                        "2024-00-00 00:00:00.000000",
		"2024-02-30":                        "none",
		"2024-13-01":                        "none",
		"2024-01-31 24:00:00":               "none",
		"2024":                              "none",
		"2024-01":                           "none",
		"":                                  "none",
		"abc":                               "none",
		"2024 01 31":                        "none",
		"12345678901234567":                 "1234-56-78",
	} {
		c, hasTime, _, truncated, ok := ParseDateTime(s, 0, zone)
		got := string(AppendDateTime(nil, c.Pack(), 6))
		if hasTime {
			got += " time"
		}
		if truncated {
			got += " truncated"
		}
		if !ok {
			got = "none"
		}
		if want == "1234-56-78" {
			want = "none"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
	for s, want := range map[string][3]bool{"0000-00-00": {false, true, true}, "2024-00-10": {true, false, true}, "2024-02-30": {false, false, true}} {
		for i, mode := range []Mode{NoZeroDate, NoZeroInDate, AllowInvalidDates} {
			if _, _, _, _, ok := ParseDateTime(s, mode, nil); ok != want[i] {
				t.Errorf("%s in mode %d: %v", s, mode, ok)
			}
		}
	}
	for x, want := range map[int64]string{
		20240131: "2024-01-31 00:00:00", 240131: "2024-01-31 00:00:00", 700101: "1970-01-01 00:00:00", 20240131123456: "2024-01-31 12:34:56",
		240131123456: "2024-01-31 12:34:56", 0: "0000-00-00 00:00:00", 101: "2000-01-01 00:00:00", 100: "none", 20240230: "none", -1: "none",
		99999999999999999: "none", 991231235959: "1999-12-31 23:59:59",
	} {
		c, _, ok := DateTimeFromNumber(x, 0)
		got := string(AppendDateTime(nil, c.Pack(), 0))
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%d is %s, want %s", x, got, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for s, want := range map[string]string{
		"10:11:12": "10:11:12.000000", "10:11": "10:11:00.000000", "101112": "10:11:12.000000", "1112": "00:11:12.000000", "12": "00:00:12.000000",
		"1 10:11:12": "34:11:12.000000", "2 03": "51:00:00.000000", "-1:2:3.5": "-01:02:03.500000", "838:59:59": "838:59:59.000000",
		"4000000000 10:00:00": "838:59:59.000000 truncated", "839:00:00": "838:59:59.000000 truncated", "-900:00:00": "-838:59:59.000000 truncated", "10:11:12.1234567": "10:11:12.123457",
		"10:11:12abc": "10:11:12.000000 truncated", "abc": "none", "": "none", "10:60:00": "none", "2024-01-31 10:11:12": "10:11:12.000000",
		"2024-01-31T10:11:12.5": "10:11:12.500000", "20240131101112": "10:11:12.000000", "10:11:": "10:11:00.000000 truncated", "0.5": "00:00:00.500000",
		"1e3": "none", "2024-01-31": "00:20:24.000000 truncated",
	} {
		x, _, truncated, ok := ParseTime(s)
		got := string(AppendTime(nil, x, 6))
		if truncated {
			got += " truncated"
		}
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
	for x, want := range map[int64]string{101112: "10:11:12 true", -5: "-00:00:05 true", 60: "00:00:00 false", 8390000: "838:59:59 false", 20240131101112: "10:11:12 true"} {
		micros, ok := TimeFromNumber(x)
		if got := fmt.Sprint(string(AppendTime(nil, micros, 0)), " ", ok); got != want {
			t.Errorf("%d is %s, want %s", x, got, want)
		}
	}
}

// FuzzParse: no text ends the program, and what is read is in its range.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-01-31 10:11:12.123456+01:00", "1 02:03:04.5", "20240131T101112", "-1.5e-30", "9999-12-31 23:59:59.9999999", "1e999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, _, _, _, ok := ParseDateTime(s, 0, time.UTC); ok && !c.Valid(0) {
			t.Errorf("%q is %v", s, c)
		}
		if x, _, _, ok := ParseTime(s); ok && (x > MaxTime || x < -MaxTime) {
			t.Errorf("%q is %d", s, x)
		}
		d, rest := ParseDec(s)
		if again, left := ParseDec(d.String()); left != "" || again.Cmp(d) != 0 || len(rest) > len(s) {
			t.Errorf("%q is %s, read again %s", s, d, again)
		}
	})
}
