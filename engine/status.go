package engine

import (
	"sync/atomic"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// FallbacksVariable is the status variable that counts the queries that
// go-mysql-server has executed since we do not support what they use: those of the
// session, and with SHOW GLOBAL STATUS those of the process.
const FallbacksVariable = "Verbatim_fallbacks"

// statusRegistry is go-mysql-server's status variables and FallbacksVariable.
type statusRegistry struct {
	sql.StatusVariableRegistry
	fallbacks *sql.MutableStatusVarValue
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
	return all
}

// GetGlobal implements sql.StatusVariableRegistry.
func (r *statusRegistry) GetGlobal(name string) (sql.StatusVariable, any, bool) {
	if name == FallbacksVariable {
		return r.fallbacks.Var, r.fallbacks.Value(), true
	}
	return r.StatusVariableRegistry.GetGlobal(name)
}

// IncrementGlobal implements sql.StatusVariableRegistry.
func (r *statusRegistry) IncrementGlobal(name string, by int) {
	if name == FallbacksVariable {
		r.fallbacks.Val.Add(uint64(by))
		return
	}
	r.StatusVariableRegistry.IncrementGlobal(name, by)
}
