package bind

import (
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// jsonTable binds JSON_TABLE, which sees the tables to its left (manual 14.17.6).
func (s *scope) jsonTable(n *parse.JSONTable, alias string, left *from) (*from, error) {
	b := s.binder
	in := s.beside(left)
	in.clause = "a table function argument"
	doc, err := in.expr(n.Doc)
	if err != nil {
		return nil, err
	}
	spec := &builtin.JSONTableSpec{}
	if spec.Path, err = builtin.ParseJSONPath(n.Path); err != nil {
		return nil, err
	}
	if spec.Columns, err = s.jsonColumns(n.Columns); err != nil {
		return nil, err
	}
	t := &plan.JSONTable{Doc: doc, Spec: spec, Run: func(c *expr.Context, doc types.Value) (*types.Batch, error) {
		return builtin.JSONTable(c, spec, doc)
	}}
	for _, c := range spec.Leaves() {
		t.Cols = append(t.Cols, plan.Column{ID: b.newID(), Name: c.Name, T: c.Type.WithNullable(true), Table: alias, OrgTable: alias, OrgName: c.Name})
	}
	return derived(t, "", alias), nil
}

func (s *scope) jsonColumns(all []parse.JSONColumn) ([]builtin.JSONTableColumn, error) {
	out := make([]builtin.JSONTableColumn, len(all))
	for i, c := range all {
		o := &out[i]
		o.Name = c.Name
		o.OnEmpty, o.OnError = builtin.JSONTableFallback(c.OnEmpty), builtin.JSONTableFallback(c.OnError)
		var err error
		if c.Ordinality {
			o.Kind, o.Type = builtin.JSONColumnOrdinality, types.TypeUint
			continue
		}
		if o.Path, err = builtin.ParseJSONPath(c.Path); err != nil {
			return nil, err
		}
		if c.Type == nil {
			o.Kind = builtin.JSONColumnNested
			if o.Nested, err = s.jsonColumns(c.Nested); err != nil {
				return nil, err
			}
			continue
		}
		if c.Exists {
			o.Kind = builtin.JSONColumnExists
		}
		if o.Type, err = castType(c.Type, s.binder.Context.Env); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// jsonValue binds JSON_VALUE with the clauses that package parse makes arguments
// of.
func (s *scope) jsonValue(args []ast.ExprNode) (expr.Expr, error) {
	doc, err := s.expr(args[0])
	if err != nil {
		return nil, err
	}
	path, err := s.expr(args[1])
	if err != nil {
		return nil, err
	}
	var spec builtin.JSONValueSpec
	if c, ok := args[2].(*ast.FuncCastExpr); ok {
		if spec.Returning, err = castType(c.Tp, s.binder.Context.Env); err != nil {
			return nil, err
		}
	}
	for i, fallback := range []*builtin.JSONFallback{&spec.OnEmpty, &spec.OnError} {
		kind, ok := args[3+2*i].(*parse.Literal)
		if !ok {
			return nil, unsupported("JSON_VALUE")
		}
		switch kind.Str {
		case "error":
			fallback.Error = true
		case "default":
			x, err := s.expr(args[4+2*i])
			if err != nil {
				return nil, err
			}
			x = expr.Fold(s.binder.Context, x)
			l, ok := x.(*expr.Literal)
			if !ok {
				return nil, unsupported("JSON_VALUE's DEFAULT")
			}
			v := l.V
			if spec.Returning.Kind != types.Null {
				if v, err = types.Cast(s.binder.Context.Env, v, &l.T, &spec.Returning); err != nil {
					return nil, err
				}
			} else if v, err = types.Convert(s.binder.Context.Env, v, &l.T, &types.Type{Kind: types.String, Collation: types.JSONCollation}); err != nil {
				return nil, err
			}
			fallback.Default = &v
		}
	}
	call, err := builtin.NewJSONValue(s.binder.resolver(), doc, path, spec)
	if err != nil {
		return nil, err
	}
	return call, nil
}
