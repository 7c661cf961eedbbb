package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// routineHost executes the SQL of routines within an execution.
type routineHost struct {
	x    *execution
	args []bind.Argument // of CALL's question marks
}

// begin begins the execution of a part of a routine in its context.
func (h *routineHost) begin(c *expr.Context, s *routine.Site) (*execution, error) {
	n := h.x.nested(s, h.x.text)
	if err := n.session.beginTransaction(n.ctx); err != nil {
		return nil, err
	}
	c.Context = n.ctx
	return n, nil
}

// binder binds a part of a routine whose execution has begun.
func (h *routineHost) binder(c *expr.Context, s *routine.Site, n *execution) (*bind.Binder, error) {
	args := []bind.Argument{}
	if s.Variable == nil {
		args = h.args
	}
	b, err := n.binder(args)
	if err != nil {
		return nil, err
	}
	b.Context = c
	return b, nil
}

// Expr implements routine.Host.
func (h *routineHost) Expr(c *expr.Context, s *routine.Site, tree *parse.Tree, e tidb.ExprNode) (expr.Expr, error) {
	n, err := h.begin(c, s)
	if err != nil {
		return nil, err
	}
	b, err := h.binder(c, s, n)
	if err != nil {
		return nil, err
	}
	x, err := b.Expr(tree, e)
	return x, h.mysqlError(err)
}

// Query implements routine.Host.
func (h *routineHost) Query(c *expr.Context, s *routine.Site, tree *parse.Tree, limit int) (*routine.Rows, error) {
	own := *c // a plan's context is its own
	own.Memo, own.Outer = make(map[any]any), make(map[expr.ColumnID]types.Value)
	q, err := h.plan(&own, s, tree)
	if err != nil {
		return nil, h.mysqlError(err)
	}
	rows := new(routine.Rows)
	for _, col := range q.node.Columns() {
		rows.Types = append(rows.Types, col.T)
	}
	op, err := exec.Run(&own, q.node)
	if err != nil {
		return nil, h.mysqlError(err)
	}
	defer op.Close()
	for {
		batch, err := op.Next()
		if err != nil || batch == nil {
			return rows, h.mysqlError(err)
		}
		for i := range batch.N {
			if limit >= 0 && len(rows.Rows) == limit {
				return rows, nil
			}
			row := make([]types.Value, len(batch.Cols))
			for j, v := range batch.Cols {
				row[j] = v.Value(i)
			}
			rows.Rows = append(rows.Rows, row)
		}
	}
}

// routinePlan is the plan of a query of a function or trigger, which is kept until the statement ends that calls them:
// the types of their variables stay, their values and the rows of tables are read when it is executed.
type routinePlan struct {
	node plan.Node
	used []usedTable
}

// plan is the plan of a query in the context, kept or new.
func (h *routineHost) plan(c *expr.Context, s *routine.Site, tree *parse.Tree) (*routinePlan, error) {
	n, err := h.begin(c, s)
	if err != nil {
		return nil, err
	}
	plans := h.x.ran().plans
	if p, ok := plans[tree]; ok {
		n.used = p.used
		return p, nil
	}
	b, err := h.binder(c, s, n)
	if err != nil {
		return nil, err
	}
	warnings := h.x.ctx.WarningCount()
	node, err := b.Query(tree)
	if err != nil {
		return nil, err
	}
	p := &routinePlan{node: h.x.planned(b, node).node, used: n.used}
	if h.within() != "" && s.Variable != nil && !b.Assigns && routine.Steady(tree) && h.x.ctx.WarningCount() == warnings && len(plans) < maxKeptPlans {
		plans[tree] = p
	}
	return p, nil
}

// mysqlError makes MySQL's error of any, so that handlers know it, but for the
// statement's end.
func (h *routineHost) mysqlError(err error) error {
	if err == nil || h.x.ctx.Err() != nil {
		return err
	}
	if errors.Is(err, bind.ErrUnsupported) {
		what := strings.TrimPrefix(err.Error(), bind.ErrUnsupported.Error()+": ")
		return mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, what)
	}
	return h.x.wording().mysqlError(err)
}

// Send implements routine.Host.
func (h *routineHost) Send(_ *expr.Context, s *routine.Site, tree *parse.Tree) error {
	if kind := h.within(); kind != "" {
		return mysql.NewDefaultError(mysql.ER_SP_NO_RETSET, kind)
	}
	n := h.x.nested(s, tree.Text)
	r, err := n.query(tree, nil)
	if n.unsupported(err) {
		return h.Execute(nil, s, &parse.SQL{Text: tree.Text, Tree: tree})
	}
	return h.answered(n, r, err)
}

// Execute implements routine.Host. A statement that fails leaves nothing behind.
func (h *routineHost) Execute(_ *expr.Context, s *routine.Site, in *parse.SQL) error {
	if kind := h.within(); kind != "" {
		if err := routine.Forbidden(in.Text, kind); err != nil {
			return err
		}
	}
	text, own := in.Text, writesRows(in.Tree)
	if !own {
		clear(h.x.ran().plans)
		var err error
		if text, err = h.x.withLocals(s, in); err != nil {
			return h.mysqlError(err)
		}
	}
	base := h.x.session.session
	locking, keyed, defining := base.Locking, base.KeyedRows, base.Defining
	defer func() { base.Locking, base.KeyedRows, base.Defining = locking, keyed, defining }()
	n := h.x.nested(s, text)
	if err := n.session.beginTransaction(n.ctx); err != nil {
		return err
	}
	undo := base.Mark()
	if x := h.x.first(); x.reads && x.undo == nil {
		x.undo = undo
	}
	var r *Result
	var err error
	if own {
		r, err = n.changed(in.Tree)
	} else {
		r, err = n.statement(nil)
	}
	if err = h.answered(n, r, err); err != nil {
		undo()
	}
	return err
}

// writesRows tells whether a statement is one that we execute by its tree, with the routine's
// variables in it.
func writesRows(tree *parse.Tree) bool {
	if tree == nil {
		return false
	}
	switch tree.Node.(type) {
	case *tidb.InsertStmt, *tidb.UpdateStmt, *tidb.DeleteStmt:
		return true
	}
	return false
}

// within is what runs that is part of a statement, function or trigger; "": neither.
func (h *routineHost) within() string {
	switch running := h.x.ran().running; {
	case running[anyTrigger] > 0:
		return "trigger"
	case running[anyFunction] > 0:
		return "function"
	}
	return ""
}

// answered keeps what a statement answers, for CALL to answer it.
func (h *routineHost) answered(n *execution, r *Result, err error) error {
	if err != nil {
		return n.end(err)
	}
	for ; r != nil; r = r.Following {
		affected := r.AffectedRows
		b, err := read(r)
		switch {
		case err != nil:
			return err
		case b != nil:
			h.x.answers = append(h.x.answers, b)
		default:
			h.x.affected = affected
		}
	}
	return nil
}

// SetSystem implements routine.Host.
func (h *routineHost) SetSystem(c *expr.Context, s *routine.Site, a *parse.Assignment, v types.Value, t *types.Type) error {
	value := a.Word
	if value == "" {
		var err error
		if value, err = literal(h.x.ctx, v, t); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("SET %s %s = %s", a.Scope, a.Target, value)
	return h.Execute(c, &routine.Site{Database: s.Database, Mode: s.Mode}, &parse.SQL{Text: text})
}

// Procedure implements routine.Host.
func (h *routineHost) Procedure(_ *expr.Context, database, name string) (*routine.Program, error) {
	if database == "" {
		database = h.x.database()
	}
	return h.x.program(database, name, false)
}

// anyFunction counts the functions that run, of all names.
const (
	anyFunction = "function" // triggers are among them
	anyTrigger  = "trigger"
)

// Begin implements routine.Host.
func (h *routineHost) Begin(c *expr.Context) {
	if h.within() == "" {
		h.x.ctx.SetQueryTime(h.x.session.now())
		c.Env.Now = h.x.ctx.QueryTime()
	}
}

// Enter implements routine.Host. The session's database and sql_mode are the routine's meanwhile.
func (h *routineHost) Enter(p *routine.Program, outer *types.Env) (inner *types.Env, leave func(), err error) {
	key := strings.ToLower(p.Name())
	limit := int64(0)
	function, trigger := p.Routine.Function, p.Routine.Trigger != nil
	if function {
		key = "function " + key
	} else if trigger {
		key = "trigger " + key
	} else if v, _, err := bridge.NewSession(h.x.ctx, Version).SystemVariable("", "max_sp_recursion_depth"); err == nil {
		limit = v.I
	}
	running := h.x.ran().running
	if running[key] > limit {
		if function || trigger {
			return nil, nil, mysql.NewDefaultError(mysql.ER_SP_NO_RECURSION)
		}
		return nil, nil, mysql.NewError(mysql.ER_SP_RECURSION_LIMIT, fmt.Sprintf(
			"Recursive limit %d (as set by the max_sp_recursion_depth variable) was exceeded for routine %s", limit, p.Routine.Name))
	}
	session := h.x.session.session
	database, mode := session.GetCurrentDatabase(), session.SQLMode(h.x.ctx)
	inner = outer
	if p.SQLMode != mode {
		if err := session.SetSessionVariable(h.x.ctx, "sql_mode", p.SQLMode); err != nil {
			return nil, nil, err
		}
		inner = bridge.Env(h.x.ctx)
	}
	count := func(n int64) {
		running[key] += n
		if function || trigger {
			running[anyFunction] += n
		}
		if trigger {
			running[anyTrigger] += n
		}
	}
	count(1)
	session.SetCurrentDatabase(p.Database)
	return inner, func() {
		count(-1)
		session.SetCurrentDatabase(database)
		if session.SQLMode(h.x.ctx) != mode { // what the routine has set ends with it
			if err := session.SetSessionVariable(h.x.ctx, "sql_mode", mode); err != nil {
				h.x.session.engine.logger.Error("engine: sql_mode behind a routine", "error", err) // it was the session's
			}
		}
	}, nil
}

// Warnings implements routine.Host.
func (h *routineHost) Warnings() []routine.Diagnostic {
	var all []routine.Diagnostic
	for _, w := range slices.Backward(h.x.ctx.Session.Warnings()) {
		d := routine.Diagnostic{Code: uint16(w.Code), Text: w.Message, State: "HY000"}
		if state, ok := mysql.MySQLState[d.Code]; ok {
			d.State = state
		}
		all = append(all, d)
	}
	return all
}

// ClearWarnings implements routine.Host.
func (h *routineHost) ClearWarnings() { h.x.ctx.ClearWarnings() }

// withLocals is a statement with the values of the routine's variables in the
// place of their names, for go-mysql-server, which does not know them.
func (x *execution) withLocals(s *routine.Site, in *parse.SQL) (string, error) {
	tree := in.Tree
	if s.Variable == nil || tree == nil || tree.Node == nil {
		return in.Text, nil // what has no tree has no variables
	}
	l := &locals{site: s, text: tree.Text, at: map[int]*routine.Variable{}, end: map[int]int{}}
	tree.Node.Accept(l)
	var out strings.Builder
	rest := 0
	for _, at := range slices.Sorted(func(yield func(int) bool) {
		for at := range l.at {
			if !yield(at) {
				return
			}
		}
	}) {
		v := l.at[at]
		value, err := literal(x.ctx, v.V, &v.T)
		if err != nil {
			return "", err
		}
		out.WriteString(tree.Text[rest:at] + value)
		rest = l.end[at]
	}
	return out.String() + tree.Text[rest:], nil
}

// locals finds the names of a routine's variables in a statement.
type locals struct {
	site *routine.Site
	text string
	at   map[int]*routine.Variable
	end  map[int]int // of what begins there
}

// Enter implements tidb.Visitor.
func (l *locals) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.ValuesExpr:
		return n, true // VALUES(column)
	case *parse.Param:
		if n.Variable != "" {
			l.found(n.Offset, n.Variable)
		}
	case *tidb.ColumnNameExpr:
		switch n.Name.Table.L {
		case "":
			l.found(n.OriginTextPosition(), n.Name.Name.O)
		case "new", "old":
			l.found(n.OriginTextPosition(), n.Name.Table.O, ".", n.Name.Name.O)
		}
	}
	return n, false
}

// found notes a name where its tokens stand in the text.
func (l *locals) found(at int, tokens ...string) {
	name := tokens[0]
	if len(tokens) > 1 {
		name = routine.RowColumn(name, tokens[2])
	}
	v, ok := l.site.Variable(name)
	if !ok || at >= len(l.text) {
		return
	}
	end, i := at, 0
	for token := range parse.Tokens(l.text[at:]) {
		if !strings.EqualFold(strings.Trim(token, "`"), tokens[i]) {
			return
		}
		end += strings.Index(l.text[end:], token) + len(token)
		if i++; i == len(tokens) {
			break
		}
	}
	l.at[at], l.end[at] = v, end
}

// Leave implements tidb.Visitor.
func (l *locals) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }

var errNoRoutines = errors.New("engine: the database keeps no routines")
