package engine

import (
	"regexp"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// setNames finds the character set and the collation of SET NAMES … COLLATE ….
var setNames = regexp.MustCompile("(?i)^SET\\s+NAMES\\s+[\"'`]?(\\w+)[\"'`]?\\s+COLLATE\\s+[\"'`]?(\\w+)[\"'`]?\\s*$")

// set executes SET (manual 13.7.6.3). go-mysql-server takes any collation of SET
// NAMES: one that is not the character set's is error 1253, one that there is not
// error 1273. And a mode that there is not has its own error.
func (x *execution) set(args []sqltypes.Value) (*Result, error) {
	if found := setNames.FindStringSubmatch(strings.TrimRight(x.text, "; \t\r\n")); found != nil {
		collation, err := sql.ParseCollation("", found[2], false)
		if err != nil {
			return nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_COLLATION, found[2])
		}
		if set, err := sql.ParseCharacterSet(found[1]); err == nil && set != collation.CharacterSet() {
			return nil, mysql.NewDefaultError(mysql.ER_COLLATION_CHARSET_MISMATCH, collation.Name(), set.Name())
		}
	}
	r, err := x.run(args)
	if sql.ErrInvalidSetValue.Is(err) { // sql_mode is the one variable that is a set
		_, value, _ := strings.Cut(strings.TrimSuffix(err.Error(), " was not found in the set"), " ")
		err = mysql.NewDefaultError(mysql.ER_WRONG_VALUE_FOR_VAR, "sql_mode", value)
	}
	if name := x.unknownVariable(); err != nil && name != "" { // which is a column to go-mysql-server
		err = mysql.NewDefaultError(mysql.ER_UNKNOWN_SYSTEM_VARIABLE, name)
	}
	return r, err
}

// unknownVariable is the first variable without @ that SET assigns and that the system does not have; "" where there is none.
func (x *execution) unknownVariable() string {
	set, ok := x.stmt.(*ast.Set)
	if !ok {
		return ""
	}
	for _, e := range set.Exprs {
		name := e.Name.Name.String()
		if e.Scope != ast.SetScope_None || strings.HasPrefix(name, "@") || strings.EqualFold(name, "names") || strings.EqualFold(name, "charset") {
			continue
		}
		if _, _, ok := sql.SystemVariables.GetGlobal(name); !ok {
			return name
		}
	}
	return ""
}
