package routine

import (
	"errors"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidbtypes "github.com/pingcap/tidb/pkg/parser/types"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// scope is what the names in a block mean.
type scope struct {
	outer    *scope
	block    *parse.Block // nil: the routine's parameters
	vars     map[string]*Variable
	cursors  map[string]*cursor
	handling bool // of a handler's statement: outer is its block
}

// declare adds a variable, or finds it when its block is entered again, so that
// what is bound with it stays right.
func (s *scope) declare(name string, t *tidbtypes.FieldType, collation types.Collation) (*Variable, error) {
	if v, ok := s.vars[lower(name)]; ok {
		v.V = types.Value{}
		return v, nil
	}
	declared, err := Declared(t, name, collation)
	if err != nil {
		return nil, err
	}
	v := &Variable{Name: name, T: declared}
	s.vars[lower(name)] = v
	return v, nil
}

func (s *scope) variable(name string) (*Variable, bool) {
	name = lower(name)
	for at := s; at != nil; at = at.outer {
		if v, ok := at.vars[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// flow is where execution goes behind an instruction.
type flow struct {
	kind  flowKind
	label string
	block *scope // that exitBlock leaves
}

type flowKind uint8

const (
	goOn flowKind = iota
	leaveLabel
	iterateLabel
	exitBlock
	returned
)

// run is one call of a program.
type run struct {
	p          *Program
	c          *expr.Context
	returns    string // the call, of a function
	value      types.Value
	conditions []Diagnostic // those whose handlers run
}

// start runs the routine's body.
func (r *run) start() (flow, error) {
	f, err := r.step(r.p.Routine.Body, r.p.params)
	var passed unhandled
	for errors.As(err, &passed) {
		err = passed.error
	}
	return f, err
}

func (r *run) cancelled() error {
	if r.c.Context == nil {
		return nil
	}
	return r.c.Err()
}

func (r *run) site(s *scope) *Site {
	return &Site{Database: r.p.Database, Mode: r.p.mode, Variable: s.variable}
}

// step runs an instruction, and a handler where one wants what it ended in.
func (r *run) step(in parse.Instruction, s *scope) (flow, error) {
	if err := r.cancelled(); err != nil {
		return flow{}, unhandled{err}
	}
	if within(r.p.Routine) == "" {
		r.p.host.Begin(r.c)
	}
	if !r.p.watches {
		f, err := r.execute(in, s)
		if err != nil {
			return r.handle(s, err)
		}
		return f, nil
	}
	simple := false
	switch in.(type) {
	case *parse.SQL, *parse.Set, *parse.Fetch, *parse.Open:
		simple = true
	}
	before := 0
	if simple {
		before = len(r.p.host.Warnings())
		if in, ok := in.(*parse.SQL); ok && r.clears(in) {
			before = 0
		}
	}
	f, err := r.execute(in, s)
	if err != nil {
		return r.handle(s, err)
	}
	if all := r.p.host.Warnings(); simple && f.kind == goOn && len(all) > before {
		if d := all[len(all)-1]; d.Code != mysql.ER_SP_FETCH_NO_DATA {
			d.Warning = true
			return r.raise(s, d)
		}
	}
	return f, nil
}

func (r *run) list(list []parse.Instruction, s *scope) (flow, error) {
	for _, in := range list {
		if f, err := r.step(in, s); err != nil || f.kind != goOn {
			return f, err
		}
	}
	return flow{}, nil
}

func (r *run) execute(in parse.Instruction, s *scope) (flow, error) {
	switch in := in.(type) {
	case *parse.Block:
		return r.enterBlock(in, s)
	case *parse.If:
		for _, b := range in.Branches {
			if is, err := r.truth(b.Condition, s); err != nil {
				return flow{}, err
			} else if is {
				return r.list(b.Body, s)
			}
		}
		return r.list(in.Else, s)
	case *parse.Case:
		return r.choose(in, s)
	case *parse.While:
		return r.loop(in.Label, in.Condition, in.Body, nil, s)
	case *parse.Repeat:
		return r.loop(in.Label, nil, in.Body, in.Until, s)
	case *parse.Loop:
		return r.loop(in.Label, nil, in.Body, nil, s)
	case *parse.Leave:
		return flow{kind: leaveLabel, label: in.Label}, nil
	case *parse.Iterate:
		return flow{kind: iterateLabel, label: in.Label}, nil
	case *parse.Return:
		v, t, err := r.eval(in.Value, s)
		if err == nil {
			r.value, err = types.Store(r.c.Env, v, t, &r.p.result, r.returns, 1)
		}
		return flow{kind: returned}, err
	case *parse.Set:
		for i := range in.Assignments {
			if err := r.assign(&in.Assignments[i], s); err != nil {
				if f, err := r.handle(s, err); err != nil || f.kind != goOn {
					return f, err
				}
			}
		}
		return flow{}, nil
	case *parse.Open:
		return flow{}, r.open(in, s)
	case *parse.Fetch:
		return flow{}, r.fetch(in, s)
	case *parse.Close:
		return flow{}, r.closeCursor(in, s)
	case *parse.Signal:
		return r.signal(in, s)
	case *parse.SQL:
		return r.sql(in, s)
	}
	return flow{}, errors.New("routine: unknown instruction")
}

func (r *run) enterBlock(b *parse.Block, outer *scope) (flow, error) {
	s, ok := r.p.scopes[b]
	if !ok {
		s = &scope{block: b, vars: map[string]*Variable{}, cursors: map[string]*cursor{}}
		r.p.scopes[b] = s
	}
	s.outer = outer
	for i := range b.Variables {
		d := &b.Variables[i]
		var v types.Value
		t := &types.TypeNull
		if d.Default != nil {
			var err error
			if v, t, err = r.eval(d.Default, s); err != nil {
				return flow{}, err
			}
		}
		to, err := s.declare(d.Name, d.Type, r.p.database)
		if err != nil {
			return flow{}, err
		}
		if err := to.assign(r.c, v, t); err != nil {
			return flow{}, err
		}
	}
	clear(s.cursors)
	for i := range b.Cursors {
		s.cursors[lower(b.Cursors[i].Name)] = &cursor{query: b.Cursors[i].Query}
	}
	f, err := r.list(b.Body, s)
	clear(s.cursors)
	switch {
	case err != nil:
	case f.kind == exitBlock && f.block == s, f.kind == leaveLabel && b.Label != "" && strings.EqualFold(f.label, b.Label):
		f = flow{}
	}
	return f, err
}

// loop runs WHILE, REPEAT and LOOP.
func (r *run) loop(label string, while *parse.Tree, body []parse.Instruction, until *parse.Tree, s *scope) (flow, error) {
	for {
		if err := r.cancelled(); err != nil {
			return flow{}, unhandled{err}
		}
		if while != nil {
			if is, err := r.truth(while, s); err != nil || !is {
				return flow{}, err
			}
		}
		f, err := r.list(body, s)
		if err != nil {
			return f, err
		}
		mine := label != "" && strings.EqualFold(f.label, label)
		switch {
		case f.kind == leaveLabel && mine:
			return flow{}, nil
		case f.kind == iterateLabel && mine:
			continue
		case f.kind != goOn:
			return f, nil
		}
		if until != nil {
			if is, err := r.truth(until, s); err != nil || is {
				return flow{}, err
			}
		}
	}
}

// choose runs CASE. Its operand is compared as by =.
func (r *run) choose(in *parse.Case, s *scope) (flow, error) {
	for i := range in.Branches {
		b := &in.Branches[i]
		var is bool
		var err error
		if in.Operand == nil {
			is, err = r.truth(b.Condition, s)
		} else {
			is, err = r.equal(in.Operand, b.Condition, s)
		}
		if err != nil {
			return flow{}, err
		}
		if is {
			return r.list(b.Body, s)
		}
	}
	if !in.HasElse {
		return flow{}, mysql.NewDefaultError(mysql.ER_SP_CASE_NOT_FOUND)
	}
	return r.list(in.Else, s)
}

// equal compares a CASE's operand: as variables that hold both would compare.
func (r *run) equal(a, b *parse.Tree, s *scope) (bool, error) {
	hold := &scope{outer: s, vars: map[string]*Variable{}}
	for name, tree := range map[string]*parse.Tree{"operand of case": a, "value of when": b} {
		v, t, err := r.eval(tree, s)
		if err != nil {
			return false, err
		}
		hold.vars[name] = &Variable{Name: name, V: v, T: *t}
	}
	tree, err := comparison()
	if err != nil {
		return false, err
	}
	v, _, err := evaluate(r.p.host, r.c, r.site(hold), tree, tree.Expression())
	if err != nil {
		return false, err
	}
	_, is, err := types.Truth(r.c.Env, v)
	return is, err
}

// comparison is what a CASE asks of its operand and a value.
func comparison() (*parse.Tree, error) {
	return parse.Query("SELECT `operand of case` = `value of when`", 0)
}

// eval computes an expression. What is the same at each time is bound once.
func (r *run) eval(tree *parse.Tree, s *scope) (types.Value, *types.Type, error) {
	e := tree.Expression()
	bound, ok := r.p.bound[e]
	if !ok {
		if !pure(e) {
			return single(r.p.host, r.c, r.site(s), tree, e)
		}
		var err error
		if bound, err = r.p.host.Expr(r.c, r.site(s), tree, e); err != nil {
			return types.Value{}, nil, err
		}
		r.p.bound[e] = bound
	}
	return compute(r.c, bound)
}

func (r *run) truth(tree *parse.Tree, s *scope) (bool, error) {
	v, _, err := r.eval(tree, s)
	if err != nil {
		return false, err
	}
	_, is, err := types.Truth(r.c.Env, v)
	return is, err
}

func (r *run) assign(a *parse.Assignment, s *scope) error {
	var v types.Value
	t := &types.TypeNull
	if a.Value != nil {
		var err error
		if v, t, err = r.eval(a.Value, s); err != nil {
			return err
		}
	}
	if a.User {
		r.c.Session.SetUserVariable(a.Target, v, *t)
		return nil
	}
	if !a.System && a.Scope == "" {
		if to, ok := s.variable(a.Target); ok {
			return to.assign(r.c, v, t)
		}
	}
	if r.p.Routine.Trigger != nil && isRow(a.Scope) {
		to, ok := s.variable(RowColumn(a.Scope, a.Target))
		if !ok { // the table has changed since
			return mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, a.Target, a.Scope)
		}
		return to.assign(r.c, v, t)
	}
	return r.p.host.SetSystem(r.c, r.site(s), a, v, t)
}

// clears tells whether a statement forgets the warnings of those before it.
func (r *run) clears(in *parse.SQL) bool {
	if within(r.p.Routine) != "" || in.Tree == nil {
		return false
	}
	_, call := in.Tree.Node.(*ast.CallStmt)
	return !call
}

func (r *run) sql(in *parse.SQL, s *scope) (flow, error) {
	site := r.site(s)
	if in.Tree == nil {
		if get, ok := parseDiagnostics(in.Text); ok {
			return flow{}, r.diagnostics(get, s)
		}
		return flow{}, r.p.host.Execute(r.c, site, in)
	}
	if r.clears(in) {
		r.p.host.ClearWarnings()
	}
	switch n := in.Tree.Node.(type) {
	case *ast.SelectStmt, *ast.SetOprStmt:
		if sel, ok := n.(*ast.SelectStmt); ok && sel.SelectIntoOpt != nil {
			break // INTO OUTFILE
		}
		if len(in.Tree.Into) > 0 {
			return r.selectInto(in.Tree, s)
		}
		if kind := within(r.p.Routine); kind != "" {
			return flow{}, mysql.NewDefaultError(mysql.ER_SP_NO_RETSET, kind)
		}
		return flow{}, r.p.host.Send(r.c, site, in.Tree)
	case *ast.DoStmt:
		for _, e := range n.Exprs {
			if _, _, err := evaluate(r.p.host, r.c, site, in.Tree, e); err != nil {
				return flow{}, err
			}
		}
		return flow{}, nil
	case *ast.CallStmt:
		database, name := n.Procedure.Schema.O, n.Procedure.FnName.O
		if database == "" {
			database = r.p.Database
		}
		called, err := r.p.host.Procedure(r.c, database, name)
		if err != nil {
			return flow{}, err
		}
		if called != nil {
			return flow{}, Call(r.p.host, r.c, site, in.Tree, called)
		}
	}
	return flow{}, r.p.host.Execute(r.c, site, in)
}

// selectInto runs SELECT … INTO variables (manual 13.2.13.1).
func (r *run) selectInto(tree *parse.Tree, s *scope) (flow, error) {
	bare := *tree
	bare.Into = nil
	rows, err := r.p.host.Query(r.c, r.site(s), &bare, 2)
	if err != nil {
		return flow{}, err
	}
	if len(rows.Types) != len(tree.Into) {
		return flow{}, mysql.NewDefaultError(mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT)
	}
	if len(rows.Rows) == 0 {
		d := noData()
		r.c.Warn(d.Code, d.Text)
		return r.raise(s, d)
	}
	for i, to := range tree.Into {
		v, t := rows.Rows[0][i], &rows.Types[i]
		if to.User {
			r.c.Session.SetUserVariable(to.Name, v, *t)
			continue
		}
		local, ok := s.variable(to.Name)
		if !ok {
			return flow{}, mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, to.Name)
		}
		if err := local.assign(r.c, v, t); err != nil {
			return flow{}, err
		}
	}
	if len(rows.Rows) > 1 {
		return flow{}, mysql.NewDefaultError(mysql.ER_TOO_MANY_ROWS)
	}
	return flow{}, nil
}

// noData is the condition of a SELECT INTO without a row and of a FETCH behind
// the last.
func noData() Diagnostic {
	err := mysql.NewDefaultError(mysql.ER_SP_FETCH_NO_DATA)
	return Diagnostic{Code: err.Code, State: "02000", Text: err.Message}
}
