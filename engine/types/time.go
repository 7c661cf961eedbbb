package types

// Civil is a date with a time of day, in no time zone. Month and Day may be 0:
// MySQL keeps '2024-00-00' and '0000-00-00', as sql_mode allows.
type Civil struct {
	Year, Month, Day     int
	Hour, Minute, Second int
	Micro                int
}

// Pack makes a number of it that orders as the dates do. A Date has the time 0,
// so that dates and datetimes compare as numbers.
func (c Civil) Pack() int64 {
	ym := int64(c.Year)*13 + int64(c.Month)
	ymd := ym<<5 | int64(c.Day)
	hms := int64(c.Hour)<<12 | int64(c.Minute)<<6 | int64(c.Second)
	return (ymd<<17|hms)<<24 | int64(c.Micro)
}

// Unpack is the inverse of [Civil.Pack].
func Unpack(packed int64) Civil {
	micro := packed & (1<<24 - 1)
	packed >>= 24
	hms := packed & (1<<17 - 1)
	ymd := packed >> 17
	ym := ymd >> 5
	return Civil{
		Year: int(ym / 13), Month: int(ym % 13), Day: int(ymd & 31),
		Hour: int(hms >> 12), Minute: int(hms >> 6 & 63), Second: int(hms & 63), Micro: int(micro),
	}
}

// DateOf is the date of a packed date with time.
func DateOf(packed int64) int64 { return packed &^ (1<<41 - 1) }
