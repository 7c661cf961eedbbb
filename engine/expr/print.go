package expr

import "strings"

// String spells the call as MySQL does in its messages and in EXPLAIN (Item::print).
func (e *Call) String() string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.String()
	}
	name := e.F.Name
	switch name {
	case "neg":
		name = "-"
	case "mod":
		return "(" + args[0] + " % " + args[1] + ")"
	case "is null", "is not null", "is true", "is false", "is not true", "is not false":
		return "(" + args[0] + " " + name + ")"
	case "not":
		return "(not(" + args[0] + "))"
	case "between":
		return "(" + args[0] + " between " + args[1] + " and " + args[2] + ")"
	case "in":
		return "(" + args[0] + " in (" + strings.Join(args[1:], ",") + "))"
	case "like":
		if len(args) == 3 {
			return "(" + args[0] + " like " + args[1] + " escape " + args[2] + ")"
		}
		return "(" + args[0] + " like " + args[1] + ")"
	case "collate":
		return "(" + args[0] + " collate " + e.T.Collation.Name() + ")"
	case "div":
		return "(" + args[0] + " DIV " + args[1] + ")"
	case "case":
		return caseText(args)
	}
	infix := name[0] < 'a' || name[0] > 'z' || name == "and" || name == "or" || name == "xor" || name == "regexp"
	if infix && len(args) > 1 {
		return "(" + strings.Join(args, " "+name+" ") + ")"
	}
	return name + "(" + strings.Join(args, ",") + ")"
}

// Spelled is an expression as MySQL's messages spell it: as String does, and columns with
// their table and database.
func Spelled(e Expr) string {
	named, err := Transform(e, func(e Expr) (Expr, error) {
		switch e := e.(type) {
		case *Column:
			if e.Path != "" {
				return &Column{Name: e.Path, T: e.T}, nil
			}
		case *Outer:
			if e.Path != "" {
				return &Column{Name: e.Path, T: e.T}, nil
			}
		}
		return e, nil
	})
	if err != nil {
		return e.String()
	}
	return named.String()
}

func caseText(args []string) string {
	var out strings.Builder
	out.WriteString("(case")
	for ; len(args) > 1; args = args[2:] {
		out.WriteString(" when " + args[0] + " then " + args[1])
	}
	if len(args) == 1 {
		out.WriteString(" else " + args[0])
	}
	out.WriteString(" end)")
	return out.String()
}
