package builtin

import (
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/types"
)

func TestDateFunctions(t *testing.T) {
	for _, test := range []struct {
		name string
		args []any
		want string // the value and the type, or an error
		warn string
	}{
		// The manual's examples, and the rules of its types.
		{"date_add", []any{aDate("2018-05-01"), 1, "day"}, "2018-05-02 date", ""},
		{"date_sub", []any{"2018-05-01", 1, "year"}, "2017-05-01 char(29)", ""},
		{"date_add", []any{"2020-12-31 23:59:59", 1, "second"}, "2021-01-01 00:00:00 char(29)", ""},
		{"date_add", []any{"2100-12-31 23:59:59", "1:1", "minute_second"}, "2101-01-01 00:01:00 char(29)", ""},
		{"date_sub", []any{"2025-01-01 00:00:00", "1 1:1:1", "day_second"}, "2024-12-30 22:58:59 char(29)", ""},
		{"date_add", []any{"1900-01-01 00:00:00", "-1 10", "day_hour"}, "1899-12-30 14:00:00 char(29)", ""},
		{"date_add", []any{"1992-12-31 23:59:59.000002", "1.999999", "second_microsecond"}, "1993-01-01 00:00:01.000001 char(29)", ""},
		{"date_add", []any{"2024-03-30", 1, "month"}, "2024-04-30 char(29)", ""},
		{"date_add", []any{aDate("2024-01-31"), 1, "month"}, "2024-02-29 date", ""},
		{"date_add", []any{aDate("2024-02-29"), 1, "year"}, "2025-02-28 date", ""},
		{"date_add", []any{aDate("2024-02-29"), 1, "hour"}, "2024-02-29 01:00:00 datetime", ""},
		{"date_add", []any{aDate("2024-02-29"), decimal("1.5"), "second"}, "2024-02-29 00:00:01.5 datetime(1)", ""},
		{"date_add", []any{aDateTime("2024-02-29 00:00:00"), "1", "second"}, "2024-02-29 00:00:01.000000 datetime(6)", ""},
		{"date_add", []any{aDateTime("2024-02-29 00:00:00"), 1, "microsecond"}, "2024-02-29 00:00:00.000001 datetime(6)", ""},
		{"date_add", []any{aTime("10:00:00"), 90, "minute"}, "11:30:00 time", ""},
		{"date_add", []any{aTime("10:00:00"), 1, "day"}, "2024-05-07 10:00:00 datetime", ""},
		{"date_add", []any{aTime("838:00:00"), 1, "hour"}, "NULL time", "1441 Datetime function: time field overflow"},
		{"date_add", []any{"9999-12-31", 1, "day"}, "NULL char(29)", "1441 Datetime function: datetime field overflow"},
		{"date_add", []any{aDate("2024-01-01"), 1 << 62, "week"}, "NULL date", "1441 Datetime function: datetime field overflow"},
		{"date_add", []any{"x", 1, "day"}, "NULL char(29)", "1292 Incorrect datetime value: 'x'"},
		{"date_add", []any{"2006-05-00", 1, "day"}, "NULL char(29)", "1292 Incorrect datetime value: '2006-05-00'"},
		{"adddate", []any{aDate("2008-01-02"), 31}, "2008-02-02 date", ""},
		{"timestampadd", []any{"minute", 1, "2003-01-02"}, "2003-01-02 00:01:00 char(29)", ""},
		{"timestampdiff", []any{"month", "2003-02-01", "2003-05-01"}, "3 signed", ""},
		{"timestampdiff", []any{"year", "2002-05-01", "2001-01-01"}, "-1 signed", ""},
		{"timestampdiff", []any{"minute", "2003-02-01", "2003-05-01 12:05:55"}, "128885 signed", ""},
		{"addtime", []any{"2007-12-31 23:59:59.999999", "1 1:1:1.000002"}, "2008-01-02 01:01:01.000001 char(29)", ""},
		{"addtime", []any{aTime("01:00:00"), "02:00:00.5"}, "03:00:00.5 time(1)", ""},
		{"subtime", []any{aDateTime("2024-01-01 00:00:00"), aTime("00:00:01")}, "2023-12-31 23:59:59 datetime", ""},
		{"timediff", []any{"2008-12-31 23:59:59.000001", "2008-12-30 01:01:01.000002"}, "46:58:57.999999 time(6)", ""},
		{"timediff", []any{aDateTime("2024-01-01 00:00:00"), aTime("00:00:01")}, "NULL time", ""},
		{"datediff", []any{"2007-12-31 23:59:59", "2007-12-30"}, "1 signed", ""},
		{"period_add", []any{200801, 2}, "200803 signed", ""},
		{"period_diff", []any{200802, 200703}, "11 signed", ""},
		{"period_diff", []any{0, 200703}, "ERROR 1210 (HY000): Incorrect arguments to period_diff", ""},

		{"extract", []any{"year_month", "2019-07-02 01:02:03"}, "201907 signed", ""},
		{"extract", []any{"day_minute", "2019-07-02 01:02:03"}, "20102 signed", ""},
		{"extract", []any{"microsecond", "2003-01-02 10:30:00.000123"}, "123 signed", ""},
		{"month", []any{"2005-00-00"}, "0 signed", ""},
		{"year", []any{aDate("0000-00-00")}, "0 signed", ""},
		{"dayname", []any{aDate("0000-00-00")}, "NULL char(9)", ""},
		{"dayname", []any{"2007-02-03"}, "Saturday char(9)", ""},
		{"monthname", []any{20080203}, "February char(9)", ""},
		{"yearweek", []any{"1987-01-01"}, "198652 signed", ""},
		{"week", []any{"2008-12-31", 1}, "53 signed", ""},
		{"to_days", []any{950501}, "728779 signed", ""},
		{"to_seconds", []any{"2009-11-29 13:43:32"}, "63426721412 signed", ""},
		{"hour", []any{"272:59:59"}, "272 signed", ""},
		{"time_to_sec", []any{"22:23:00"}, "80580 signed", ""},

		{"date_format", []any{"2009-10-04 22:23:00", "%W %M %Y"}, "Sunday October 2009 char(24)", ""},
		{"date_format", []any{"1900-10-04 22:23:00", "%D %y %a %d %m %b %j"}, "4th 00 Thu 04 10 Oct 277 char(25)", ""},
		{"date_format", []any{"1999-01-01", "%X %V"}, "1998 52 char(7)", ""},
		{"date_format", []any{"2006-06-00", "%d"}, "00 char(2)", ""},
		{"time_format", []any{"100:00:00", "%H %k %h %I %l"}, "100 100 04 04 4 char(24)", ""},
		{"get_format", []any{"date", "EUR"}, "%d.%m.%Y char(17)", ""},
		{"str_to_date", []any{"01,5,2013", "%d,%m,%Y"}, "2013-05-01 date", ""},
		{"str_to_date", []any{"May 1, 2013", "%M %d,%Y"}, "2013-05-01 date", ""},
		{"str_to_date", []any{"a09:30:17", "a%h:%i:%s"}, "09:30:17 time", ""},
		{"str_to_date", []any{"09:30:17a", "%h:%i:%s"}, "09:30:17 time", "1292 Truncated incorrect time value: '09:30:17a'"},
		{"str_to_date", []any{"2024-05-06 1:02:03.5 PM", "%Y-%m-%d %h:%i:%s.%f %p"}, "2024-05-06 13:02:03.500000 datetime(6)", ""},
		{"str_to_date", []any{"200442 Monday", "%X%V %W"}, "2004-10-18 date", ""},
		{"str_to_date", []any{"9", "%m"}, "NULL date", "1411 Incorrect date value: '9' for function str_to_date"},
		{"str_to_date", []any{"abc", "abc"}, "NULL date", "1411 Incorrect date value: 'abc' for function str_to_date"},
		{"str_to_date", []any{"2021-11-31", "%Y-%m-%d"}, "NULL date", "1411 Incorrect date value: '2021-11-31' for function str_to_date"},
		{"str_to_date", []any{"2024-060", "%Y-%j"}, "2024-02-29 date", ""},

		{"date", []any{"2003-12-31 01:02:03"}, "2003-12-31 date", ""},
		{"time", []any{"2003-12-31 01:02:03.000123"}, "01:02:03.000123 time(6)", ""},
		{"timestamp", []any{"2003-12-31 12:00:00", "12:00:00"}, "2004-01-01 00:00:00 datetime", ""},
		{"last_day", []any{"2004-01-01 01:01:01"}, "2004-01-31 date", ""},
		{"last_day", []any{"2003-03-32"}, "NULL date", "1292 Incorrect datetime value: '2003-03-32'"},
		{"makedate", []any{2014, 365}, "2014-12-31 date", ""},
		{"makedate", []any{2011, 0}, "NULL date", ""},
		{"maketime", []any{12, 15, 30}, "12:15:30 time", ""},
		{"maketime", []any{-900, 15, 30}, "-838:59:59 time", "1292 Truncated incorrect time value: '-900:15:30'"},
		{"maketime", []any{1, 2, decimal("3.25")}, "01:02:03.25 time(2)", ""},
		{"sec_to_time", []any{2378}, "00:39:38 time", ""},
		{"sec_to_time", []any{decimal("-1.5")}, "-00:00:01.5 time(1)", ""},
		{"from_days", []any{730669}, "2000-07-03 date", ""},
		{"from_days", []any{1}, "0000-00-00 date", ""},
		{"from_unixtime", []any{1447430881}, "2015-11-13 16:08:01 datetime", ""},
		{"from_unixtime", []any{decimal("1447430881.25")}, "2015-11-13 16:08:01.25 datetime(2)", ""},
		{"from_unixtime", []any{-1}, "NULL datetime", ""},
		{"from_unixtime", []any{1447430881, "%Y"}, "2015 char(4)", ""},
		{"unix_timestamp", nil, "1714979289 signed", ""},
		{"unix_timestamp", []any{"2015-11-13 10:20:19"}, "1447410019 signed", ""},
		{"unix_timestamp", []any{"2015-11-13 10:20:19.012"}, "1447410019.012 decimal(14,3)", ""},
		{"convert_tz", []any{"2004-01-01 12:00:00", "GMT", "Europe/Berlin"}, "2004-01-01 13:00:00 datetime", ""},
		{"convert_tz", []any{aDateTime("2004-01-01 12:00:00.5"), "+00:00", "+10:00"}, "2004-01-01 22:00:00.5 datetime(1)", ""},
		{"convert_tz", []any{"2004-01-01 12:00:00", "Mars", "+10:00"}, "NULL datetime", ""},

		{"now", nil, "2024-05-06 07:08:09 datetime", ""},
		{"now", []any{3}, "2024-05-06 07:08:09.123 datetime(3)", ""},
		{"curtime", []any{6}, "07:08:09.123456 time(6)", ""},
		{"curdate", nil, "2024-05-06 date", ""},
		{"utc_timestamp", nil, "2024-05-06 07:08:09 datetime", ""},
		{"now", []any{7}, "ERROR 1426 (42000): Too-big precision 7 specified for 'now'. Maximum is 6.", ""},
	} {
		got := evalDates(t, test.name, test.args...)
		text := got.text + " " + got.typ.SQL()
		if got.err != nil {
			text = got.err.Error()
		}
		if warn := strings.Join(got.warnings, "; "); text != test.want || warn != test.warn {
			t.Errorf("%s%v = %s (%s), want %s (%s)", test.name, test.args, text, warn, test.want, test.warn)
		}
	}
}

func TestTemporalLiteral(t *testing.T) {
	env := testEnv(nil)
	for _, test := range []struct {
		kind types.Kind
		text string
		want string
	}{
		{types.Date, "2024-02-29", "2024-02-29 date"},
		{types.Date, "20240229", "2024-02-29 date"},
		{types.Date, "2023-02-29", "ERROR 1525 (HY000): Incorrect DATE value: '2023-02-29'"},
		{types.Date, "2024-02-29 00:00:00", "ERROR 1525 (HY000): Incorrect DATE value: '2024-02-29 00:00:00'"},
		{types.Date, "2024-00-00", "ERROR 1525 (HY000): Incorrect DATE value: '2024-00-00'"},
		{types.Time, "10:11:12.5", "10:11:12.5 time(1)"},
		{types.Time, "2024-02-29 00:00:00", "ERROR 1525 (HY000): Incorrect TIME value: '2024-02-29 00:00:00'"},
		{types.Time, "x", "ERROR 1525 (HY000): Incorrect TIME value: 'x'"},
		{types.DateTime, "2024-02-29 10:11:12.25", "2024-02-29 10:11:12.25 datetime(2)"},
		{types.DateTime, "2024-02-29 10:11:12+02:00", "2024-02-29 08:11:12 datetime"},
		{types.DateTime, "2024-02-29", "ERROR 1525 (HY000): Incorrect DATETIME value: '2024-02-29'"},
	} {
		v, typ, err := TemporalLiteral(test.kind, test.text, env)
		got := string(types.AppendValue(nil, v, &typ)) + " " + typ.SQL()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
	}
}

func TestZone(t *testing.T) {
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"+05:30": "17:30", "-3:00": "09:00", "+14:00": "02:00", "Europe/Berlin": "14:00", "UTC": "12:00",
		"": "", "+14:01": "", "-14:00": "", "+5": "", "+05:60": "", "Local": "", "x": "",
	} {
		got := ""
		if zone, ok := Zone(name); ok {
			got = at.In(zone).Format("15:04")
		}
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
