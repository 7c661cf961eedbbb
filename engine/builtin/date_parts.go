package builtin

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// datePartFunctions take dates and times apart (manual 14.7).
var datePartFunctions = []*expr.Function{
	datePart("year", "The year of a date, 0 to 9999.", 5, anyParts, func(x int64) int64 { year, _, _ := types.DateParts(x); return int64(year) }),
	datePart("quarter", "The quarter of the year, 1 to 4.", 2, anyParts, func(x int64) int64 { _, month, _ := types.DateParts(x); return int64(month+2) / 3 }),
	datePart("month", "The month of a date, 0 to 12.", 3, anyParts, func(x int64) int64 { _, month, _ := types.DateParts(x); return int64(month) }),
	datePart("day", "The day of the month, 0 to 31.", 3, anyParts, func(x int64) int64 { _, _, day := types.DateParts(x); return int64(day) }),
	datePart("dayofmonth", "The day of the month, 0 to 31.", 3, anyParts, func(x int64) int64 { _, _, day := types.DateParts(x); return int64(day) }),
	datePart("dayofyear", "The day of the year, 1 to 366.", 4, allParts, func(x int64) int64 { return int64(types.Unpack(x).YearDay()) }),
	datePart("dayofweek", "The day of the week, 1 for Sunday to 7.", 2, allParts, func(x int64) int64 { return (dayNumber(x)+6)%7 + 1 }),
	datePart("weekday", "The day of the week, 0 for Monday to 6.", 2, allParts, func(x int64) int64 { return (dayNumber(x) + 5) % 7 }),
	datePart("weekofyear", "The week of the year, 1 to 53, as WEEK(date, 3).", 3, allParts, func(x int64) int64 { return int64(types.Unpack(x).Week(3)) }),
	datePart("to_days", "The number of days since the year 0.", 8, allParts, dayNumber),
	datePart("to_seconds", "The number of seconds since the year 0.", 13, allParts, func(x int64) int64 {
		return dayNumber(x)*86400 + clockOf(x)/types.MicrosPerSecond
	}),

	timePart("hour", "The hour of a time, which may be beyond 23.", 4, func(x int64) int64 { return abs(x) / 3600 / types.MicrosPerSecond }),
	timePart("minute", "The minute of a time, 0 to 59.", 3, func(x int64) int64 { return abs(x) / 60 / types.MicrosPerSecond % 60 }),
	timePart("second", "The second of a time, 0 to 59.", 3, func(x int64) int64 { return abs(x) / types.MicrosPerSecond % 60 }),
	timePart("microsecond", "The microseconds of a time, 0 to 999999.", 7, func(x int64) int64 { return abs(x) % types.MicrosPerSecond }),
	timePart("time_to_sec", "A time in seconds.", 10, func(x int64) int64 { return x / types.MicrosPerSecond }),

	week("week", "The week of the year; the mode says how weeks are counted.", 3, types.Civil.Week),
	week("yearweek", "The year and the week, 202401; the mode is as of WEEK.", 7, types.Civil.YearWeek),

	dateName("dayname", "The name of the day of the week.", allParts, dayNames[:], func(x int64) int64 { return (dayNumber(x) + 5) % 7 }),
	dateName("monthname", "The name of the month.", anyParts, monthNames[:], func(x int64) int64 { _, month, _ := types.DateParts(x); return int64(month) - 1 }),

	{
		Name: "datediff", Min: 2, Max: 2, MayNull: true, Dates: true, Result: resultInt(9),
		Description: "The days from the second date to the first; times of day do not count.",
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			a, b := days(c, args[0]), days(c, args[1])
			for i := range n {
				first, okA := a(i)
				second, okB := b(i)
				if okA && okB {
					out.I[i] = first - second
				} else {
					out.SetNull(i)
				}
			}
			return out, nil
		},
		Row: func(c *expr.Context, _ *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
			first, okA, err := dayOf(c, args[0])
			if err != nil {
				return nil, err
			}
			second, okB, err := dayOf(c, args[1])
			if err != nil {
				return nil, err
			}
			if room.Kind = types.Null; okA && okB {
				room.Kind, room.I = types.Int, first-second
			}
			return room, nil
		},
	},
	{
		Name: "extract", Min: 2, Max: 2, MayNull: true,
		Description: "A part of a date or time: EXTRACT(unit FROM date).",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			u, err := unitOf(r, args[0])
			return typeInt(u.width), err
		},
		Vector: extract,
	},
	{
		Name: "period_add", Min: 2, Max: 2, Params: []expr.Want{expr.Integer}, Result: resultInt(7),
		Description: "Adds months to a period YYMM or YYYYMM.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			months, err := periodMonths(args[0].I, "period_add")
			if err != nil {
				return types.Value{}, err
			}
			return types.IntValue(monthsPeriod(months + args[1].I)), nil
		},
	},
	{
		Name: "period_diff", Min: 2, Max: 2, Params: []expr.Want{expr.Integer}, Result: resultInt(7),
		Description: "The months from the second period, YYMM or YYYYMM, to the first.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			a, err := periodMonths(args[0].I, "period_diff")
			if err != nil {
				return types.Value{}, err
			}
			b, err := periodMonths(args[1].I, "period_diff")
			return types.IntValue(a - b), err
		},
	},
}

var (
	dayNames   = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	monthNames = [...]string{
		"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
	}
)

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// dateAt is [dateOf] of a row; NULL is none.
func dateAt(c *expr.Context, v *types.Vec, i int, want parts) (types.Civil, bool) {
	if v.Null(i) {
		return types.Civil{}, false
	}
	if v.Kind == types.Date || v.Kind == types.DateTime {
		d := types.Unpack(v.I[v.At(i)])
		return d, want == anyParts || d.Month != 0 && d.Day != 0
	}
	if v.Kind == types.String {
		if d, ok := types.PlainDateTime(v.Str(i)); ok {
			return d, true
		}
	}
	return dateOf(c, v.Value(i), want)
}

// packedAt is dateAt, packed.
func packedAt(c *expr.Context, v *types.Vec, i int, want parts) (int64, bool) {
	if (v.Kind == types.Date || v.Kind == types.DateTime) && !v.Null(i) {
		x := v.I[v.At(i)]
		return x, want == anyParts || wholeDate(x)
	}
	d, ok := dateAt(c, v, i, want)
	return d.Pack(), ok
}

// quietDate is the date that all rows have; false where there is none, or a warning.
func quietDate(c *expr.Context, v *types.Vec) (types.Civil, bool) {
	quiet, env, warned := *c, *c.Env, false
	env.Warn = func(uint16, string) { warned = true }
	quiet.Env = &env
	d, ok := dateAt(&quiet, v, 0, allParts)
	return d, ok && !warned
}

// days are the day numbers of an argument's rows; false of those that have none.
func days(c *expr.Context, v *types.Vec) func(i int) (int64, bool) {
	if v.Same() && v.Len() > 0 {
		if d, ok := quietDate(c, v); ok {
			n := d.Days()
			return func(int) (int64, bool) { return n, true }
		}
	}
	if v.Same() || v.Kind != types.Date && v.Kind != types.DateTime {
		return func(i int) (int64, bool) {
			d, ok := dateAt(c, v, i, allParts)
			return d.Days(), ok
		}
	}
	last, number := int64(-1), int64(0)
	return func(i int) (int64, bool) {
		if v.Nulls != nil && v.Nulls[i] {
			return 0, false
		}
		day := types.DateOf(v.I[i])
		if day != last {
			year, month, of := types.DateParts(day)
			if month == 0 || of == 0 {
				return 0, false
			}
			last, number = day, types.DaysOf(year, month, of)
		}
		return number, true
	}
}

// dayOf is the day number of an argument's row; false where it has none.
func dayOf(c *expr.Context, arg expr.Step) (int64, bool, error) {
	if v, ok := arg.(expr.DateStep); ok {
		if date, ok := v.Date(); ok {
			return types.Unpack(date).Days(), true, nil
		}
	}
	x, err := arg.Value()
	if err != nil || x.Kind == types.Null {
		return 0, false, err
	}
	if x.Kind == types.String {
		if d, ok := types.PlainDateTime(x.S); ok {
			return d.Days(), true, nil
		}
	}
	d, ok := dateOf(c, *x, allParts)
	return d.Days(), ok, nil
}

// dayNumber is TO_DAYS of a packed date.
func dayNumber(packed int64) int64 { return types.DaysOf(types.DateParts(packed)) }

// clockOf is the microseconds of the day of a packed date with time.
func clockOf(packed int64) int64 {
	hms := packed >> 24
	seconds := hms>>12&31*3600 + hms>>6&63*60 + hms&63
	return seconds*types.MicrosPerSecond + packed&(1<<24-1)
}

// wholeDate tells whether a packed date has a month and a day.
func wholeDate(packed int64) bool {
	_, month, day := types.DateParts(packed)
	return month != 0 && day != 0
}

// datePart is a function that computes a number of a packed date.
func datePart(name, description string, length int, want parts, part func(int64) int64) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, MayNull: true, Dates: true, Description: description, Result: resultInt(length),
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			v, out := args[0], c.NewVec(&call.T, n)
			if packedDates(v) {
				for i, x := range v.I[:n] {
					if v.Nulls != nil && v.Nulls[i] || want == allParts && !wholeDate(x) {
						out.SetNull(i)
					} else {
						out.I[i] = part(x)
					}
				}
				return out, nil
			}
			for i := range n {
				if x, ok := packedAt(c, v, i, want); ok {
					out.I[i] = part(x)
				} else {
					out.SetNull(i)
				}
			}
			return out, nil
		},
	}
}

// packedDates tells whether a column has a packed date, maybe with time, for each row.
func packedDates(v *types.Vec) bool {
	return (v.Kind == types.Date || v.Kind == types.DateTime) && !v.Same()
}

// timePart is a function that computes a number of a TIME, given in microseconds.
func timePart(name, description string, length int, part func(int64) int64) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, MayNull: true, Description: description, Result: resultInt(length),
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			v, out := args[0], c.NewVec(&call.T, n)
			if packedDates(v) {
				for i, x := range v.I[:n] {
					out.I[i] = part(clockOf(x))
				}
				out.Nulls = v.Nulls
				return out, nil
			}
			for i := range n {
				if v.Null(i) {
					out.SetNull(i)
				} else if x, ok := timeOf(c, v.Value(i)); ok {
					out.I[i] = part(x)
				} else {
					out.SetNull(i)
				}
			}
			return out, nil
		},
	}
}

// week is WEEK or YEARWEEK. Without a mode WEEK counts as default_week_format says,
// YEARWEEK by mode 0.
func week(name, description string, length int, of func(types.Civil, int) int) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 2, MayNull: true, Description: description, Result: resultInt(length),
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			if len(args) == 2 {
				args = []expr.Expr{args[0], r.Want(args[1], expr.Integer)}
			}
			return typeInt(length).WithNullable(true), args, nil
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out, mode := c.NewVec(&call.T, n), int64(0)
			if len(args) == 1 && name == "week" {
				mode = defaultWeekFormat(c)
			}
			for i := range n {
				if len(args) == 2 {
					if args[1].Null(i) {
						out.SetNull(i)
						continue
					}
					mode = args[1].I[args[1].At(i)]
				}
				if d, ok := dateAt(c, args[0], i, allParts); ok {
					out.I[i] = int64(of(d, int(mode&7)))
				} else {
					out.SetNull(i)
				}
			}
			return out, nil
		},
	}
}

// defaultWeekFormat is the system variable.
func defaultWeekFormat(c *expr.Context) int64 {
	if c.Session == nil {
		return 0
	}
	v, _, err := c.Session.SystemVariable("session", "default_week_format")
	if err != nil || v.IsNull() {
		return 0
	}
	return v.I
}

// dateName is a function that gives a packed date a word, by its place among all of them; -1: NULL.
func dateName(name, description string, want parts, words []string, which func(int64) int64) *expr.Function {
	dict := &types.Dict{Values: words}
	return &expr.Function{
		Name: name, Min: 1, Max: 1, MayNull: true, Description: description, Result: resultText(9),
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := types.VecOf(&call.T, n)
			out.Dict, out.Codes = dict, make([]uint32, n)
			for i := range n {
				word := int64(-1)
				if x, ok := packedAt(c, args[0], i, want); ok {
					word = which(x)
				}
				if word < 0 {
					out.SetNull(i)
				} else {
					out.Codes[i] = uint32(word)
				}
			}
			return out, nil
		},
	}
}

// periodMonths is a period YYMM or YYYYMM in months. Others are error 1210.
func periodMonths(period int64, function string) (int64, error) {
	year, month := period/100, period%100
	if period <= 0 || month < 1 || month > 12 {
		return 0, mysql.NewError(mysql.ER_WRONG_ARGUMENTS, "Incorrect arguments to "+function)
	}
	switch {
	case year < 70:
		year += 2000
	case year < 100:
		year += 1900
	}
	return year*12 + month - 1, nil
}

func monthsPeriod(months int64) int64 {
	if months == 0 {
		return 0
	}
	year := months / 12
	switch {
	case year < 70:
		year += 2000
	case year < 100:
		year += 1900
	}
	return year*100 + months%12 + 1
}

// unit is a unit of intervals and of EXTRACT.
type unit struct {
	name string
	date bool // of years, months and days only
	// fields are of which parts it is made, as indexes of year, month, day, hour, minute,
	// second and microsecond; one, where it is not a compound.
	first, last int
	times       int64 // how many of the field one of the unit is
	width       int   // of what EXTRACT gives, in characters, with a sign
}

// The fields.
const (
	yearField = iota
	monthField
	dayField
	hourField
	minuteField
	secondField
	microField
)

var units = func() map[string]*unit {
	all := []*unit{
		{"year", true, yearField, yearField, 1, 5},
		{"quarter", true, monthField, monthField, 3, 2},
		{"month", true, monthField, monthField, 1, 3},
		{"week", true, dayField, dayField, 7, 3},
		{"day", true, dayField, dayField, 1, 3},
		{"hour", false, hourField, hourField, 1, 4},
		{"minute", false, minuteField, minuteField, 1, 3},
		{"second", false, secondField, secondField, 1, 3},
		{"microsecond", false, microField, microField, 1, 7},
		{"year_month", true, yearField, monthField, 1, 7},
		{"day_hour", false, dayField, hourField, 1, 6},
		{"day_minute", false, dayField, minuteField, 1, 8},
		{"day_second", false, dayField, secondField, 1, 10},
		{"day_microsecond", false, dayField, microField, 1, 16},
		{"hour_minute", false, hourField, minuteField, 1, 6},
		{"hour_second", false, hourField, secondField, 1, 8},
		{"hour_microsecond", false, hourField, microField, 1, 14},
		{"minute_second", false, minuteField, secondField, 1, 5},
		{"minute_microsecond", false, minuteField, microField, 1, 11},
		{"second_microsecond", false, secondField, microField, 1, 9},
	}
	m := make(map[string]*unit, len(all))
	for _, u := range all {
		m[u.name] = u
	}
	return m
}()

// unitOf is the unit that a literal names.
func unitOf(r *expr.Resolver, e expr.Expr) (*unit, error) {
	v, ok := r.Constant(e)
	if ok {
		if u := units[strings.ToLower(v.S)]; u != nil {
			return u, nil
		}
	}
	return &unit{}, fmt.Errorf("builtin: %s is no unit of time", e)
}

// extract computes EXTRACT. Units that have a time are those of a TIME, where the hours
// may be many; of a date with time they have its day.
func extract(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	out := c.NewVec(&call.T, n)
	u := units[strings.ToLower(args[0].Value(0).S)]
	for i := range n {
		var field [microField + 1]int64
		sign := int64(1)
		if u.date {
			d, ok := dateAt(c, args[1], i, anyParts)
			if !ok {
				out.SetNull(i)
				continue
			}
			switch u.name {
			case "quarter":
				out.I[i] = int64(d.Month+2) / 3
				continue
			case "week":
				out.I[i] = int64(d.Week(int(defaultWeekFormat(c) & 7)))
				continue
			}
			field[yearField], field[monthField], field[dayField] = int64(d.Year), int64(d.Month), int64(d.Day)
		} else {
			if args[1].Null(i) {
				out.SetNull(i)
				continue
			}
			d, micros, isDate, ok := timeOrDateOf(c, args[1].Value(i))
			if !ok {
				out.SetNull(i)
				continue
			}
			if args[1].Kind == types.Date {
				d, isDate = types.Unpack(args[1].Value(i).I), true
			}
			if isDate {
				field[dayField], micros = int64(d.Day), d.MicrosOfDay()
			}
			if micros < 0 {
				sign, micros = -1, -micros
			}
			seconds := micros / types.MicrosPerSecond
			field[hourField], field[minuteField] = seconds/3600, seconds/60%60
			field[secondField], field[microField] = seconds%60, micros%types.MicrosPerSecond
		}
		x := int64(0)
		for f := u.first; f <= u.last; f++ {
			if f == microField && f != u.first {
				x *= types.MicrosPerSecond
			} else {
				x *= 100
			}
			x += field[f]
		}
		out.I[i] = x * sign
	}
	return out, nil
}
