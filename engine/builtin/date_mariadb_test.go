package builtin

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// temporal is a typed literal, DATE'…', TIME'…' or TIMESTAMP'…'.
type temporal struct {
	kind types.Kind
	text string
}

// typedLiteral reads it without sql_mode, so that zero dates can be had.
func typedLiteral(t testing.TB, x temporal) expr.Expr {
	t.Helper()
	v, typ, err := TemporalLiteral(x.kind, x.text, &types.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return &expr.Literal{V: v, T: typ}
}

func aDate(s string) temporal     { return temporal{types.Date, s} }
func aDateTime(s string) temporal { return temporal{types.DateTime, s} }
func aTime(s string) temporal     { return temporal{types.Time, s} }

// dateCall is a call and how it is written in SQL: ? for the argument
// that varies.
type dateCall struct {
	sql, name string
	args      func(x any) []any
}

// evalDates is evalCall with typed literals.
func evalDates(t testing.TB, name string, args ...any) evaluated {
	t.Helper()
	for i, a := range args {
		if x, ok := a.(temporal); ok {
			args[i] = typedLiteral(t, x)
		}
	}
	return evalCall(t, name, args...)
}

func sqlOf(x any) string {
	switch x := x.(type) {
	case nil:
		return "NULL"
	case temporal:
		switch x.kind {
		case types.Date:
			return "DATE'" + x.text + "'"
		case types.Time:
			return "TIME'" + x.text + "'"
		}
		return "TIMESTAMP'" + x.text + "'"
	case string:
		return "'" + strings.ReplaceAll(x, "'", "''") + "'"
	case types.Dec:
		return x.String()
	}
	return fmt.Sprint(x)
}

func decimal(s string) types.Dec {
	d, _ := types.ParseDec(s)
	return d
}

// TestDatesBesideMariaDB asks MariaDB about functions × dates. Where it answers otherwise
// than MySQL 8 would, the case is in differences, with MySQL's reason.
func TestDatesBesideMariaDB(t *testing.T) {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("MariaDB is not installed")
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(context.Background(),
		"SET time_zone = '+00:00', timestamp = 1714979289.123456, sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'"); err != nil {
		t.Fatal(err)
	}

	one := func(x any) []any { return []any{x} }
	var calls []dateCall
	for _, f := range []string{
		"year", "quarter", "month", "day", "dayofmonth", "dayofyear", "dayofweek", "weekday", "weekofyear", "to_days", "to_seconds",
		"hour", "minute", "second", "microsecond", "time_to_sec", "week", "yearweek", "dayname", "monthname", "date", "time", "timestamp",
		"last_day", "unix_timestamp",
	} {
		calls = append(calls, dateCall{strings.ToUpper(f) + "(?)", f, one})
	}
	for mode := range 8 {
		for _, f := range []string{"week", "yearweek"} {
			calls = append(calls, dateCall{fmt.Sprintf("%s(?, %d)", f, mode), f, func(x any) []any { return []any{x, mode} }})
		}
	}
	for name := range units {
		calls = append(calls, dateCall{"EXTRACT(" + name + " FROM ?)", "extract", func(x any) []any { return []any{name, x} }})
		for _, other := range []any{"2023-02-28", aDateTime("2024-03-31 12:30:30.5")} {
			if !strings.Contains(name, "_") {
				calls = append(calls, dateCall{"TIMESTAMPDIFF(" + name + ", ?, " + sqlOf(other) + ")", "timestampdiff", func(x any) []any { return []any{name, x, other} }})
			}
		}
		for _, n := range []any{1, -1, 13, "1", "-2", "1:2", "1 2:3:4.5", "x", "1.5", decimal("1.5"), decimal("-1.5"), 1.25, 3000000, -3000000, nil, ""} {
			calls = append(calls,
				dateCall{"DATE_ADD(?, INTERVAL " + sqlOf(n) + " " + name + ")", "date_add", func(x any) []any { return []any{x, n, name} }},
				dateCall{"DATE_SUB(?, INTERVAL " + sqlOf(n) + " " + name + ")", "date_sub", func(x any) []any { return []any{x, n, name} }},
			)
		}
	}
	for _, f := range []string{"%Y-%m-%d %H:%i:%s.%f", "%y %c %e %k %l %h %I", "%M %b %W %a", "%D %j", "%U %u %V %v %X %x %w", "%p %r %T", "%%%q%", ""} {
		calls = append(calls,
			dateCall{"DATE_FORMAT(?, " + sqlOf(f) + ")", "date_format", func(x any) []any { return []any{x, f} }},
			dateCall{"TIME_FORMAT(?, " + sqlOf(f) + ")", "time_format", func(x any) []any { return []any{x, f} }},
		)
	}
	for _, other := range []any{"01:00:00.5", "-25:00:00", aTime("10:00:00"), "2024-01-01 00:00:00", aDateTime("2024-01-01 01:02:03.25"), aDate("2024-01-01"), "x", nil, 10203} {
		for _, f := range []string{"addtime", "subtime", "timediff", "datediff", "timestamp"} {
			calls = append(calls, dateCall{f + "(?, " + sqlOf(other) + ")", f, func(x any) []any { return []any{x, other} }})
		}
	}
	for _, z := range [][2]string{{"+00:00", "+02:30"}, {"-05:00", "+9:00"}, {"+00:00", "+15:00"}, {"x", "+00:00"}} {
		calls = append(calls, dateCall{fmt.Sprintf("CONVERT_TZ(?, '%s', '%s')", z[0], z[1]), "convert_tz", func(x any) []any { return []any{x, z[0], z[1]} }})
	}

	dates := []any{
		nil, "2024-02-29", "2023-12-31", "2024-01-01 00:00:00", "2023-02-28 23:59:59.999999", "1999-12-31 12:00:00.5", "0001-01-01", "9999-12-31 23:59:59",
		"2024-00-00", "2024-05-00", "0000-00-00", "2023-02-29", "x", "", "10:11:12", "-10:11:12.25", "838:59:59", "2024-01-31x", "20240131", "240131101112",
		aDate("2024-02-29"), aDate("2021-01-31"), aDateTime("2024-12-30 23:59:59"), aDateTime("1970-01-01 00:00:01.75"), aTime("-12:34:56"), aTime("100:00:00.125"),
		20240131, 20240131235959, 0, 101, -1, 102030, decimal("20240131101112.5"), decimal("1.5"), 1e30,
	}
	checkAgainstMariaDB(t, db, calls, dates)

	calls = nil
	for _, f := range []string{
		"%Y-%m-%d", "%d.%m.%y", "%Y-%m-%d %H:%i:%s", "%H:%i", "%h:%i %p", "%r", "%T", "%M %e %Y", "%b %D, %Y", "%Y %j", "%X%V %W", "%Y %u %w", "%x %v %a",
		"%Y-%m-%dT%H:%i:%s.%f", "%@ %#", "%s.%f", "%m", "%Y%m%d", "x",
	} {
		calls = append(calls, dateCall{"STR_TO_DATE(?, '" + f + "')", "str_to_date", func(x any) []any { return []any{x, f} }})
	}
	checkAgainstMariaDB(t, db, calls, []any{
		nil, "", "2024-02-29", "2023-02-29", "29.02.24", "1.1.70", "2024-02-29 23:59:59", "2024-02-29 24:00:00", "10:30", "12:30 AM", "12:30 PM", "13:30 PM", "1:2:3 pm",
		"10:11:12", "February 29 2024", "feb 3rd, 2024", "Feb 31st, 2024", "2024 060", "2024 366", "2023 366", "200442 Monday", "2004 42 1", "2004 1 0", "2020 53 Fri",
		"2024-02-29T01:02:03.25", "abc 123", "59.5", "60.5", "12", "20240229", "x", "2024-02-29x", " 2024-02-29 ", "2024-2-9", "24-2-9", 20240229,
	})

	calls = nil
	for _, f := range []string{"FROM_DAYS", "SEC_TO_TIME", "FROM_UNIXTIME"} {
		calls = append(calls, dateCall{f + "(?)", strings.ToLower(f), one})
	}
	for _, n := range []any{0, 1, 60, 366, -1, "30", "x", decimal("59.999"), 1e10} {
		calls = append(calls,
			dateCall{"MAKEDATE(?, " + sqlOf(n) + ")", "makedate", func(x any) []any { return []any{x, n} }},
			dateCall{"MAKETIME(?, 30, " + sqlOf(n) + ")", "maketime", func(x any) []any { return []any{x, 30, n} }},
			dateCall{"MAKETIME(?, " + sqlOf(n) + ", 1)", "maketime", func(x any) []any { return []any{x, n, 1} }},
		)
	}
	checkAgainstMariaDB(t, db, calls, []any{
		nil, 0, 1, -1, 69, 70, 99, 100, 365, 366, 730669, 3652424, 3652425, 838, 839, -838, -839, 2024, 9999, 10000, 3020399, 3020400, -3020400, 1714979289,
		decimal("1.5"), decimal("-59.9999999"), decimal("1714979289.123456"), 2.4, 1e30, "12", "1.25", "x",
	})
}

// mariaDBDiffers says where MariaDB answers otherwise than MySQL 8 does: for which calls
// and values, both regular expressions of SQL.
var mariaDBDiffers = []struct{ call, value, why string }{
	{"", "^'0000-00-00'$|^0$", "NO_ZERO_DATE is of MySQL's functions, too"},
	{"UNIX_TIMESTAMP", "", "what is no date is 0 to MySQL"},
	{"^(EXTRACT|DATE_FORMAT|timestampdiff)", "^TIME", "MySQL's TIME is of today"},
	{"EXTRACT|TIME_FORMAT|^addtime|^subtime", "^'[0-9]{4}-[0-9-]*x?'$", "a text without a time is a TIME to MySQL: 00:20:24"},
	{"EXTRACT|TIME_FORMAT", "^TIME'|^'(-?10:|838:)", "the days of a TIME are hours to MySQL"},
	{"EXTRACT|TIME_FORMAT|^HOUR|^MINUTE|^(MICRO)?SECOND|^TIME|^addtime|^subtime|^timediff", "20240131'?$|^1e", "a TIME out of range is 838:59:59 to MySQL, without places"},
	{"^EXTRACT\\(day |^EXTRACT\\(week", "", "MariaDB has days of a TIME; the week of a month 0 means nothing"},
	{"^TIME_FORMAT.*%[Yy]", "", "the parts of a date are 0 (manual 14.7)"},
	{"^DATE_FORMAT", "^'2024-00-00'$", "the days and weeks of a month 0 mean nothing"},
	{"^TIME_TO_SEC", "", "MySQL gives whole seconds"},
	{"^LAST_DAY", "^'2024-05-00'$", "MySQL needs the month only"},
	{"^(add|sub)time", "^DATE|^[0-9]{8}$", "a DATE has the time 00:00:00, a number none"},
	{"^(add|sub)time|^timestamp\\(", "", "MySQL's time 00:00:00 of a DATE; zeros in a date"},
	{"^timediff", "", "MySQL compares dates with dates; out of range it has no places"},
	{"^STR_TO_DATE", "2023-02-29|Feb 31st", "MySQL 8.0.35 knows the days of the month"},
	{"^FROM_DAYS", "^'x'$", "0 days are 0000-00-00"},
	{"^MAKETIME", "^-?[0-9.]{3,}$|1e", "a TIME out of range is 838:59:59 to MySQL, without places"},
	{"^SEC_TO_TIME", "[0-9.]{10,}$|1e|59.99", "as of MAKETIME; MySQL rounds"},
	{"INTERVAL", "^TIME'", "MySQL 8.0.28: a TIME and days are a date with time of today"},
	{"3000000 [a-z]*_microsecond", "", "more than six digits are microseconds to MySQL"},
}

// checkAgainstMariaDB compares the calls' values. Places at the end that are 0 do not
// count: MySQL's strings have six or none, MariaDB's as few as needed.
func checkAgainstMariaDB(t *testing.T, db *sql.DB, calls []dateCall, values []any) {
	t.Helper()
	places := regexp.MustCompile(`(:\d\d)(\.\d*?)0*$`)
	short := func(s string) string { return strings.TrimSuffix(places.ReplaceAllString(s, "$1$2"), ".") }
	count, explained := 0, 0
	for _, call := range calls {
		for _, x := range values {
			query := strings.Replace(call.sql, "?", sqlOf(x), 1)
			var want sql.NullString
			text := "NULL"
			if err := db.QueryRow("SELECT CAST(" + query + " AS CHAR)").Scan(&want); err != nil {
				text = err.Error()
			} else if want.Valid {
				text = want.String
			}
			got := evalDates(t, call.name, call.args(x)...)
			if got.err != nil {
				got.text = got.err.Error()
			}
			count++
			if short(got.text) == short(text) {
				continue
			}
			known := slices.ContainsFunc(mariaDBDiffers, func(d struct{ call, value, why string }) bool {
				return regexp.MustCompile(d.call).MatchString(call.sql) && regexp.MustCompile(d.value).MatchString(sqlOf(x))
			})
			if explained++; !known {
				t.Errorf("%s = %s, MariaDB %s %v", query, got.text, text, got.warnings)
			}
		}
	}
	t.Logf("%d compared, %d explained", count, explained)
}
