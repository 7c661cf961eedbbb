package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// LoginStreaks answers when, and for how long, users logged in day after day.
var LoginStreaks = &Func{
	Name: "login_streaks",
	Description: "Every run of consecutive calendar days on which a user logged in, where it is at least min_days " +
		"long, in order of user_id and start_date. A run is maximal: the user logged in neither on the day before " +
		"it nor on the day after it. Days count as in consecutive_login_users: once, however many logins they " +
		"have. Logins without user_id or logtime are left out. A NULL min_days answers no rows.",
	Params: []Param{
		{Name: "min_days", Type: tables.Int, Default: "1", Min: 1, Description: "How many days a run must last, at least 1."},
	},
	Columns: []tables.Column{
		{Name: "user_id", Type: tables.VarChar(64), Description: "The user."},
		{Name: "start_date", Type: tables.Date, Description: "The first day of the run."},
		{Name: "end_date", Type: tables.Date, Description: "The last day of the run, which belongs to it."},
		{Name: "days", Type: tables.Int, Description: "How many days the run lasted."},
	},
	SQL: `WITH login_days AS (
    SELECT DISTINCT user_id, DATE(logtime) AS login_day
    FROM Logins
    WHERE user_id IS NOT NULL AND logtime IS NOT NULL
), numbered AS (
    -- consecutive days have consecutive numbers, so that the difference stays the same within a run
    SELECT user_id, login_day, TO_DAYS(login_day) - ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY login_day) AS run
    FROM login_days
), runs AS (
    SELECT user_id, CAST(MIN(login_day) AS DATE) AS start_date, CAST(MAX(login_day) AS DATE) AS end_date,
        COUNT(*) AS days
    FROM numbered
    GROUP BY user_id, run
)
SELECT user_id, start_date, end_date, CAST(days AS SIGNED) AS days
FROM runs
WHERE days >= @min_days
ORDER BY user_id, start_date`,
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		users, starts, ends, days := &out.Columns[0], &out.Columns[1], &out.Columns[2], &out.Columns[3]
		s, err := newStreaks(ctx, scan, args[0].Int, users)
		if err != nil {
			return err
		}
		room := func(n int) {
			users.Codes = make([]uint32, n)
			for _, v := range []*vector.Vector{starts, ends, days} {
				if !v.Unused {
					v.Ints = make([]int64, n)
				}
			}
		}
		return s.all(room, func(i int, user uint32, runs []dayRun) {
			for k, r := range runs {
				users.Codes[i+k] = user
				if !starts.Unused {
					starts.Ints[i+k] = r.first
				}
				if !ends.Unused {
					ends.Ints[i+k] = r.last
				}
				if !days.Unused {
					days.Ints[i+k] = r.last - r.first + 1
				}
			}
		})
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM login_streaks(2)",
		Result: "user_id\tstart_date\tend_date\tdays\nuser_001\t2024-02-01\t2024-02-03\t3\nuser_002\t2024-02-03\t2024-02-04\t2\nuser_003\t2024-02-04\t2024-02-06\t3\n",
	}, {
		SQL:    "SELECT user_id, MAX(days) AS longest FROM login_streaks() GROUP BY user_id ORDER BY longest DESC, user_id",
		Result: "user_id\tlongest\nuser_001\t3\nuser_003\t3\nuser_002\t2\nuser_004\t1\nuser_005\t1\n",
	}},
}
