package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/storage"
)

// Statement is a prepared statement: its text, which each execution binds anew,
// so that tables, modes and aliases are those of the moment.
type Statement struct {
	Params int              // the number of question marks
	Fields []*querypb.Field // nil: no result set

	session *Session
	text    string
	counted *storage.Session // among the statements of which; nil: it was closed
}

// Prepare checks a statement that has question marks for arguments. It is error 1461 where the engine has
// max_prepared_stmt_count statements that were not closed.
func (s *Session) Prepare(ctx context.Context, text string) (st *Statement, err error) {
	x, err := s.begin(ctx, text)
	if err != nil {
		return nil, wording{}.mysqlError(err)
	}
	defer func() {
		if err = x.end(err); err != nil {
			s.countStatements(-1)
			st = nil
			return
		}
		st.counted = s.session
	}()
	if err := s.countStatement(); err != nil {
		return nil, err
	}
	defer x.recovered(&err)
	return x.prepareText(text)
}

// countStatement counts a statement that is prepared, or refuses it.
func (s *Session) countStatement() error {
	s.countStatements(1)
	_, v, _ := sql.SystemVariables.GetGlobal("max_prepared_stmt_count")
	if limit, ok := v.(int64); ok && s.engine.prepared.Load() > limit {
		return mysql.NewDefaultError(mysql.ER_MAX_PREPARED_STMT_COUNT_REACHED, limit)
	}
	return nil
}

func (s *Session) countStatements(n int64) {
	s.statements += n
	s.engine.prepared.Add(n)
	preparedStatements.Add(n)
}

// Close gives the statement up.
func (st *Statement) Close() {
	if st.counted == st.session.session { // that has not been reset
		st.session.countStatements(-1)
	}
	st.counted = nil
}

// prepareText binds a statement without executing it. What its question marks
// stand for is not known yet.
func (x *execution) prepareText(text string) (*Statement, error) {
	x.text, x.prepares = text, true
	if st, err := x.prepareRoutineStatement(); st != nil || err != nil {
		return st, err
	}
	tree, err := x.ours(text)
	if err != nil {
		return nil, err
	}
	if tree != nil {
		st, err := x.prepareTree(tree)
		if st != nil || err != nil && !x.unsupported(err) {
			return st, err
		}
		x.reads, x.source = false, nil
	}
	switch other, err := x.standIn(); {
	case err != nil:
		return nil, err
	case other != "":
		return x.prepareText(other)
	}
	if x.stmt, err = parse.One(x.ctx, text, sql.LoadSqlMode(x.ctx).ParserOptions()); err != nil {
		return nil, err
	}
	return x.prepareStmt(countParams(x.stmt))
}

// prepareTree binds a statement of ours; nil, nil where it is none.
func (x *execution) prepareTree(tree *parse.Tree) (*Statement, error) {
	st := &Statement{Params: tree.Params, session: x.session, text: x.text}
	query := isQuery(tree.Node)
	explain, err := explained(tree.Node)
	if err != nil {
		return nil, err
	}
	if query || explain != nil {
		x.reads = true
		b, err := x.beginQuery(tree, nil)
		if err != nil {
			return nil, err
		}
		var columns []plan.Column
		if query {
			node, err := b.Query(tree)
			if err != nil {
				return nil, err
			}
			if len(tree.Into) == 0 {
				columns = node.Columns()
			}
		} else if columns, err = x.prepareExplain(b, tree, explain); err != nil {
			return nil, err
		}
		if columns != nil {
			st.Fields = bridge.Fields(x.ctx, columns)
		}
		return st, nil
	}
	switch n := tree.Node.(type) {
	case *tidb.DoStmt:
		x.reads = true
		_, _, err := x.bindDo(tree, n, nil)
		return st, err
	case *tidb.SetStmt:
		if fields := computedFields(n); fields.Fields != nil {
			_, err := x.bindValues(tree, fields, nil)
			return st, err
		}
	case *tidb.InsertStmt:
		if n.Select != nil {
			if in, err := x.bindInsertQuery(tree, n, nil); in != nil || err != nil {
				return st, err
			}
			x.source = nil
			if err := x.bindInsertSelect(tree, n, nil); err != nil {
				return nil, err
			}
			return x.prepareStmt(tree.Params)
		}
		v, err := x.bindInsertValues(tree, n, nil)
		if v == nil || err != nil {
			return nil, err
		}
		return st, v.prepare()
	case *tidb.CreateTableStmt:
		if n.Select != nil {
			return st, x.planSource(tree, n.Select, false, nil)
		}
	case *tidb.UpdateStmt, *tidb.DeleteStmt:
		_, _, err := x.bindChange(tree, nil)
		return st, err
	case *tidb.CreateViewStmt:
		return st, nil
	}
	return nil, nil
}

// prepareStmt has go-mysql-server bind the statement.
func (x *execution) prepareStmt(params int) (*Statement, error) {
	s := x.session
	st := &Statement{Params: params, session: s, text: x.text}
	switch n := x.stmt.(type) {
	case *ast.Prepare, *ast.Execute, *ast.Deallocate:
		return nil, mysql.NewDefaultError(mysql.ER_UNSUPPORTED_PS)
	case *ast.Call:
		if _, ok := x.procedure(n); ok {
			return st, nil
		}
	case *ast.Show:
		if n.Type == parse.ShowCreateFunction {
			st.Fields = fields(x.ctx, showCreateFunctionSchema)
			return st, nil
		}
	}
	if err := s.beginTransaction(x.ctx); err != nil {
		return nil, err
	}
	if err := s.engine.parser.bind(x.ctx, x.stmt, nil); err != nil {
		return nil, err
	}
	builder := planbuilder.New(x.ctx, s.engine.analyzer.Catalog, nil, s.engine.parser)
	node, _, err := builder.BindOnly(x.stmt, parse.Trim(x.text), nil)
	if err != nil {
		return nil, err
	}
	if schema := node.Schema(); returnsRows(node) && len(schema) > 0 {
		st.Fields = fields(x.ctx, schema)
	}
	return st, nil
}

// returnsRows tells whether the plan's schema is that of a result set: a plan
// that writes shows the columns of its table before it is analysed.
func returnsRows(node sql.Node) bool {
	switch node.(type) {
	case *gms.InsertInto, *gms.Update, *gms.UpdateJoin, *gms.DeleteFrom, *gms.CreateTable:
		return false
	}
	return !types.IsOkResultSchema(node.Schema())
}

// countParams counts the question marks. The parser names them :v1, :v2, … in
// their order.
func countParams(tree ast.Statement) int {
	seen := make(map[string]bool)
	wording{tree: tree}.walk(func(n ast.SQLNode) {
		if v, ok := n.(*ast.SQLVal); ok && v != nil && v.Type == ast.ValArg {
			seen[string(v.Val)] = true
		}
	})
	return len(seen)
}

// Query executes the statement with an argument for each question mark.
func (st *Statement) Query(ctx context.Context, args []sqltypes.Value) (*Result, error) {
	if len(args) != st.Params {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "mysqld_stmt_execute")
	}
	return st.session.execute(ctx, st.text, args)
}

// prepare executes PREPARE name FROM 'text' or @variable.
func (x *execution) prepare(n *ast.Prepare) (*Result, error) {
	text := n.Expr
	if name, ok := strings.CutPrefix(text, "@"); ok {
		v, err := x.userVariable(name)
		if err != nil {
			return nil, err
		}
		if text = v.ToString(); v.IsNull() {
			text = "NULL" // Sql_cmd_prepare: a variable without a value is that word
		}
	}
	name := preparedName(n.Name)
	if st, ok := x.session.prepared[name]; ok {
		st.Close()
		delete(x.session.prepared, name)
	}
	if err := x.session.countStatement(); err != nil {
		x.session.countStatements(-1)
		return nil, err
	}
	st, err := x.prepareText(text)
	if err != nil {
		x.session.countStatements(-1)
		return nil, err
	}
	st.counted = x.session.session
	x.session.prepared[name] = st
	return &Result{Info: "Statement prepared"}, x.end(nil)
}

// executePrepared executes EXECUTE name USING @variables: the statement's text
// in place of its own.
func (x *execution) executePrepared(n *ast.Execute) (*Result, error) {
	st, ok := x.session.prepared[preparedName(n.Name)]
	if !ok {
		return nil, unknownStatement(n.Name, "EXECUTE")
	}
	args := make([]sqltypes.Value, len(n.VarList))
	for i, name := range n.VarList {
		var err error
		if args[i], err = x.userVariable(strings.TrimPrefix(name, "@")); err != nil {
			return nil, err
		}
	}
	if st.Params != len(args) {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "EXECUTE")
	}
	x.text, x.stmt = st.text, nil
	if x.site != nil { // prepared statements do not know a routine's variables
		x.site = &routine.Site{Database: x.site.Database, Mode: x.site.Mode}
	}
	r, err := x.statement(args)
	var wrong *mysql.MyError
	if errors.As(err, &wrong) && wrong.Code == mysql.ER_WRONG_ARGUMENTS && strings.HasSuffix(wrong.Message, " mysqld_stmt_execute") {
		err = mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "EXECUTE") // as which it was said
	}
	return r, err
}

func (x *execution) deallocate(n *ast.Deallocate) (*Result, error) {
	name := preparedName(n.Name)
	st, ok := x.session.prepared[name]
	if !ok {
		return nil, unknownStatement(n.Name, "DEALLOCATE PREPARE")
	}
	st.Close()
	delete(x.session.prepared, name)
	return new(Result), x.end(nil)
}

func unknownStatement(name, command string) error {
	return mysql.NewError(mysql.ER_UNKNOWN_STMT_HANDLER,
		fmt.Sprintf("Unknown prepared statement handler (%s) given to %s", name, command))
}

// userVariable is the value of @name as an argument.
func (x *execution) userVariable(name string) (sqltypes.Value, error) {
	t, v, err := x.ctx.GetUserVariable(x.ctx, name)
	if err != nil || v == nil {
		return sqltypes.NULL, err
	}
	return t.SQL(x.ctx, nil, v)
}
