package types

import (
	"fmt"
	"math"
	"testing"
)

func sample(name string) Type {
	unsigned := TypeUint
	unsigned.Protocol, unsigned.Length = ProtocolLong, 10
	signed := TypeInt
	signed.Protocol, signed.Length = ProtocolLong, 11
	year := TypeInt
	year.Protocol, year.Length = ProtocolYear, 4
	hex := TypeString(1, Binary, CoerceLiteral)
	hex.Hex = true
	return map[string]Type{
		"null": TypeNull, "bigint": TypeInt, "int": signed, "ubigint": TypeUint, "uint": unsigned, "double": TypeDouble, "dec": TypeDecimal(10, 2),
		"str": TypeString(20, DefaultCollation, CoerceImplicit), "bin": TypeString(20, Binary, CoerceImplicit), "date": TypeDate, "datetime": TypeDateTime,
		"time": TypeTime, "json": TypeJSON, "year": year, "hex": hex,
		"enum": {Kind: Enum, Protocol: ProtocolEnum, Members: []string{"a", "longest"}, Collation: DefaultCollation, Coercibility: CoerceImplicit},
		"gen":  TypeString(20, 45, CoerceImplicit),
	}[name]
}

func describe(t Type, ok bool) string {
	s := []string{"null", "int", "uint", "double", "decimal", "string", "date", "datetime", "time", "json", "enum", "set", "bit"}[t.Kind]
	switch t.Kind {
	case Decimal:
		s += fmt.Sprintf("(%d,%d)", t.Length, t.Scale)
	case String:
		s += fmt.Sprintf("(%d) %s", t.Length, t.Collation.Name())
	case Int, Uint:
		s += fmt.Sprint(" ", t.Protocol)
	}
	if !ok {
		s += " conflict"
	}
	return s
}

func TestCommon(t *testing.T) {
	for _, c := range [][3]string{
		{"null", "str", "string(20) utf8mb4_0900_ai_ci"}, {"bigint", "int", "int 8"}, {"bigint", "ubigint", "decimal(20,0)"}, {"ubigint", "ubigint", "uint 8"},
		{"bigint", "dec", "decimal(21,2)"}, {"dec", "double", "double"}, {"bigint", "str", "double"}, {"str", "date", "datetime"}, {"date", "datetime", "datetime"},
		{"date", "bigint", "double"}, {"date", "date", "date"}, {"time", "time", "time"}, {"time", "str", "string(20) utf8mb4_0900_ai_ci"}, {"json", "bigint", "json"},
		{"enum", "str", "string(20) utf8mb4_0900_ai_ci"}, {"enum", "bigint", "double"}, {"hex", "ubigint", "uint 8"}, {"str", "bin", "string(20) binary"},
		{"str", "gen", "string(20) utf8mb4_bin conflict"}, {"year", "bigint", "int 8"},
	} {
		a, b := sample(c[0]), sample(c[1])
		if got := describe(Common(&a, &b, false, false)); got != c[2] {
			t.Errorf("%s and %s are compared as %s, want %s", c[0], c[1], got, c[2])
		}
		if got := describe(Common(&b, &a, false, false)); got != c[2] {
			t.Errorf("%s and %s are compared as %s, want %s", c[1], c[0], got, c[2])
		}
	}
	a, b := sample("time"), sample("str")
	if got := describe(Common(&a, &b, false, true)); got != "time" {
		t.Errorf("a time and a constant are compared as %s", got)
	}
}

func TestAggregate(t *testing.T) {
	for _, c := range [][3]string{
		{"null", "bigint", "int 8"}, {"null", "null", "null"}, {"int", "int", "int 3"}, {"int", "bigint", "int 8"}, {"int", "uint", "int 8"},
		{"bigint", "uint", "int 8"}, {"bigint", "ubigint", "decimal(20,0)"}, {"int", "dec", "decimal(12,2)"}, {"dec", "double", "double"},
		{"date", "datetime", "datetime"}, {"date", "str", "string(20) utf8mb4_0900_ai_ci"}, {"date", "bigint", "string(21) utf8mb4_0900_ai_ci"},
		{"enum", "enum", "string(7) utf8mb4_0900_ai_ci"}, {"null", "enum", "enum"}, {"bigint", "str", "string(21) utf8mb4_0900_ai_ci"},
		{"json", "json", "json"}, {"str", "bin", "string(20) binary"}, {"time", "time", "time"}, {"year", "year", "int 13"}, {"year", "int", "int 3"},
	} {
		a, b := sample(c[0]), sample(c[1])
		if got := describe(Aggregate([]*Type{&a, &b})); got != c[2] {
			t.Errorf("%s and %s make %s, want %s", c[0], c[1], got, c[2])
		}
		if got := describe(Aggregate([]*Type{&b, &a})); got != c[2] {
			t.Errorf("%s and %s make %s, want %s", c[1], c[0], got, c[2])
		}
	}
	a, b := TypeInt, TypeNull
	if got, _ := Aggregate([]*Type{&a, &b}); !got.Nullable {
		t.Error("with NULL it is not nullable")
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b Value
		want int
	}{
		{Value{}, IntValue(math.MinInt64), -1}, {Value{}, Value{}, 0}, {UintValue(math.MaxUint64), UintValue(1), 1}, {IntValue(-1), IntValue(1), -1},
		{DecimalValue(NewDec(10, 1)), DecimalValue(NewDec(1, 0)), 0}, {StringValue("a"), StringValue("B"), -1}, {FloatValue(1), FloatValue(2), -1},
	} {
		if got := Compare(c.a, c.b, DefaultCollation); got != c.want {
			t.Errorf("%v and %v compare as %d", c.a, c.b, got)
		}
	}
	if CompareIntUint(-1, 0) != -1 || CompareIntUint(5, 5) != 0 || CompareIntUint(math.MaxInt64, math.MaxUint64) != -1 {
		t.Error("CompareIntUint")
	}
}
