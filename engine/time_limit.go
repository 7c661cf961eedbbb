package engine

import (
	"time"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// maxTimeVariable is how many milliseconds a SELECT may take; 0: any (manual 7.1.8).
const maxTimeVariable = "max_execution_time"

// limitTime ends a SELECT, which is not a routine's, when it has taken too long: by error 3024. What a hint says, if that is not 0, comes
// before the session's variable.
func (x *execution) limitTime(hinted time.Duration) {
	limit := x.session.variables().maxTime
	if hinted > 0 {
		limit = hinted
	}
	if limit <= 0 || x.within != nil || x.site != nil || x.prepares {
		return
	}
	x.own.endAfter(limit)
}

// hintedTime is what the hint MAX_EXECUTION_TIME(n) of a SELECT says (manual 10.9.3); 0: there is none.
func hintedTime(n tidb.Node) time.Duration {
	s, ok := n.(*tidb.SelectStmt)
	if !ok {
		return 0
	}
	for _, h := range s.TableHints {
		if ms, ok := h.HintData.(uint64); ok && h.HintName.L == maxTimeVariable {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return 0
}
