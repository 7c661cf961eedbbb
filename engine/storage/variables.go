package storage

import (
	"context"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// DefaultCollation is that of databases, connections and servers that are given
// none, as in MySQL 8: go-mysql-server's own tells case.
const DefaultCollation = sql.Collation_utf8mb4_0900_ai_ci

// sqlMode is the variable sql_mode.
const sqlMode = "sql_mode"

// defaultSQLMode is MySQL 8's (manual 5.1.11).
const defaultSQLMode = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// sqlModes are the modes in the order in which MySQL lists them.
var sqlModes = types.NewSystemSetType(sqlMode, DefaultCollation,
	"REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY", "NO_UNSIGNED_SUBTRACTION",
	"NO_DIR_IN_CREATE", "ANSI", "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES",
	"NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES", "ERROR_FOR_DIVISION_BY_ZERO", "TRADITIONAL",
	"HIGH_NOT_PRECEDENCE", "NO_ENGINE_SUBSTITUTION", "PAD_CHAR_TO_FULL_LENGTH", "TIME_TRUNCATE_FRACTIONAL")

// combined are the modes that stand for others too (manual 5.1.11).
var combined = map[string]string{
	"ANSI":        "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI",
	"TRADITIONAL": "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION",
}

// Variables are the system variables whose defaults are MySQL 8's and not
// go-mysql-server's.
func Variables() []sql.SystemVariable {
	all := []sql.SystemVariable{&sql.MysqlSystemVariable{
		Name: sqlMode, Type: sqlModes, Default: defaultSQLMode, Dynamic: true, SetVarHintApplies: true,
		Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
	}}
	for _, name := range []string{"collation_connection", "collation_database", "collation_server"} {
		if v, _, ok := sql.SystemVariables.GetGlobal(name); ok {
			own := *v.(*sql.MysqlSystemVariable)
			own.Default = DefaultCollation.Name()
			all = append(all, &own)
		}
	}
	return all
}

// SQLMode is a value of sql_mode as MySQL shows it: in its order, with what
// combined modes stand for. What is no mode is error 1231.
func SQLMode(text string) (string, error) {
	set := sqlModes.(sql.SetType)
	bits := uint64(0)
	for _, mode := range strings.Split(text, ",") {
		if more, ok := combined[strings.ToUpper(mode)]; ok {
			mode = more
		}
		b, _, err := sqlModes.Convert(context.Background(), mode)
		if err != nil {
			return "", mysql.NewDefaultError(mysql.ER_WRONG_VALUE_FOR_VAR, sqlMode, mode)
		}
		bits |= b.(uint64)
	}
	return set.BitsToString(bits)
}

// SQLMode is the session's, as MySQL shows it.
func (s *Session) SQLMode(ctx *sql.Context) string {
	mode, err := s.GetSessionVariable(ctx, sqlMode)
	if err != nil {
		return defaultSQLMode
	}
	text, _ := mode.(string)
	return text
}

// GetSessionVariable implements sql.Session. Those of the database are what the
// session's has, which others may change (manual 5.1.8).
func (s *Session) GetSessionVariable(ctx *sql.Context, name string) (any, error) {
	switch name = strings.ToLower(name); name {
	case "character_set_database", "collation_database":
		db, err := s.provider.Database(ctx, s.GetCurrentDatabase())
		if err != nil {
			break // there is none
		}
		c := db.(*Database).GetCollation(ctx)
		if name == "collation_database" {
			return c.Name(), nil
		}
		return c.CharacterSet().Name(), nil
	}
	return s.BaseSession.GetSessionVariable(ctx, name)
}

// Changes counts how often a variable of the session was set.
func (s *Session) Changes() uint64 { return s.changes }

// InitSessionVariable implements sql.Session.
func (s *Session) InitSessionVariable(ctx *sql.Context, name string, value any) error {
	s.changes++
	return s.BaseSession.InitSessionVariable(ctx, name, value)
}

// SetSessionVariable implements sql.Session.
func (s *Session) SetSessionVariable(ctx *sql.Context, name string, value any) error {
	s.changes++
	name = strings.ToLower(name)
	if bits, ok := value.(uint64); ok && name == sqlMode {
		var err error
		if v, _, ok := sql.SystemVariables.GetGlobal(name); ok {
			if value, err = v.GetType().(sql.SetType).BitsToString(bits); err != nil {
				return err
			}
		}
	}
	if text, ok := value.(string); ok && name == sqlMode {
		shown, err := SQLMode(text)
		if err != nil {
			return err
		}
		value = shown
	}
	return s.BaseSession.SetSessionVariable(ctx, name, value)
}

// SetUserVariable implements sql.Session. Where go-mysql-server knows no collation of
// a text it is the connection's.
func (s *Session) SetUserVariable(ctx *sql.Context, name string, value any, t sql.Type) error {
	if text, ok := t.(sql.StringType); ok && text.Collation() == sql.Collation_Default {
		if own, err := text.(sql.TypeWithCollation).WithNewCollation(s.GetCollation()); err == nil {
			t = own
		}
	}
	return s.BaseSession.SetUserVariable(ctx, name, value, t)
}
