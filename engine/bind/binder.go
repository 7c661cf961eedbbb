package bind

import (
	"errors"
	"fmt"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions"
)

// Catalog is what the binder asks of the databases.
type Catalog interface {
	// Relation finds a table or view. The error is MySQL's 1146 or 1049 where there is none.
	Relation(database, name string) (*Relation, error)
	// Exists tells whether there is one.
	Exists(database, name string) bool
	// Routine finds a stored function; nil where there is none.
	Routine(database, name string) (StoredFunction, error)
}

// Relation is a table or a view.
type Relation struct {
	Database, Name string
	Columns        []plan.Column // without IDs
	Table          plan.Table    // nil of a view
	View           *View

	// Default is the default of a column: MySQL's error 1364 where it has none, 3773 where
	// it is an expression. nil of a view.
	Default func(column string) (types.Value, error)
}

// StoredFunction is a stored function as a call sees it.
type StoredFunction interface {
	// Function declares it.
	Function() *expr.Function
}

// Argument is the value of a question mark.
type Argument struct {
	V types.Value
	T types.Type
}

// Binder makes a plan of a statement's tree: it gives names, types and
// collations their meaning, by MySQL's rules. It is for one statement.
type Binder struct {
	Catalog   Catalog
	Database  string // the session's; "": none
	Context   *expr.Context
	Functions Mode       // how table functions are executed
	Arguments []Argument // of the question marks; nil: not known yet
	// Bound are the literals that stand for the question marks in the plan, by their ordinals, where
	// the statement's plan may be kept; nil: nobody asks.
	Bound []*expr.Literal
	// Local finds a variable or parameter of the stored routine that the statement is in, and a column
	// of a trigger's row by NEW.column and OLD.column; nil: it is in none.
	Local func(name string) (expr.Expr, bool)
	// Default is DEFAULT(column) in the statement; nil: there is none.
	Default func(column string) (expr.Expr, error)
	values  func(*ast.ColumnName) (expr.Expr, error) // VALUES(column); nil: it means nothing
	// Fallback finds a scalar function that package builtin does not have; nil, nil where there is none.
	Fallback func(name string) (*expr.Function, error)
	// Scan reads the interview's tables for table functions.
	Scan functions.Scan
	Mode parse.SQLMode // for texts that are parsed within the statement

	// Assigns: the statement assigns user variables, and its rows go one by one.
	Assigns bool
	assigns bool // the query that is bound does, itself
	// Renamed: a table's alias was changed to its name in the tree; see View.
	Renamed bool
	// Found counts the rows of a query with SQL_CALC_FOUND_ROWS before its LIMIT; nil: nobody asks.
	Found *int64
	// Locks: the statement locks the rows it reads, as by FOR UPDATE.
	Locks bool

	lastID  expr.ColumnID
	tree    *parse.Tree
	counted *ast.SelectStmt // the only SELECT that can have SQL_CALC_FOUND_ROWS
	depth   int             // of views

	viewing      *viewing             // the view that the statement names and that is being bound; nil: none
	merging      int                  // of views that the statement changes: the conditions and columns are being bound
	viewReads    []*Relation          // what subqueries in these read
	changed      []changed            // the targets of the statement
	readsChanged error                // that a subquery reads one
	pins         bool                 // of View
	inFunction   bool                 // in the SELECT of a table function, whose tables are the interview's
	parameters   map[string]expr.Expr // of that table function, by name
}

// ErrUnsupported says that the statement has something that is not ours yet; it
// is go-mysql-server's then.
var ErrUnsupported = errors.New("bind: not supported")

func unsupported(what string) error { return fmt.Errorf("%w: %s", ErrUnsupported, what) }

// Query binds a statement that is a query: SELECT, VALUES, TABLE or a set
// operation.
func (b *Binder) Query(tree *parse.Tree) (plan.Node, error) {
	outer := b.tree
	b.tree = tree
	defer func() { b.tree = outer }()
	b.counted = firstSelect(tree.Node)
	q, err := b.query(tree.Node, nil)
	if err != nil {
		return nil, err
	}
	return q.node, nil
}

// Expr binds an expression that has no columns: a routine's, or a default.
func (b *Binder) Expr(tree *parse.Tree, e ast.ExprNode) (expr.Expr, error) {
	outer := b.tree
	b.tree = tree
	defer func() { b.tree = outer }()
	s := &scope{binder: b, clause: fieldList}
	return s.expr(e)
}

// firstSelect is the first SELECT of a query; nil where that is in parentheses.
func firstSelect(n ast.Node) *ast.SelectStmt {
	if set, ok := n.(*ast.SetOprStmt); ok && len(set.SelectList.Selects) > 0 {
		n = set.SelectList.Selects[0]
	}
	s, _ := n.(*ast.SelectStmt)
	return s
}

func (b *Binder) newID() expr.ColumnID {
	b.lastID++
	return b.lastID
}

func (b *Binder) resolver() *expr.Resolver {
	return &expr.Resolver{Env: b.Context.Env, Context: b.Context}
}

// query is a bound query: its plan, whose columns are named.
type query struct {
	node plan.Node
	// merges: MySQL merges it with the query around it; another is kept in a
	// temporary table (manual 10.2.2.4).
	merges bool
}

// query binds a query in the scope that it is in; nil where it is in none.
func (b *Binder) query(n ast.Node, in *scope) (*query, error) {
	switch n := n.(type) {
	case *ast.SelectStmt:
		return b.selectStmt(n, in)
	case *ast.SetOprStmt:
		return b.setOperation(n, in)
	case *ast.SetOprSelectList:
		return b.setList(n, in)
	case *ast.SubqueryExpr:
		return b.query(n.Query, in)
	}
	return nil, unsupported(fmt.Sprintf("a %T as a query", n))
}

// my is one of MySQL's errors with its own words.
func my(code uint16, format string, args ...any) error {
	return mysql.NewError(code, fmt.Sprintf(format, args...))
}

// SourceFunction is the name of the table function that stands for the query of a
// statement that go-mysql-server executes otherwise.
const SourceFunction = "verbatim_source"

// Part binds a query that is a part of the statement.
func (b *Binder) Part(tree *parse.Tree, n ast.Node) (plan.Node, error) {
	outer := b.tree
	b.tree = tree
	defer func() { b.tree = outer }()
	b.counted = firstSelect(n)
	q, err := b.query(n, nil)
	if err != nil {
		return nil, err
	}
	return q.node, nil
}

// View checks the query of a view with the names of its columns, none for the
// query's own. Where the query has names that are aliases of tables, it changes
// them to the tables', and says so in Renamed.
func (b *Binder) View(tree *parse.Tree, n ast.Node, names []string) error {
	outer := b.tree
	b.tree, b.pins = tree, true
	defer func() { b.tree, b.pins = outer, false }()
	q, err := b.query(n, nil)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = nil
	}
	_, err = renamed(q, "", names)
	return err
}
