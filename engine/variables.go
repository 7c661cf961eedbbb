package engine

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// heededVariables are the values of a session's variables that each statement heeds. They are read
// again when the session has set one.
type heededVariables struct {
	changes     uint64 // that the session had made then
	settings    settings
	parser      parse.SQLMode
	env         types.Env // of statements, but for the time
	execution   string    // ExecutionVariable, in lower case
	functions   bind.Mode
	autocommit  bool
	selectLimit uint64    // MaxUint64: none
	memory      int64     // a statement's, in bytes
	time        time.Time // of every statement; zero: the clock's

	maxTime           time.Duration // of a SELECT; 0: any
	idle, read, write time.Duration // timeouts
}

// settings are the session variables that plans depend on.
type settings struct {
	mode, collation, execution string
	results                    sql.CharacterSetID
	division                   any
}

// mostTimestamp is the last second that timestamp may be set to: 3001-01-18 23:59:59 UTC (manual 7.1.8).
const mostTimestamp = 32536771199

// now is the time of a statement that begins.
func (s *Session) now() time.Time {
	if t := s.variables().time; !t.IsZero() {
		return t
	}
	return time.Now()
}

// variables are the session's.
func (s *Session) variables() *heededVariables {
	if v := s.known; v != nil && v.changes == s.session.Changes() {
		return v
	}
	ctx := s.context(context.Background(), "")
	text := func(name string) string {
		v, err := s.session.GetSessionVariable(ctx, name)
		if err != nil {
			return ""
		}
		text, _ := v.(string)
		return text
	}
	v := &heededVariables{
		changes: s.session.Changes(),
		settings: settings{
			mode: text("sql_mode"), collation: text("collation_connection"), execution: text(ExecutionVariable),
			results: s.session.GetCharacterSetResults(),
		},
		parser:      bridge.ParserMode(ctx),
		env:         *bridge.Env(ctx),
		functions:   bind.Mode(strings.ToLower(text(FunctionsVariable))),
		autocommit:  true,
		selectLimit: math.MaxUint64,
		memory:      s.engine.limits.statement,
	}
	v.settings.division, _ = s.session.GetSessionVariable(ctx, "div_precision_increment")
	v.execution = strings.ToLower(v.settings.execution)
	if on, err := s.session.GetSessionVariable(ctx, sql.AutoCommitSessionVar); err == nil {
		v.autocommit = on != int8(0)
	}
	if n, err := s.session.GetSessionVariable(ctx, selectLimitVariable); err == nil {
		if n, ok := n.(uint64); ok {
			v.selectLimit = n
		}
	}
	if n, err := s.session.GetSessionVariable(ctx, bridge.TimestampVariable); err == nil {
		if seconds, ok := n.(float64); ok && seconds > 0 {
			v.time = time.UnixMicro(int64(math.Round(seconds * 1e6)))
		}
	}
	if n, err := s.session.GetSessionVariable(ctx, memory.ConnectionVariable); err == nil {
		if n, ok := n.(uint64); ok {
			v.memory = int64(min(n, memory.None))
		}
	}
	if n, err := s.session.GetSessionVariable(ctx, maxTimeVariable); err == nil {
		if n, ok := n.(int64); ok {
			v.maxTime = time.Duration(n) * time.Millisecond
		}
	}
	for name, to := range map[string]*time.Duration{"wait_timeout": &v.idle, "net_read_timeout": &v.read, "net_write_timeout": &v.write} {
		n, _ := s.session.GetSessionVariable(ctx, name)
		*to = seconds(n)
	}
	s.known = v
	return v
}
