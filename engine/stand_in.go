package engine

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// standIns are statements that go-mysql-server's grammar lacks, or that it answers
// with other columns than MySQL, by their first words; each says by a query of what
// they show. What they list is empty here, or always the same.
var standIns = []struct{ words, query string }{
	{"SHOW OPEN TABLES", "SELECT '' AS `Database`, '' AS `Table`, 0 AS In_use, 0 AS Name_locked FROM DUAL WHERE FALSE"},
	{"SHOW PROFILES", "SELECT 0 AS Query_ID, 0.0 AS Duration, '' AS Query FROM DUAL WHERE FALSE"},
	{"SHOW PROFILE", "SELECT '' AS Status, 0.0 AS Duration FROM DUAL WHERE FALSE"},
	{"SHOW ENGINE INNODB", "SELECT 'InnoDB' AS Type, '' AS Name, '' AS Status"},
	{"SHOW ENGINE", "SELECT '' AS Type, '' AS Name, '' AS Status FROM DUAL WHERE FALSE"},
	{"SHOW PLUGINS", "SELECT 'InnoDB' AS Name, 'ACTIVE' AS Status, 'STORAGE ENGINE' AS Type, NULL AS Library, 'GPL' AS License " +
		"UNION ALL SELECT 'caching_sha2_password', 'ACTIVE', 'AUTHENTICATION', NULL, 'GPL' " +
		"UNION ALL SELECT 'mysql_native_password', 'ACTIVE', 'AUTHENTICATION', NULL, 'GPL'"},
	{"HELP", "SELECT '' AS name, '' AS is_it_category FROM DUAL WHERE FALSE"}, // as where the help tables are not filled
}

// shownFrom are SHOW statements that take LIKE and WHERE, by their first words: a
// query, and the column that LIKE is about.
var shownFrom = []struct{ words, column, query string }{
	{"SHOW VARIABLES", "Variable_name", sessionVariables},
	{"SHOW SESSION VARIABLES", "Variable_name", sessionVariables},
	{"SHOW LOCAL VARIABLES", "Variable_name", sessionVariables},
	{"SHOW GLOBAL VARIABLES", "Variable_name", "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.global_variables"},
	{"SHOW COLLATION", "Collation", "SELECT COLLATION_NAME AS Collation, CHARACTER_SET_NAME AS Charset, ID AS Id, IS_DEFAULT AS `Default`, " +
		"IS_COMPILED AS Compiled, SORTLEN AS Sortlen, PAD_ATTRIBUTE AS Pad_attribute FROM information_schema.COLLATIONS"},
}

const sessionVariables = "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.session_variables"

// aboutAccounts are the first words of statements about accounts, of which there are
// none.
var aboutAccounts = []string{
	"GRANT", "REVOKE", "CREATE USER", "CREATE ROLE", "ALTER USER", "DROP USER", "DROP ROLE", "RENAME USER", "SET PASSWORD", "SET ROLE", "SET DEFAULT ROLE",
}

// binaryWord is the character set binary where SET gives it without quotes, as
// mariadb-import does: go-mysql-server reads an operator.
var (
	setStatement = regexp.MustCompile(`(?i)^(/\*![0-9]*\s*)?SET\s`)
	binaryWord   = regexp.MustCompile(`(?i)(=\s*)binary(\s*(?:,|;|\*/|$))`)
)

// standIn is the statement that answers for one that go-mysql-server does not read;
// "" where there is none.
func (x *execution) standIn() (string, error) {
	rest := parse.Trim(x.text)
	if setStatement.MatchString(rest) {
		if other := binaryWord.ReplaceAllString(rest, "$1'binary'$2"); other != rest {
			return other, nil
		}
	}
	var words []string
	for t := range parse.Tokens(rest) {
		if words = append(words, t); len(words) == 100 {
			break
		}
	}
	if len(words) > 0 && words[len(words)-1] == ";" {
		words = words[:len(words)-1]
	}
	is := func(list ...string) bool {
		for i, w := range list {
			if i >= len(words) || !strings.EqualFold(words[i], w) {
				return false
			}
		}
		return true
	}
	switch {
	case len(words) == 0:
		return "", nil
	case is("SHOW", "SCHEMAS"):
		return "SHOW DATABASES" + rest[strings.Index(strings.ToUpper(rest), "SCHEMAS")+len("SCHEMAS"):], nil
	case is("SHOW", "STORAGE", "ENGINES"):
		return "SHOW ENGINES", nil
	case is("SHOW", "GRANTS"):
		user, host := x.session.session.Client().User, x.session.session.Client().Address
		return fmt.Sprintf("SELECT %s AS `Grants for %s@%s`",
			stringLiteral("GRANT ALL PRIVILEGES ON *.* TO `"+user+"`@`"+host+"` WITH GRANT OPTION"), user, host), nil
	case is("SHOW", "CREATE", "USER"):
		user, host := x.session.session.Client().User, x.session.session.Client().Address
		return fmt.Sprintf("SELECT %s AS `CREATE USER for %s@%s`",
			stringLiteral("CREATE USER `"+user+"`@`"+host+"` IDENTIFIED WITH 'caching_sha2_password' REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK "+
				"PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT"), user, host), nil
	case is("SHOW", "BINLOG"), is("SHOW", "BINARY", "LOGS"), is("SHOW", "MASTER", "LOGS"):
		return "", mysql.NewDefaultError(mysql.ER_NO_BINARY_LOGGING)
	case is("FLUSH"):
		return "DO 0", nil // there is nothing to flush
	case is("KILL") && len(words) > 1:
		return x.killComputed(rest, words[1:])
	case is("DESCRIBE"), is("DESC"), is("EXPLAIN"):
		return describeColumn(words[1:]), nil
	}
	for _, s := range aboutAccounts {
		if is(strings.Fields(s)...) {
			return "", mysql.NewDefaultError(mysql.ER_OPTION_PREVENTS_STATEMENT, "--skip-grant-tables")
		}
	}
	for _, s := range standIns {
		if is(strings.Fields(s.words)...) {
			return s.query, nil
		}
	}
	for _, s := range shownFrom {
		list := strings.Fields(s.words)
		if !is(list...) {
			continue
		}
		query := "SELECT * FROM (" + s.query + ") AS shown"
		if is(append(list, "LIKE")...) && len(words) > len(list)+1 {
			return query + " WHERE " + s.column + " LIKE " + words[len(list)+1], nil
		}
		if is(append(list, "WHERE")...) {
			return query + rest[strings.Index(strings.ToUpper(rest), "WHERE")-1:], nil
		}
		return query, nil
	}
	return x.tableMaintenance(words)
}

// describeColumn is DESCRIBE table column, or a pattern (manual 15.8.1), as SHOW
// COLUMNS; "" where it is none.
func describeColumn(words []string) string {
	table := name(words)
	if table == 0 || len(words) != table+1 {
		return ""
	}
	column := words[table]
	switch column[0] {
	case '\'', '"':
	case '`':
		column = stringLiteral(strings.ReplaceAll(column[1:len(column)-1], "``", "`"))
	default:
		column = stringLiteral(column)
	}
	return "SHOW COLUMNS FROM " + strings.Join(words[:table], "") + " LIKE " + column
}

// name is how many tokens a table's name has that they begin with; 0 where they
// begin with none.
func name(words []string) int {
	switch {
	case len(words) >= 3 && words[1] == ".":
		return 3
	case len(words) >= 1 && words[0] != "." && words[0] != "(" && words[0] != ",":
		return 1
	}
	return 0
}

// tableMaintenance is what CHECK, ANALYZE, OPTIMIZE and REPAIR TABLE show (manual
// 15.7.3): the store needs none of them, and is never broken.
func (x *execution) tableMaintenance(words []string) (string, error) {
	verb := strings.ToLower(words[0])
	notes := map[string]string{
		"check": "", "analyze": "",
		"optimize": "Table does not support optimize, doing recreate + analyze instead",
		"repair":   "The storage engine for the table doesn't support repair",
	}
	note, ok := notes[verb]
	i := 1
	if i < len(words) && (strings.EqualFold(words[i], "LOCAL") || strings.EqualFold(words[i], "NO_WRITE_TO_BINLOG")) {
		i++
	}
	if !ok || i >= len(words) || !strings.EqualFold(words[i], "TABLE") && !strings.EqualFold(words[i], "TABLES") {
		return "", nil
	}
	var rows []string
	row := func(table, kind, text string) {
		rows = append(rows, fmt.Sprintf("SELECT %s AS `Table`, '%s' AS Op, '%s' AS Msg_type, %s AS Msg_text", stringLiteral(table), verb, kind, stringLiteral(text)))
	}
	for i++; ; i++ {
		n := name(words[min(i, len(words)):])
		if n == 0 {
			return "", nil
		}
		bare := func(i int) string { return strings.ReplaceAll(strings.Trim(words[i], "`"), "``", "`") }
		database, table := x.database(), bare(i)
		if n == 3 {
			database, table = bare(i), bare(i+2)
		}
		if database == "" {
			return "", mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
		}
		full := database + "." + table
		switch {
		case !x.session.engine.parser.exists(x.ctx, database, table):
			row(full, "Error", "Table '"+full+"' doesn't exist")
			row(full, "status", "Operation failed")
		case verb == "repair":
			row(full, "note", note)
		default:
			if note != "" {
				row(full, "note", note)
			}
			row(full, "status", "OK")
		}
		if i += n; i >= len(words) || words[i] != "," {
			break
		}
	}
	return strings.Join(rows, " UNION ALL "), nil
}

// stringLiteral is a text as a string literal, in any SQL mode.
func stringLiteral(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
