package engine

import (
	"sync/atomic"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// FallbacksVariable is the status variable that counts the queries that
// go-mysql-server has executed since we do not support what they use: those of the
// session, and with SHOW GLOBAL STATUS those of the process.
const FallbacksVariable = "Verbatim_fallbacks"

// statusRegistry is go-mysql-server's status variables, of which it fills few, with
// FallbacksVariable and those that clients compute with.
type statusRegistry struct {
	sql.StatusVariableRegistry
	fallbacks *sql.MutableStatusVarValue
}

// What the process has done: go-mysql-server's status variables are the process's.
var (
	started     = time.Now()
	statements  atomic.Uint64
	connections atomic.Uint64

	connected, runningStatements, preparedStatements atomic.Int64
)

// counted are the global status variables of the process's counters. A second has begun in
// which it runs: clients divide by it.
func counted() map[string]uint64 {
	up := uint64(time.Since(started).Seconds()) + 1
	return map[string]uint64{
		"Uptime": up, "Uptime_since_flush_status": up, "Questions": statements.Load(), "Queries": statements.Load(),
		"Connections": connections.Load(), "Threads_connected": uint64(connected.Load()), "Threads_running": uint64(runningStatements.Load()),
		"Prepared_stmt_count": uint64(preparedStatements.Load()),
	}
}

func newStatusRegistry(r sql.StatusVariableRegistry) sql.StatusVariableRegistry {
	return &statusRegistry{r, &sql.MutableStatusVarValue{
		Var: &sql.MySQLStatusVariable{
			Name: FallbacksVariable, Scope: sql.StatusVariableScope_Both, Type: types.Uint64, Default: uint64(0),
		},
		Val: new(atomic.Uint64),
	}}
}

// NewSessionMap implements sql.StatusVariableRegistry.
func (r *statusRegistry) NewSessionMap() map[string]sql.StatusVarValue {
	all := r.StatusVariableRegistry.NewSessionMap()
	all[FallbacksVariable] = &sql.MutableStatusVarValue{Var: r.fallbacks.Var, Val: new(atomic.Uint64)}
	return all
}

// NewGlobalMap implements sql.StatusVariableRegistry.
func (r *statusRegistry) NewGlobalMap() map[string]sql.StatusVarValue {
	all := r.StatusVariableRegistry.NewGlobalMap()
	all[FallbacksVariable] = r.fallbacks.Copy()
	for name, n := range counted() {
		v := &sql.MutableStatusVarValue{Var: all[name].Variable(), Val: new(atomic.Uint64)}
		v.Val.Store(n)
		all[name] = v
	}
	return all
}

// GetGlobal implements sql.StatusVariableRegistry.
func (r *statusRegistry) GetGlobal(name string) (sql.StatusVariable, any, bool) {
	if name == FallbacksVariable {
		return r.fallbacks.Var, r.fallbacks.Value(), true
	}
	v, x, ok := r.StatusVariableRegistry.GetGlobal(name)
	if n, is := counted()[name]; is {
		x = n
	}
	return v, x, ok
}

// IncrementGlobal implements sql.StatusVariableRegistry.
func (r *statusRegistry) IncrementGlobal(name string, by int) {
	if name == FallbacksVariable {
		r.fallbacks.Val.Add(uint64(by))
		return
	}
	r.StatusVariableRegistry.IncrementGlobal(name, by)
}
