package builtin

import (
	"math"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// dateArithmeticFunctions calculate with dates, times and intervals (manual 14.7). The
// binder passes the unit of an interval as a literal; date + INTERVAL n unit is date_add.
var dateArithmeticFunctions = []*expr.Function{
	addInterval("date_add", "Adds an interval to a date: DATE_ADD(date, INTERVAL n unit).", 3, false),
	addInterval("date_sub", "Subtracts an interval from a date: DATE_SUB(date, INTERVAL n unit).", 3, true),
	addInterval("adddate", "Adds an interval, or days, to a date.", 2, false),
	addInterval("subdate", "Subtracts an interval, or days, from a date.", 2, true),
	{
		Name: "timestampadd", Min: 3, Max: 3, Description: "Adds a number of units to a date: TIMESTAMPADD(unit, n, date).",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			t, err := intervalType(r, args[2], args[1], args[0])
			return t, args, err
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			return addIntervals(c, call, args[2], args[1], call.Args[1].Type(), args[0], n, false)
		},
	},
	{
		Name: "timestampdiff", Min: 3, Max: 3, MayNull: true, Dates: true,
		Description: "The whole units from the first date to the second: TIMESTAMPDIFF(unit, a, b).",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			_, err := unitOf(r, args[0])
			return typeInt(21), err
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			u := units[strings.ToLower(args[0].Value(0).S)]
			a, b := packedDatesOf(c, args[1], n), packedDatesOf(c, args[2], n)
			switch {
			case a == nil || b == nil:
			case u.last > monthField:
				packedDifferences(out, u.micros(), a, b, n)
				return out, nil
			default:
				packedMonths(out, u, a, b, n)
				return out, nil
			}
			for i := range n {
				a, okA := dateAt(c, args[1], i, allParts)
				b, okB := dateAt(c, args[2], i, allParts)
				if okA && okB {
					out.I[i] = difference(u, a, b)
				} else {
					out.SetNull(i)
				}
			}
			return out, nil
		},
	},
	{
		Name: "addtime", Min: 2, Max: 2, Resolve: resolveAddTime, Description: "Adds a time to a time or a date with time.",
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return addTime(c, call, args[0], args[1], 1)
		},
	},
	{
		Name: "subtime", Min: 2, Max: 2, Resolve: resolveAddTime, Description: "Subtracts a time from a time or a date with time.",
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return addTime(c, call, args[0], args[1], -1)
		},
	},
	{
		Name: "timediff", Min: 2, Max: 2, MayNull: true, Description: "The time from the second argument to the first, both times or both dates with time.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			t := withPlaces(types.TypeTime, max(timePrecision(r, args[0]), timePrecision(r, args[1]))).WithNullable(true)
			return t, []expr.Expr{dateBeside(r, args[0], args[1]), dateBeside(r, args[1], args[0])}, nil
		},
		Scalar: timeDiff,
	},
}

// addInterval is DATE_ADD or DATE_SUB: (date, n, unit). Without a unit it adds days.
func addInterval(name, description string, least int, subtract bool) *expr.Function {
	return &expr.Function{
		Name: name, Min: least, Max: 3, Description: description,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			if len(args) == 2 {
				day := expr.Literal{V: types.StringValue("day"), T: types.TypeString(3, r.Connection, types.CoerceLiteral)}
				args = []expr.Expr{args[0], args[1], &day}
			}
			t, err := intervalType(r, args[0], args[1], args[2])
			return t, args, err
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			return addIntervals(c, call, args[0], args[1], call.Args[1].Type(), args[2], n, subtract)
		},
	}
}

// dateTimeWidth is how long MySQL says that a text with a date and time may be.
const dateTimeWidth = 29

// intervalType is the type of a date with an interval added: by that of the date, and by
// whether the unit has a time (manual 14.7, DATE_ADD). Beside strings and numbers, of
// which only the value tells whether they have a time, it is a string.
func intervalType(r *expr.Resolver, date, amount, unit expr.Expr) (types.Type, error) {
	u, err := unitOf(r, unit)
	if err != nil {
		return types.Type{}, err
	}
	places := 0
	switch {
	case u.last == microField:
		places = 6
	case u.name == "second":
		places = secondPlaces(amount.Type())
	}
	t := types.TypeString(dateTimeWidth, r.Connection, types.CoerceLiteral)
	switch d := date.Type(); {
	case d.Kind == types.DateTime:
		t = withPlaces(types.TypeDateTime, max(d.Scale, places))
	case d.Kind == types.Date && u.date:
		t = types.TypeDate
	case d.Kind == types.Date:
		t = withPlaces(types.TypeDateTime, places)
	case d.Kind == types.Time && (u.date || u.first == dayField):
		t = withPlaces(types.TypeDateTime, max(d.Scale, places))
	case d.Kind == types.Time:
		t = withPlaces(types.TypeTime, max(d.Scale, places))
	}
	return t.WithNullable(true), nil
}

// secondPlaces is how many places a number of seconds has: those of a string are not known.
func secondPlaces(t *types.Type) int {
	switch {
	case t.Kind == types.Decimal || t.Kind == types.Float || t.IsText():
		return min(t.Scale, 6)
	case t.Kind == types.DateTime || t.Kind == types.Time:
		return t.Scale
	}
	return 0
}

// interval is an interval: some months, or days and a time, all of one sign.
type interval struct {
	months, days, micros int64
	tooLarge             bool
}

func addIntervals(c *expr.Context, call *expr.Call, dates, amounts *types.Vec, t *types.Type, unit *types.Vec, n int, subtract bool) (*types.Vec, error) {
	out := c.NewVec(&call.T, n)
	u := units[strings.ToLower(unit.Value(0).S)]
	var step interval
	known, ok := false, false
	var moved *movedDays
	var texts *movedTexts
	if amounts.Same() && dates.Kind == types.String && out.Kind == types.String && !dates.Same() && dates.Dict == nil {
		texts = &movedTexts{}
	}
	if amounts.Same() && dates.Kind == out.Kind && (dates.Kind == types.Date || dates.Kind == types.DateTime) && u.last > monthField {
		if moved, _ = c.Kept(call).(*movedDays); moved == nil {
			moved = &movedDays{}
			c.Keep(call, moved)
		}
	}
	for i := range n {
		if dates.Null(i) {
			out.SetNull(i)
			continue
		}
		if !known {
			known = amounts.Same()
			if step, ok = intervalOf(c, amounts.Value(i), t, u); subtract {
				step.months, step.days, step.micros = -step.months, -step.days, -step.micros
			}
			if step.micros != 0 || step.tooLarge || !ok {
				moved = nil
			}
		}
		if !ok {
			out.SetNull(i)
			continue
		}
		if moved != nil {
			out.Set(i, moved.value(c, dates.Value(i), step, u, &call.T))
			continue
		}
		if texts != nil {
			out.Set(i, texts.value(c, dates.Value(i), step, u, &call.T))
			continue
		}
		out.Set(i, plus(c, dates.Value(i), step, u, &call.T))
	}
	return out, nil
}

// movedTexts remembers what the texts of dates are an interval later, for a batch: those of days or months come again.
type movedTexts [64]struct {
	from string
	to   types.Value
}

// value is plus of a text and the interval that is that of all. A text that is not quite a date warns each time.
func (m *movedTexts) value(c *expr.Context, v types.Value, step interval, u *unit, t *types.Type) types.Value {
	hash := uint32(0)
	for i := max(len(v.S)-8, 0); i < len(v.S); i++ {
		hash = hash*31 + uint32(v.S[i])
	}
	known := &m[hash%uint32(len(m))]
	if known.from == v.S && v.S != "" {
		return known.to
	}
	to := plus(c, v, step, u, t)
	if _, plain := types.PlainDateTime(v.S); plain && !to.IsNull() {
		known.from, known.to = v.S, to
	}
	return to
}

// movedDays remembers what dates are some days later: rows have few.
type movedDays struct {
	days     int64
	from, to [512]int64 // by the last bits of a date, which tell its month and its day
}

// dateBits is where the date begins in a packed value; see [types.Civil.Pack].
const dateBits = 41

// value is plus of a date or a date and time, and an interval of days.
func (m *movedDays) value(c *expr.Context, v types.Value, step interval, u *unit, t *types.Type) types.Value {
	if m.days != step.days {
		*m = movedDays{days: step.days}
	}
	date := v.I >> dateBits
	at := date & int64(len(m.from)-1)
	if m.from[at] == date && date != 0 {
		v.I = m.to[at]<<dateBits | v.I&(1<<dateBits-1)
		return v
	}
	to := plus(c, v, step, u, t)
	if !to.IsNull() {
		m.from[at], m.to[at] = date, to.I>>dateBits
	}
	return to
}

// plus adds an interval to a value. NULL where the value is no date, and where the result
// is out of range, with warning 1441.
func plus(c *expr.Context, v types.Value, step interval, u *unit, t *types.Type) types.Value {
	if t.Kind == types.Time {
		x := v.I + step.days*types.MicrosPerDay + step.micros
		if step.tooLarge || x > types.MaxTime || x < -types.MaxTime {
			warnOverflow(c, "time")
			return types.Value{}
		}
		return types.TimeValue(x)
	}
	d, ok := dateOf(c, v, allParts)
	if !ok {
		return types.Value{}
	}
	switch {
	case step.tooLarge:
		ok = false
	case u.last <= monthField:
		d, ok = d.AddMonths(step.months)
	default:
		d, ok = d.AddMicros(step.days*types.MicrosPerDay + step.micros)
	}
	if !ok {
		warnOverflow(c, "datetime")
		return types.Value{}
	}
	switch {
	case t.Kind == types.Date:
		return types.DateValue(d.Date().Pack())
	case t.Kind == types.DateTime:
		return types.DateTimeValue(d.Pack())
	case u.date && !hasTime(c, v):
		return types.StringValue(string(types.AppendDate(nil, d.Pack())))
	}
	return types.StringValue(dateTimeText(d))
}

// hasTime tells whether a text or number, which is a date, has a time of day.
func hasTime(c *expr.Context, v types.Value) bool {
	switch v.Kind {
	case types.Date:
		return false
	case types.DateTime, types.Time:
		return true
	case types.String, types.Enum, types.Set, types.JSON:
		_, has, _, _, _ := types.ParseDateTime(strings.Trim(v.S, `"`), 0, zoneOf(c.Env))
		return has
	}
	x, _ := types.ToFloat(c.Env, v)
	whole := math.Trunc(x.F)
	_, has, _ := types.DateTimeFromNumber(int64(whole), 0)
	return has || whole != x.F
}

// intervalOf is what a value of a unit is. ok is false for NULL, and for a text of a
// compound unit that has more numbers than the unit has fields.
func intervalOf(c *expr.Context, v types.Value, t *types.Type, u *unit) (out interval, ok bool) {
	if v.IsNull() {
		return out, false
	}
	var field [microField + 1]int64
	negative := false
	switch {
	case u.first != u.last:
		if negative, ok = compound(textOf(v, t), field[u.first:u.last+1], u.last == microField); !ok {
			return out, false
		}
	case u.name == "second" && secondPlaces(t) > 0:
		x, err := types.ToDecimal(c.Env, v, -1, -1)
		if err != nil {
			return out, false
		}
		negative = x.D.Sign() < 0
		whole := x.D.Abs().Truncate(0)
		field[secondField], _ = whole.Int64()
		field[microField], _ = x.D.Abs().Sub(whole).Mul(types.NewDec(types.MicrosPerSecond, 0)).Truncate(0).Int64()
	default:
		x, err := types.ToInt(c.Env, v)
		if err != nil || x.I == math.MinInt64 {
			return interval{tooLarge: true}, err == nil
		}
		negative = x.I < 0
		field[u.first] = abs(x.I)
	}
	// A year of each, and more than all the years that there are, can be added.
	const years = 10000
	limits := [...]int64{years, years * 12, years * 366, years * 366 * 24, years * 366 * 1440, years * 366 * 86400, math.MaxInt64 / 2}
	for f, x := range field {
		if x > limits[f]/u.times {
			out.tooLarge = true
			return out, true
		}
		field[f] = x * u.times
	}
	out.months = field[yearField]*12 + field[monthField]
	out.days = field[dayField]
	seconds := field[hourField]*3600 + field[minuteField]*60 + field[secondField]
	// Whole days apart, so that the sum does not overflow.
	out.days += seconds/86400 + field[microField]/types.MicrosPerDay
	out.micros = seconds%86400*types.MicrosPerSecond + field[microField]%types.MicrosPerDay
	out.tooLarge = out.days > years*366
	if negative {
		out.months, out.days, out.micros = -out.months, -out.days, -out.micros
	}
	return out, true
}

// compound reads the numbers of a compound unit's text, anything between them, the last
// ones where there are fewer; fraction: the last is a fraction of a second. (MySQL's
// get_interval_info.)
func compound(text string, field []int64, fraction bool) (negative, ok bool) {
	text = strings.TrimLeft(text, " \t\r\n\v\f")
	if negative = strings.HasPrefix(text, "-"); negative {
		text = text[1:]
	}
	digit := func() bool { return text != "" && text[0] >= '0' && text[0] <= '9' }
	skip := func() {
		for text != "" && !digit() {
			text = text[1:]
		}
	}
	skip()
	count, length := 0, 0
	for count < len(field) {
		x := int64(0)
		for length = 0; digit(); length++ {
			if x > math.MaxInt64/10-1 {
				return negative, false
			}
			x = x*10 + int64(text[0]-'0')
			text = text[1:]
		}
		field[count] = x
		count++
		skip()
		if text == "" && count < len(field) {
			copy(field[len(field)-count:], field[:count])
			clear(field[:len(field)-count])
			break
		}
	}
	if fraction {
		for ; length < 6; length++ {
			field[len(field)-1] *= 10
		}
	}
	return negative, text == ""
}

// difference is TIMESTAMPDIFF.
func difference(u *unit, a, b types.Civil) int64 {
	if u.last <= monthField {
		sign := int64(1)
		if a.Pack() > b.Pack() {
			a, b, sign = b, a, -1
		}
		months := int64(b.Year-a.Year)*12 + int64(b.Month-a.Month)
		if b.Day < a.Day || b.Day == a.Day && b.MicrosOfDay() < a.MicrosOfDay() {
			months--
		}
		if u.name == "year" {
			months /= 12
		}
		return sign * months / u.times
	}
	return ((b.Days()-a.Days())*types.MicrosPerDay + b.MicrosOfDay() - a.MicrosOfDay()) / u.micros()
}

// packedDifferences are differences in a unit of so many microseconds.
func packedDifferences(out *types.Vec, unit int64, a, b *types.Vec, n int) {
	for i := range n {
		x, y := a.I[i], b.I[i]
		if a.Nulls != nil && a.Nulls[i] || b.Nulls != nil && b.Nulls[i] || !wholeDate(x) || !wholeDate(y) {
			out.SetNull(i)
			continue
		}
		micros := clockOf(y) - clockOf(x)
		if types.DateOf(x) != types.DateOf(y) {
			micros += (dayNumber(y) - dayNumber(x)) * types.MicrosPerDay
		}
		out.I[i] = micros / unit
	}
}

// packedDatesOf is a vector of packed dates, also of one date that all rows have; nil where it is none, or that warns.
func packedDatesOf(c *expr.Context, v *types.Vec, n int) *types.Vec {
	if packedDates(v) {
		return v
	}
	if !v.Same() || n == 0 || v.Null(0) {
		return nil
	}
	d, ok := quietDate(c, v)
	if !ok {
		return nil
	}
	all := types.NewVec(&types.TypeDateTime, n)
	x := d.Pack()
	for i := range all.I {
		all.I[i] = x
	}
	return all
}

// packedMonths are differences in a unit of so many months, or years.
func packedMonths(out *types.Vec, u *unit, a, b *types.Vec, n int) {
	unit := u.times
	if u.name == "year" {
		unit = 12
	}
	for i := range n {
		x, y := a.I[i], b.I[i]
		if a.Nulls != nil && a.Nulls[i] || b.Nulls != nil && b.Nulls[i] || !wholeDate(x) || !wholeDate(y) {
			out.SetNull(i)
			continue
		}
		sign := int64(1)
		if x > y {
			x, y, sign = y, x, -1
		}
		const ofMonth = 1<<46 - 1 // the day and the time
		ym, to := x>>46, y>>46
		months := to - ym - (to/13 - ym/13) // a year has thirteen, packed
		if y&ofMonth < x&ofMonth {
			months--
		}
		out.I[i] = sign * (months / unit)
	}
}

// micros is the length of a unit below the month.
func (u *unit) micros() int64 {
	one := types.MicrosPerSecond
	switch u.first {
	case dayField:
		one = types.MicrosPerDay * u.times
	case hourField:
		one *= 3600
	case minuteField:
		one *= 60
	case microField:
		one = 1
	}
	return one
}

// resolveAddTime types ADDTIME: a DATETIME or TIME as its first argument is, a string
// where that is anything else.
func resolveAddTime(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	t := types.TypeString(dateTimeWidth, r.Connection, types.CoerceLiteral)
	switch args[0].Type().Kind {
	case types.Time:
		t = withPlaces(types.TypeTime, max(timePrecision(r, args[0]), timePrecision(r, args[1])))
	case types.DateTime:
		t = withPlaces(types.TypeDateTime, max(datePrecision(r, args[0]), timePrecision(r, args[1])))
	}
	return t.WithNullable(true), args, nil
}

// addTime is ADDTIME, with sign -1 SUBTIME. What is to be added has to be a time; a date
// is NULL.
func addTime(c *expr.Context, call *expr.Call, a, b types.Value, sign int64) (types.Value, error) {
	if b.Kind == types.DateTime {
		return types.Value{}, nil
	}
	d, micros, isDate, ok := timeOrDateOf(c, a)
	if !ok {
		return types.Value{}, nil
	}
	_, step, wrong, ok := timeOrDateOf(c, b)
	if !ok || wrong {
		return types.Value{}, nil
	}
	if !isDate {
		x := limitTime(c, micros+sign*step)
		if call.T.Kind == types.Time {
			return types.TimeValue(x), nil
		}
		return types.StringValue(timeText(x)), nil
	}
	if d.Month == 0 || d.Day == 0 {
		return types.Value{}, nil
	}
	d, ok = d.AddMicros(sign * step)
	if !ok {
		warnOverflow(c, call.F.Name)
		return types.Value{}, nil
	}
	if call.T.Kind == types.DateTime {
		return types.DateTimeValue(d.Pack()), nil
	}
	return types.StringValue(dateTimeText(d)), nil
}

// dateBeside is an argument of TIMEDIFF: beside a date, a constant text that is one with time is read once.
func dateBeside(r *expr.Resolver, x, other expr.Expr) expr.Expr {
	if k := other.Type().Kind; k != types.Date && k != types.DateTime || x.Type().Kind != types.String {
		return x
	}
	v, ok := r.Constant(x)
	if !ok || v.IsNull() || len(v.S) == len("2024-02-29") {
		return x
	}
	d, ok := types.PlainDateTime(v.S)
	if !ok {
		return x
	}
	return &expr.Literal{V: types.DateTimeValue(d.Pack()), T: types.TypeDateTime}
}

// timeDiff is TIMEDIFF: NULL where one argument is a time and the other a date.
func timeDiff(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	isDate := func(v types.Value) bool { return v.Kind == types.Date || v.Kind == types.DateTime }
	if isDate(args[0]) && args[1].Kind == types.Time || isDate(args[1]) && args[0].Kind == types.Time {
		return types.Value{}, nil
	}
	var at [2]int64
	var dated [2]bool
	for i, v := range args {
		if isDate(args[0]) || isDate(args[1]) {
			d, ok := dateOf(c, v, anyParts)
			if !ok {
				return types.Value{}, nil
			}
			at[i], dated[i] = d.Days()*types.MicrosPerDay+d.MicrosOfDay(), hasTime(c, v)
			continue
		}
		d, micros, is, ok := timeOrDateOf(c, v)
		if !ok {
			return types.Value{}, nil
		}
		at[i], dated[i] = micros, is
		if is {
			at[i] = d.Days()*types.MicrosPerDay + d.MicrosOfDay()
		}
	}
	if dated[0] != dated[1] {
		return types.Value{}, nil
	}
	x := limitTime(c, at[0]-at[1])
	return types.TimeValue(types.RoundMicros(x, call.T.Scale, false)), nil
}
