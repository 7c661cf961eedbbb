package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// processes are the sessions and what they execute, for SHOW PROCESSLIST and KILL. Sessions enter
// their statements themselves: what go-mysql-server counts of a statement's progress is not kept.
type processes struct {
	sql.EmptyProcessList
	engine *Engine
}

// Processes implements sql.ProcessList.
func (p processes) Processes() []sql.Process {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	all := make([]sql.Process, 0, len(p.engine.sessions))
	for _, s := range p.engine.sessions {
		all = append(all, s.process.shown(s))
	}
	return all
}

// Kill implements sql.ProcessList: it cancels the session's statement.
func (p processes) Kill(connection uint32) {
	p.engine.mu.Lock()
	s, ok := p.engine.sessions[connection]
	p.engine.mu.Unlock()
	if ok {
		s.process.kill()
	}
}

// process is what a session does.
type process struct {
	mu        sync.Mutex
	statement *statementContext // nil: none
	text      string            // its
	since     time.Time         // it does that
}

func (p *process) begin(statement *statementContext, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statement, p.text, p.since = statement, text, time.Now()
	runningStatements.Add(1)
}

// end ends the statement, whose context is cancelled, and tells how long it took.
func (p *process) end() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	took := now.Sub(p.since)
	p.statement.cancel()
	p.statement, p.text, p.since = nil, "", now
	runningStatements.Add(-1)
	return took
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.statement != nil {
		p.statement.cancel()
	}
}

// shown is the process as SHOW PROCESSLIST has it.
func (p *process) shown(s *Session) sql.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := sql.Process{
		Connection: s.client.ID, User: s.client.User, Host: s.host(), StartedAt: p.since, Command: sql.ProcessCommandSleep,
	}
	shown.Database, _ = s.database.Load().(string)
	if p.statement != nil {
		shown.Command, shown.Query = sql.ProcessCommandQuery, p.text
	}
	return shown
}

// statementContext is the context of a statement: that of its client, until KILL or the end. Most
// statements have ended before anything waits for that, so that what waiting takes is made when it is asked for.
type statementContext struct {
	context.Context
	execution   *execution
	evaluations bridge.Evaluations

	ended atomic.Bool
	late  atomic.Bool // by max_execution_time
	limit *time.Timer // nil: none
	mu    sync.Mutex
	inner context.Context // for those who wait; nil: nobody does
	end   context.CancelFunc
}

// Done implements context.Context.
func (c *statementContext) Done() <-chan struct{} { return c.waited().Done() }

func (c *statementContext) waited() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.end = context.WithCancel(c.Context)
		if c.ended.Load() {
			c.end()
		}
	}
	return c.inner
}

// Err implements context.Context.
func (c *statementContext) Err() error {
	if c.late.Load() {
		return context.DeadlineExceeded
	}
	if c.ended.Load() {
		return context.Canceled
	}
	return c.Context.Err()
}

// Value implements context.Context.
func (c *statementContext) Value(key any) any {
	switch key.(type) {
	case executionKey:
		return c.execution
	case bridge.EvaluationsKey:
		return &c.evaluations
	}
	c.mu.Lock()
	inner := c.inner
	c.mu.Unlock()
	if inner != nil { // by which package context finds what it is to end
		return inner.Value(key)
	}
	return c.Context.Value(key)
}

func (c *statementContext) cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended.Store(true)
	if c.end != nil {
		c.end()
	}
	if c.limit != nil {
		c.limit.Stop()
	}
}

// endAfter ends the statement when it has taken so long, from now on.
func (c *statementContext) endAfter(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limit != nil {
		c.limit.Stop()
	}
	c.limit = time.AfterFunc(d, func() {
		if !c.ended.Load() {
			c.late.Store(true)
		}
		c.cancel()
	})
}
