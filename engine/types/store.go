package types

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// storing is what the conversion of a value for a column needs.
type storing struct {
	e      *Env
	strict bool
	name   string // the column's
	row    int
}

// mode has NoZeroInDate, too, which is for what is stored.
func (a *storing) mode() Mode {
	if a.e == nil {
		return 0
	}
	return a.e.Mode
}

// refuse is an error in strict mode, else a warning, of a value for a column.
func (a *storing) refuse(code uint16, format string, args ...any) error {
	text := fmt.Sprintf(format, args...) + fmt.Sprintf(" for column '%s' at row %d", a.name, a.row)
	if a.strict {
		return mysql.NewError(code, text)
	}
	a.e.warn(code, "%s", text)
	return nil
}

func (a *storing) outOfRange() error {
	return a.refuse(warnOutOfRange, "Out of range value")
}

func (a *storing) truncated() error {
	return a.refuse(mysql.WARN_DATA_TRUNCATED, "Data truncated")
}

func (a *storing) incorrect(what, text string) error {
	return a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect %s value: '%s'", what, shown(text))
}

// cut notes that places were lost.
func (a *storing) cut() {
	if a.e != nil && a.e.Note != nil {
		a.e.Note(mysql.WARN_DATA_TRUNCATED, fmt.Sprintf("Data truncated for column '%s' at row %d", a.name, a.row))
	}
}

// Store is a value as a column of the type to keeps it, as INSERT, UPDATE, LOAD DATA and
// routines' variables do (Field::store of MySQL's sql/field.cc; manual 7.1.11 and 11): in
// strict mode what does not fit is an error, 1264, 1265, 1292, 1366 or 1406, and otherwise
// a warning and the nearest value that does. Both name the column and the row, from 1; of
// a JSON column the name is table.column. NULL stays NULL, whatever the column takes.
func Store(e *Env, v Value, from, to *Type, name string, row int) (Value, error) {
	if v.Kind == Null {
		return v, nil
	}
	a := storing{e: e, strict: e != nil && e.Mode&(StrictTrans|StrictAll) != 0, name: name, row: row}
	if from.Hex && v.Kind == String && to.IsNumeric() && to.Kind != Bit {
		v = UintValue(hexNumber(v.S))
	}
	if v.Kind == JSON && to.Kind != JSON && to.Kind != String {
		s, _ := jsonScalar(v.S)
		v = StringValue(s)
	}
	switch to.Kind {
	case Int:
		if to.IsYear() {
			return a.year(v)
		}
		return a.signed(v, to)
	case Uint:
		return a.unsigned(v, to)
	case Float:
		return a.float(v, to)
	case Decimal:
		return a.decimal(v, to)
	case String:
		return a.text(v, from, to)
	case Date, DateTime:
		return a.date(v, to)
	case Time:
		return a.time(v, to)
	case Enum:
		return a.enum(v, from, to)
	case Set:
		return a.set(v, from, to)
	case Bit:
		return a.bit(v, to)
	case JSON:
		return a.json(v, from)
	}
	return Value{}, nil
}

// Zero is what a column has where it must not be NULL and no value is to be had: the
// implicit default (manual 11.6).
func Zero(t *Type) Value {
	switch t.Kind {
	case String:
		if t.Collation == Binary && t.Protocol == ProtocolString {
			return StringValue(strings.Repeat("\x00", t.Length))
		}
		return StringValue("")
	case JSON:
		return JSONValue("null")
	case Decimal:
		return DecimalValue(Dec{}.Rescale(t.Scale))
	case Enum:
		if len(t.Members) > 0 {
			return Value{Kind: Enum, I: 1, S: t.Members[0]}
		}
	}
	return Value{Kind: t.Kind}
}
