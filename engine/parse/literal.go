package parse

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
)

// LiteralKind is what a literal is written as.
type LiteralKind uint8

// The kinds of literals (MySQL manual 9.1).
const (
	NullLiteral    LiteralKind = iota
	BoolLiteral                // TRUE and FALSE: Int is 1 or 0
	IntLiteral                 // Int
	UintLiteral                // Uint, which is above the largest int64
	DecimalLiteral             // Str, as written
	FloatLiteral               // Float
	StringLiteral              // Str, with escapes undone
	HexLiteral                 // Str, the bytes
	BitLiteral                 // Str, the bytes
)

// Literal is a literal value in a [Tree].
type Literal struct {
	ast.TexprNode
	Kind  LiteralKind
	Int   int64
	Uint  uint64
	Float float64
	Str   string
	// Charset is a string's, hex or bit literal's introducer without the
	// underscore, lower case; "" where there is none.
	Charset string
	// NameLength is the length of the part of Str that names a column: of
	// 'a' 'b', which is one literal, it is the first string's. -1 means all.
	NameLength int
}

// Param is a question mark in a [Tree].
type Param struct {
	Literal
	Offset  int // in Tree.Text
	Ordinal int // from 0, over the whole statement; -1 with Variable
	// Numbered has Restore write the marker as vitess names it, by its ordinal.
	Numbered bool
	// Variable is set in the body of a routine where LIMIT takes a parameter or
	// a local variable, which the grammar has no node for.
	Variable string
}

type (
	decimalText string
	hexBytes    string
	bitBytes    string
)

// ToString makes a BinaryLiteral of it for TiDB's grammar.
func (h hexBytes) ToString() string { return string(h) }

// ToString makes a BinaryLiteral of it for TiDB's grammar.
func (b bitBytes) ToString() string { return string(b) }

func init() {
	ast.NewValueExpr = func(value any, _, _ string) ast.ValueExpr {
		if l, ok := value.(*Literal); ok {
			return l
		}
		l := &Literal{NameLength: -1}
		l.SetValue(value)
		return l
	}
	ast.NewParamMarkerExpr = func(offset int) ast.ParamMarkerExpr {
		return &Param{Literal: Literal{NameLength: -1}, Offset: offset}
	}
	ast.NewDecimal = func(s string) (any, error) { return decimalText(s), nil }
	ast.NewHexLiteral = func(s string) (any, error) { return hexLiteral(s) }
	ast.NewBitLiteral = func(s string) (any, error) { return bitLiteral(s) }
}

// hexLiteral reads x'0F', X'0f' or 0x0f. The quoted form wants whole bytes.
func hexLiteral(s string) (hexBytes, error) {
	digits, quoted := strings.CutSuffix(s[2:], "'")
	if len(digits)%2 != 0 {
		if quoted {
			return "", fmt.Errorf("an odd number of digits")
		}
		digits = "0" + digits
	}
	b, err := hex.DecodeString(digits)
	return hexBytes(b), err
}

// bitLiteral reads b'01', B'01' or 0b01; the first byte is filled with zeros.
func bitLiteral(s string) (bitBytes, error) {
	digits := strings.TrimSuffix(s[2:], "'")
	b := make([]byte, (len(digits)+7)/8)
	for i := range digits {
		at := len(digits) - 1 - i
		if digits[i] == '1' {
			b[len(b)-1-at/8] |= 1 << (at % 8)
		}
	}
	return bitBytes(b), nil
}

// SetValue sets a value of one of the types that TiDB's grammar has for
// literals; other types make NULL.
func (l *Literal) SetValue(value any) {
	switch v := value.(type) {
	case bool:
		l.Kind = BoolLiteral
		if v {
			l.Int = 1
		}
	case int:
		l.Kind, l.Int = IntLiteral, int64(v)
	case int64:
		l.Kind, l.Int = IntLiteral, v
	case uint64:
		l.Kind, l.Uint = UintLiteral, v
		if int64(v) >= 0 {
			l.Kind, l.Int = IntLiteral, int64(v)
		}
	case float64:
		l.Kind, l.Float = FloatLiteral, v
	case decimalText:
		l.Kind, l.Str = DecimalLiteral, string(v)
	case string:
		l.Kind, l.Str = StringLiteral, v
	case hexBytes:
		l.Kind, l.Str = HexLiteral, string(v)
	case bitBytes:
		l.Kind, l.Str = BitLiteral, string(v)
	default:
		l.Kind = NullLiteral
	}
}

// GetValue is the value as a Go value: nil, int64, uint64, float64 or string.
// A bool is an int64, a decimal its text.
func (l *Literal) GetValue() any {
	switch l.Kind {
	case NullLiteral:
		return nil
	case BoolLiteral, IntLiteral:
		return l.Int
	case UintLiteral:
		return l.Uint
	case FloatLiteral:
		return l.Float
	}
	return l.Str
}

// GetDatumString is a string's text.
func (l *Literal) GetDatumString() string { return l.Str }

// GetString is a string's text.
func (l *Literal) GetString() string { return l.Str }

// GetProjectionOffset is NameLength.
func (l *Literal) GetProjectionOffset() int { return l.NameLength }

// SetProjectionOffset sets NameLength.
func (l *Literal) SetProjectionOffset(n int) { l.NameLength = n }

// SetOriginTextPosition is called when the grammar is done with the literal,
// which is when it has marked an introducer in the type.
func (l *Literal) SetOriginTextPosition(offset int) {
	if l.Type.GetFlag()&tidb.UnderScoreCharsetFlag != 0 {
		l.Charset = strings.ToLower(l.Type.GetCharset())
	}
	l.TexprNode.SetOriginTextPosition(offset)
}

// Format writes the literal as SQL.
func (l *Literal) Format(w io.Writer) { _, _ = io.WriteString(w, l.sql()) }

// Restore writes the literal as SQL.
func (l *Literal) Restore(ctx *format.RestoreCtx) error {
	ctx.WritePlain(l.sql())
	return nil
}

func (l *Literal) sql() string {
	introducer := ""
	if l.Charset != "" {
		introducer = "_" + l.Charset
	}
	switch l.Kind {
	case BoolLiteral:
		return strings.ToUpper(strconv.FormatBool(l.Int != 0))
	case IntLiteral:
		return strconv.FormatInt(l.Int, 10)
	case UintLiteral:
		return strconv.FormatUint(l.Uint, 10)
	case DecimalLiteral:
		return l.Str
	case FloatLiteral:
		return strconv.FormatFloat(l.Float, 'e', -1, 64)
	case StringLiteral:
		return introducer + "'" + strings.NewReplacer(`\`, `\\`, "'", "''", "\x00", `\0`).Replace(l.Str) + "'"
	case HexLiteral, BitLiteral:
		return introducer + "x'" + hex.EncodeToString([]byte(l.Str)) + "'"
	}
	return "NULL"
}

// Accept lets a visitor see the literal.
func (l *Literal) Accept(v ast.Visitor) (ast.Node, bool) {
	node, _ := v.Enter(l)
	return v.Leave(node)
}

// Accept lets a visitor see the parameter.
func (p *Param) Accept(v ast.Visitor) (ast.Node, bool) {
	node, _ := v.Enter(p)
	return v.Leave(node)
}

// SetOrder sets the ordinal.
func (p *Param) SetOrder(ordinal int) { p.Ordinal = ordinal }

// Format writes the question mark.
func (p *Param) Format(w io.Writer) { _, _ = io.WriteString(w, "?") }

// Restore writes the question mark.
func (p *Param) Restore(ctx *format.RestoreCtx) error {
	if p.Numbered {
		ctx.WritePlain(":v" + strconv.Itoa(p.Ordinal+1))
	} else {
		ctx.WritePlain("?")
	}
	return nil
}
