package types

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/json"
)

func (a *storing) text(v Value, from, to *Type) (Value, error) {
	if v.Kind != String {
		x, err := ToText(nil, v, from)
		if err != nil {
			return x, err
		}
		if v.Kind == Bit && to.Collation != Binary || v.Kind == JSON {
			from = &Type{Kind: String, Collation: DefaultCollation}
		}
		v = x
	}
	s := v.S
	if to.Length < 0 {
		return v, nil
	}
	if to.Collation == Binary {
		if len(s) > to.Length {
			s = s[:to.Length]
			if err := a.tooLong(); err != nil {
				return v, err
			}
		}
		if to.Protocol == ProtocolString {
			s += strings.Repeat("\x00", to.Length-len(s))
		}
		return StringValue(s), nil
	}
	if !isASCII(s) {
		var err error
		if s, err = a.encoded(s, from, to); err != nil {
			return v, err
		}
	}
	if limit := to.Length; to.Protocol == ProtocolBlob {
		// A TEXT's length is in bytes.
		if len(s) > limit {
			for limit > 0 && !utf8.RuneStart(s[limit]) {
				limit--
			}
			s = s[:limit]
			if err := a.tooLong(); err != nil {
				return v, err
			}
		}
	} else if len(s) > limit {
		n := 0
		for i := range s {
			if n == limit {
				lost := s[i:]
				s = s[:i]
				if strings.Trim(lost, " ") != "" {
					if err := a.tooLong(); err != nil {
						return v, err
					}
				} else if to.Protocol != ProtocolString {
					a.cut()
				}
				break
			}
			n++
		}
	}
	if to.Protocol == ProtocolString && a.e.mode()&PadCharToFullLength == 0 {
		s = strings.TrimRight(s, " ") // CHAR (manual 11.3.2)
	}
	return StringValue(s), nil
}

func (a *storing) tooLong() error {
	if a.strict {
		return a.refuse(mysql.ER_DATA_TOO_LONG, "Data too long")
	}
	return a.truncated()
}

// encoded is the text as the column's character set has it: what it does not have, and what
// is no text at all, is an error, or cut off at bytes that are none and else a ?.
func (a *storing) encoded(s string, from, to *Type) (string, error) {
	if !utf8.ValidString(s) {
		if err := a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect string value: '%s'", invalidShown(s)); err != nil {
			return s, err
		}
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n <= 1 {
				return s[:i], nil
			}
			i += n
		}
	}
	if from.Collation == to.Collation {
		return s, nil
	}
	recoded := a.e.EachPiece(s, to.Collation.Recode)
	if recoded == s {
		return s, nil
	}
	encoder := sql.CollationID(to.Collation).CharacterSet().Encoder()
	for i, r := range s {
		if _, ok := encoder.EncodeRune([]byte(string(r))); !ok {
			return recoded, a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect string value: '%s'", bytesShown(s[i:]))
		}
	}
	return recoded, nil
}

// bytesShown is how MySQL shows a text from what a character set does not have on: bytes
// that are not ASCII in hexadecimal, six in all.
func bytesShown(s string) string {
	const most = 6
	var out strings.Builder
	for i := 0; i < len(s) && i < most; i++ {
		if s[i] < utf8.RuneSelf && s[i] >= ' ' {
			out.WriteByte(s[i])
		} else {
			fmt.Fprintf(&out, `\x%02X`, s[i])
		}
	}
	if len(s) > most {
		out.WriteString("...")
	}
	return out.String()
}

func (a *storing) enum(v Value, from, to *Type) (Value, error) {
	x := int64(0)
	refused := false
	switch v.Kind {
	case Enum, Set, String:
		if v.Kind == Enum && v.I == 0 && v.S == "" {
			break
		}
		text := strings.TrimRight(v.S, " ")
		if from.Collation == Binary {
			text = v.S
		}
		if x = memberOf(to, text); x == 0 {
			n, err := strconv.ParseUint(text, 10, 16) // an index as a text
			if x = int64(n); err != nil || x == 0 || x > int64(len(to.Members)) {
				x, refused = 0, true
			}
		}
	default:
		n, over, err := a.whole(v, false)
		if err != nil {
			return v, err
		}
		if x = n; over || x < 0 || x > int64(len(to.Members)) || x == 0 {
			x, refused = 0, true
		}
	}
	out := Value{Kind: Enum, I: x, S: EnumText(to.Members, x)}
	if refused {
		return out, a.truncated()
	}
	return out, nil
}

func (a *storing) set(v Value, _, to *Type) (Value, error) {
	all := uint64(1)<<len(to.Members) - 1
	if len(to.Members) == 64 {
		all = math.MaxUint64
	}
	bits, refused := uint64(0), false
	switch v.Kind {
	case Enum, Set, String:
		if v.S == "" {
			break
		}
		for part := range strings.SplitSeq(strings.TrimRight(v.S, " "), ",") {
			if i := memberOf(to, part); i > 0 {
				bits |= 1 << (i - 1)
			} else {
				refused = true
			}
		}
		if refused && bits == 0 {
			if n, err := strconv.ParseUint(v.S, 10, 64); err == nil && n <= all {
				bits, refused = n, false
			}
		}
	default:
		n, over, err := a.whole(v, true)
		if err != nil {
			return v, err
		}
		if bits = uint64(n); over || bits > all {
			bits, refused = bits&all, true
		}
	}
	out := Value{Kind: Set, I: int64(bits), S: SetText(to.Members, bits)}
	if refused {
		return out, a.truncated()
	}
	return out, nil
}

const invalidJSONColumn = 3140

// json stores a document: a text is parsed, error 3140 where it is none, in any mode.
func (a *storing) json(v Value, from *Type) (Value, error) {
	if v.Kind != String {
		if v.Kind == JSON {
			return v, nil
		}
		return jsonOf(v, from), nil
	}
	if from.Kind == String && from.Collation.IsBinary() && !from.Hex {
		return v, &mysql.MyError{Code: 3144, State: "22032", Message: "Cannot create a JSON value from a string with CHARACTER SET 'binary'."}
	}
	d, err := json.Parse(v.S, a.e.Ended)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return v, &mysql.MyError{Code: invalidJSONColumn, State: "22032", Message: fmt.Sprintf(
			`Invalid JSON text: "%s" at position %d in value for column '%s'.`, syntax.Message, syntax.Position, a.name)}
	case err != nil:
		return v, JSONError(err, 1, "")
	}
	return JSONValue(d.String()), nil
}
