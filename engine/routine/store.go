package routine

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Store is a value as a column of the type keeps it (manual 11.1 and 5.1.11): in
// strict mode what does not fit is an error, 1264, 1265, 1292, 1366 or 1406, and
// otherwise a warning and the nearest value that does.
func Store(e *types.Env, v types.Value, from, to *types.Type, name string) (types.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	s := storing{e: e, from: from, to: to, name: name, shown: types.AppendValue(nil, v, from)}
	quiet := *e
	quiet.Warn = func(uint16, string) { s.truncated = true }
	s.quiet = &quiet
	switch to.Kind {
	case types.Int, types.Uint:
		return s.integer(v)
	case types.Decimal:
		return s.decimal(v)
	case types.Float:
		return s.float(v)
	case types.String:
		return s.text(v)
	case types.Enum, types.Set:
		x, err := types.Convert(s.quiet, v, from, to)
		if err != nil {
			return x, err
		}
		if to.Kind == types.Enum && x.I == 0 || to.Kind == types.Set && from.IsText() && len(x.S) < len(v.S) {
			return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
		}
		return x, nil
	case types.Bit:
		x, err := types.Convert(s.quiet, v, from, to)
		if err == nil && to.Length < 64 && x.Uint()>>to.Length != 0 {
			return s.misfit(types.Value{Kind: types.Bit, I: 1<<to.Length - 1}, mysql.ER_DATA_TOO_LONG)
		}
		return x, err
	case types.JSON:
		if from.IsText() {
			if _, err := types.ParseJSON(v.S, 0, ""); err != nil {
				return types.Value{}, mysql.NewError(3140, fmt.Sprintf("Invalid JSON text: \"Invalid value.\" at position 0 in value for column '%s'.", name))
			}
		}
		return types.Cast(s.quiet, v, from, to)
	case types.Date, types.DateTime, types.Time:
		return s.temporal(v)
	}
	return types.Convert(e, v, from, to)
}

// storing is the conversion of one value.
type storing struct {
	e, quiet  *types.Env
	from, to  *types.Type
	name      string
	shown     []byte
	truncated bool // the conversion warned
}

func (s *storing) strict() bool { return s.e.Mode&(types.StrictTrans|types.StrictAll) != 0 }

// misfit is an error in strict mode; otherwise it warns and the value is x.
func (s *storing) misfit(x types.Value, code uint16) (types.Value, error) {
	var text string
	switch code {
	case mysql.ER_WARN_DATA_OUT_OF_RANGE:
		text = fmt.Sprintf("Out of range value for column '%s' at row 1", s.name)
	case mysql.ER_DATA_TOO_LONG:
		text = fmt.Sprintf("Data too long for column '%s' at row 1", s.name)
		if !s.strict() {
			code, text = mysql.WARN_DATA_TRUNCATED, fmt.Sprintf("Data truncated for column '%s' at row 1", s.name)
		}
	case mysql.WARN_DATA_TRUNCATED:
		text = fmt.Sprintf("Data truncated for column '%s' at row 1", s.name)
	default:
		kind := map[types.Kind]string{
			types.Int: "integer", types.Uint: "integer", types.Decimal: "decimal", types.Float: "double",
			types.Date: "date", types.DateTime: "datetime", types.Time: "time",
		}[s.to.Kind]
		text = fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row 1", kind, s.shown, s.name)
	}
	if s.strict() {
		return types.Value{}, mysql.NewError(code, text)
	}
	if s.e.Warn != nil {
		s.e.Warn(code, text)
	}
	return x, nil
}

// number is the code for text that is no number, or more than one.
func (s *storing) number() uint16 {
	digits := strings.TrimLeft(strings.TrimSpace(string(s.shown)), "+-.")
	if digits != "" && digits[0] >= '0' && digits[0] <= '9' {
		return mysql.WARN_DATA_TRUNCATED
	}
	return mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
}

// whole is a value as an integer without bounds.
func (s *storing) whole(v types.Value) (types.Dec, error) {
	if v.Kind == types.Float || s.from.IsText() && !s.from.Hex && strings.ContainsAny(v.S, "eE") {
		x, err := types.ToFloat(s.quiet, v)
		if math.Abs(x.F) >= 1e19 {
			return types.MaxDec(30, 0).Mul(types.NewDec(int64(math.Copysign(1, x.F)), 0)), err
		}
		return types.DecFromFloat(math.RoundToEven(x.F)).Round(0), err
	}
	x, err := types.Convert(s.quiet, v, s.from, &types.Type{Kind: types.Decimal})
	return x.D.Round(0), err
}

// widths are the bits of the integer types.
var widths = map[types.Protocol]uint{
	types.ProtocolTiny: 8, types.ProtocolShort: 16, types.ProtocolInt24: 24, types.ProtocolLong: 32, types.ProtocolLongLong: 64,
}

func (s *storing) integer(v types.Value) (types.Value, error) {
	d, err := s.whole(v)
	if err != nil {
		return types.Value{}, err
	}
	if s.to.IsYear() {
		x, _ := d.Int64()
		switch {
		case s.from.IsTemporal() || x == 0 && v.Kind != types.String || x >= 1901 && x <= 2155:
		case x >= 0 && x < 70:
			x += 2000
		case x >= 70 && x < 100:
			x += 1900
		default:
			return s.misfit(types.IntValue(0), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		}
		return types.IntValue(x), nil
	}
	bits := widths[s.to.Protocol]
	if s.to.Kind == types.Uint {
		most := uint64(1)<<(bits-1)<<1 - 1
		x, ok := d.Uint64()
		switch {
		case d.Sign() < 0:
			return s.misfit(types.UintValue(0), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		case !ok || x > most:
			return s.misfit(types.UintValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		case s.truncated:
			return s.misfit(types.UintValue(x), s.number())
		}
		return types.UintValue(x), nil
	}
	most := int64(uint64(1)<<(bits-1) - 1)
	x, ok := d.Int64()
	switch {
	case d.Sign() < 0 && (!ok || x < -most-1):
		return s.misfit(types.IntValue(-most-1), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case d.Sign() > 0 && (!ok || x > most):
		return s.misfit(types.IntValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case s.truncated:
		return s.misfit(types.IntValue(x), s.number())
	}
	return types.IntValue(x), nil
}

func (s *storing) decimal(v types.Value) (types.Value, error) {
	x, err := types.Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	d := x.D.Round(s.to.Scale).Rescale(s.to.Scale)
	most := types.MaxDec(s.to.Length, s.to.Scale)
	switch {
	case d.Abs().Cmp(most) > 0:
		if d.Sign() < 0 {
			most = most.Neg()
		}
		return s.misfit(types.DecimalValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case s.truncated:
		return s.misfit(types.DecimalValue(d), s.number())
	}
	return types.DecimalValue(d), nil
}

func (s *storing) float(v types.Value) (types.Value, error) {
	x, err := types.Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	if s.to.Scale < types.NotFixed {
		p := math.Pow10(s.to.Scale)
		if r := math.RoundToEven(x.F*p) / p; !math.IsInf(r, 0) && !math.IsNaN(r) {
			x.F = r
		}
	}
	if s.to.Protocol == types.ProtocolFloat {
		if math.Abs(x.F) > math.MaxFloat32 {
			return s.misfit(types.FloatValue(math.Copysign(math.MaxFloat32, x.F)), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		}
		x.F = float64(float32(x.F))
	}
	if s.truncated {
		return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
	}
	return x, nil
}

func (s *storing) text(v types.Value) (types.Value, error) {
	x, err := types.ToText(s.quiet, v, s.from)
	if err != nil {
		return x, err
	}
	x.Kind = types.String
	if s.to.Length < 0 || len(x.S) <= s.to.Length {
		return s.padded(x), nil
	}
	cut := s.to.Length
	if !s.to.Collation.IsBinary() {
		if utf8.RuneCountInString(x.S) <= s.to.Length {
			return s.padded(x), nil
		}
		n := 0
		for cut = range x.S {
			if n == s.to.Length {
				break
			}
			n++
		}
	}
	rest := x.S[cut:]
	x.S = x.S[:cut]
	if !s.to.Collation.IsBinary() && strings.Trim(rest, " ") == "" {
		return s.padded(x), nil // spaces go without a word
	}
	return s.misfit(x, mysql.ER_DATA_TOO_LONG)
}

// padded is a CHAR without the spaces at its end, a BINARY with its zeros.
func (s *storing) padded(x types.Value) types.Value {
	if s.to.Protocol == types.ProtocolString {
		if s.to.Collation.IsBinary() {
			x.S += strings.Repeat("\x00", max(s.to.Length-len(x.S), 0))
		} else {
			x.S = strings.TrimRight(x.S, " ")
		}
	}
	return x
}

func (s *storing) temporal(v types.Value) (types.Value, error) {
	x, err := types.Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	if x.IsNull() {
		return s.misfit(types.Value{Kind: s.to.Kind}, mysql.ER_TRUNCATED_WRONG_VALUE)
	}
	if s.truncated {
		return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
	}
	return x, nil
}
