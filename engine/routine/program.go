package routine

import (
	"errors"
	"fmt"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Program is a routine made ready to run for one statement. It keeps what it has
// bound from one call to the next; one goroutine at a time may use it.
type Program struct {
	Database string
	Routine  *parse.Routine
	SQLMode  string // that under which the routine was made, for [Host.Enter]

	host     Host
	mode     parse.SQLMode
	database types.Collation
	params   *scope
	order    []*Variable // the parameters
	result   types.Type  // a function's
	bound    map[ast.ExprNode]expr.Expr
	scopes   map[*parse.Block]*scope
	watches  bool // some handler is for warnings
}

// New makes a routine of the database ready. The collation is the database's, the
// mode that under which the routine was made.
func New(host Host, r *parse.Routine, database string, collation types.Collation, mode parse.SQLMode) (*Program, error) {
	p := &Program{
		Database: database, Routine: r, host: host, mode: mode, database: collation,
		params: &scope{vars: map[string]*Variable{}},
		bound:  map[ast.ExprNode]expr.Expr{},
		scopes: map[*parse.Block]*scope{},
	}
	for _, a := range r.Params {
		v, err := p.params.declare(a.Name, a.Type, collation)
		if err != nil {
			return nil, err
		}
		p.order = append(p.order, v)
	}
	if r.Function {
		var err error
		if p.result, err = Declared(r.Returns, r.Name, collation); err != nil {
			return nil, err
		}
	}
	walk(r.Body, func(in parse.Instruction) {
		b, ok := in.(*parse.Block)
		if !ok {
			return
		}
		for _, h := range b.Handlers {
			for _, c := range h.Conditions {
				p.watches = p.watches || !c.Error && !c.NotFound
			}
		}
	})
	return p, nil
}

// Name is the routine's name with its database.
func (p *Program) Name() string { return p.Database + "." + p.Routine.Name }

// Function declares a stored function for the binder. A DETERMINISTIC one that changes nothing is constant where its
// arguments are, as in MySQL (Item_func_sp::fix_fields).
func (p *Program) Function() *expr.Function {
	return &expr.Function{
		Name: lower(p.Routine.Name), Min: len(p.order), Max: len(p.order),
		KeepNull: true, Volatile: !p.Routine.Deterministic || !p.steady(), Serial: true,
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) { return p.result, nil },
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			from := make([]*types.Type, len(args))
			for i, a := range call.Args {
				from[i] = a.Type()
			}
			return p.Apply(c, args, from, call.String())
		},
	}
}

// steady tells whether the routine only computes and reads tables: it changes nothing, and knows no variables of the
// session.
func (p *Program) steady() bool {
	only := true
	walk(p.Routine.Body, func(in parse.Instruction) {
		switch in := in.(type) {
		case *parse.SQL:
			only = only && in.Tree != nil && len(in.Tree.Into) > 0 && Steady(in.Tree)
			if only {
				for _, to := range in.Tree.Into {
					only = only && !to.User
				}
			}
		case *parse.Signal:
			only = false
		case *parse.Set:
			for _, a := range in.Assignments {
				only = only && !a.User && !a.System && a.Scope == ""
			}
		case *parse.Block:
			for _, c := range in.Cursors {
				only = only && Steady(c.Query)
			}
		}
		for _, t := range trees(in) {
			only = only && Steady(t)
		}
	})
	return only
}

// Result is the type of a function's values.
func (p *Program) Result() types.Type { return p.result }

// Apply calls the function. The name is the call's, for messages.
func (p *Program) Apply(outer *expr.Context, args []types.Value, from []*types.Type, name string) (types.Value, error) {
	env, leave, err := p.host.Enter(p, outer.Env)
	if err != nil {
		return types.Value{}, err
	}
	defer leave()
	c := inner(outer, env)
	for i, v := range p.order {
		if err := v.assign(c, args[i], from[i]); err != nil {
			return types.Value{}, err
		}
	}
	r := &run{p: p, c: c, returns: name}
	f, err := r.start()
	if err != nil {
		return types.Value{}, err
	}
	if f.kind != returned {
		return types.Value{}, mysql.NewDefaultError(mysql.ER_SP_NORETURNEND, p.Routine.Name)
	}
	return r.value, nil
}

// inner is the context of the statements within another's execution.
func inner(c *expr.Context, env *types.Env) *expr.Context {
	return &expr.Context{
		Context: c.Context, Env: env, Session: c.Session, Memo: map[any]any{}, Outer: map[expr.ColumnID]types.Value{},
		Memory: c.Memory, TempDir: c.TempDir,
	}
}

// Call runs CALL, whose tree it is, for the client or for a routine: site is
// where it stands. What OUT and INOUT parameters end with goes to their
// arguments, which are variables: error 1414 where not.
func Call(host Host, c *expr.Context, site *Site, tree *parse.Tree, p *Program) error {
	n := tree.Node.(*ast.CallStmt)
	args := n.Procedure.Args
	if len(args) != len(p.order) {
		return mysql.NewDefaultError(mysql.ER_SP_WRONG_NO_OF_ARGS, "PROCEDURE", p.Name(), len(p.order), len(args))
	}
	back := make([]func(*Variable) error, len(args))
	for i, a := range p.Routine.Params {
		if a.Mode == "IN" {
			continue
		}
		if back[i] = target(c, site, args[i]); back[i] == nil {
			return mysql.NewError(mysql.ER_SP_NOT_VAR_ARG, fmt.Sprintf(
				"OUT or INOUT argument %d for routine %s is not a variable or NEW pseudo-variable in BEFORE trigger", i+1, p.Name()))
		}
	}
	type value struct {
		v types.Value
		t *types.Type
	}
	values := make([]value, len(args))
	for i, a := range args {
		if p.Routine.Params[i].Mode == "OUT" {
			continue
		}
		v, t, err := evaluate(host, c, site, tree, a)
		if err != nil {
			return err
		}
		values[i] = value{v, t}
	}
	env, leave, err := host.Enter(p, c.Env)
	if err != nil {
		return err
	}
	defer leave()
	for i, v := range p.order {
		if v.V = (types.Value{}); values[i].t == nil {
			continue
		}
		if err := v.assign(c, values[i].v, values[i].t); err != nil {
			return err
		}
	}
	if _, err := (&run{p: p, c: inner(c, env)}).start(); err != nil {
		return err
	}
	for i, v := range p.order {
		if back[i] != nil {
			if err := back[i](v); err != nil {
				return err
			}
		}
	}
	return nil
}

// target gives the variable that an argument is another's value; nil where it is
// no variable.
func target(c *expr.Context, site *Site, e ast.ExprNode) func(*Variable) error {
	switch e := e.(type) {
	case *ast.VariableExpr:
		if !e.IsSystem && e.Value == nil {
			return func(v *Variable) error {
				c.Session.SetUserVariable(e.Name, v.V, v.T)
				return nil
			}
		}
	case *ast.ColumnNameExpr:
		name := e.Name.Name.L
		if isRow(e.Name.Table.L) {
			name = RowColumn(e.Name.Table.L, name)
		}
		if (e.Name.Table.L == "" || isRow(e.Name.Table.L)) && site.Variable != nil {
			if to, ok := site.Variable(name); ok {
				return func(v *Variable) error { return to.assign(c, v.V, &v.T) }
			}
		}
	}
	return nil
}

// evaluate computes an expression of a tree, in which no variable is known to be
// the same the next time.
func evaluate(host Host, c *expr.Context, site *Site, tree *parse.Tree, e ast.ExprNode) (types.Value, *types.Type, error) {
	if !pure(e) {
		return single(host, c, site, tree, e)
	}
	bound, err := host.Expr(c, site, tree, e)
	if err != nil {
		return types.Value{}, nil, err
	}
	return compute(c, bound)
}

// oneRow is the batch of an expression that has no columns.
var oneRow = &types.Batch{N: 1}

func compute(c *expr.Context, e expr.Expr) (types.Value, *types.Type, error) {
	v, err := e.Eval(c, oneRow)
	if err != nil {
		return types.Value{}, nil, err
	}
	return v.Value(0), e.Type(), nil
}

// single computes an expression as SELECT expression.
func single(host Host, c *expr.Context, site *Site, tree *parse.Tree, e ast.ExprNode) (types.Value, *types.Type, error) {
	if tree.Expression() != e {
		tree = &parse.Tree{Text: tree.Text, Functions: tree.Functions, Params: tree.Params, Node: &ast.SelectStmt{
			SelectStmtOpts: &ast.SelectStmtOpts{SQLCache: true}, Kind: ast.SelectStmtKindSelect,
			Fields: &ast.FieldList{Fields: []*ast.SelectField{{Expr: e}}},
		}}
	}
	rows, err := host.Query(c, site, tree, 2)
	if err != nil {
		return types.Value{}, nil, err
	}
	if len(rows.Rows) != 1 || len(rows.Types) != 1 {
		return types.Value{}, nil, errors.New("routine: an expression has not one value")
	}
	return rows.Rows[0][0], &rows.Types[0], nil
}
