package routine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// getDiagnostics is GET DIAGNOSTICS (manual 13.6.7.3).
type getDiagnostics struct {
	condition string // "": of the statement; otherwise a number or a variable
	items     []diagnosticItem
}

type diagnosticItem struct{ target, item string }

// parseDiagnostics reads GET [CURRENT | STACKED] DIAGNOSTICS.
func parseDiagnostics(text string) (g getDiagnostics, ok bool) {
	tokens := slices.Collect(parse.Tokens(text))
	is := func(i int, word string) bool { return i < len(tokens) && strings.EqualFold(tokens[i], word) }
	i := 1
	if is(i, "CURRENT") || is(i, "STACKED") {
		i++
	}
	if !is(0, "GET") || !is(i, "DIAGNOSTICS") {
		return g, false
	}
	// A variable's sign is a token of its own.
	name := func() (s string) {
		for i < len(tokens) && tokens[i] == "@" {
			s, i = s+"@", i+1
		}
		if i < len(tokens) {
			s, i = s+strings.Trim(tokens[i], "`"), i+1
		}
		return s
	}
	if i++; is(i, "CONDITION") {
		i++
		g.condition = name()
	}
	for {
		item := diagnosticItem{target: name()}
		if !is(i, "=") {
			return g, false
		}
		i++
		item.item = strings.ToUpper(name())
		if g.items = append(g.items, item); !is(i, ",") {
			return g, i == len(tokens) && item.item != ""
		}
		i++
	}
}

// diagnostics runs GET DIAGNOSTICS: of the condition whose handler runs, or else
// of the last statement's warnings.
func (r *run) diagnostics(g getDiagnostics, s *scope) error {
	all := r.p.host.Warnings()
	if n := len(r.conditions); n > 0 {
		all = []Diagnostic{r.conditions[n-1]}
	}
	var d Diagnostic
	if g.condition != "" {
		n, err := strconv.Atoi(g.condition)
		if err != nil {
			v, _ := r.valueOf(g.condition, s)
			n, _ = strconv.Atoi(v)
		}
		if n < 1 || n > len(all) {
			return mysql.NewError(mysql.ER_DA_INVALID_CONDITION_NUMBER, "Invalid condition number")
		}
		d = all[n-1]
	}
	for _, item := range g.items {
		var v types.Value
		t := types.TypeString(128, types.DefaultCollation, types.CoerceImplicit)
		switch item.item {
		case "NUMBER":
			v, t = types.IntValue(int64(len(all))), types.TypeInt
		case "ROW_COUNT":
			v, t = types.IntValue(r.c.Session.RowCount()), types.TypeInt
		case "MYSQL_ERRNO":
			v, t = types.IntValue(int64(d.Code)), types.TypeInt
		case "RETURNED_SQLSTATE":
			v = types.StringValue(d.State)
		case "MESSAGE_TEXT":
			v = types.StringValue(d.Text)
		default:
			v = types.StringValue("")
		}
		if user, ok := strings.CutPrefix(item.target, "@"); ok {
			r.c.Session.SetUserVariable(user, v, t)
			continue
		}
		to, ok := s.variable(item.target)
		if !ok {
			return mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, item.target)
		}
		if err := to.assign(r.c, v, &t); err != nil {
			return err
		}
	}
	return nil
}

// valueOf is the text of a variable's value.
func (r *run) valueOf(name string, s *scope) (string, bool) {
	if user, ok := strings.CutPrefix(name, "@"); ok {
		v, t := r.c.Session.UserVariable(user)
		return string(types.AppendValue(nil, v, &t)), true
	}
	v, ok := s.variable(name)
	if !ok {
		return "", false
	}
	return string(types.AppendValue(nil, v.V, &v.T)), true
}
