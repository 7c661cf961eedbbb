package bridge

import (
	"context"
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// TimeType is TIME of so many fractional digits. Go-mysql-server's own type, which this one is in columns
// of tables, has always six.
type TimeType struct {
	gms.TimespanType_
	Digits int
}

var _ gms.TimeType = TimeType{}

// Convert implements sql.Type. It rounds to the digits.
func (t TimeType) Convert(ctx context.Context, v any) (any, sql.ConvertInRange, error) {
	converted, inRange, err := t.TimespanType_.Convert(ctx, v)
	if span, ok := converted.(gms.Timespan); ok && err == nil {
		return t.MicrosecondsToTimespan(types.RoundMicros(int64(span), t.Digits, false)), inRange, nil
	}
	return converted, inRange, err
}

// Equals implements sql.Type.
func (t TimeType) Equals(other sql.Type) bool {
	o, ok := other.(TimeType)
	return ok && o.Digits == t.Digits
}

// Promote implements sql.Type.
func (t TimeType) Promote() sql.Type { return t }

// String implements sql.Type.
func (t TimeType) String() string {
	if t.Digits == 0 {
		return "time"
	}
	return fmt.Sprintf("time(%d)", t.Digits)
}
