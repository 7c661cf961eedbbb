package functions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

func TestStreaks(t *testing.T) {
	for _, c := range []struct{ name, logins, streaks string }{
		{"two hours apart, at 23:00 and at 01:00 of the next day",
			"2024-03-05 23:00:00 | ann\n2024-03-06 01:00:00 | ann",
			"ann 2024-03-05 2024-03-06 2"},
		{"nearly 48 hours apart, at 00:10 and at 23:50 of the next day",
			"2024-03-05 00:10:00 | ann\n2024-03-06 23:50:00 | ann",
			"ann 2024-03-05 2024-03-06 2"},
		{"two on a day",
			"2024-03-05 00:00:00 | ann\n2024-03-05 23:59:59 | ann",
			"ann 2024-03-05 2024-03-05 1"},
		{"two on a day within a run, out of order",
			"2024-03-06 08:00:00 | ann\n2024-03-05 09:00:00 | ann\n2024-03-07 08:00:00 | ann\n2024-03-06 07:00:00 | ann",
			"ann 2024-03-05 2024-03-07 3"},
		{"the end of a month",
			"2024-04-30 12:00:00 | ann\n2024-05-01 12:00:00 | ann",
			"ann 2024-04-30 2024-05-01 2"},
		{"the end of a leap February",
			"2024-02-28 12:00:00 | ann\n2024-02-29 12:00:00 | ann\n2024-03-01 12:00:00 | ann",
			"ann 2024-02-28 2024-03-01 3"},
		{"a leap day missed",
			"2024-02-28 12:00:00 | ann\n2024-03-01 12:00:00 | ann",
			"ann 2024-02-28 2024-02-28 1\nann 2024-03-01 2024-03-01 1"},
		{"the end of another February",
			"2023-02-28 12:00:00 | ann\n2023-03-01 12:00:00 | ann",
			"ann 2023-02-28 2023-03-01 2"},
		{"the end of a year",
			"2023-12-31 23:59:59 | ann\n2024-01-01 00:00:00 | ann",
			"ann 2023-12-31 2024-01-01 2"},
		{"evening and morning around 1970",
			"1969-12-31 23:00:00 | ann\n1970-01-01 01:00:00 | ann\n1969-12-30 00:00:00 | ann",
			"ann 1969-12-30 1970-01-01 3"},
		{"a day of another user in the gap",
			"2024-03-05 12:00:00 | ann\n2024-03-06 12:00:00 | bob\n2024-03-07 12:00:00 | ann",
			"ann 2024-03-05 2024-03-05 1\nann 2024-03-07 2024-03-07 1\nbob 2024-03-06 2024-03-06 1"},
		{"NULL in the middle",
			"2024-03-05 12:00:00 | ann\nNULL | ann\n2024-03-06 12:00:00 | NULL\n2024-03-07 12:00:00 | ann\nNULL | NULL\n2024-03-08 12:00:00 | ann",
			"ann 2024-03-05 2024-03-05 1\nann 2024-03-07 2024-03-08 2"},
		{"the same login three times",
			"2024-03-05 12:00:00 | ann\n2024-03-05 12:00:00 | ann\n2024-03-05 12:00:00 | ann",
			"ann 2024-03-05 2024-03-05 1"},
		{"nobody", "", ""},
		{"nobody known", "2024-03-05 12:00:00 | NULL\n2024-03-06 12:00:00 | NULL", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := database{"Logins": rows(c.logins)}
			var want []string
			if c.streaks != "" {
				want = strings.Split(strings.ReplaceAll(c.streaks, " ", "\t"), "\n")
			}
			expect(t, want, native(t, LoginStreaks, db, 1))
			for least := 1; least <= 4; least++ {
				expect(t, usersOf(streakModel(db, least)), native(t, ConsecutiveLoginUsers, db, least))
			}
		})
	}
}

func TestRandomStreaks(t *testing.T) {
	r := random(t)
	for range 300 {
		db := randomDatabase(r)
		for least := 1; least <= 4; least++ {
			want := streakModel(db, least)
			expect(t, want, native(t, LoginStreaks, db, least))
			expect(t, usersOf(want), native(t, ConsecutiveLoginUsers, db, least))
		}
		if t.Failed() {
			t.Fatalf("Logins are %v", db["Logins"])
		}
	}
}

// streakModel walks from every day without a login the day before, for as long
// as there is a login.
func streakModel(db database, least int) []string {
	loggedIn := map[string]map[string]bool{}
	for _, row := range db["Logins"] {
		if row[0] == "NULL" || row[1] == "NULL" {
			continue
		}
		if loggedIn[row[1]] == nil {
			loggedIn[row[1]] = map[string]bool{}
		}
		loggedIn[row[1]][row[0][:len(time.DateOnly)]] = true
	}
	day := func(from string, days int) string {
		t, err := time.Parse(time.DateOnly, from)
		if err != nil {
			panic(err)
		}
		return t.AddDate(0, 0, days).Format(time.DateOnly)
	}
	var lines []string
	for user, days := range loggedIn {
		for first := range days {
			if days[day(first, -1)] {
				continue
			}
			n := 1
			for days[day(first, n)] {
				n++
			}
			if n >= least {
				lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%d", user, first, day(first, n-1), n))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// usersOf are the first fields, each once.
func usersOf(lines []string) []string {
	var users []string
	for _, line := range lines {
		user, _, _ := strings.Cut(line, "\t")
		users = append(users, user)
	}
	return slices.Compact(users)
}

func BenchmarkConsecutiveLoginUsers(b *testing.B) {
	const logins, users, batchRows = 1_000_000, 20_000, 65_536
	r := random(b)
	names := make([]string, users)
	for i := range names {
		names[i] = fmt.Sprintf("user_%05d", i)
	}
	var batches []*vector.Batch
	start := moment("2024-01-01 00:00:00").UnixMicro()
	for i := range logins {
		if i%batchRows == 0 {
			batches = append(batches, vector.NewBatch(LoginStreaks.Columns[0].Type, vector.Type{Kind: vector.DateTime}))
		}
		batch := batches[len(batches)-1]
		batch.Columns[0].AppendString(names[r.IntN(users)])
		batch.Columns[1].AppendInt(start + int64(i)*365*vector.MicrosPerDay/logins)
	}
	scan := func(_ string, columns ...string) []Part {
		return []Part{func(yield func(*vector.Batch, error) bool) {
			for _, batch := range batches {
				if !yield(&vector.Batch{Columns: batch.Columns[2-len(columns):]}, nil) {
					return
				}
			}
		}}
	}
	for b.Loop() {
		out := vector.NewBatch(LoginStreaks.Columns[0].Type)
		if err := ConsecutiveLoginUsers.Native(b.Context(), scan, Args{{Int: 2}}, out); err != nil {
			b.Fatal(err)
		}
	}
}
