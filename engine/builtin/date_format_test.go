package builtin

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Dates that come again are spelled as the first, whatever of them the format leaves out.
func TestSpelledDates(t *testing.T) {
	for _, format := range []string{"%m-%d", "%M", "%b %D", "%Y", "%y %c", "%e %%", "%j", "%W %m", "%X %V", "%m %H", "%f", "%d %q", "x", ""} {
		call := &expr.Call{}
		c := &expr.Context{}
		for round := range 2 {
			for year := 0; year <= 2024; year += 253 {
				for days := range 400 {
					month, day := days/31, days%31+1
					if month > 12 || days%7 == 0 {
						day = 0
					}
					d := types.Civil{Year: year + round, Month: month % 13, Day: day, Hour: days % 24, Second: round, Micro: days}
					got, want := spelledDatesOf(c, call, format).of(d.Pack()), formats(format)(d.Pack())
					if got.IsNull() != want.IsNull() || got.S != want.S {
						t.Fatalf("%v by %q is %q, not %q", d, format, got.S, want.S)
					}
				}
			}
		}
	}
}
