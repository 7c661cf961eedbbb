package types

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What a clock shows is what Go's time says, and when it shows it is the first such instant.
func TestClock(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		clock := ClockOf(zone)
		var instants []int64
		var times []time.Time
		add := func(at time.Time) {
			if at.Unix() > 0 && at.Unix() < 1<<31 {
				instants, times = append(instants, CivilOfTime(at.UTC()).Pack()), append(times, at)
			}
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			add(time.UnixMicro(random.Int64N(1<<31*MicrosPerSecond) + 1).UTC())
		}
		for at := time.Unix(1, 0).In(zone); ; {
			_, end := at.ZoneBounds()
			if end.IsZero() || end.Year() > 2037 {
				break
			}
			for minutes := -200; minutes <= 200; minutes += 10 {
				add(end.Add(time.Duration(minutes) * time.Minute).UTC())
			}
			add(end.Add(-time.Microsecond).UTC())
			at = end
		}
		all := clock.AllShown(instants)
		for i, x := range instants {
			want := CivilOfTime(times[i].In(zone)).Pack()
			shown, again := clock.Shown(x)
			if shown != want || all[i] != want {
				t.Fatalf("%s: %v is %v, %v of many, not %v", name, times[i], Unpack(shown), Unpack(all[i]), Unpack(want))
			}
			first, last, fit := clock.Instants(shown)
			twice := first != last
			if again && x != last || !again && x != first || twice != (fit == Twice) || again && !twice {
				t.Fatalf("%s: %v, again %t: %v or %v", name, Unpack(shown), again, Unpack(first), Unpack(last))
			}
		}
	}
}

// A time that the clock skips is when it goes on.
func TestClockSkips(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	clock := ClockOf(zone)
	first, _, fit := clock.Instants(Civil{Year: 2023, Month: 3, Day: 26, Hour: 2, Minute: 30}.Pack())
	if want := (Civil{Year: 2023, Month: 3, Day: 26, Hour: 1}).Pack(); first != want || fit != Skipped {
		t.Errorf("2:30 is %v, fit %d", Unpack(first), fit)
	}
	if ClockOf(time.FixedZone("", 0)) != nil || ClockOf(time.FixedZone("", 3600)).Repeats() || !clock.Repeats() {
		t.Error("clocks of an offset do not repeat, and UTC's is nil")
	}
}

func BenchmarkClock(b *testing.B) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	instants := make([]int64, 1024)
	random := rand.New(rand.NewPCG(1, 2))
	for _, of := range []struct {
		name string
		days int64
	}{{"near", 3}, {"far", 20000}} {
		for i := range instants {
			instants[i] = CivilOfTime(time.Unix(random.Int64N(of.days*secondsOfDay)+1e7, 0).UTC()).Pack()
		}
		b.Run(of.name, func(b *testing.B) {
			clock := ClockOf(zone)
			for b.Loop() {
				clock.AllShown(instants)
			}
		})
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			newClock(zone)
		}
	})
}
