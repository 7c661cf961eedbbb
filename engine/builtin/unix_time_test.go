package builtin

import (
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// What a clock knows of days gives what the zone gives of each time, also on days that are 23, 25 or no hours long, and of
// dates that are none.
func TestZoneClock(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, keeping := &zoneClock{zone: zone}, &zoneClock{zone: zone, days: new([clockDays]clockDay)}
		for _, first := range []string{"1969-12-30", "2011-12-28", "2024-02-27", "2024-03-09", "2024-03-30", "2024-10-26"} {
			begin, err := time.ParseInLocation(time.DateOnly, first, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			for minutes := 0; minutes < 4*24*60; minutes += 15 {
				clock := types.CivilOfTime(begin.Add(time.Duration(minutes)*time.Minute + 1500*time.Millisecond))
				for _, d := range []types.Civil{clock, {Year: clock.Year, Day: clock.Day}, {Year: clock.Year, Month: clock.Month}, {}} {
					if got, want := keeping.seconds(d.Pack()), plain.seconds(d.Pack()); got != want {
						t.Fatalf("%s: %v is %d, not %d", name, d, got, want)
					}
				}
				seconds := max(begin.Unix()+int64(minutes)*60+1, 0)
				if got, want := keeping.packed(seconds, 250000), plain.packed(seconds, 250000); got != want {
					t.Fatalf("%s: %d is %v, not %v", name, seconds, got, want)
				}
			}
		}
	}
}
