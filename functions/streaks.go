package functions

import (
	"context"
	"maps"
	"slices"
)

// eachStreak tells found of every maximal run of at least least consecutive days
// on each of which the user logged in: its user, its first and its last day, by
// user and then by day. Logins without user or time do not count. Users differ
// where their bytes do.
func eachStreak(ctx context.Context, scan Scan, least int64, found func(user string, first, last int64)) error {
	days := map[string]*[]int64{}
	for batch, err := range scan.batches(ctx, "Logins", "user_id", "logtime") {
		if err != nil {
			return err
		}
		users, times := &batch.Columns[0], &batch.Columns[1]
		for i, user := range users.Strings {
			if users.Null(i) || times.Null(i) {
				continue
			}
			day := dayOf(times.Ints[i])
			seen := days[user]
			if seen == nil {
				seen = new([]int64)
				days[user] = seen
			}
			// Logins mostly come in order of time: this drops most of a day's
			// repetitions without memory for them.
			if n := len(*seen); n == 0 || (*seen)[n-1] != day {
				*seen = append(*seen, day)
			}
		}
	}
	for _, user := range slices.Sorted(maps.Keys(days)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		seen := *days[user]
		slices.Sort(seen)
		seen = slices.Compact(seen)
		first := seen[0]
		for i, day := range seen {
			if i+1 < len(seen) && seen[i+1] == day+1 {
				continue
			}
			if day-first+1 >= least {
				found(user, first, day)
			}
			if i+1 < len(seen) {
				first = seen[i+1]
			}
		}
	}
	return nil
}
