package engine

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/spill"
)

// The least values of MySQL's variables (manual 7.1.8).
const (
	leastConnectionMemory = 2 << 20
	leastGlobalMemory     = 16 << 20
)

// limitVariable is one of MySQL's variables that bound memory. As long as nobody sets it globally, the engine's
// Options say what the limit is.
func limitVariable(name string, least uint64, scope sql.MysqlSVScopeType) sql.SystemVariable {
	return &sql.MysqlSystemVariable{
		Name: name, Type: types.NewSystemUintType(name, least, math.MaxUint64), Default: uint64(math.MaxUint64),
		Dynamic: true, Scope: sql.GetMysqlScope(scope),
	}
}

// limits are what the engine's statements may take.
type limits struct {
	statement, all int64
	pool           *memory.Pool
	tempDir        *spill.Dir
}

func newLimits(o Options) limits {
	l := limits{statement: o.StatementMemory, all: o.StatementsMemory, tempDir: &spill.Dir{Path: o.TempDir}}
	if o.TempDir != "" { // a variable of go-mysql-server's, which are the process's
		_ = sql.SystemVariables.AssignValues(map[string]any{"tmpdir": o.TempDir})
	}
	statement, all := memory.Defaults()
	if l.statement == 0 {
		l.statement = statement
	}
	if l.all == 0 {
		l.all = max(all, l.statement)
	}
	l.pool = memory.NewPool(l.all)
	return l
}

// setGlobally is the value of a variable that somebody has set globally; false: nobody has.
func setGlobally(name string) (int64, bool) {
	_, v, ok := sql.SystemVariables.GetGlobal(name)
	x, is := v.(uint64)
	return int64(min(x, memory.None)), ok && is && x != math.MaxUint64
}

// beginMemory has the session begin with the engine's limit.
func (s *Session) beginMemory(ctx *sql.Context) error {
	limit, ok := setGlobally(memory.ConnectionVariable)
	if !ok {
		limit = s.engine.limits.statement
	}
	return s.session.SetSessionVariable(ctx, memory.ConnectionVariable, uint64(max(limit, leastConnectionMemory)))
}

// held is what the client's statement holds in memory.
func (x *execution) held() *memory.Statement {
	first := x.first()
	if first.memory == nil {
		l := &x.session.engine.limits
		if limit, ok := setGlobally(memory.GlobalVariable); ok {
			l.pool.SetLimit(limit)
		} else {
			l.pool.SetLimit(l.all)
		}
		first.memory = l.pool.Statement(x.session.variables().memory)
	}
	return first.memory
}
