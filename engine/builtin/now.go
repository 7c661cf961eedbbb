package builtin

import (
	"fmt"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// nowFunctions tell the time: all but SYSDATE that of the statement's begin (manual 14.7,
// NOW).
var nowFunctions = []*expr.Function{
	now("now", "The date and time at which the statement began.", types.TypeDateTime, statementTime),
	now("current_timestamp", "The date and time at which the statement began.", types.TypeDateTime, statementTime),
	now("localtime", "The date and time at which the statement began.", types.TypeDateTime, statementTime),
	now("localtimestamp", "The date and time at which the statement began.", types.TypeDateTime, statementTime),
	now("utc_timestamp", "The date and time at which the statement began, in UTC.", types.TypeDateTime, statementTimeUTC),
	now("curdate", "The date at which the statement began.", types.TypeDate, statementTime),
	now("current_date", "The date at which the statement began.", types.TypeDate, statementTime),
	now("utc_date", "The date at which the statement began, in UTC.", types.TypeDate, statementTimeUTC),
	now("curtime", "The time of day at which the statement began.", types.TypeTime, statementTime),
	now("current_time", "The time of day at which the statement began.", types.TypeTime, statementTime),
	now("utc_time", "The time of day at which the statement began, in UTC.", types.TypeTime, statementTimeUTC),
	volatile(now("sysdate", "The date and time at which it is called.", types.TypeDateTime, func(c *expr.Context) time.Time {
		return time.Now().In(zoneOf(c.Env))
	})),
}

func statementTime(c *expr.Context) time.Time { return c.Now.In(zoneOf(c.Env)) }

func statementTimeUTC(c *expr.Context) time.Time { return c.Now.UTC() }

func volatile(f *expr.Function) *expr.Function {
	f.Volatile = true
	return f
}

// now is a function that gives the time as a value of the type. Its argument is how many
// places of a second to have, the others being cut off; more than 6 are error 1426.
func now(name, description string, t types.Type, clock func(*expr.Context) time.Time) *expr.Function {
	most := 1
	if t.Kind == types.Date {
		most = 0
	}
	return &expr.Function{
		Name: name, Min: 0, Max: most, Description: description,
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if len(args) == 0 {
				return t, nil
			}
			v, ok := r.Constant(args[0])
			switch {
			case !ok || v.Kind != types.Int && v.Kind != types.Uint:
				return t, mysql.NewError(mysql.ER_WRONG_ARGUMENTS, "Incorrect arguments to "+name)
			case v.I < 0 || v.I > 6:
				return t, mysql.NewError(mysql.ER_TOO_BIG_PRECISION, fmt.Sprintf("Too-big precision %d specified for '%s'. Maximum is 6.", v.Uint(), name))
			}
			return withPlaces(t, int(v.I)), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, _ []types.Value) (types.Value, error) {
			d, _ := types.CivilOfTime(clock(c)).Round(call.T.Scale, true)
			switch t.Kind {
			case types.Date:
				return types.DateValue(d.Date().Pack()), nil
			case types.Time:
				return types.TimeValue(d.MicrosOfDay()), nil
			}
			return types.DateTimeValue(d.Pack()), nil
		},
	}
}
