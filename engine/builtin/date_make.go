package builtin

import (
	"math"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// dateMakeFunctions make dates and times of other values (manual 14.7).
var dateMakeFunctions = []*expr.Function{
	{
		Name: "date", Min: 1, Max: 1, MayNull: true, Result: resultType(types.TypeDate),
		Description: "The date of a date with time.",
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			v := args[0]
			for i := range n {
				switch {
				case v.Null(i):
					out.SetNull(i)
				case v.Kind == types.Date || v.Kind == types.DateTime:
					out.I[i] = types.DateOf(v.I[v.At(i)])
				default:
					if d, ok := explicitDateOf(c, v.Value(i)); ok {
						out.I[i] = d.Date().Pack()
					} else {
						out.SetNull(i)
					}
				}
			}
			return out, nil
		},
	},
	{
		Name: "time", Min: 1, Max: 1, MayNull: true, Description: "The time of a date with time.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return withPlaces(types.TypeTime, timePrecision(r, args[0])), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return types.ToTime(c.Env, args[0], call.T.Scale)
		},
	},
	{
		Name: "timestamp", Min: 1, Max: 2, MayNull: true,
		Description: "A value as a date with time; with a second argument, that time added.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			places := datePrecision(r, args[0])
			if len(args) == 2 {
				places = max(places, timePrecision(r, args[1]))
			}
			return withPlaces(types.TypeDateTime, places), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			d, ok := explicitDateOf(c, args[0])
			if ok {
				d, ok = d.Round(call.T.Scale, c.Mode&types.TimeTruncateFractional != 0)
			}
			if x := types.DateTimeValue(d.Pack()); ok && len(args) == 1 {
				return x, nil
			} else if ok {
				return addTime(c, call, x, args[1], 1)
			}
			return types.Value{}, nil
		},
	},
	{
		Name: "last_day", Min: 1, Max: 1, MayNull: true, Result: resultType(types.TypeDate),
		Description: "The last day of the month.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			d, ok := dateOf(c, args[0], anyParts)
			if ok && d.Month == 0 {
				warnIncorrect(c, dateTimeText(d))
			}
			if !ok || d.Month == 0 {
				return types.Value{}, nil
			}
			return types.DateValue(d.LastDay().Pack()), nil
		},
	},
	{
		Name: "makedate", Min: 2, Max: 2, MayNull: true, Params: []expr.Want{expr.Integer}, Result: resultType(types.TypeDate),
		Description: "The date of a year and a day of the year.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			year, day := args[0].I, args[1].I
			if year < 0 || year > 9999 || day <= 0 || day > 3652500 {
				return types.Value{}, nil
			}
			if year < 100 {
				year = int64(twoDigitYear(int(year)))
			}
			d, ok := types.CivilOfDays(types.DaysOf(int(year), 1, 1) + day - 1)
			if !ok {
				return types.Value{}, nil
			}
			return types.DateValue(d.Pack()), nil
		},
	},
	{
		Name: "maketime", Min: 3, Max: 3, MayNull: true, Description: "The time of hours, minutes and seconds.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			t := withPlaces(types.TypeTime, secondPlaces(args[2].Type()))
			hours := args[0]
			if hours.Type().Kind != types.Uint {
				hours = r.Want(hours, expr.Integer)
			}
			return t.WithNullable(true), []expr.Expr{hours, r.Want(args[1], expr.Integer), args[2]}, nil
		},
		Scalar: makeTime,
	},
	{
		Name: "sec_to_time", Min: 1, Max: 1, MayNull: true, Description: "The time of a number of seconds.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return withPlaces(types.TypeTime, secondPlaces(args[0].Type())), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			x, err := types.ToDecimal(c.Env, args[0], -1, -1)
			if err != nil {
				return types.Value{}, err
			}
			micros, ok := x.D.Mul(types.NewDec(types.MicrosPerSecond, 0)).Int64()
			if limit := types.MaxTime + types.MicrosPerSecond - 1; !ok || abs(micros) > limit || micros == math.MinInt64 {
				warnTruncated(c, "time", textOf(args[0], call.Args[0].Type()))
				micros = min(max(micros, -types.MaxTime), types.MaxTime)
			}
			return types.TimeValue(types.RoundMicros(micros, call.T.Scale, c.Mode&types.TimeTruncateFractional != 0)), nil
		},
	},
	{
		Name: "from_days", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Integer}, Result: resultType(types.TypeDate),
		Description: "The date of a number of days since the year 0, as TO_DAYS gives it.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			d, _ := types.CivilOfDays(args[0].I)
			return types.DateValue(d.Pack()), nil
		},
	},
	{
		Name: "convert_tz", Min: 3, Max: 3, MayNull: true, Description: "A date with time of one time zone in another.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			t := withPlaces(types.TypeDateTime, datePrecision(r, args[0]))
			return t.WithNullable(true), []expr.Expr{args[0], r.Want(args[1], expr.Text), r.Want(args[2], expr.Text)}, nil
		},
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			from, ok := Zone(args[1].S)
			if !ok {
				return types.Value{}, nil
			}
			to, ok := Zone(args[2].S)
			if !ok {
				return types.Value{}, nil
			}
			d, ok := dateOf(c, args[0], allParts)
			if !ok {
				return types.Value{}, nil
			}
			// What a TIMESTAMP cannot have is left as it is.
			if at := d.Time(from); at.Unix() > 0 && at.Unix() <= maxUnix {
				d = types.CivilOfTime(at.In(to))
			}
			return types.DateTimeValue(d.Pack()), nil
		},
	},
}

func makeTime(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	minute := args[1].I
	second, err := types.ToDecimal(c.Env, args[2], -1, -1)
	if err != nil {
		return types.Value{}, err
	}
	micros, ok := second.D.Mul(types.NewDec(types.MicrosPerSecond, 0)).Int64()
	if !ok || minute < 0 || minute > 59 || micros < 0 || micros >= 60*types.MicrosPerSecond {
		return types.Value{}, nil
	}
	hour, negative := args[0].I, args[0].Kind == types.Int && args[0].I < 0
	if negative {
		hour = -hour
	}
	const most = 838
	x := types.MaxTime
	if hour >= 0 && hour <= most {
		x = hour*3600*types.MicrosPerSecond + minute*60*types.MicrosPerSecond + micros
	}
	if hour < 0 || hour > most || x > types.MaxTime {
		text := textOf(args[0], call.Args[0].Type())
		text += string(types.AppendTime(nil, minute*60*types.MicrosPerSecond+micros, 0)[2:])
		warnTruncated(c, "time", text)
		x = types.MaxTime
	}
	if negative {
		x = -x
	}
	return types.TimeValue(types.RoundMicros(x, call.T.Scale, c.Mode&types.TimeTruncateFractional != 0)), nil
}

// TemporalLiteral is the value of DATE'…', TIME'…' or TIMESTAMP'…', of the kind Date, Time
// or DateTime, and its type. A text that is none of that kind, or not all of it, or that
// sql_mode forbids, is error 1525.
func TemporalLiteral(kind types.Kind, text string, e *types.Env) (types.Value, types.Type, error) {
	mode := types.Mode(0)
	if e != nil {
		mode = e.Mode
	}
	if kind == types.Time {
		_, _, _, dated := types.TimeWithDate(text)
		x, fsp, truncated, ok := types.ParseTime(text)
		if !ok || truncated || dated {
			return types.Value{}, types.Type{}, wrongLiteral("TIME", text)
		}
		return types.TimeValue(x), withPlaces(types.TypeTime, min(fsp, 6)), nil
	}
	d, hasTime, fsp, truncated, ok := types.ParseDateTime(text, mode, zoneOf(e))
	if kind == types.Date {
		if !ok || truncated || hasTime {
			return types.Value{}, types.Type{}, wrongLiteral("DATE", text)
		}
		return types.DateValue(d.Pack()), types.TypeDate, nil
	}
	if !ok || truncated || !hasTime {
		return types.Value{}, types.Type{}, wrongLiteral("DATETIME", text)
	}
	return types.DateTimeValue(d.Pack()), withPlaces(types.TypeDateTime, min(fsp, 6)), nil
}

func wrongLiteral(kind, text string) error {
	return mysql.NewError(mysql.ER_WRONG_VALUE, "Incorrect "+kind+" value: '"+text+"'")
}
