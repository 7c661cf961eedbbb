package functions

import (
	"context"
	"maps"
	"slices"
)

// userDays are the days on which a user logged in.
type userDays struct {
	name string // as the first login spells it
	days []int64
	// spelled is how the first login of each day spells the user, once it is known
	// that not all do it in the same way.
	spelled map[int64]string
}

// eachStreak tells found of every maximal run of at least least consecutive days
// on each of which the user logged in: its user, how many came before of the same
// user, its first and its last day, by user and then by day. Logins without user or time do not count. Users differ
// where the column's collation says so; a run has the name that the first login
// of its first day has.
func eachStreak(ctx context.Context, scan Scan, least int64, found func(user string, nth int, first, last int64)) error {
	users, spellings := map[string]*userDays{}, map[string]*userDays{}
	for batch, err := range scan.batches(ctx, "Logins", "user_id", "logtime") {
		if err != nil {
			return err
		}
		names, times := &batch.Columns[0], &batch.Columns[1]
		for i, name := range names.Strings {
			if names.Null(i) || times.Null(i) {
				continue
			}
			u := spellings[name]
			if u == nil {
				key := names.Key(name)
				if u = users[key]; u == nil {
					u = &userDays{name: name}
					users[key] = u
				}
				spellings[name] = u
			}
			u.add(name, dayOf(times.Ints[i]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(users)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		users[key].streaks(least, found)
	}
	return nil
}

func (u *userDays) add(name string, day int64) {
	if u.spelled == nil && name != u.name {
		u.spelled = make(map[int64]string)
		for _, d := range u.days {
			u.spelled[d] = u.name
		}
	}
	if u.spelled != nil {
		if _, ok := u.spelled[day]; !ok {
			u.spelled[day] = name
		}
	}
	// Logins mostly come in order of time: this drops most of a day's repetitions
	// without memory for them.
	if n := len(u.days); n == 0 || u.days[n-1] != day {
		u.days = append(u.days, day)
	}
}

func (u *userDays) streaks(least int64, found func(user string, nth int, first, last int64)) {
	slices.Sort(u.days)
	days := slices.Compact(u.days)
	first, nth := days[0], 0
	for i, day := range days {
		if i+1 < len(days) && days[i+1] == day+1 {
			continue
		}
		if day-first+1 >= least {
			name := u.name
			if s, ok := u.spelled[first]; ok {
				name = s
			}
			found(name, nth, first, day)
			nth++
		}
		if i+1 < len(days) {
			first = days[i+1]
		}
	}
}
