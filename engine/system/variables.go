package system

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// shown are variables of MySQL 8.0.36 that tools read and nothing here depends on, with
// MySQL's defaults (manual 7.1.8 and 17.14). A bool is shown as ON or OFF.
var shown = []struct {
	name  string
	value any
	scope sql.MysqlSVScopeType // Persist: it cannot be set
}{
	{"authentication_policy", "*,,", fixed},
	{"expire_logs_days", 0, sql.SystemVariableScope_Global},
	{"have_compress", "YES", fixed},
	{"have_dynamic_loading", "YES", fixed},
	{"have_geometry", "YES", fixed},
	{"have_openssl", "YES", fixed},
	{"have_profiling", "YES", fixed},
	{"have_query_cache", "NO", fixed},
	{"have_rtree_keys", "YES", fixed},
	{"have_ssl", "YES", fixed},
	{"have_symlink", "DISABLED", fixed},
	{"innodb_autoextend_increment", 64, sql.SystemVariableScope_Global},
	{"innodb_buffer_pool_chunk_size", 128 << 20, fixed},
	{"innodb_buffer_pool_instances", 1, fixed},
	{"innodb_data_file_path", "ibdata1:12M:autoextend", fixed},
	{"innodb_data_home_dir", "", fixed},
	{"innodb_default_row_format", "dynamic", sql.SystemVariableScope_Global},
	{"innodb_doublewrite", "ON", fixed},
	{"innodb_file_per_table", true, sql.SystemVariableScope_Global},
	{"innodb_flush_log_at_trx_commit", 1, sql.SystemVariableScope_Global},
	{"innodb_flush_method", "fsync", fixed},
	{"innodb_ft_max_token_size", 84, fixed},
	{"innodb_ft_min_token_size", 3, fixed},
	{"innodb_io_capacity", 200, sql.SystemVariableScope_Global},
	{"innodb_log_buffer_size", 16 << 20, sql.SystemVariableScope_Global},
	{"innodb_log_file_size", 48 << 20, fixed},
	{"innodb_log_files_in_group", 2, fixed},
	{"innodb_open_files", 4000, sql.SystemVariableScope_Global},
	{"innodb_page_size", 16 << 10, fixed},
	{"innodb_print_all_deadlocks", false, sql.SystemVariableScope_Global},
	{"innodb_read_io_threads", 4, fixed},
	{"innodb_redo_log_capacity", 100 << 20, sql.SystemVariableScope_Global},
	{"innodb_rollback_on_timeout", false, fixed},
	{"innodb_stats_on_metadata", false, sql.SystemVariableScope_Global},
	{"innodb_stats_persistent", true, sql.SystemVariableScope_Global},
	{"innodb_strict_mode", true, sql.SystemVariableScope_Both},
	{"innodb_table_locks", true, sql.SystemVariableScope_Both},
	{"innodb_thread_concurrency", 0, sql.SystemVariableScope_Global},
	{"innodb_version", "8.0.36", fixed},
	{"innodb_write_io_threads", 4, fixed},
	{"log_bin_trust_function_creators", false, sql.SystemVariableScope_Global},
	{"optimizer_switch", "index_merge=on,index_merge_union=on,index_merge_sort_union=on,index_merge_intersection=on,engine_condition_pushdown=on," +
		"index_condition_pushdown=on,mrr=on,mrr_cost_based=on,block_nested_loop=on,batched_key_access=off,materialization=on,semijoin=on," +
		"loosescan=on,firstmatch=on,duplicateweedout=on,subquery_materialization_cost_based=on,use_index_extensions=on," +
		"condition_fanout_filter=on,derived_merge=on,use_invisible_indexes=off,skip_scan=on,hash_join=on,subquery_to_derived=off," +
		"prefer_ordering_index=on,hypergraph_optimizer=off,derived_condition_pushdown=on", sql.SystemVariableScope_Both},
	{"profiling", false, sql.SystemVariableScope_Both},
	{"profiling_history_size", 15, sql.SystemVariableScope_Both},
	{"query_alloc_block_size", 8192, sql.SystemVariableScope_Both},
	{"query_prealloc_size", 8192, sql.SystemVariableScope_Both},
	{"range_alloc_block_size", 4096, sql.SystemVariableScope_Both},
	{"report_host", "", fixed},
	{"slave_net_timeout", 60, sql.SystemVariableScope_Global},
	{"sync_binlog", 1, sql.SystemVariableScope_Global},
	{"thread_stack", 1 << 20, fixed},
}

// fixed is the scope of a variable that cannot be set.
const fixed = sql.SystemVariableScope_Persist

// Variables are those that only show MySQL's defaults.
func Variables() []sql.SystemVariable {
	var all []sql.SystemVariable
	for _, s := range shown {
		v := &sql.MysqlSystemVariable{Name: s.name, Dynamic: s.scope != fixed, SetVarHintApplies: false}
		scope := s.scope
		if scope == fixed {
			scope = sql.SystemVariableScope_Global
		}
		v.Scope = sql.GetMysqlScope(scope)
		switch value := s.value.(type) {
		case int:
			v.Type, v.Default = types.NewSystemIntType(s.name, 0, math.MaxInt64, false), int64(value)
		case bool:
			v.Type, v.Default = types.NewSystemBoolType(s.name), int8(0)
			if value {
				v.Default = int8(1)
			}
		case string:
			v.Type, v.Default = types.NewSystemStringType(s.name), value
		}
		all = append(all, v)
	}
	return all
}
