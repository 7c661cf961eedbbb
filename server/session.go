package server

import (
	"context"

	"github.com/dolthub/vitess/go/sqltypes"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/server/wire"
)

// session is an engine's session as a connection wants it.
type session struct {
	*engine.Session
	server *Server
}

func (s *Server) newSession(c wire.Client) wire.Session {
	return session{Session: s.engine.NewSession(engine.Client(c)), server: s}
}

func (s session) Query(ctx context.Context, sql string) (*wire.Result, error) {
	s.server.questions.Add(1)
	return result(s.Session.Query(ctx, sql))
}

func (s session) Prepare(ctx context.Context, sql string) (*wire.Statement, error) {
	st, err := s.Session.Prepare(ctx, sql)
	if err != nil {
		return nil, err
	}
	query := func(ctx context.Context, args []sqltypes.Value) (*wire.Result, error) {
		s.server.questions.Add(1)
		return result(st.Query(ctx, args))
	}
	return &wire.Statement{Params: st.Params, Fields: st.Fields, Query: query, Close: st.Close}, nil
}

// Timeouts implements wire.Session.
func (s session) Timeouts() wire.Timeouts {
	idle, read, write := s.Session.Timeouts()
	return wire.Timeouts{Idle: idle, Read: read, Write: write}
}

// trackedVariables are those that MySQL's session_track_system_variables lists by
// default.
var trackedVariables = []string{
	"time_zone", "autocommit", "character_set_client", "character_set_results", "character_set_connection",
}

func (s session) Tracked() []wire.Tracked {
	all := []wire.Tracked{{Value: s.Database()}}
	for _, name := range trackedVariables {
		all = append(all, wire.Tracked{Name: name, Value: s.Variable(name)})
	}
	return all
}

func result(r *engine.Result, err error) (*wire.Result, error) {
	if err != nil {
		return nil, err
	}
	w := &wire.Result{Fields: r.Fields, AffectedRows: r.AffectedRows, InsertID: r.InsertID, Info: r.Info, Rows: r}
	if w.Types = r.Types(); w.Types != nil {
		w.NextBatch = r.NextBatch
	}
	if r.Following != nil {
		w.Following, err = result(r.Following, nil)
	}
	return w, err
}
