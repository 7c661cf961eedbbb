package engine

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// shownList is a SHOW statement that lists something, as MySQL 8 makes it: a query of
// information_schema or performance_schema.
type shownList struct {
	words  string // the statement's first
	query  string // what it lists; {heading} is like's, with the database and LIKE's pattern
	like   string // the column that LIKE is about
	schema string // the query's column of databases, where the statement takes FROM; else ""
}

const (
	sessionVariables = "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.session_variables"
	globalVariables  = "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.global_variables"
	sessionStatus    = "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.session_status"
	globalStatus     = "SELECT VARIABLE_NAME AS Variable_name, VARIABLE_VALUE AS Value FROM performance_schema.global_status"
)

var shownLists = []shownList{
	{"SHOW VARIABLES", sessionVariables, "Variable_name", ""},
	{"SHOW SESSION VARIABLES", sessionVariables, "Variable_name", ""},
	{"SHOW LOCAL VARIABLES", sessionVariables, "Variable_name", ""},
	{"SHOW GLOBAL VARIABLES", globalVariables, "Variable_name", ""},
	{"SHOW STATUS", sessionStatus, "Variable_name", ""},
	{"SHOW SESSION STATUS", sessionStatus, "Variable_name", ""},
	{"SHOW LOCAL STATUS", sessionStatus, "Variable_name", ""},
	{"SHOW GLOBAL STATUS", globalStatus, "Variable_name", ""},
	{"SHOW COLLATION", "SELECT COLLATION_NAME AS Collation, CHARACTER_SET_NAME AS Charset, ID AS Id, IS_DEFAULT AS `Default`, " +
		"IS_COMPILED AS Compiled, SORTLEN AS Sortlen, PAD_ATTRIBUTE AS Pad_attribute FROM information_schema.COLLATIONS", "Collation", ""},
	{"SHOW DATABASES", "SELECT DISTINCT SCHEMA_NAME AS {heading} FROM information_schema.SCHEMATA", "Database", ""},
	{"SHOW SCHEMAS", "SELECT DISTINCT SCHEMA_NAME AS {heading} FROM information_schema.SCHEMATA", "Database", ""},
	{"SHOW TABLES", "SELECT TABLE_NAME AS {heading} FROM information_schema.TABLES", "Tables_in_", "TABLE_SCHEMA"},
	{"SHOW FULL TABLES", "SELECT TABLE_NAME AS {heading}, TABLE_TYPE AS Table_type FROM information_schema.TABLES", "Tables_in_", "TABLE_SCHEMA"},
	{"SHOW TABLE STATUS", "SELECT TABLE_NAME AS Name, ENGINE AS Engine, VERSION AS Version, ROW_FORMAT AS Row_format, TABLE_ROWS AS `Rows`, " +
		"AVG_ROW_LENGTH AS Avg_row_length, DATA_LENGTH AS Data_length, MAX_DATA_LENGTH AS Max_data_length, INDEX_LENGTH AS Index_length, " +
		"DATA_FREE AS Data_free, AUTO_INCREMENT AS Auto_increment, CREATE_TIME AS Create_time, UPDATE_TIME AS Update_time, " +
		"CHECK_TIME AS Check_time, TABLE_COLLATION AS Collation, CHECKSUM AS Checksum, CREATE_OPTIONS AS Create_options, " +
		"TABLE_COMMENT AS Comment FROM information_schema.TABLES", "Name", "TABLE_SCHEMA"},
	{"SHOW EVENTS", "SELECT EVENT_SCHEMA AS Db, EVENT_NAME AS Name, DEFINER AS Definer, TIME_ZONE AS `Time zone`, EVENT_TYPE AS `Type`, " +
		"EXECUTE_AT AS `Execute at`, INTERVAL_VALUE AS `Interval value`, INTERVAL_FIELD AS `Interval field`, STARTS AS Starts, ENDS AS Ends, " +
		"STATUS AS Status, ORIGINATOR AS Originator, CHARACTER_SET_CLIENT AS character_set_client, COLLATION_CONNECTION AS collation_connection, " +
		"DATABASE_COLLATION AS `Database Collation` FROM information_schema.EVENTS", "Name", "EVENT_SCHEMA"},
	{"SHOW TRIGGERS", "SELECT TRIGGER_NAME AS `Trigger`, EVENT_MANIPULATION AS Event, EVENT_OBJECT_TABLE AS `Table`, ACTION_STATEMENT AS Statement, " +
		"ACTION_TIMING AS Timing, CREATED AS Created, SQL_MODE AS sql_mode, DEFINER AS Definer, CHARACTER_SET_CLIENT AS character_set_client, " +
		"COLLATION_CONNECTION AS collation_connection, DATABASE_COLLATION AS `Database Collation` FROM information_schema.TRIGGERS", "Table", "TRIGGER_SCHEMA"},
	{"SHOW PLUGINS", "SELECT PLUGIN_NAME AS Name, PLUGIN_STATUS AS Status, PLUGIN_TYPE AS `Type`, PLUGIN_LIBRARY AS Library, " +
		"PLUGIN_LICENSE AS License FROM information_schema.PLUGINS", "Name", ""},
}

// showList is the query of a statement that begins with the list's words: text is all
// of it, words its tokens, and rest those behind.
func (x *execution) showList(l shownList, text string, rest []string) (string, error) {
	heading, where := l.like, ""
	query := l.query
	if l.schema != "" {
		database := x.database()
		if len(rest) > 1 && (strings.EqualFold(rest[0], "FROM") || strings.EqualFold(rest[0], "IN")) {
			database, rest = bareName(rest[1]), rest[2:]
		}
		if database == "" {
			return "", mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
		}
		if _, err := x.session.engine.parser.catalog.Database(x.ctx, database); err != nil {
			return "", mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, database)
		}
		query += " WHERE " + l.schema + " = " + stringLiteral(database)
		if strings.HasSuffix(heading, "_") {
			heading += database
		}
	}
	switch {
	case len(rest) == 0:
	case len(rest) == 2 && strings.EqualFold(rest[0], "LIKE") && (rest[1][0] == '\'' || rest[1][0] == '"'):
		pattern := rest[1]
		if strings.Contains(query, "{heading}") && len(pattern) > 1 {
			heading += " (" + pattern[1:len(pattern)-1] + ")"
		}
		where = " WHERE " + quoted(heading) + " LIKE " + pattern
	case strings.EqualFold(rest[0], "WHERE"):
		where = " " + parse.From(text, "WHERE")
	default:
		return "", nil // go-mysql-server says where the syntax error is
	}
	return "SELECT * FROM (" + strings.Replace(query, "{heading}", quoted(heading), 1) + ") AS shown" + where, nil
}

// showIndexWhere is SHOW INDEX FROM table WHERE (manual 15.7.7.22), of which
// go-mysql-server does not read the condition: words are those behind SHOW INDEX.
func (x *execution) showIndexWhere(text string, words []string) (string, error) {
	n := 0
	if len(words) > 1 && (strings.EqualFold(words[0], "FROM") || strings.EqualFold(words[0], "IN")) {
		n = name(words[1:])
	}
	if n == 0 {
		return "", nil
	}
	database, table, rest := x.database(), bareName(words[n]), words[n+1:]
	if n == 3 {
		database = bareName(words[1])
	}
	if len(rest) > 1 && (strings.EqualFold(rest[0], "FROM") || strings.EqualFold(rest[0], "IN")) {
		database, rest = bareName(rest[1]), rest[2:]
	}
	if len(rest) == 0 || !strings.EqualFold(rest[0], "WHERE") {
		return "", nil
	}
	if database == "" {
		return "", mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
	}
	if !x.session.engine.parser.exists(x.ctx, database, table) {
		return "", mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, table)
	}
	return "SELECT * FROM (SELECT TABLE_NAME AS `Table`, NON_UNIQUE AS Non_unique, INDEX_NAME AS Key_name, SEQ_IN_INDEX AS Seq_in_index, " +
		"COLUMN_NAME AS Column_name, COLLATION AS Collation, CARDINALITY AS Cardinality, SUB_PART AS Sub_part, PACKED AS Packed, " +
		"NULLABLE AS `Null`, INDEX_TYPE AS Index_type, COMMENT AS Comment, INDEX_COMMENT AS Index_comment, IS_VISIBLE AS Visible, EXPRESSION AS Expression " +
		"FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = " + stringLiteral(database) + " AND TABLE_NAME = " + stringLiteral(table) + ") AS shown " +
		parse.From(text, "WHERE"), nil
}

// bareName is a name without its quotes.
func bareName(word string) string {
	if len(word) > 1 && word[0] == '`' {
		return strings.ReplaceAll(word[1:len(word)-1], "``", "`")
	}
	return word
}
