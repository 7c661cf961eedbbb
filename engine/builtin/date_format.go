package builtin

import (
	"strconv"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// dateFormatFunctions spell dates and read them by a format (manual 14.7, DATE_FORMAT).
var dateFormatFunctions = []*expr.Function{
	{
		Name: "date_format", Min: 2, Max: 2, MayNull: true, Result: resultFormatted,
		Description: "Spells a date by a format, '%Y-%m-%d'.",
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			spelled := func(int64) types.Value { return types.Value{} }
			if args[1].Same() && n > 0 && !args[1].Null(0) {
				format := textOf(args[1].Value(0), call.Args[1].Type())
				if n > 64 && packedDates(args[0]) {
					spelledDatesOf(c, call, format).spell(out, args[0], n)
					return out, nil
				}
				spelled = formats(format)
			}
			for i := range n {
				d, ok := dateAt(c, args[0], i, anyParts)
				switch {
				case !ok || args[1].Null(i):
					out.SetNull(i)
				case args[1].Same():
					out.Set(i, spelled(d.Pack()))
				default:
					out.Set(i, formats(textOf(args[1].Value(i), call.Args[1].Type()))(d.Pack()))
				}
			}
			return out, nil
		},
	},
	{
		Name: "time_format", Min: 2, Max: 2, MayNull: true, Result: resultFormatted,
		Description: "Spells a time by a format, '%H:%i'.",
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			x, ok := timeOf(c, args[0])
			if !ok {
				return types.Value{}, nil
			}
			f := formatter{negative: x < 0}
			x = abs(x)
			seconds := x / types.MicrosPerSecond
			f.hours = seconds / 3600
			f.d = types.Civil{Hour: int(f.hours % 24), Minute: int(seconds / 60 % 60), Second: int(seconds % 60), Micro: int(x % types.MicrosPerSecond)}
			return f.format(textOf(args[1], call.Args[1].Type())), nil
		},
	},
	{
		Name: "get_format", Min: 2, Max: 2, MayNull: true,
		Description: "The format of dates of a region: GET_FORMAT(DATE, 'USA').",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString(17, r.Connection, types.CoerceLiteral), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			kind := strings.ToLower(args[0].S)
			if kind == "timestamp" {
				kind = "datetime"
			}
			format, ok := regionFormats[kind][strings.ToUpper(args[1].S)]
			if !ok {
				return types.Value{}, nil
			}
			return types.StringValue(format), nil
		},
	},
	strToDate,
}

// regionFormats are those of GET_FORMAT.
var regionFormats = map[string]map[string]string{
	"date": {"USA": "%m.%d.%Y", "JIS": "%Y-%m-%d", "ISO": "%Y-%m-%d", "EUR": "%d.%m.%Y", "INTERNAL": "%Y%m%d"},
	"datetime": {
		"USA": "%Y-%m-%d %H.%i.%s", "JIS": "%Y-%m-%d %H:%i:%s", "ISO": "%Y-%m-%d %H:%i:%s", "EUR": "%Y-%m-%d %H.%i.%s",
		"INTERNAL": "%Y%m%d%H%i%s",
	},
	"time": {"USA": "%h:%i:%s %p", "JIS": "%H:%i:%s", "ISO": "%H:%i:%s", "EUR": "%H.%i.%s", "INTERNAL": "%H%i%s"},
}

// resultFormatted is the type of a date by a format: the length that a constant format
// gives, at most ten characters for each of the format otherwise.
func resultFormatted(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
	t := args[1].Type()
	length := t.TextLength() * 10
	if v, ok := r.Constant(args[1]); ok && v.Kind == types.String {
		length = formattedLength(v.S)
	}
	by := types.CoerceLiteral
	if t.IsText() {
		by = t.Coercibility
	}
	return types.TypeString(length, r.Connection, by), nil
}

// formats spells packed dates by a format.
func formats(format string) func(packed int64) types.Value {
	return func(packed int64) types.Value {
		d := types.Unpack(packed)
		f := formatter{d: d, isDate: true, hours: int64(d.Hour)}
		return f.format(format)
	}
}

// spelledDates spells packed dates by a format, those that come again once: of what is not in the format they may differ.
type spelledDates struct {
	format string
	bits   int  // so many at the end of a packed date do not matter: those of the time, of the day, too, or none
	yearly bool // nor does the year
	known  [512]struct {
		key int64 // + 1
		v   types.Value
	}
}

// spelledDatesOf is a call's.
func spelledDatesOf(c *expr.Context, call *expr.Call, format string) *spelledDates {
	if s, ok := c.Kept(call).(*spelledDates); ok && s.format == format {
		return s
	}
	s := &spelledDates{format: format, bits: 46, yearly: true}
	for i := 0; i+1 < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		i++
		switch {
		case strings.IndexByte("mcMb%", format[i]) >= 0:
		case strings.IndexByte("Yy", format[i]) >= 0:
			s.yearly = false
		case strings.IndexByte("Dde", format[i]) >= 0:
			s.bits = min(s.bits, 41)
		case strings.IndexByte("jaWwUuVvXx", format[i]) >= 0:
			s.bits, s.yearly = min(s.bits, 41), false
		default:
			s.bits, s.yearly = 0, false
		}
	}
	c.Keep(call, s)
	return s
}

// spell gives n rows their dates' spellings.
func (s *spelledDates) spell(out, dates *types.Vec, n int) {
	for i, packed := range dates.I[:n] {
		if dates.Nulls != nil && dates.Nulls[i] {
			out.SetNull(i)
		} else {
			out.Write(i, s.of(packed))
		}
	}
}

func (s *spelledDates) of(packed int64) *types.Value {
	key := packed >> s.bits
	if s.yearly {
		_, month, day := types.DateParts(packed)
		if key = int64(month) << 5; s.bits == 41 {
			key |= int64(day)
		}
	}
	k := &s.known[uint64(key)%uint64(len(s.known))]
	if k.key != key+1 {
		k.key, k.v = key+1, formats(s.format)(packed)
	}
	return &k.v
}

// formattedLength is how many characters a format makes at most.
func formattedLength(format string) int {
	n := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i == len(format)-1 {
			n++
			continue
		}
		i++
		switch format[i] {
		case 'M', 'W':
			n += 9
		case 'D', 'Y', 'x', 'X':
			n += 4
		case 'a', 'b', 'j':
			n += 3
		case 'u', 'U', 'v', 'V', 'y', 'm', 'd', 'h', 'i', 'I', 'l', 'p', 'S', 's', 'c', 'e':
			n += 2
		case 'k', 'H':
			n += 7
		case 'r':
			n += 11
		case 'T':
			n += 8
		case 'f':
			n += 6
		default:
			n++
		}
	}
	return n
}

// formatter spells a date with time, or a time, of which the hours may be many.
type formatter struct {
	d        types.Civil
	hours    int64
	isDate   bool
	negative bool
}

// format is NULL for an empty format, and where the date lacks what is asked for.
func (f *formatter) format(format string) types.Value {
	if format == "" {
		return types.Value{}
	}
	dst := make([]byte, 0, 2*len(format))
	if f.negative {
		dst = append(dst, '-')
	}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i == len(format)-1 {
			dst = append(dst, format[i])
			continue
		}
		i++
		var ok bool
		if dst, ok = f.append(dst, format[i]); !ok {
			return types.Value{}
		}
	}
	return types.StringValue(string(dst))
}

// append spells one specifier. (MySQL's make_date_time.)
func (f *formatter) append(dst []byte, specifier byte) (out []byte, ok bool) {
	d := f.d
	hour12 := (f.hours%24+11)%12 + 1
	half := "AM"
	if f.hours%24 >= 12 {
		half = "PM"
	}
	weekday := d.Month != 0 || d.Year != 0
	switch specifier {
	case 'M', 'b':
		if d.Month == 0 {
			return dst, false
		}
		name := monthNames[d.Month-1]
		if specifier == 'b' {
			name = name[:3]
		}
		return append(dst, name...), true
	case 'W', 'a':
		if !f.isDate || !weekday {
			return dst, false
		}
		name := dayNames[d.Weekday()]
		if specifier == 'a' {
			name = name[:3]
		}
		return append(dst, name...), true
	case 'w':
		if !f.isDate || !weekday {
			return dst, false
		}
		return appendPadded(dst, int64(d.Weekday()+1)%7, 1), true
	case 'D':
		if !f.isDate {
			return dst, false
		}
		return append(appendPadded(dst, int64(d.Day), 1), ordinal(d.Day)...), true
	case 'j':
		if !f.isDate {
			return dst, false
		}
		return appendPadded(dst, int64(d.YearDay()), 3), true
	case 'u', 'U', 'v', 'V':
		if !f.isDate {
			return dst, false
		}
		return appendPadded(dst, int64(d.Week(weekModes[specifier])), 2), true
	case 'x', 'X':
		if !f.isDate {
			return dst, false
		}
		return appendPadded(dst, int64(d.YearWeek(weekModes[specifier])/100), 4), true
	case 'Y':
		return appendPadded(dst, int64(d.Year), 4), true
	case 'y':
		return appendPadded(dst, int64(d.Year%100), 2), true
	case 'm':
		return appendPadded(dst, int64(d.Month), 2), true
	case 'c':
		return appendPadded(dst, int64(d.Month), 1), true
	case 'd':
		return appendPadded(dst, int64(d.Day), 2), true
	case 'e':
		return appendPadded(dst, int64(d.Day), 1), true
	case 'H':
		return appendPadded(dst, f.hours, 2), true
	case 'k':
		return appendPadded(dst, f.hours, 1), true
	case 'h', 'I':
		return appendPadded(dst, hour12, 2), true
	case 'l':
		return appendPadded(dst, hour12, 1), true
	case 'i':
		return appendPadded(dst, int64(d.Minute), 2), true
	case 's', 'S':
		return appendPadded(dst, int64(d.Second), 2), true
	case 'f':
		return appendPadded(dst, int64(d.Micro), 6), true
	case 'p':
		return append(dst, half...), true
	case 'r', 'T':
		hour := f.hours
		if specifier == 'r' {
			hour = hour12
		}
		dst = append(appendPadded(dst, hour, 2), ':')
		dst = append(appendPadded(dst, int64(d.Minute), 2), ':')
		dst = appendPadded(dst, int64(d.Second), 2)
		if specifier == 'r' {
			dst = append(append(dst, ' '), half...)
		}
		return dst, true
	}
	return append(dst, specifier), true
}

// weekModes are the modes of WEEK by which the specifiers count.
var weekModes = map[byte]int{'U': 0, 'u': 1, 'V': 2, 'v': 3, 'X': 2, 'x': 3}

func ordinal(day int) string {
	if day >= 10 && day <= 19 {
		return "th"
	}
	switch day % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

// appendPadded spells a number that is not negative with at least so many digits.
func appendPadded(dst []byte, x int64, width int) []byte {
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], x, 10)
	for n := len(digits); n < width; n++ {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}
