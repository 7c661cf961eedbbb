// Package bridge makes Verbatim's declarations and kernels parts of
// go-mysql-server's plans: the kernels nodes, the arguments and columns of table
// functions expressions, the routines rows of information_schema.
package bridge

import (
	"fmt"
	"math"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// sqlType is go-mysql-server's type of the values that t describes.
func sqlType(t vector.Type) sql.Type {
	switch t.Kind {
	case vector.Int:
		return types.Int32
	case vector.Bool:
		return types.Boolean
	case vector.Float:
		return types.Float32
	case vector.Decimal:
		return types.MustCreateDecimalType(uint8(t.Len), uint8(t.Scale))
	case vector.Date:
		return types.Date
	case vector.DateTime:
		return types.MustCreateDatetimeType(sqltypes.Datetime, 0)
	case vector.String:
		return types.MustCreateString(sqltypes.VarChar, int64(t.Len), sql.Collation_utf8mb4_0900_ai_ci)
	}
	panic(fmt.Sprintf("bridge: unknown kind %d", t.Kind))
}

// value is row i of v as go-mysql-server wants it.
func value(v *vector.Vector, i int) any {
	if v.Null(i) {
		return nil
	}
	switch v.Type.Kind {
	case vector.Int:
		return int32(v.Ints[i])
	case vector.Bool:
		return int8(v.Ints[i])
	case vector.Float:
		return float32(v.Floats[i])
	case vector.Decimal:
		return decimal.New(v.Ints[i], int32(-v.Type.Scale))
	case vector.Date:
		return time.Unix(v.Ints[i]*24*60*60, 0).UTC()
	case vector.DateTime:
		return time.UnixMicro(v.Ints[i]).UTC()
	default:
		return v.Text(i)
	}
}

// appendValue appends a value of go-mysql-server's to v. A value of another type
// than v's, from a column that the user has altered, is converted as MySQL does.
func appendValue(ctx *sql.Context, v *vector.Vector, x any) error {
	for converted := false; ; converted = true {
		if x == nil {
			v.AppendNull()
			return nil
		}
		switch v.Type.Kind {
		case vector.Int, vector.Bool:
			if n, ok := integer(x); ok {
				v.AppendInt(n)
				return nil
			}
		case vector.Float:
			switch x := x.(type) {
			case float32:
				v.AppendFloat(float64(x))
				return nil
			case float64:
				v.AppendFloat(x)
				return nil
			}
		case vector.DateTime:
			if t, ok := x.(time.Time); ok {
				v.AppendInt(t.UnixMicro())
				return nil
			}
		case vector.Date:
			if t, ok := x.(time.Time); ok {
				v.AppendInt(functions.Day(t))
				return nil
			}
		case vector.String:
			if s, ok := x.(string); ok {
				v.AppendString(s)
				return nil
			}
		}
		if converted {
			return fmt.Errorf("bridge: a %T is no %s", x, v.Type.SQL())
		}
		var err error
		if x, _, err = sqlType(v.Type).Convert(ctx, x); err != nil {
			return err
		}
	}
}

func integer(x any) (int64, bool) {
	switch x := x.(type) {
	case int8:
		return int64(x), true
	case int16:
		return int64(x), true
	case int32:
		return int64(x), true
	case int64:
		return x, true
	case uint8:
		return int64(x), true
	case uint16:
		return int64(x), true
	case uint32:
		return int64(x), true
	case int:
		return int64(x), true
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Argument is a value of go-mysql-server's in one of the types that
// [functions.Func.Bind] takes.
func Argument(x any) any {
	if n, ok := integer(x); ok {
		return n
	}
	switch x := x.(type) {
	case uint64:
		return x
	case float32:
		return float64(x)
	case decimal.Decimal:
		if x.IsInteger() && x.Abs().LessThanOrEqual(decimal.NewFromInt(math.MaxInt64)) {
			return x.IntPart()
		}
		f, _ := x.Float64()
		return f
	case []byte:
		return string(x)
	case nil, float64, string, time.Time:
		return x
	}
	return fmt.Sprint(x)
}
