package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Dated is what is read as a date, without a detour: COALESCE(end_date, '9999-12-31') is a text to MySQL, of a date that
// is spelled and read again, but its dates are those of the column and the one that the text names. x stays as it is
// where it is anything else than a choice among dates and texts that plainly are dates.
func Dated(x Expr) Expr {
	if dated, ok := datedChoice(x); ok {
		return dated
	}
	return x
}

// datedChoice is a COALESCE, IFNULL, IF or CASE of type text as one of type DATETIME.
func datedChoice(x Expr) (*Call, bool) {
	call, ok := x.(*Call)
	if !ok || call.T.Kind != types.String {
		return nil, false
	}
	conditions := false
	switch call.F.Name {
	case "coalesce", "ifnull":
	case "if", "case":
		conditions = true
	default:
		return nil, false
	}
	t := types.TypeDateTime
	args := make([]Expr, len(call.Args))
	for i, a := range call.Args {
		if args[i] = a; conditions && i%2 == 0 && i+1 < len(call.Args) {
			continue
		}
		switch a := a.(type) {
		case *Convert:
			from := a.X.Type()
			if a.Explicit || from.Kind != types.Date && from.Kind != types.DateTime {
				return nil, false
			}
			t.Scale = max(t.Scale, from.Scale)
			args[i] = a.X
		case *Literal:
			if a.V.IsNull() {
				continue
			}
			if _, plain := types.PlainDateTime(a.V.S); a.V.Kind != types.String || !plain {
				return nil, false
			}
		default:
			inner, ok := datedChoice(a)
			if !ok {
				return nil, false
			}
			t.Scale = max(t.Scale, inner.T.Scale)
			args[i] = inner
		}
	}
	for i, a := range args {
		if kind := a.Type().Kind; (!conditions || i%2 == 1 || i+1 == len(args)) && kind != types.Null && kind != types.DateTime {
			args[i] = &Convert{X: a, T: t.WithNullable(a.Type().Nullable)}
		}
	}
	dated := *call
	dated.Args, dated.T, dated.Data = args, t.WithNullable(call.T.Nullable), nil
	return &dated, true
}
