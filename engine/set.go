package engine

import (
	"regexp"
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/dolthub/go-mysql-server/sql"
)

// setNames finds the collation of SET NAMES charset COLLATE collation, which
// go-mysql-server's parser passes over.
var setNames = regexp.MustCompile("(?i)^SET\\s+NAMES\\s+[\"'`]?\\w+[\"'`]?\\s+COLLATE\\s+[\"'`]?(\\w+)[\"'`]?\\s*$")

// set executes SET (manual 13.7.6.3): a collation of SET NAMES that is not the
// character set's is error 1253, one that there is not error 1273.
func (x *execution) set(args []sqltypes.Value) (*Result, error) {
	found := setNames.FindStringSubmatch(strings.TrimRight(x.text, "; \t\r\n"))
	if found == nil {
		r, err := x.run(args)
		if sql.ErrInvalidSetValue.Is(err) { // sql_mode is the one variable that is a set
			_, value, _ := strings.Cut(strings.TrimSuffix(err.Error(), " was not found in the set"), " ")
			err = mysql.NewDefaultError(mysql.ER_WRONG_VALUE_FOR_VAR, "sql_mode", value)
		}
		return r, err
	}
	collation, err := sql.ParseCollation("", found[1], false)
	if err != nil {
		return nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_COLLATION, found[1])
	}
	schema, rows, err := x.start(x.stmt, args)
	if err != nil {
		return nil, err
	}
	r, err := x.result(schema, rows)
	if err != nil {
		return nil, err
	}
	connection, err := x.ctx.GetSessionVariable(x.ctx, "character_set_connection")
	if err != nil {
		return nil, err
	}
	if set := collation.CharacterSet().Name(); !strings.EqualFold(set, connection.(string)) {
		return nil, mysql.NewDefaultError(mysql.ER_COLLATION_CHARSET_MISMATCH, collation.Name(), connection)
	}
	return r, x.ctx.SetSessionVariable(x.ctx, "collation_connection", collation.Name())
}
