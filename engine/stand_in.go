package engine

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidbmode "github.com/pingcap/tidb/pkg/parser/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
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
	{"SHOW MASTER STATUS", emptyResult("File,Position,Binlog_Do_DB,Binlog_Ignore_DB,Executed_Gtid_Set")},
	{"SHOW SLAVE HOSTS", emptyResult("Server_Id,Host,Port,Master_Id,Slave_UUID")},
	{"SHOW REPLICAS", emptyResult("Server_Id,Host,Port,Source_Id,Replica_UUID")},
	{"SHOW SLAVE STATUS", emptyResult(replicaStatus)},
	{"SHOW REPLICA STATUS", emptyResult(strings.NewReplacer("Master", "Source", "master", "source", "Slave", "Replica").Replace(replicaStatus))},
	{"HELP", "SELECT '' AS name, '' AS is_it_category FROM DUAL WHERE FALSE"}, // as where the help tables are not filled
}

// replicaStatus are the columns of SHOW SLAVE STATUS (manual 15.7.7.35).
const replicaStatus = "Slave_IO_State,Master_Host,Master_User,Master_Port,Connect_Retry,Master_Log_File,Read_Master_Log_Pos,Relay_Log_File," +
	"Relay_Log_Pos,Relay_Master_Log_File,Slave_IO_Running,Slave_SQL_Running,Replicate_Do_DB,Replicate_Ignore_DB,Replicate_Do_Table," +
	"Replicate_Ignore_Table,Replicate_Wild_Do_Table,Replicate_Wild_Ignore_Table,Last_Errno,Last_Error,Skip_Counter,Exec_Master_Log_Pos," +
	"Relay_Log_Space,Until_Condition,Until_Log_File,Until_Log_Pos,Master_SSL_Allowed,Master_SSL_CA_File,Master_SSL_CA_Path,Master_SSL_Cert," +
	"Master_SSL_Cipher,Master_SSL_Key,Seconds_Behind_Master,Master_SSL_Verify_Server_Cert,Last_IO_Errno,Last_IO_Error,Last_SQL_Errno," +
	"Last_SQL_Error,Replicate_Ignore_Server_Ids,Master_Server_Id,Master_UUID,Master_Info_File,SQL_Delay,SQL_Remaining_Delay," +
	"Slave_SQL_Running_State,Master_Retry_Count,Master_Bind,Last_IO_Error_Timestamp,Last_SQL_Error_Timestamp,Master_SSL_Crl," +
	"Master_SSL_Crlpath,Retrieved_Gtid_Set,Executed_Gtid_Set,Auto_Position,Replicate_Rewrite_DB,Channel_Name,Master_TLS_Version," +
	"Master_public_key_path,Get_master_public_key,Network_Namespace"

// emptyResult is a query of columns without rows.
func emptyResult(columns string) string {
	return "SELECT '' AS `" + strings.ReplaceAll(columns, ",", "`, '' AS `") + "` FROM DUAL WHERE FALSE"
}

// aboutAccounts are the first words of statements about accounts, of which there are
// none.
var aboutAccounts = []string{
	"GRANT", "REVOKE", "CREATE USER", "CREATE ROLE", "ALTER USER", "DROP USER", "DROP ROLE", "RENAME USER", "SET PASSWORD", "SET ROLE", "SET DEFAULT ROLE",
}

// standIn is the statement that answers for one that go-mysql-server does not read;
// "" where there is none.
func (x *execution) standIn() (string, error) {
	rest := parse.Trim(x.text)
	mode := bridge.ParserMode(x.ctx)
	if other := parse.Restated(parse.Unversioned(rest, mode), mode); other != rest {
		if other == "" {
			other = "DO 0" // a comment
		}
		return other, nil
	}
	var words []string
	ansi := mode&tidbmode.ModeANSIQuotes != 0
	for t := range parse.TokensIn(rest, mode) {
		if ansi && len(t) > 1 && t[0] == '"' {
			t = quoted(strings.ReplaceAll(t[1:len(t)-1], `""`, `"`))
		}
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
	case len(words) == 0 && rest != "":
		return "DO 0", nil // comments are a statement that does nothing (SQLCOM_EMPTY_QUERY), and nothing is an error
	case len(words) == 0:
		return "", nil
	case is("SHOW", "FULL", "TRIGGERS"): // as DBeaver has it, undocumented
		return "SHOW " + parse.From(rest, "TRIGGERS"), nil
	case is("SHOW", "EXTENDED"): // tables have no hidden columns and indexes
		return "SHOW" + parse.From(rest, "EXTENDED")[len("EXTENDED"):], nil
	case is("SHOW", "INDEX"), is("SHOW", "INDEXES"), is("SHOW", "KEYS"):
		return x.showIndexWhere(rest, words[2:])
	case is("SHOW", "STORAGE", "ENGINES"):
		return "SHOW ENGINES", nil
	case is("SHOW", "GRANTS"):
		user, host := x.session.session.Client().User, x.session.session.Client().Address
		if len(words) == 6 && words[4] == "@" { // FOR user@host, of which there is none but who asks
			user, host = unquoted(words[3]), unquoted(words[5])
		}
		return fmt.Sprintf("SELECT %s AS %s",
			stringLiteral("GRANT ALL PRIVILEGES ON *.* TO "+quoted(user)+"@"+quoted(host)+" WITH GRANT OPTION"),
			quoted("Grants for "+user+"@"+host)), nil
	case is("SHOW", "CREATE", "USER"):
		user, host := x.session.session.Client().User, x.session.session.Client().Address
		return fmt.Sprintf("SELECT %s AS %s",
			stringLiteral("CREATE USER "+quoted(user)+"@"+quoted(host)+" IDENTIFIED WITH 'caching_sha2_password' REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK "+
				"PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT"),
			quoted("CREATE USER for "+user+"@"+host)), nil
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
	for _, l := range shownLists {
		if list := strings.Fields(l.words); is(list...) {
			return x.showList(l, rest, words[len(list):])
		}
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
		"checksum": "",
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
		database, table := x.database(), bareName(words[i])
		if n == 3 {
			database, table = bareName(words[i]), bareName(words[i+2])
		}
		if database == "" {
			return "", mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
		}
		full := database + "." + table
		switch {
		case verb == "checksum":
			rows = append(rows, "SELECT "+stringLiteral(full)+" AS `Table`, "+x.checksum(database, table)+" AS Checksum")
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

// checksum is a query of CHECKSUM TABLE's number (manual 15.7.3.3): the same for the same
// rows, in any order, and NULL where there is no such table.
func (x *execution) checksum(database, table string) string {
	db, err := x.session.engine.parser.catalog.Database(x.ctx, database)
	if err != nil {
		return "NULL"
	}
	t, ok, err := db.GetTableInsensitive(x.ctx, table)
	if err != nil || !ok {
		return "NULL"
	}
	var values []string
	for _, c := range t.Schema() {
		values = append(values, "IFNULL(HEX("+quoted(c.Name)+"), 'NULL')")
	}
	return "(SELECT CAST(IFNULL(SUM(CRC32(CONCAT_WS(',', " + strings.Join(values, ", ") + "))), 0) % 4294967296 AS UNSIGNED) FROM " +
		quoted(database) + "." + quoted(table) + ")"
}

// unquoted is a name or text without its quotes.
func unquoted(word string) string { return strings.Trim(word, "`'\"") }

// stringLiteral is a text as a string literal, in any SQL mode: a backslash is an escape in some.
func stringLiteral(text string) string {
	if strings.Contains(text, `\`) {
		return fmt.Sprintf("_utf8mb4 x'%x'", text)
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
