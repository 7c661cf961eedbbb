package storage

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// typeRecord is a column's type: Base is the protocol's name of it, as INT32, or a
// kind of geometry.
type typeRecord struct {
	Base      string   `json:"base"`
	Length    int64    `json:"length,omitempty"` // characters of CHAR, bytes of TEXT, bits, digits of DECIMAL, display width
	Decimals  int      `json:"decimals,omitempty"`
	Collation string   `json:"collation,omitempty"`
	Members   []string `json:"members,omitempty"`
	SRID      *uint32  `json:"srid,omitempty"`
	Unsigned  bool     `json:"unsigned,omitempty"` // of DECIMAL, FLOAT and DOUBLE
	Zerofill  bool     `json:"zerofill,omitempty"`
	Width     int      `json:"width,omitempty"`  // see bridge.NumberAttributes
	Places    int      `json:"places,omitempty"` // of FLOAT(m,d) and DOUBLE(m,d)
	Digits    *int     `json:"digits,omitempty"` // of the fraction of a TIME; nil: six, of a column that was made before TIME(n)
}

// geometries are the spatial types, which are one type to the protocol.
var geometries = map[string]sql.Type{
	"point": gms.PointType{}, "linestring": gms.LineStringType{}, "polygon": gms.PolygonType{},
	"multipoint": gms.MultiPointType{}, "multilinestring": gms.MultiLineStringType{}, "multipolygon": gms.MultiPolygonType{},
	"geometrycollection": gms.GeomCollType{}, "geometry": gms.GeometryType{},
}

func newTypeRecord(t sql.Type) (typeRecord, error) {
	r := typeRecord{Base: t.Type().String()}
	if t.Type() == sqltypes.Geometry {
		r.Base = ""
		for name, g := range geometries {
			if fmt.Sprintf("%T", g) == fmt.Sprintf("%T", t) {
				r.Base = name
			}
		}
		if s, ok := t.(sql.SpatialColumnType); ok {
			if srid, defined := s.GetSpatialTypeSRID(); defined {
				r.SRID = &srid
			}
		}
	}
	column := t
	as := bridge.NumberAttributes{}
	switch n := t.(type) {
	case bridge.NumberType:
		as, t = n.NumberAttributes, n.NumberType
	case bridge.DecimalType:
		as, t = n.NumberAttributes, n.DecimalType
	}
	r.Unsigned, r.Zerofill, r.Width, r.Places = as.Unsigned, as.Zerofill, as.Width, as.Places
	switch t := t.(type) {
	case bridge.TimeType:
		r.Digits = &t.Digits
	case sql.DecimalType:
		r.Length, r.Decimals = int64(t.Precision()), int(t.Scale())
	case sql.DatetimeType:
		r.Decimals = t.Precision()
	case sql.EnumType:
		r.Members, r.Collation = t.Values(), t.Collation().Name()
	case sql.SetType:
		r.Members, r.Collation = t.Values(), t.Collation().Name()
	case gms.BitType:
		r.Length = int64(t.NumberOfBits())
	case sql.StringType:
		r.Length, r.Collation = t.MaxCharacterLength(), t.Collation().Name()
		switch t.Type() {
		case sqltypes.Text, sqltypes.Blob, sqltypes.Binary, sqltypes.VarBinary:
			r.Length = t.MaxByteLength()
		}
	case sql.NumberType:
		r.Length = int64(t.DisplayWidth())
	}
	same, err := r.sqlType()
	if err != nil || !same.Equals(column) {
		return r, fmt.Errorf("columns of type %s cannot be kept", column)
	}
	return r, nil
}

// sqlType is the type that the record is of.
func (r typeRecord) sqlType() (sql.Type, error) {
	t, err := r.plainType()
	as := bridge.NumberAttributes{Unsigned: r.Unsigned, Zerofill: r.Zerofill, Width: r.Width, Places: r.Places}
	if err != nil || as == (bridge.NumberAttributes{}) {
		return t, err
	}
	return bridge.NumberTypeOf(t, as), nil
}

// plainType is the type without attributes of numbers.
func (r typeRecord) plainType() (sql.Type, error) {
	collation, err := collationNamed(r.Collation)
	if err != nil {
		return nil, err
	}
	if g, ok := geometries[r.Base]; ok {
		if r.SRID != nil {
			g = g.(sql.SpatialColumnType).SetSRID(*r.SRID)
		}
		return g, nil
	}
	base := querypb.Type(querypb.Type_value[r.Base])
	switch base {
	case sqltypes.Decimal:
		return gms.CreateColumnDecimalType(uint8(r.Length), uint8(r.Decimals))
	case sqltypes.Date, sqltypes.Datetime, sqltypes.Timestamp:
		return gms.CreateDatetimeType(base, r.Decimals)
	case sqltypes.Enum:
		return gms.CreateEnumType(r.Members, collation)
	case sqltypes.Set:
		return gms.CreateSetType(r.Members, collation)
	case sqltypes.Bit:
		return gms.CreateBitType(uint8(r.Length))
	case sqltypes.Char, sqltypes.VarChar, sqltypes.Binary, sqltypes.VarBinary, sqltypes.Text, sqltypes.Blob:
		return gms.CreateString(base, r.Length, collation)
	case sqltypes.Year:
		return gms.Year, nil
	case sqltypes.Time:
		if r.Digits == nil {
			return bridge.TimeType{Digits: 6}, nil
		}
		return bridge.TimeType{Digits: *r.Digits}, nil
	case sqltypes.TypeJSON:
		return gms.JSON, nil
	case sqltypes.Null:
		return gms.Null, nil
	}
	return gms.CreateNumberTypeWithDisplayWidth(base, int(r.Length))
}
