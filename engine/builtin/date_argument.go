package builtin

import (
	"fmt"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// What the functions of dates and times have in common: how they read their arguments,
// and the types of their results. MySQL's rules are in Item::get_date, Item::get_time,
// Item::datetime_precision and Item::time_precision.

// parts says which dates a function takes.
type parts bool

const (
	anyParts parts = false // those with zeros in them, too: 2024-00-00
	allParts parts = true  // those with a month and a day; others are NULL
)

// warn gives a warning of the statement.
func warn(c *expr.Context, code uint16, format string, args ...any) {
	if c.Env != nil && c.Warn != nil {
		c.Warn(code, fmt.Sprintf(format, args...))
	}
}

// warnIncorrect says that a value is no date: warning 1292.
func warnIncorrect(c *expr.Context, text string) {
	warn(c, mysql.ER_TRUNCATED_WRONG_VALUE, "Incorrect datetime value: '%.128s'", text)
}

// warnTruncated says that a value was cut off: warning 1292.
func warnTruncated(c *expr.Context, what, text string) {
	warn(c, mysql.ER_TRUNCATED_WRONG_VALUE, "Truncated incorrect %s value: '%.128s'", what, text)
}

// warnFunction says that a function does not take a value: warning 1411.
func warnFunction(c *expr.Context, what, text, function string) {
	warn(c, mysql.ER_WRONG_VALUE_FOR_TYPE, "Incorrect %s value: '%.128s' for function %s", what, text, function)
}

// warnOverflow says that a date is beyond MySQL's range: warning 1441.
func warnOverflow(c *expr.Context, what string) {
	warn(c, mysql.ER_DATETIME_FUNCTION_OVERFLOW, "Datetime function: %s field overflow", what)
}

// textOf spells a value that is not NULL.
func textOf(v types.Value, t *types.Type) string {
	if v.Kind == types.String {
		return v.S
	}
	return string(types.AppendValue(nil, v, t))
}

// dateOf reads an argument that is not NULL as a date with time; of a TIME it is that of
// today, and of the number 0 the zero date, whatever sql_mode says of texts like it
// (number_to_datetime). ok is false where it is no date, or not all of one, after the warning that
// MySQL gives.
func dateOf(c *expr.Context, v types.Value, want parts) (d types.Civil, ok bool) {
	if v.Kind == types.Date || v.Kind == types.DateTime {
		d = types.Unpack(v.I)
		return d, want == anyParts || d.Month != 0 && d.Day != 0
	}
	if !isZeroNumber(v) {
		x, err := types.ToDateTime(c.Env, v, 6)
		if err != nil || x.IsNull() {
			return types.Civil{}, false
		}
		d = types.Unpack(x.I)
	}
	if want == allParts && (d.Month == 0 || d.Day == 0) {
		warnIncorrect(c, textOf(v, &types.TypeDouble))
		return d, false
	}
	return d, true
}

func isZeroNumber(v types.Value) bool {
	switch v.Kind {
	case types.Int, types.Uint, types.Bit:
		return v.I == 0
	case types.Float:
		return v.F == 0
	case types.Decimal:
		return v.D.IsZero()
	}
	return false
}

// timeOf reads an argument that is not NULL as a TIME, in microseconds.
func timeOf(c *expr.Context, v types.Value) (micros int64, ok bool) {
	x, err := types.ToTime(c.Env, v, 6)
	return x.I, err == nil && !x.IsNull()
}

// timeOrDateOf reads an argument as [timeOf] does, but leaves a text or number that has a
// date and a time what it is.
func timeOrDateOf(c *expr.Context, v types.Value) (d types.Civil, micros int64, isDate, ok bool) {
	if v.Kind == types.DateTime {
		return types.Unpack(v.I), 0, true, true
	}
	if v.Kind == types.String {
		if d, _, cut, is := types.TimeWithDate(v.S); is {
			if cut {
				warnTruncated(c, "time", v.S)
			}
			return d, 0, true, true
		}
	}
	const leastDate = 10000000000 // 1-00-00 00:00:00
	switch {
	case v.Kind == types.Int && v.I >= leastDate, v.Kind == types.Decimal && v.D.Cmp(types.NewDec(leastDate, 0)) >= 0:
		if d, ok := dateOf(c, v, anyParts); ok {
			return d, 0, true, true
		}
	}
	micros, ok = timeOf(c, v)
	return types.Civil{}, micros, false, ok
}

// explicitDateOf is [dateOf] for what converts as CAST does: sql_mode NO_ZERO_IN_DATE
// forbids a text or number with zeros in it, and NO_ZERO_DATE the zero date.
func explicitDateOf(c *expr.Context, v types.Value) (d types.Civil, ok bool) {
	if c.Mode&types.NoZeroDate != 0 && isZeroNumber(v) {
		warnIncorrect(c, textOf(v, &types.TypeDouble))
		return d, false
	}
	if c.Mode&types.NoZeroInDate == 0 || v.Kind == types.Date || v.Kind == types.DateTime {
		return dateOf(c, v, anyParts)
	}
	if d, ok = dateOf(c, v, anyParts); ok && (d.Month == 0 || d.Day == 0) && !d.IsZero() {
		warnIncorrect(c, textOf(v, &types.TypeDouble))
		return d, false
	}
	return d, ok
}

// zoneOf is the session's time zone.
func zoneOf(e *types.Env) *time.Location {
	if e == nil || e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// datePrecision is how many places of a second an argument has as a date with time: a
// constant text as many as it shows, any other text or DOUBLE 6.
func datePrecision(r *expr.Resolver, e expr.Expr) int {
	return precision(r, e, func(text string) (int, bool) {
		_, _, fsp, _, ok := types.ParseDateTime(text, 0, zoneOf(r.Env))
		return fsp, ok
	})
}

// timePrecision is [datePrecision] of a TIME.
func timePrecision(r *expr.Resolver, e expr.Expr) int {
	return precision(r, e, func(text string) (int, bool) {
		_, fsp, _, ok := types.ParseTime(text)
		return fsp, ok
	})
}

func precision(r *expr.Resolver, e expr.Expr, parse func(string) (int, bool)) int {
	t := e.Type()
	switch {
	case t.IsText() || t.Kind == types.JSON:
		if v, ok := r.Constant(e); ok && v.Kind == types.String {
			if fsp, ok := parse(v.S); ok {
				return min(fsp, 6)
			}
		}
		return 6
	case t.Kind == types.Float || t.Kind == types.Decimal || t.IsTemporal():
		return min(t.Scale, 6)
	}
	return 0
}

// withPlaces is a type of dates or times with places of a second.
func withPlaces(t types.Type, fsp int) types.Type {
	if fsp > 0 {
		t.Scale = fsp
		t.Length += 1 + fsp
	}
	return t
}

// typeInt is BIGINT of so many characters.
func typeInt(length int) types.Type {
	t := types.TypeInt
	t.Length = length
	return t
}

// resultInt is the Result of a function that gives a BIGINT of so many characters.
func resultInt(length int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return resultType(typeInt(length))
}

// resultText is the Result of a function that gives a text of at most so many characters,
// in the connection's collation.
func resultText(length int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(r *expr.Resolver, _ []expr.Expr) (types.Type, error) {
		return types.TypeString(length, r.Connection, types.CoerceLiteral), nil
	}
}

// resultBytes is the Result of a function that gives at most so many bytes.
func resultBytes(length int) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return resultType(types.TypeString(length, types.Binary, types.CoerceLiteral))
}

// resultType is the Result of a function that always has the type.
func resultType(t types.Type) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(*expr.Resolver, []expr.Expr) (types.Type, error) { return t, nil }
}

// dateTimeText is how a date with time is spelled where the result is a string: with six
// places, or none.
func dateTimeText(d types.Civil) string {
	fsp := 0
	if d.Micro != 0 {
		fsp = 6
	}
	return string(types.AppendDateTime(nil, d.Pack(), fsp))
}

// timeText is [dateTimeText] of a TIME.
func timeText(micros int64) string {
	fsp := 0
	if micros%types.MicrosPerSecond != 0 {
		fsp = 6
	}
	return string(types.AppendTime(nil, micros, fsp))
}

// limitTime holds a TIME in its range, with warning 1292.
func limitTime(c *expr.Context, micros int64) int64 {
	limited := min(max(micros, -types.MaxTime), types.MaxTime)
	if limited != micros {
		warnTruncated(c, "time", timeText(micros))
	}
	return limited
}
