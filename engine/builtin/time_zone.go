package builtin

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones by their names, where the machine has none
)

// Zone finds a time zone as MySQL names them (manual 7.1.15): SYSTEM, an offset from
// '-13:59' to '+14:00', or a name of the tz database.
func Zone(name string) (*time.Location, bool) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), true
	}
	zone, ok := findZone(name)
	if ok {
		zones.Store(name, zone)
	}
	return zone, ok
}

// zones are those that were found, by name; to load one reads a file.
var zones sync.Map

func findZone(name string) (*time.Location, bool) {
	switch {
	case strings.EqualFold(name, "SYSTEM"):
		return time.Local, true
	case name == "":
		return nil, false
	case name[0] == '+' || name[0] == '-':
		return offsetZone(name)
	case strings.EqualFold(name, "Local"): // Go's name of its own
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

// offsetZone reads '+9:30'.
func offsetZone(name string) (*time.Location, bool) {
	hours, minutes, ok := strings.Cut(name[1:], ":")
	number := func(s string, least int) int {
		x := 0
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' || i > 1 {
				ok = false
				return 0
			}
			x = x*10 + int(s[i]-'0')
		}
		ok = ok && len(s) >= least
		return x
	}
	offset := number(hours, 1)*60 + number(minutes, 2)
	if !ok || number(minutes, 2) > 59 {
		return nil, false
	}
	if name[0] == '-' {
		offset = -offset
	}
	if offset < -(13*60+59) || offset > 14*60 {
		return nil, false
	}
	return time.FixedZone(name, offset*60), true
}
