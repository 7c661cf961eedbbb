package functions

import "github.com/verbatim-sql/verbatim/tables"

// The parameters of the functions that answer a row a year.
var (
	fromYear = Param{Name: "from_year", Type: tables.Int, Min: 1, Max: 9999, Description: "The first year."}
	toYear   = Param{Name: "to_year", Type: tables.Int, Min: 1, Max: 9999, Description: "The last year, from_year or later; at most 1000 years in all."}
	rule     = Param{
		Name: "rule", Type: tables.VarChar(16), Default: "'year_end'", OneOf: []string{yearEnd, anyTime},
		Description: "Who counts in a year: who is covered on its 31 December ('year_end'), or on any of its days ('any_time').",
	}
)

// The values of the parameter rule.
const (
	yearEnd = "year_end"
	anyTime = "any_time"
)

// maxYears is how many years a call may ask for. More are a mistake, and a
// recursive CTE does not go deeper in a MySQL server left as it comes.
const maxYears = 1000

// checkYears is the [Func.Check] of a function whose first parameters are
// from_year and to_year.
func checkYears(name string) func(Args) error {
	return func(args Args) error {
		from, to := args[0].Int, args[1].Int
		switch {
		case from > to:
			return wrongArguments(name, "from_year (%d) is after to_year (%d)", from, to)
		case to-from >= maxYears:
			return wrongArguments(name, "from_year (%d) to to_year (%d) are more than %d years", from, to, maxYears)
		}
		return nil
	}
}
