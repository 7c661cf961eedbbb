package types

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/json"
)

// jsonOf is a value beside a JSON document: a scalar of JSON; see AppendDocument.
func jsonOf(v Value, from *Type) Value {
	var buf [64]byte
	return JSONValue(string(AppendDocument(buf[:0], v, from)))
}

// AppendDocument appends a value as a part of a document: a document as it is, anything else as a scalar of JSON. A
// text is a string, not parsed: that is CAST's. A date is the text that MySQL shows of it, with six places; bytes are
// base64 with the number of their type.
func AppendDocument(dst []byte, v Value, from *Type) []byte {
	var buf [64]byte
	text := buf[:0]
	switch v.Kind {
	case Null:
		return append(dst, "null"...)
	case JSON:
		return append(dst, v.S...)
	case Int:
		if isTrueOrFalse(from) {
			return strconv.AppendBool(dst, v.I != 0)
		}
		return AppendValue(dst, v, from)
	case Uint, Decimal:
		number := *from
		number.Zerofill = 0
		return AppendValue(dst, v, &number)
	case Float:
		return json.AppendDouble(dst, v.F)
	case DateTime:
		text = AppendDateTime(text, v.I, 6)
	case Time:
		text = AppendTime(text, v.I, 6)
	case Bit:
		text = appendOpaque(text, ProtocolBit, AppendValue(nil, v, from))
	case String:
		if !from.Collation.IsBinary() || from.Kind != String {
			return json.AppendQuoted(dst, v.S)
		}
		protocol := from.Protocol
		if protocol == ProtocolVarString {
			protocol = ProtocolVarchar
		}
		text = appendOpaque(text, protocol, []byte(v.S))
	default:
		text = AppendValue(text, v, from)
	}
	return json.AppendQuoted(dst, string(text))
}

func appendOpaque(dst []byte, p Protocol, b []byte) []byte {
	return base64.StdEncoding.AppendEncode(fmt.Appendf(dst, "base64:type%d:", p), b)
}

// isTrueOrFalse tells of TRUE, FALSE and what a predicate gives, which are no numbers to
// JSON. A column TINYINT(1) has another protocol's type.
func isTrueOrFalse(t *Type) bool {
	return t.Kind == Int && t.Length == 1 && t.Protocol == ProtocolLongLong
}

func castJSON(e *Env, v Value, from *Type) (Value, error) {
	if v.Kind != String || from.Collation.IsBinary() {
		if v.Kind == JSON {
			return v, nil
		}
		return jsonOf(v, from), nil
	}
	d, err := ParseJSON(e, v.S, 1, "cast_as_json")
	if err != nil {
		return Value{}, err
	}
	return JSONValue(d.String()), nil
}

// ParseJSON reads a text that is an argument of a function: error 3141 where it is no
// document, 3157 where it is nested too deep.
func ParseJSON(e *Env, text string, argument int, function string) (*json.Doc, error) {
	d, err := json.Parse(text, e.Ended)
	return d, JSONError(err, argument, function)
}

// JSONError is MySQL's error for one of [json.Parse].
func JSONError(err error, argument int, function string) error {
	const textInParam, tooDeep, state = 3141, 3157, "22032"
	var syntax *json.SyntaxError
	switch {
	case !errors.Is(err, json.ErrTooDeep) && !errors.As(err, &syntax):
		return err
	case syntax != nil:
		return &mysql.MyError{Code: textInParam, State: state, Message: fmt.Sprintf(
			`Invalid JSON text in argument %d to function %s: "%s" at position %d.`, argument, function, syntax.Message, syntax.Position)}
	}
	return &mysql.MyError{Code: tooDeep, State: state, Message: "The JSON document exceeds the maximum depth."}
}
