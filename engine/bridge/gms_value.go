package bridge

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// zeroMicros is when go-mysql-server has the date 0000-00-00: the nearest that Go has.
const zeroMicros = -62167219200 * 1000000

// epochDays is TO_DAYS('1970-01-01').
const epochDays = 719528

// PackMicros is the packed date and time, as by [types.Civil.Pack], of the microseconds
// since 1970 that go-mysql-server's time has.
func PackMicros(micros int64) int64 {
	if micros == zeroMicros {
		return 0
	}
	day, rest := micros/types.MicrosPerDay, micros%types.MicrosPerDay
	if rest < 0 {
		day, rest = day-1, rest+types.MicrosPerDay
	}
	return PackDay(day) | packClock(rest)
}

// PackDay is the packed date of the days since 1970.
func PackDay(day int64) int64 {
	if c, ok := types.CivilOfDays(day + epochDays); ok {
		return c.Pack()
	}
	return types.CivilOfTime(time.Unix(day*86400, 0).UTC()).Pack()
}

// packClock is the time of day within a packed date.
func packClock(micros int64) int64 {
	if micros == 0 {
		return 0
	}
	s := micros / types.MicrosPerSecond
	return (s/3600<<12|s/60%60<<6|s%60)<<24 | micros%types.MicrosPerSecond
}

// UnpackMicros is the inverse of [PackMicros]; false of a date that go-mysql-server does
// not have, as 2024-02-00.
func UnpackMicros(packed int64) (int64, bool) {
	if packed == 0 {
		return zeroMicros, true
	}
	c := types.Unpack(packed)
	if !c.Valid(types.NoZeroInDate | types.NoZeroDate) {
		return 0, false
	}
	return (c.Days()-epochDays)*types.MicrosPerDay + c.MicrosOfDay(), true
}

// FromGMS is a value of go-mysql-server's as one of the type t, which it is converted to
// where it is of another; nil is NULL.
func FromGMS(x any, t *types.Type) (types.Value, error) {
	if x == nil {
		return types.Value{}, nil
	}
	switch t.Kind {
	case types.Int, types.Uint:
		if n, ok := integer(x); ok && (t.Kind == types.Int || n >= 0) {
			return types.Value{Kind: t.Kind, I: n}, nil
		}
		if n, ok := x.(uint64); ok && t.Kind == types.Uint {
			return types.UintValue(n), nil
		}
	case types.Float:
		switch x := x.(type) {
		case float32:
			return types.FloatValue(float64(x)), nil
		case float64:
			return types.FloatValue(x), nil
		}
	case types.Decimal:
		if d, ok := x.(decimal.Decimal); ok {
			return types.DecimalValue(decOf(d).Rescale(t.Scale)), nil
		}
	case types.String:
		switch x := x.(type) {
		case string:
			return types.StringValue(x), nil
		case []byte:
			return types.StringValue(string(x)), nil
		}
	case types.Date, types.DateTime:
		if at, ok := x.(time.Time); ok {
			packed := PackMicros(at.UnixMicro())
			if t.Kind == types.Date {
				packed = types.DateOf(packed)
			}
			return types.Value{Kind: t.Kind, I: packed}, nil
		}
	case types.Time:
		if s, ok := x.(gms.Timespan); ok {
			return types.TimeValue(int64(s)), nil
		}
	case types.Enum:
		if n, ok := x.(uint16); ok {
			return types.Value{Kind: types.Enum, I: int64(n), S: types.EnumText(t.Members, int64(n))}, nil
		}
	case types.Set:
		if n, ok := x.(uint64); ok {
			return types.Value{Kind: types.Set, I: int64(n), S: types.SetText(t.Members, n)}, nil
		}
	case types.Bit:
		if n, ok := x.(uint64); ok {
			return types.Value{Kind: types.Bit, I: int64(n)}, nil
		}
	case types.JSON:
		if _, ok := x.(sql.JSONWrapper); ok {
			v, _, err := natural(x)
			return v, err
		}
	case types.Null:
		return types.Value{}, nil
	}
	v, from, err := natural(x)
	if err != nil {
		return v, err
	}
	return types.Convert(nil, v, &from, t)
}

// natural is a value of go-mysql-server's in the type that its Go type tells of.
func natural(x any) (types.Value, types.Type, error) {
	x, err := sql.UnwrapAny(context.Background(), x)
	if err != nil {
		return types.Value{}, types.TypeNull, err
	}
	if n, ok := integer(x); ok {
		return types.IntValue(n), types.TypeInt, nil
	}
	switch x := x.(type) {
	case nil:
		return types.Value{}, types.TypeNull, nil
	case uint64:
		return types.UintValue(x), types.TypeUint, nil
	case uint:
		return types.UintValue(uint64(x)), types.TypeUint, nil
	case float32:
		return types.FloatValue(float64(x)), types.TypeDouble, nil
	case float64:
		return types.FloatValue(x), types.TypeDouble, nil
	case decimal.Decimal:
		d := decOf(x)
		return types.DecimalValue(d), types.TypeDecimal(d.Precision(), d.Scale()), nil
	case string:
		return types.StringValue(x), types.TypeString(longText, types.DefaultCollation, types.CoerceImplicit), nil
	case []byte:
		return types.StringValue(string(x)), types.TypeString(longText, types.Binary, types.CoerceImplicit), nil
	case time.Time:
		t := types.TypeDateTime
		t.Scale = 6
		return types.DateTimeValue(PackMicros(x.UnixMicro())), t, nil
	case gms.Timespan:
		t := types.TypeTime
		t.Scale = 6
		return types.TimeValue(int64(x)), t, nil
	case sql.JSONWrapper:
		text, err := gms.JsonToMySqlString(x)
		if err != nil {
			return types.Value{}, types.TypeNull, err
		}
		if d, err := json.Load(text, nil); err == nil {
			text = d.String()
		}
		return types.JSONValue(text), types.TypeJSON, nil
	case gms.GeometryValue:
		return types.StringValue(string(x.Serialize())), types.TypeString(longText, types.Binary, types.CoerceImplicit), nil
	}
	return types.Value{}, types.TypeNull, fmt.Errorf("bridge: a %T is no value of a type", x)
}

// decOf is a decimal in our form.
func decOf(d decimal.Decimal) types.Dec {
	scale := -int(d.Exponent())
	if digits := d.CoefficientInt64(); digits > -1e18 && digits < 1e18 && scale >= 0 {
		// What does not fit is cut by CoefficientInt64, which its size tells.
		if c := d.Coefficient(); c.IsInt64() {
			return types.NewDec(digits, scale)
		}
	}
	c := d.Coefficient()
	if scale < 0 {
		c.Mul(c, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-scale)), nil))
		scale = 0
	}
	return types.DecFromBig(c, scale)
}

// ToGMS is a value of the type t as go-mysql-server has values of [SQLType](t); NULL is
// nil. The error is MySQL's 1292 of a date that it does not have, as 2024-02-00.
func ToGMS(v types.Value, t *types.Type) (any, error) {
	switch v.Kind {
	case types.Null:
		return nil, nil
	case types.Int:
		return narrow(v.I, t), nil
	case types.Uint:
		return narrowUnsigned(v.Uint(), t), nil
	case types.Float:
		if t.Protocol == types.ProtocolFloat {
			return float32(v.F), nil
		}
		return v.F, nil
	case types.Decimal:
		digits, scale := v.D.Big()
		return decimal.NewFromBigInt(digits, int32(-scale)), nil
	case types.Date, types.DateTime:
		micros, ok := UnpackMicros(v.I)
		if !ok {
			return nil, mysql.NewError(mysql.ER_TRUNCATED_WRONG_VALUE,
				fmt.Sprintf("Incorrect datetime value: '%s'", types.AppendValue(nil, v, t)))
		}
		return time.UnixMicro(micros).UTC(), nil
	case types.Time:
		return gms.Timespan(v.I), nil
	case types.Enum:
		return uint16(v.I), nil
	case types.Set, types.Bit:
		return v.Uint(), nil
	case types.JSON:
		d, err := json.Load(v.S, nil)
		if err != nil {
			return nil, err
		}
		x, err := plainJSON(d)
		return gms.JSONDocument{Val: x}, err
	}
	if t.Protocol == protocolGeometry {
		g, _, err := gms.GeometryType{}.Convert(context.Background(), []byte(v.S))
		return g, err
	}
	if t.Kind == types.String && t.Collation == types.Binary {
		return []byte(v.S), nil
	}
	return v.S, nil
}

func narrow(n int64, t *types.Type) any {
	switch integerSQLType(t) {
	case gms.Boolean, gms.Int8:
		if int64(int8(n)) == n {
			return int8(n)
		}
	case gms.Int16, gms.Year:
		if int64(int16(n)) == n {
			return int16(n)
		}
	case gms.Int24, gms.Int32:
		if int64(int32(n)) == n {
			return int32(n)
		}
	}
	return n
}

func narrowUnsigned(n uint64, t *types.Type) any {
	switch integerSQLType(t) {
	case gms.Uint8:
		if uint64(uint8(n)) == n {
			return uint8(n)
		}
	case gms.Uint16:
		if uint64(uint16(n)) == n {
			return uint16(n)
		}
	case gms.Uint24, gms.Uint32:
		if uint64(uint32(n)) == n {
			return uint32(n)
		}
	}
	return n
}

// plainJSON is a document in the Go values that go-mysql-server's documents are made of.
func plainJSON(d *json.Doc) (any, error) {
	switch d.Kind {
	case json.Int:
		return d.I, nil
	case json.Uint:
		return uint64(d.I), nil
	case json.Double:
		return d.F, nil
	case json.Decimal:
		return decimal.NewFromString(d.S)
	case json.String:
		return d.S, nil
	case json.Bool:
		return d.I != 0, nil
	case json.Array:
		items := make([]any, len(d.Items))
		for i, x := range d.Items {
			var err error
			if items[i], err = plainJSON(x); err != nil {
				return nil, err
			}
		}
		return items, nil
	case json.Object:
		members := make(map[string]any, len(d.Keys))
		for i, k := range d.Keys {
			var err error
			if members[k], err = plainJSON(d.Items[i]); err != nil {
				return nil, err
			}
		}
		return members, nil
	}
	return nil, nil
}
