package system

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// privileges are the columns of mysql.user that are Y or N, as far as the reserved
// words of the connection (manual 8.2.3).
const privileges = "Select_priv,Insert_priv,Update_priv,Delete_priv,Create_priv,Drop_priv,Reload_priv,Shutdown_priv,Process_priv,File_priv," +
	"Grant_priv,References_priv,Index_priv,Alter_priv,Show_db_priv,Super_priv,Create_tmp_table_priv,Lock_tables_priv,Execute_priv," +
	"Repl_slave_priv,Repl_client_priv,Create_view_priv,Show_view_priv,Create_routine_priv,Alter_routine_priv,Create_user_priv,Event_priv," +
	"Trigger_priv,Create_tablespace_priv"

// objectPrivileges are those of mysql.db.
const objectPrivileges = "Select_priv,Insert_priv,Update_priv,Delete_priv,Create_priv,Drop_priv,Grant_priv,References_priv,Index_priv,Alter_priv," +
	"Create_tmp_table_priv,Lock_tables_priv,Create_view_priv,Show_view_priv,Create_routine_priv,Alter_routine_priv,Execute_priv,Event_priv,Trigger_priv"

func yes(names string) string { return strings.ReplaceAll(names, ",", " yes!,") + " yes!" }

// mysqlTables are those of the database mysql. There are no accounts: everybody
// is root.
var mysqlTables = []declared{
	{"columns_priv", "Host name!,Db name!,User name!,Table_name name!,Column_name name!,Timestamp timestamp!,Column_priv text!", nil},
	{"component", "component_id uint!,component_group_id uint!,component_urn text!", nil},
	{"db", "Host name!,Db name!,User name!," + yes(objectPrivileges), nil},
	{"default_roles", "HOST name!,USER name!,DEFAULT_ROLE_HOST name!,DEFAULT_ROLE_USER name!", nil},
	{"func", "name name!,ret int!,dl text!,type text!", nil},
	{"general_log", "event_time timestamp!,user_host text!,thread_id ubigint!,server_id uint!,command_type name!,argument long!", nil},
	{"global_grants", "USER name!,HOST name!,PRIV name!,WITH_GRANT_OPTION yes!", nil},
	{"help_category", "help_category_id uint!,name name!,parent_category_id uint,url text!", nil},
	{"help_keyword", "help_keyword_id uint!,name name!", nil},
	{"help_relation", "help_topic_id uint!,help_keyword_id uint!", nil},
	{"help_topic", "help_topic_id uint!,name name!,help_category_id uint!,description long!,example long!,url text!", nil},
	{"plugin", "name name!,dl text!", nil},
	{"procs_priv", "Host name!,Db name!,User name!,Routine_name name!,Routine_type name!,Grantor text!,Proc_priv text!,Timestamp timestamp!", nil},
	{"proxies_priv", "Host name!,User name!,Proxied_host name!,Proxied_user name!,With_grant int!,Grantor text!,Timestamp timestamp!", nil},
	{"role_edges", "FROM_HOST name!,FROM_USER name!,TO_HOST name!,TO_USER name!,WITH_ADMIN_OPTION yes!", nil},
	{"servers", "Server_name name!,Host text!,Db name!,Username name!,Password name!,Port int!,Socket name!,Wrapper name!,Owner name!", nil},
	{"slow_log", "start_time timestamp!,user_host text!,query_time text!,lock_time text!,rows_sent int!,rows_examined int!,db text!," +
		"last_insert_id int!,insert_id int!,server_id uint!,sql_text long!,thread_id ubigint!", nil},
	{"tables_priv", "Host name!,Db name!,User name!,Table_name name!,Grantor text!,Timestamp timestamp!,Table_priv text!,Column_priv text!", nil},
	{"time_zone", "Time_zone_id uint!,Use_leap_seconds yes!", nil},
	{"time_zone_name", "Name name!,Time_zone_id uint!", nil},
	{"user", "Host name!,User name!," + yes(privileges) + ",ssl_type name!,ssl_cipher text!,x509_issuer text!,x509_subject text!," +
		"max_questions uint!,max_updates uint!,max_connections uint!,max_user_connections uint!,plugin name!,authentication_string text," +
		"password_expired yes!,password_last_changed timestamp,password_lifetime uint,account_locked yes!,Create_role_priv yes!,Drop_role_priv yes!," +
		"Password_reuse_history uint,Password_reuse_time uint,Password_require_current yes,User_attributes json", users},
}

func users(*sql.Context) ([]sql.Row, error) {
	row := sql.Row{"%", "root"}
	const no, is = uint16(1), uint16(2)
	for range strings.Split(privileges, ",") {
		row = append(row, is)
	}
	row = append(row, "", "", "", "", uint32(0), uint32(0), uint32(0), uint32(0), "caching_sha2_password", "",
		no, nil, nil, no, is, is, nil, nil, nil, nil)
	return []sql.Row{row}, nil
}
