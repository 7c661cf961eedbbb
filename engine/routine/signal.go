package routine

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// signal runs SIGNAL and RESIGNAL (manual 13.6.7.4 and 13.6.7.5).
func (r *run) signal(in *parse.Signal, s *scope) (flow, error) {
	var d Diagnostic
	if in.Again {
		if len(r.conditions) == 0 {
			return flow{}, mysql.NewDefaultError(mysql.ER_RESIGNAL_WITHOUT_ACTIVE_HANDLER)
		}
		d = r.conditions[len(r.conditions)-1]
	}
	if in.Condition != nil {
		c := *in.Condition
		if c.Name != "" {
			c = s.condition(c.Name)
		}
		if d.State != c.State || !in.Again {
			d = signalled(c.State)
		}
	}
	for i := range in.Items {
		v, t, err := r.eval(in.Items[i].Value, s)
		if err != nil {
			return flow{}, err
		}
		name := strings.ToUpper(in.Items[i].Target)
		text := string(types.AppendValue(nil, v, t))
		if v.IsNull() {
			return flow{}, mysql.NewDefaultError(mysql.ER_WRONG_VALUE_FOR_VAR, name, "NULL")
		}
		switch name {
		case "MESSAGE_TEXT":
			if runes := []rune(text); len(runes) > 128 {
				if r.c.Mode&(types.StrictTrans|types.StrictAll) != 0 {
					return flow{}, mysql.NewError(mysql.ER_COND_ITEM_TOO_LONG, fmt.Sprintf("Data too long for condition item '%s'", name))
				}
				text = string(runes[:128])
			}
			d.Text = text
		case "MYSQL_ERRNO":
			n, err := types.ToInt(r.c.Env, v)
			if err != nil {
				return flow{}, err
			}
			if n.I < 1 || n.I > 65535 {
				return flow{}, mysql.NewDefaultError(mysql.ER_WRONG_VALUE_FOR_VAR, name, text)
			}
			d.Code = uint16(n.I)
		}
	}
	if d.Warning || d.class() == classWarning {
		r.c.Warn(d.Code, d.Text)
		return r.raise(s, d)
	}
	return flow{}, d.err()
}

// signalled is the condition that a SQLSTATE is by itself.
func signalled(state string) Diagnostic {
	d := Diagnostic{State: state, Code: mysql.ER_SIGNAL_EXCEPTION}
	switch d.class() {
	case classWarning:
		d.Code = mysql.ER_SIGNAL_WARN
		d.Warning = true
	case classNotFound:
		d.Code = mysql.ER_SIGNAL_NOT_FOUND
	}
	d.Text = mysql.NewDefaultError(d.Code).Message
	return d
}
