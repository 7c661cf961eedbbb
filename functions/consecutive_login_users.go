package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// ConsecutiveLoginUsers answers who logged in on consecutive days.
var ConsecutiveLoginUsers = &Func{
	Name: "consecutive_login_users",
	Description: "The users who logged in on at least min_days consecutive calendar days, in order of user_id. " +
		"What counts is the day, not the time between two logins: 23:00 and 01:00 of the next day are consecutive " +
		"days, several logins of a day are one day, and the end of a month or a year is no gap. Logins without " +
		"user_id or logtime are left out. A NULL min_days answers no rows.",
	Params: []Param{
		{Name: "min_days", Type: tables.Int, Default: "2", Min: 1, Description: "How many consecutive days it takes, at least 1."},
	},
	Columns: []tables.Column{
		{Name: "user_id", Type: tables.VarChar(64), Description: "The user."},
	},
	SQL: `WITH login_days AS (
    SELECT DISTINCT user_id, DATE(logtime) AS login_day
    FROM Logins
    WHERE user_id IS NOT NULL AND logtime IS NOT NULL
), numbered AS (
    -- consecutive days have consecutive numbers, so that the difference stays the same within a run
    SELECT user_id, TO_DAYS(login_day) - ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY login_day) AS run
    FROM login_days
), runs AS (
    SELECT user_id, COUNT(*) AS days
    FROM numbered
    GROUP BY user_id, run
)
SELECT DISTINCT user_id
FROM runs
WHERE days >= @min_days
ORDER BY user_id`,
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		users := &out.Columns[0]
		s, err := newStreaks(ctx, scan, args[0].Int, users)
		if err != nil {
			return err
		}
		users.Codes, err = s.who()
		return err
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM consecutive_login_users()",
		Result: "user_id\nuser_001\nuser_002\nuser_003\n",
	}, {
		SQL:    "SELECT user_id FROM consecutive_login_users(3)",
		Result: "user_id\nuser_001\nuser_003\n",
	}},
}
