package storage

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	vtypes "github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// codec carries the values of a column between go-mysql-server and the store. That has dates and times as vectors do, packed as
// by [vtypes.Civil.Pack], a DECIMAL of up to 18 digits as the whole number of its digits, and a document as its normal text.
type codec struct {
	kind   store.Kind
	encode func(any) (any, bool) // of a value that is not NULL; false: of another type than the column's
	decode func(any) any         // of a value that is not NULL
}

// codecOf is the codec of the columns of a type.
func codecOf(t sql.Type) codec {
	own := bridge.TypeOf(t, true)
	switch base := t.Type(); {
	case packsDigits(&own):
		return codec{store.Int, func(v any) (any, bool) {
			d, ok := v.(decimal.Decimal)
			if !ok || int(-d.Exponent()) > own.Scale {
				return nil, false
			}
			x, err := bridge.FromGMS(d, &own)
			if err != nil {
				return nil, false
			}
			return x.D.Unscaled(own.Scale)
		}, func(v any) any { return decimal.New(v.(int64), int32(-own.Scale)) }}
	case own.Kind == vtypes.JSON:
		return codec{store.String, func(v any) (any, bool) {
			d, ok := v.(sql.JSONWrapper)
			if !ok {
				return nil, false
			}
			x, err := bridge.FromGMS(d, &own)
			return x.S, err == nil
		}, func(v any) any {
			d, err := bridge.ToGMS(vtypes.JSONValue(v.(string)), &own)
			if err != nil {
				panic(fmt.Errorf("storage: a column has a document that is none: %w", err))
			}
			return d
		}}
	case base == sqltypes.Datetime, base == sqltypes.Timestamp, base == sqltypes.Date:
		return codec{store.Int, func(v any) (any, bool) {
			x, ok := v.(time.Time)
			return bridge.PackMicros(x.UnixMicro()), ok
		}, func(v any) any {
			micros, _ := bridge.UnpackMicros(v.(int64)) // it was one
			return time.UnixMicro(micros).UTC()
		}}
	case base == sqltypes.Time:
		digits := 6
		if declared, ok := t.(bridge.TimeType); ok {
			digits = declared.Digits
		}
		return codec{store.Int, func(v any) (any, bool) {
			x, ok := v.(types.Timespan)
			return vtypes.RoundMicros(int64(x), digits, false), ok
		}, func(v any) any { return types.Timespan(v.(int64)) }}
	case base == sqltypes.Enum:
		return codec{store.Uint, func(v any) (any, bool) {
			x, ok := v.(uint16)
			return uint64(x), ok
		}, func(v any) any { return uint16(v.(uint64)) }}
	case base == sqltypes.Set, base == sqltypes.Bit:
		return codec{store.Uint, func(v any) (any, bool) {
			x, ok := v.(uint64)
			return x, ok
		}, func(v any) any { return v }}
	case base == sqltypes.Year, sqltypes.IsIntegral(base):
		return integerCodec(base)
	case base == sqltypes.Float32:
		return codec{store.Float, func(v any) (any, bool) {
			x, ok := v.(float32)
			return float64(x), ok
		}, func(v any) any { return float32(v.(float64)) }}
	case base == sqltypes.Float64:
		return codec{store.Float, func(v any) (any, bool) {
			x, ok := v.(float64)
			return x, ok
		}, func(v any) any { return v }}
	case types.IsBinaryType(t) && sqltypes.IsQuoted(base) && base != sqltypes.Geometry && base != sqltypes.TypeJSON:
		return codec{store.String, func(v any) (any, bool) {
			x, ok := v.([]byte)
			return string(x), ok
		}, func(v any) any { return []byte(v.(string)) }}
	case types.IsText(t):
		return codec{store.String, func(v any) (any, bool) {
			x, ok := v.(string)
			return x, ok
		}, func(v any) any { return v }}
	}
	return boxed
}

// boxed keeps go-mysql-server's values, as directories of the first weeks have DECIMALs and documents.
var boxed = codec{store.Any, func(v any) (any, bool) { return v, true }, func(v any) any { return v }}

// packsDigits tells of a DECIMAL that a whole number of 64 bits holds the digits of.
func packsDigits(t *vtypes.Type) bool { return t.Kind == vtypes.Decimal && t.Length <= 18 }

func integerCodec(base querypb.Type) codec {
	signed := func(decode func(int64) any) codec {
		return codec{store.Int, func(v any) (any, bool) {
			switch x := v.(type) {
			case int8:
				return int64(x), true
			case int16:
				return int64(x), true
			case int32:
				return int64(x), true
			case int64:
				return x, true
			}
			return nil, false
		}, func(v any) any { return decode(v.(int64)) }}
	}
	unsigned := func(decode func(uint64) any) codec {
		return codec{store.Uint, func(v any) (any, bool) {
			switch x := v.(type) {
			case uint8:
				return uint64(x), true
			case uint16:
				return uint64(x), true
			case uint32:
				return uint64(x), true
			case uint64:
				return x, true
			}
			return nil, false
		}, func(v any) any { return decode(v.(uint64)) }}
	}
	switch base {
	case sqltypes.Int8:
		return signed(func(x int64) any { return int8(x) })
	case sqltypes.Int16, sqltypes.Year:
		return signed(func(x int64) any { return int16(x) })
	case sqltypes.Int24, sqltypes.Int32:
		return signed(func(x int64) any { return int32(x) })
	case sqltypes.Uint8:
		return unsigned(func(x uint64) any { return uint8(x) })
	case sqltypes.Uint16:
		return unsigned(func(x uint64) any { return uint16(x) })
	case sqltypes.Uint24, sqltypes.Uint32:
		return unsigned(func(x uint64) any { return uint32(x) })
	case sqltypes.Uint64:
		return unsigned(func(x uint64) any { return x })
	}
	return signed(func(x int64) any { return x })
}

// encodeValue makes the store's value of one of go-mysql-server's. One of
// another type than the column's is converted.
func (c column) encodeValue(ctx context.Context, v any) (any, error) {
	v, err := sql.UnwrapAny(ctx, v)
	if err != nil || v == nil {
		return nil, err
	}
	if x, ok := c.codec.encode(v); ok {
		return x, nil
	}
	converted, _, err := c.Type.Convert(ctx, v)
	if err != nil || converted == nil {
		return nil, err
	}
	x, ok := c.codec.encode(converted)
	if !ok {
		return nil, fmt.Errorf("storage: a %T is no value of column %s, a %s", converted, c.Name, c.Type)
	}
	return x, nil
}

// compare orders two of the store's values of the column, neither NULL, as
// MySQL does; of strings the first prefix characters, where it is not 0.
func (c column) compare(prefix int) func(a, b any) int {
	switch c.codec.kind {
	case store.Int:
		return func(a, b any) int { return cmp.Compare(a.(int64), b.(int64)) }
	case store.Uint:
		return func(a, b any) int { return cmp.Compare(a.(uint64), b.(uint64)) }
	case store.Float:
		return func(a, b any) int { return cmp.Compare(a.(float64), b.(float64)) }
	case store.String:
		cut := func(a any) string { return a.(string) }
		if prefix > 0 {
			cut = func(a any) string { return first(a.(string), prefix) }
		}
		if t, ok := c.Type.(sql.TypeWithCollation); ok {
			// The order of our expressions, so that a key is found that they call equal.
			collation := vtypes.Collation(t.Collation())
			return func(a, b any) int { return collation.Compare(cut(a), cut(b)) }
		}
		return func(a, b any) int { return strings.Compare(cut(a), cut(b)) }
	}
	return func(a, b any) int {
		n, err := c.Type.Compare(context.Background(), a, b)
		if err != nil {
			return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
		}
		return n
	}
}

// first is the first n characters of s.
func first(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
