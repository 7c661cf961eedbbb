package builtin

import (
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// unixTimeFunctions are of the seconds since 1970 (manual 14.7).
var unixTimeFunctions = []*expr.Function{
	{
		Name: "from_unixtime", Min: 1, Max: 2, MayNull: true,
		Description: "The date with time of seconds since 1970, in the session's time zone; with a format, spelled as DATE_FORMAT does.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if len(args) == 2 {
				return resultFormatted(r, args)
			}
			return withPlaces(types.TypeDateTime, secondPlaces(args[0].Type())), nil
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			clock := zoneClockOf(c, call, n)
			for i := range n {
				if args[0].Null(i) || len(args) == 2 && args[1].Null(i) {
					out.SetNull(i)
					continue
				}
				if args[0].Kind == types.Int && len(args) == 1 {
					if seconds := args[0].I[args[0].At(i)]; seconds >= 0 && seconds <= maxUnix {
						out.I[i] = clock.packed(seconds, 0)
					} else {
						out.SetNull(i)
					}
					continue
				}
				seconds, micros, ok, err := unixSeconds(c, args[0].Value(i), call.Args[0].Type())
				switch {
				case err != nil:
					return nil, err
				case !ok || seconds < 0 || seconds > maxUnix:
					out.SetNull(i)
				case len(args) == 1:
					out.I[i] = clock.packed(seconds, micros)
				default:
					d := types.Unpack(clock.packed(seconds, micros))
					f := formatter{d: d, isDate: true, hours: int64(d.Hour)}
					out.Set(i, f.format(textOf(args[1].Value(i), call.Args[1].Type())))
				}
			}
			return out, nil
		},
	},
	{
		Name: "unix_timestamp", Min: 0, Max: 1, Description: "The seconds since 1970 of a date in the session's time zone, or of now.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			if len(args) == 0 {
				return typeInt(11), args, nil
			}
			if places := datePrecision(r, args[0]); places > 0 {
				return types.TypeDecimal(11+places, places).WithNullable(true), args, nil
			}
			return typeInt(11).WithNullable(true), args, nil
		},
		Vector: unixTimestamp,
	},
}

// maxUnix is the last second that MySQL 8.0.28 and later take for a Unix time:
// 3001-01-18 23:59:59 UTC.
const maxUnix = 32536771199

// unixSeconds is a number of seconds, and of microseconds beside; false: there are too many of them.
func unixSeconds(c *expr.Context, v types.Value, t *types.Type) (seconds, micros int64, ok bool, err error) {
	if v.Kind == types.Int {
		return v.I, 0, true, nil
	}
	x, err := types.ToDecimal(c.Env, v, -1, -1)
	if err != nil {
		return 0, 0, false, err
	}
	all := x.D.Rescale(secondPlaces(t))
	if seconds, ok = all.Truncate(0).Int64(); !ok || all.Sign() < 0 {
		return 0, 0, false, nil
	}
	micros, _ = all.Sub(types.NewDec(seconds, 0)).Mul(types.NewDec(types.MicrosPerSecond, 0)).Int64()
	return seconds, micros, true, nil
}

// unixTimestamp is UNIX_TIMESTAMP: 0 for what is no date, or none that a TIMESTAMP can
// have.
func unixTimestamp(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	out := c.NewVec(&call.T, n)
	if len(args) == 0 {
		for i := range n {
			out.I[i] = c.Now.Unix()
		}
		return out, nil
	}
	clock := zoneClockOf(c, call, n)
	packed := args[0].Kind == types.Date || args[0].Kind == types.DateTime
	for i := range n {
		if args[0].Null(i) {
			out.SetNull(i)
			continue
		}
		var at int64 // packed
		if packed {
			at = args[0].I[args[0].At(i)]
		} else if d, ok := dateOf(c, args[0].Value(i), anyParts); ok {
			at = d.Pack()
		}
		seconds, micros := clock.seconds(at), at&(1<<24-1)
		if seconds < 0 || seconds > maxUnix {
			seconds, micros = 0, 0
		}
		if call.T.Kind == types.Int {
			out.I[i] = seconds
		} else {
			out.D[i] = types.NewDec(seconds*types.MicrosPerSecond+micros, 6).Truncate(call.T.Scale)
		}
	}
	return out, nil
}

// zoneClock converts between the clock of a zone and the seconds since 1970. On most days a zone's clock does not jump: how far
// such a day is from that of UTC is found once.
type zoneClock struct {
	zone *time.Location
	days *[clockDays]clockDay // of the zone for seconds, of UTC for civil; nil: few times are asked for
}

// clockDay is a day of the zone, packed without its time, or of UTC, TO_DAYS.
type clockDay struct {
	day    int64    // 0: none is known yet
	offset int64    // of the zone, when the day begins in seconds since 1970; of UTC, how many seconds the zone is ahead of it
	even   bool     // the clock does not jump
	dates  [2]int64 // of UTC, the zone's dates in it, packed
}

const (
	clockDays    = 512
	secondsOfDay = 24 * 60 * 60
	firstUnixDay = 719528 // TO_DAYS('1970-01-01')
)

// zoneClockOf is a call's, for so many times.
func zoneClockOf(c *expr.Context, call *expr.Call, n int) *zoneClock {
	if z, ok := c.Kept(call).(*zoneClock); ok {
		return z
	}
	z := &zoneClock{zone: zoneOf(c.Env)}
	if n > 64 {
		z.days = new([clockDays]clockDay)
		c.Keep(call, z)
	}
	return z
}

// seconds is when the zone's clock shows a packed date, without its microseconds; -1 where it has no month or no day.
func (z *zoneClock) seconds(packed int64) int64 {
	day := packed >> 41
	if z.days == nil {
		if _, month, of := types.DateParts(packed); month == 0 || of == 0 {
			return -1
		}
		return types.Unpack(packed).Time(z.zone).Unix()
	}
	known := &z.days[day%clockDays]
	if known.day != day || day == 0 {
		first := types.Unpack(types.DateOf(packed))
		if first.Month == 0 || first.Day == 0 {
			return -1
		}
		last := first
		last.Hour, last.Minute, last.Second = 23, 59, 59
		from, to := first.Time(z.zone).Unix(), last.Time(z.zone).Unix()
		*known = clockDay{day: day, offset: from, even: to-from == secondsOfDay-1}
	}
	if !known.even {
		return types.Unpack(packed).Time(z.zone).Unix()
	}
	hour, minute, second := packed>>36&31, packed>>30&63, packed>>24&63
	return known.offset + hour*3600 + minute*60 + second
}

// packed is what the zone's clock shows so many seconds, not negative, after the beginning of 1970.
func (z *zoneClock) packed(seconds, micros int64) int64 {
	if z.days == nil {
		return types.CivilOfTime(time.Unix(seconds, micros*1000).In(z.zone)).Pack()
	}
	day := seconds/secondsOfDay + firstUnixDay
	known := &z.days[day%clockDays]
	if known.day != day {
		begin := seconds - seconds%secondsOfDay
		_, first := time.Unix(begin, 0).In(z.zone).Zone()
		_, last := time.Unix(begin+secondsOfDay-1, 0).In(z.zone).Zone()
		*known = clockDay{day: day, offset: int64(first), even: first == last}
		for i := range known.dates {
			d, _ := types.CivilOfDays((day*secondsOfDay+known.offset)/secondsOfDay + int64(i))
			known.dates[i] = d.Pack()
		}
	}
	if !known.even {
		return types.CivilOfTime(time.Unix(seconds, micros*1000).In(z.zone)).Pack()
	}
	begin := (day*secondsOfDay + known.offset) / secondsOfDay
	local := seconds + known.offset + firstUnixDay*secondsOfDay - begin*secondsOfDay // since the first of the dates began
	date := 0
	if local >= secondsOfDay {
		date, local = 1, local-secondsOfDay
	}
	of := uint32(local)
	return known.dates[date] | int64(of/3600)<<36 | int64(of/60%60)<<30 | int64(of%60)<<24 | micros
}
