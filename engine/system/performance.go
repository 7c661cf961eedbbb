package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

const (
	variables  = "VARIABLE_NAME name!,VARIABLE_VALUE text"
	attributes = "PROCESSLIST_ID ubigint!,ATTR_NAME name!,ATTR_VALUE text,ORDINAL_POSITION int"
	statements = "THREAD_ID ubigint!,EVENT_ID ubigint!,END_EVENT_ID ubigint,EVENT_NAME text!,SOURCE name,TIMER_START ubigint,TIMER_END ubigint," +
		"TIMER_WAIT ubigint,LOCK_TIME ubigint!,SQL_TEXT long,DIGEST name,DIGEST_TEXT long,CURRENT_SCHEMA name,OBJECT_TYPE name,OBJECT_SCHEMA name," +
		"OBJECT_NAME name,MYSQL_ERRNO int,RETURNED_SQLSTATE name,MESSAGE_TEXT text,ERRORS ubigint!,WARNINGS ubigint!,ROWS_AFFECTED ubigint!," +
		"ROWS_SENT ubigint!,ROWS_EXAMINED ubigint!,NO_INDEX_USED ubigint!,STATEMENT_ID ubigint"
)

// performanceTables are those of performance_schema: variables, status and
// connections. Nothing is instrumented, which the rest of them says by being empty.
var performanceTables = []declared{
	{"data_lock_waits", "ENGINE name!,REQUESTING_ENGINE_LOCK_ID name!,REQUESTING_THREAD_ID ubigint,BLOCKING_ENGINE_LOCK_ID name!,BLOCKING_THREAD_ID ubigint", nil},
	{"data_locks", "ENGINE name!,ENGINE_LOCK_ID name!,ENGINE_TRANSACTION_ID ubigint,THREAD_ID ubigint,EVENT_ID ubigint,OBJECT_SCHEMA name," +
		"OBJECT_NAME name,PARTITION_NAME name,SUBPARTITION_NAME name,INDEX_NAME name,LOCK_TYPE name!,LOCK_MODE name!,LOCK_STATUS name!,LOCK_DATA text", nil},
	{"events_stages_current", "THREAD_ID ubigint!,EVENT_ID ubigint!,EVENT_NAME text!,TIMER_WAIT ubigint,WORK_COMPLETED ubigint,WORK_ESTIMATED ubigint", nil},
	{"events_statements_current", statements, nil},
	{"events_statements_history", statements, nil},
	{"events_statements_history_long", statements, nil},
	{"events_statements_summary_by_digest", "SCHEMA_NAME name,DIGEST name,DIGEST_TEXT long,COUNT_STAR ubigint!,SUM_TIMER_WAIT ubigint!," +
		"SUM_ERRORS ubigint!,SUM_ROWS_SENT ubigint!,FIRST_SEEN timestamp!,LAST_SEEN timestamp!", nil},
	{"events_waits_current", "THREAD_ID ubigint!,EVENT_ID ubigint!,EVENT_NAME text!,TIMER_WAIT ubigint,OBJECT_SCHEMA name,OBJECT_NAME text", nil},
	{"global_status", variables, func(ctx *sql.Context) ([]sql.Row, error) { return status(sql.StatusVariables.NewGlobalMap()) }},
	{"global_variables", variables, func(*sql.Context) ([]sql.Row, error) {
		return variableRows(sql.SystemVariables.GetAllGlobalVariables())
	}},
	{"metadata_locks", "OBJECT_TYPE name!,OBJECT_SCHEMA name,OBJECT_NAME name,LOCK_TYPE name!,LOCK_DURATION name!,LOCK_STATUS name!,OWNER_THREAD_ID ubigint", nil},
	{"persisted_variables", variables, nil},
	{"processlist", "ID ubigint!,USER name,HOST text,DB name,COMMAND name,TIME bigint,STATE name,INFO long,EXECUTION_ENGINE name", processes},
	{"session_account_connect_attrs", attributes, nil},
	{"session_connect_attrs", attributes, nil},
	{"session_status", variables, func(ctx *sql.Context) ([]sql.Row, error) {
		all := sql.StatusVariables.NewGlobalMap() // what is only global is there, too (manual 29.12.15)
		maps.Copy(all, ctx.Session.GetAllStatusVariables(ctx))
		return status(all)
	}},
	{"session_variables", variables, func(ctx *sql.Context) ([]sql.Row, error) {
		return variableRows(ctx.GetAllSessionVariables())
	}},
	{"setup_actors", "HOST name!,USER name!,ROLE name!,ENABLED yesno!,HISTORY yesno!", nil},
	{"setup_consumers", "NAME name!,ENABLED yesno!", nil},
	{"setup_instruments", "NAME text!,ENABLED yesno!,TIMED yesno,PROPERTIES text!,FLAGS text,VOLATILITY int!,DOCUMENTATION long", nil},
	{"threads", "THREAD_ID ubigint!,NAME text!,TYPE name!,PROCESSLIST_ID ubigint,PROCESSLIST_USER name,PROCESSLIST_HOST text,PROCESSLIST_DB name," +
		"PROCESSLIST_COMMAND name,PROCESSLIST_TIME bigint,PROCESSLIST_STATE name,PROCESSLIST_INFO long,PARENT_THREAD_ID ubigint,ROLE name," +
		"INSTRUMENTED yesno!,HISTORY yesno!,CONNECTION_TYPE name,THREAD_OS_ID ubigint,RESOURCE_GROUP name", threads},
	{"user_variables_by_thread", "THREAD_ID ubigint!,VARIABLE_NAME name!,VARIABLE_VALUE long", nil},
}

// variableRows are system variables as SHOW VARIABLES has them.
func variableRows(all map[string]any) ([]sql.Row, error) {
	return rowsOf(all, func(name string, v any) any {
		if variable, _, ok := sql.SystemVariables.GetGlobal(name); ok {
			if _, is := variable.GetType().(types.SystemBoolType); !is {
				return fmt.Sprint(v)
			}
			if fmt.Sprint(v) == "1" {
				return "ON"
			}
			return "OFF"
		}
		return fmt.Sprint(v)
	})
}

// status are status variables as SHOW STATUS has them.
func status(all map[string]sql.StatusVarValue) ([]sql.Row, error) {
	return rowsOf(all, func(_ string, v sql.StatusVarValue) any { return fmt.Sprint(v.Value()) })
}

// rowsOf are names and values in the order of the names.
func rowsOf[V any](all map[string]V, text func(string, V) any) ([]sql.Row, error) {
	rows := make([]sql.Row, 0, len(all))
	for name, v := range all {
		rows = append(rows, sql.Row{name, text(name, v)})
	}
	slices.SortFunc(rows, func(a, b sql.Row) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return rows, nil
}

// connection is a process as the tables show it.
type connection struct {
	user, host, database, state, info any
	command                           string
	seconds                           int64
}

func connectionOf(p sql.Process) connection {
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	c := connection{
		user: p.User, host: p.Host, database: orNull(p.Database), command: string(p.Command),
		seconds: int64(time.Since(p.StartedAt) / time.Second), info: orNull(p.Query),
	}
	if p.Query != "" {
		c.state = "executing"
	}
	return c
}

func processes(ctx *sql.Context) ([]sql.Row, error) {
	var rows []sql.Row
	for _, p := range ctx.ProcessList.Processes() {
		c := connectionOf(p)
		rows = append(rows, sql.Row{uint64(p.Connection), c.user, c.host, c.database, c.command, c.seconds, c.state, c.info, "PRIMARY"})
	}
	return rows, nil
}

func threads(ctx *sql.Context) ([]sql.Row, error) {
	const yes = uint16(1)
	var rows []sql.Row
	for _, p := range ctx.ProcessList.Processes() {
		c := connectionOf(p)
		id := uint64(p.Connection)
		rows = append(rows, sql.Row{
			id, "thread/sql/one_connection", "FOREGROUND", id, c.user, c.host, c.database, c.command, c.seconds, c.state, c.info,
			nil, nil, yes, yes, "TCP/IP", nil, "USR_default",
		})
	}
	return rows, nil
}
