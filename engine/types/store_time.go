package types

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// date stores DATE, DATETIME and TIMESTAMP. In strict mode every problem is error 1292;
// else a text that is none or has more behind it is truncated, 1265, and a date that there
// is not, or that sql_mode refuses, out of range, 1264 (set_datetime_warning).
func (a *storing) date(v Value, to *Type) (Value, error) {
	var c Civil
	formed, rest, ok := true, false, true
	mode := a.mode()
	if to.IsTimestamp() {
		mode = mode&^AllowInvalidDates | NoZeroInDate
	}
	switch v.Kind {
	case Date, DateTime:
		c = Unpack(v.I)
		ok = c.Valid(mode)
	case Time:
		c, ok = a.e.today().AddMicros(v.I)
	case String, Enum, Set:
		if c, _, _, rest, ok = ParseDateTime(v.S, mode, a.e.zone()); !ok {
			// A date that a month lacks, or that sql_mode refuses, is out of range; parts that no
			// date has make no date.
			_, _, _, _, formed = ParseDateTime(v.S, AllowInvalidDates, a.e.zone())
		}
	default:
		whole, micros, text := numberParts(v)
		var hasTime bool
		c, hasTime, ok = DateTimeFromNumber(whole, mode)
		if strings.HasPrefix(text, "-") {
			c, ok = Civil{}, false
		}
		if ok && hasTime && micros > 0 {
			c, ok = c.AddMicros(micros)
		}
	}
	if ok && to.Kind == DateTime {
		c, ok = c.Round(to.Scale, a.e.truncates())
	}
	if ok && to.IsTimestamp() {
		var err error
		if c, ok, err = a.timestamp(c, v, to); err != nil {
			return v, err
		}
	}
	if !ok || rest {
		if !ok {
			c = Civil{}
		}
		if err := a.dateRefused(v, to, formed && !rest); err != nil {
			return v, err
		}
	}
	if to.Kind == Date {
		if ok && c != c.Date() && v.Kind != Time {
			a.cut()
		}
		return DateValue(c.Date().Pack()), nil
	}
	return DateTimeValue(c.Pack()), nil
}

// timestamp is what the session's clock shows where a TIMESTAMP is stored: for a time that it skips, which is refused or a
// warning, when it goes on. ok is false outside of a TIMESTAMP's range.
func (a *storing) timestamp(c Civil, v Value, to *Type) (Civil, bool, error) {
	clock := ClockOf(a.e.zone())
	first, _, fit := clock.Instants(c.Pack())
	switch fit {
	case Early, Late:
		return c, false, nil
	case Skipped:
		if a.strict {
			return c, false, a.dateRefused(v, to, true)
		}
		a.e.warn(mysql.ER_WARN_INVALID_TIMESTAMP, "Invalid TIMESTAMP value in column '%s' at row %d", a.name, a.row)
		shown, _ := clock.Shown(first)
		return Unpack(shown), true, nil
	}
	return c, true, nil
}

func (a *storing) dateRefused(v Value, to *Type, formed bool) error {
	what := "datetime"
	switch to.Kind {
	case Date:
		what = "date"
	case Time:
		what = "time"
	}
	switch {
	case a.strict:
		text := v.S
		if v.Kind != String && v.Kind != Enum && v.Kind != Set {
			scale := 0
			if v.Kind == Decimal {
				scale = v.D.Scale()
			}
			text = string(AppendValue(nil, v, &Type{Kind: v.Kind, Scale: scale}))
		}
		return a.refuse(warnTruncated, "Incorrect %s value: '%s'", what, shown(text))
	case formed:
		return a.outOfRange()
	}
	return a.truncated()
}

func (a *storing) time(v Value, to *Type) (Value, error) {
	var x int64
	formed, rest, ok := true, false, true
	switch v.Kind {
	case Time:
		x = v.I
	case Date, DateTime:
		x = Unpack(v.I).MicrosOfDay()
	case String, Enum, Set:
		x, _, rest, ok = ParseTime(v.S)
		formed = ok && (x == MaxTime || x == -MaxTime)
	default:
		whole, micros, text := numberParts(v)
		if x, ok = TimeFromNumber(whole); ok {
			if strings.HasPrefix(text, "-") {
				micros = -micros
			}
			x += micros
		}
	}
	if !ok || rest {
		if err := a.dateRefused(v, to, formed); err != nil {
			return v, err
		}
	}
	return TimeValue(RoundMicros(x, to.Scale, a.e.truncates())), nil
}
