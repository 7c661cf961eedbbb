package functions

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// Param declares a parameter.
type Param struct {
	Name        string
	Type        vector.Type // Int, Float, Date or a VarChar
	Default     string      // as SQL; empty: the argument must be given
	Min, Max    int64       // of an Int, which has 32 bits: the least and, where it is not 0, the greatest value
	OneOf       []string    // of a VarChar: the values, which take any letter case
	Description string
}

// Args are a call's arguments, one for each parameter.
type Args []Arg

// Arg is an argument of its parameter's type.
type Arg struct {
	Null  bool
	Int   int64 // of an Int: the value; of a Date: days since 1970-01-01
	Float float64
	Text  string
}

// HasNull tells whether any argument is NULL.
func (a Args) HasNull() bool {
	for _, x := range a {
		if x.Null {
			return true
		}
	}
	return false
}

// CheckCount refuses a number of arguments that the function cannot have, with
// MySQL's error 1318.
func (f *Func) CheckCount(n int) error { return checkCount("FUNCTION", f.Name, f.Params, n) }

// CheckCount refuses a number of arguments other than the procedure's, with
// MySQL's error 1318.
func (p *Proc) CheckCount(n int) error { return checkCount("PROCEDURE", p.Name, p.Params, n) }

// Bind makes arguments of values, each nil, int64, uint64, float64, string or
// time.Time. There are as many as parameters: the caller has put the defaults
// in. What is no value of its parameter is refused with MySQL's error 1210,
// which names function and parameter.
func (f *Func) Bind(values []any) (Args, error) {
	args, err := bind(f.Name, f.Params, values)
	if err == nil && f.Check != nil && !args.HasNull() {
		err = f.Check(args)
	}
	return args, err
}

// Bind makes arguments of values like [Func.Bind], and refuses NULL.
func (p *Proc) Bind(values []any) (Args, error) {
	for i, v := range values {
		if v == nil {
			return nil, wrongArguments(p.Name, "%s must not be NULL", p.Params[i].Name)
		}
	}
	return bind(p.Name, p.Params, values)
}

func checkCount(kind, name string, params []Param, n int) error {
	least := 0
	for _, p := range params {
		if p.Default == "" {
			least++
		}
	}
	expected := min(max(n, least), len(params))
	if n == expected {
		return nil
	}
	return mysql.NewDefaultError(mysql.ER_SP_WRONG_NO_OF_ARGS, kind, tables.Database+"."+name, expected, n)
}

// wrongArguments is MySQL's error 1210 with the reason.
func wrongArguments(name, format string, args ...any) error {
	return mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, name+": "+fmt.Sprintf(format, args...))
}

func bind(name string, params []Param, values []any) (Args, error) {
	args := make(Args, len(params))
	for i, p := range params {
		a, ok := p.convert(values[i])
		if !ok {
			return nil, wrongArguments(name, "%s must be %s, not %s", p.Name, p.wants(values[i]), show(values[i]))
		}
		args[i] = a
	}
	return args, nil
}

// convert makes an argument of a value. Strings count as what they spell, as
// MySQL converts them, but only where they spell it to the end.
func (p Param) convert(value any) (Arg, bool) {
	if value == nil {
		return Arg{Null: true}, true
	}
	switch p.Type.Kind {
	case vector.Int:
		n, ok := wholeNumber(value)
		return Arg{Int: n}, ok && n >= max(p.Min, math.MinInt32) && n <= math.MaxInt32 && (p.Max == 0 || n <= p.Max)
	case vector.Float:
		x, ok := number(value)
		return Arg{Float: x}, ok
	case vector.Date:
		d, ok := day(value)
		return Arg{Int: d}, ok
	case vector.String:
		s, ok := value.(string)
		if !ok || p.OneOf == nil {
			return Arg{Text: s}, ok
		}
		for _, one := range p.OneOf {
			if strings.EqualFold(s, one) {
				return Arg{Text: one}, true
			}
		}
	}
	return Arg{}, false
}

// wants says what value would be right in place of the one that is not.
func (p Param) wants(value any) string {
	switch p.Type.Kind {
	case vector.Int:
		n, ok := wholeNumber(value)
		switch {
		case p.Max != 0:
			return fmt.Sprintf("a whole number from %d to %d", p.Min, p.Max)
		case ok && n != int64(int32(n)):
			return "a whole number of 32 bits"
		case p.Min >= math.MinInt32:
			return fmt.Sprintf("a whole number of at least %d", p.Min)
		}
		return "a whole number"
	case vector.Float:
		return "a number"
	case vector.Date:
		return "a date"
	}
	if p.OneOf == nil {
		return "a string"
	}
	return "'" + strings.Join(p.OneOf, "' or '") + "'"
}

func show(value any) string {
	switch v := value.(type) {
	case string:
		return "'" + v + "'"
	case time.Time:
		return "'" + v.Format(time.DateTime) + "'"
	}
	return fmt.Sprint(value)
}

func wholeNumber(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n, true
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return int64(x), err == nil && x == math.Trunc(x) && math.Abs(x) < 1<<53
	}
	return 0, false
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
	}
	return 0, false
}

func day(value any) (int64, bool) {
	switch v := value.(type) {
	case time.Time:
		return Day(v), true
	case string:
		v = strings.TrimSpace(v)
		for _, layout := range []string{time.DateOnly, "2006-1-2", "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05.999999"} {
			if t, err := time.Parse(layout, v); err == nil {
				return Day(t), true
			}
		}
	}
	return 0, false
}

// Day is the number of t's calendar day since 1970-01-01.
func Day(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}
