package engine

import (
	"errors"
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// explainFormat is how EXPLAIN shows a plan (manual 15.8.2).
type explainFormat string

const (
	traditional explainFormat = "TRADITIONAL"
	asJSON      explainFormat = "JSON"
	asTree      explainFormat = "TREE"
)

// explainFormatOf is the statement's format. Its errors are MySQL's 1791 and, of
// EXPLAIN ANALYZE, which has only TREE, 1235.
func explainFormatOf(n *tidb.ExplainStmt, text string) (explainFormat, error) {
	format := explainFormat(strings.ToUpper(n.Format))
	if format == "ROW" && !namesFormat(text) { // the parser's default
		if format = traditional; n.Analyze {
			format = asTree
		}
	}
	switch format {
	case traditional, asJSON:
		if n.Analyze {
			return "", mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "EXPLAIN ANALYZE with "+string(format)+" format")
		}
		return format, nil
	case asTree:
		return format, nil
	}
	return "", mysql.NewDefaultError(mysql.ER_UNKNOWN_EXPLAIN_FORMAT, n.Format)
}

// namesFormat tells whether FORMAT = follows EXPLAIN or EXPLAIN ANALYZE.
func namesFormat(text string) bool {
	i := 0
	for t := range parse.Tokens(text) {
		if i++; i > 1 && !strings.EqualFold(t, "ANALYZE") {
			return strings.EqualFold(t, "FORMAT")
		}
	}
	return false
}

// explained is the query that a statement wants explained; nil where it is none, as
// of DESC table, or go-mysql-server's.
func explained(n tidb.Node) (*tidb.ExplainStmt, error) {
	switch n := n.(type) {
	case *tidb.ExplainStmt:
		switch n.Stmt.(type) {
		case *tidb.UpdateStmt, *tidb.DeleteStmt:
			return n, nil
		}
		if isQuery(n.Stmt) {
			return n, nil
		}
	case *tidb.ExplainForStmt:
		return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "EXPLAIN FOR CONNECTION")
	}
	return nil, nil
}

// explain executes EXPLAIN of a query.
func (x *execution) explain(tree *parse.Tree, n *tidb.ExplainStmt, args []sqltypes.Value) (*Result, error) {
	x.reads = true
	format, err := explainFormatOf(n, tree.Text)
	if err != nil {
		return nil, err
	}
	b, err := x.beginQuery(tree, args)
	if err != nil {
		return nil, err
	}
	node, changes, err := bindExplained(b, tree, n.Stmt)
	if errors.Is(err, bind.ErrUnsupported) {
		return x.explanation(b, explainElsewhere(format, err))
	}
	if err != nil {
		return nil, err
	}
	q := x.planned(b, node)
	var rows *plan.Values
	switch {
	case n.Analyze:
		stats, err := x.analyze(q)
		if err != nil {
			return nil, err
		}
		rows = explainText(exec.Explain(q.node, stats))
	case format == asTree:
		rows = explainText(exec.Explain(q.node, nil))
	case format == asJSON:
		text, err := exec.ExplainJSON(q.node)
		if err != nil {
			return nil, err
		}
		rows = explainText(text)
	default:
		table := exec.ExplainTable(q.context, q.node)
		for i := range table {
			if changes != "" && table[i].SelectType == "SIMPLE" {
				table[i].SelectType = changes
			}
		}
		rows = explainTable(table)
	}
	return x.explanation(b, rows)
}

// bindExplained binds the query that is explained: of UPDATE and DELETE, which are named, that of the rows that they change.
func bindExplained(b *bind.Binder, tree *parse.Tree, n tidb.Node) (node plan.Node, changes string, err error) {
	var c *bind.Change
	switch n := n.(type) {
	case *tidb.UpdateStmt:
		changes = "UPDATE"
		c, err = b.Update(tree, n)
	case *tidb.DeleteStmt:
		changes = "DELETE"
		c, err = b.Delete(tree, n)
	default:
		node, err = b.Part(tree, n)
		return node, "", err
	}
	if err != nil {
		return nil, "", err
	}
	return c.Query, changes, nil
}

// prepareExplain checks EXPLAIN of a query.
func (x *execution) prepareExplain(b *bind.Binder, tree *parse.Tree, n *tidb.ExplainStmt) ([]plan.Column, error) {
	format, err := explainFormatOf(n, tree.Text)
	if err != nil {
		return nil, err
	}
	if _, _, err := bindExplained(b, tree, n.Stmt); err != nil && !errors.Is(err, bind.ErrUnsupported) {
		return nil, err
	}
	if format == traditional {
		return explainTableColumns(), nil
	}
	return explainTextColumns(), nil
}

// explanation is the result of EXPLAIN.
func (x *execution) explanation(b *bind.Binder, rows *plan.Values) (*Result, error) {
	op, err := exec.Run(b.Context, rows)
	if err != nil {
		return nil, err
	}
	return newQueryResult(x, &planned{context: b.Context, node: rows}, op), nil
}

// analyze executes a query for its counts.
func (x *execution) analyze(q *planned) (*exec.Stats, error) {
	op, stats, err := exec.RunAnalyze(q.context, q.node)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	for {
		if err := x.ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := op.Next()
		if err != nil {
			return nil, err
		}
		if batch == nil {
			return stats, nil
		}
	}
}

// explainElsewhere says that we do not execute the query.
func explainElsewhere(format explainFormat, reason error) *plan.Values {
	text := "executed by go-mysql-server: " + strings.TrimPrefix(reason.Error(), bind.ErrUnsupported.Error()+": ")
	switch format {
	case asTree:
		return explainText("-> " + text + "\n")
	case asJSON:
		return explainText(`{"operation": ` + jsonText(text) + `}`)
	}
	return explainTable([]exec.ExplainRow{{ID: 1, SelectType: "SIMPLE", Rows: -1, Filtered: -1, Extra: text}})
}

func jsonText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// explainColumns gives the columns their IDs.
func explainColumns(columns ...plan.Column) []plan.Column {
	for i := range columns {
		columns[i].ID = expr.ColumnID(i + 1)
	}
	return columns
}

func explainColumn(name string, length int, nullable bool) plan.Column {
	return plan.Column{Name: name, T: types.TypeString(length, types.DefaultCollation, types.CoerceSystem).WithNullable(nullable)}
}

// explainTextColumns are those of the formats TREE and JSON.
func explainTextColumns() []plan.Column { return explainColumns(explainColumn("EXPLAIN", 78, false)) }

func explainText(text string) *plan.Values {
	columns := explainTextColumns()
	return &plan.Values{Cols: columns, Rows: [][]expr.Expr{{&expr.Literal{V: types.StringValue(text), T: columns[0].T}}}}
}

// explainTableColumns are those of the format TRADITIONAL, with the types that MySQL
// gives them (Query_result_send of opt_explain_traditional.cc).
func explainTableColumns() []plan.Column {
	whole := types.TypeInt.WithNullable(true)
	whole.Length = 10
	share := types.TypeDouble.WithNullable(true)
	share.Length, share.Scale = 5, 2
	id := whole
	id.Length = 3
	return explainColumns(
		plan.Column{Name: "id", T: id},
		explainColumn("select_type", 19, false),
		explainColumn("table", 64, true),
		explainColumn("partitions", 4096, true),
		explainColumn("type", 10, true),
		explainColumn("possible_keys", 4096, true),
		explainColumn("key", 64, true),
		explainColumn("key_len", 4096, true),
		explainColumn("ref", 1024, true),
		plan.Column{Name: "rows", T: whole},
		plan.Column{Name: "filtered", T: share},
		explainColumn("Extra", 255, true),
	)
}

func explainTable(all []exec.ExplainRow) *plan.Values {
	v := &plan.Values{Cols: explainTableColumns()}
	text := func(s string) types.Value {
		if s == "" {
			return types.Value{}
		}
		return types.StringValue(s)
	}
	for _, r := range all {
		var id, rows, filtered types.Value
		if r.ID > 0 {
			id = types.IntValue(int64(r.ID))
		}
		if r.Rows >= 0 {
			rows = types.IntValue(r.Rows)
		}
		if r.Filtered >= 0 {
			filtered = types.FloatValue(r.Filtered)
		}
		row := make([]expr.Expr, len(v.Cols))
		for i, value := range []types.Value{
			id, text(r.SelectType), text(r.Table), {}, text(r.Access), text(r.Key), text(r.Key), text(r.KeyLength), text(r.Ref),
			rows, filtered, text(r.Extra),
		} {
			row[i] = &expr.Literal{V: value, T: v.Cols[i].T}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
