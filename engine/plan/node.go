package plan

import (
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Node is an operator: rows that have columns.
type Node interface {
	// Columns are the rows' columns in their order.
	Columns() []Column
	// Children are the operators that this one reads.
	Children() []Node
	// With is the operator on other children.
	With(children []Node) Node
	// Exprs are the operator's expressions; WithExprs gives it others, as many.
	Exprs() []expr.Expr
	WithExprs([]expr.Expr) Node
	// String is the operator in a line of EXPLAIN FORMAT=TREE, without its children.
	String() string
}

// Column is a column of a plan.
type Column struct {
	ID   expr.ColumnID
	Name string // as the result names it
	T    types.Type

	// Where it comes from, for the result's metadata; "" where it is computed.
	Table, OrgTable, OrgName, Database string
	Flags                              Flags
	Hidden                             bool // not of SELECT *: e.g. a column that USING has joined
}

// Flags are the protocol's flags of a column that its type does not tell.
type Flags uint16

// The flags, with the protocol's bits.
const (
	PrimaryKey    Flags = 2
	UniqueKey     Flags = 4
	MultipleKey   Flags = 8
	ZeroFill      Flags = 64
	AutoIncrement Flags = 512
	NoDefault     Flags = 4096
	PartOfKey     Flags = 16384
)

// Ref is an expression for the column.
func (c *Column) Ref() *expr.Column {
	return &expr.Column{ID: c.ID, Name: c.Label(), Path: c.path(), T: c.T}
}

// path is the column as MySQL's messages have it: `database`.`table`.`column`.
func (c *Column) path() string {
	path := ""
	for _, part := range []string{c.Database, c.Table, c.Name} {
		if part != "" {
			path += ".`" + strings.ReplaceAll(part, "`", "``") + "`"
		}
	}
	return strings.TrimPrefix(path, ".")
}

// Label is the column for people: table.name.
func (c *Column) Label() string {
	if c.Table != "" {
		return c.Table + "." + c.Name
	}
	return c.Name
}

// Table is where rows are: the store's tables implement it.
type Table interface {
	// Open starts a scan. Its rows may be more than those that the access asks for: filters stay.
	Open(c *expr.Context, a Access) (Rows, error)
	// Keys are the unique keys and indexes, the primary one first.
	Keys() []Key
	// RowCount estimates the number of rows.
	RowCount(c *expr.Context) int64
}

// Access is what a scan asks of a table.
type Access struct {
	// Columns are those of the batches, in their order; there may be none, as of COUNT(*), and
	// the batches have only their number of rows.
	Columns []int
	// Lookup is the range of a key that is wanted; nil: all rows.
	Lookup *Lookup
	// Ranges are, of columns, the values that are wanted: rows that have others may be left out. Who evaluates them
	// tells nobody of warnings and errors.
	Ranges []Range
	// Ordered: the rows come in the order of Lookup's key, NULLs first. Else they come in the order of a scan of all
	// rows, which is the primary key's, or in that of the key.
	Ordered bool
	Reverse bool // in the opposite order
	Lock    bool // FOR UPDATE
}

// Range is the values of a column that a filter lets pass.
type Range struct {
	Column int    // its place in the table
	Name   string // its name, for people
	Spans  []Span
	Null   bool // NULL, too
}

// Span is values from one to another, which are of the kinds that [Lookup] has and refer to no rows. Of a bound that is
// NULL there are none.
type Span struct{ From, To expr.Expr } // nil: open; inclusive

// Keyed is a Table that finds the row of a unique key.
type Keyed interface {
	Table
	// Row is the row, or no batch, whose key of the name has the values, which are of the types. It has these columns.
	// known is false where such values are not compared in the order of the key.
	Row(name string, key []types.Value, of []types.Type, columns []int) (row *types.Batch, known bool, err error)
}

// Changeable is a table whose rows have IDs: a column of a scan at the position RowID, a
// BIGINT UNSIGNED, by which UPDATE and DELETE find a row again.
type Changeable interface {
	Table
	HasRowIDs()
}

// RowID is the position of a row's ID in a table that is [Changeable].
const RowID = -1

// Rows are a scan's rows.
type Rows interface {
	// Next is the next batch, nil behind the last.
	Next() (*types.Batch, error)
	Close()
}

// Divisible are rows that several goroutines can read, each a part of them.
type Divisible interface {
	Rows
	// Divide takes the rows that are still to come apart, in their order, each part but the last of about so
	// many. There is no Next then. nil: they are to be read as they are.
	Divide(rows int) []Rows
}

// Key is a key of a table.
type Key struct {
	Name    string
	Columns []int
	Unique  bool // no two rows have the same values, where none is NULL
	Primary bool
	Apart   bool // the values are in another order than those that its rows show, of which several may be equal
}

// Lookup is a range of a key's values. A value is of the kind of its column, or one an Int, the
// other a Uint; strings are compared in the column's collation. A NULL among the values: no rows.
type Lookup struct {
	Key      string
	Equal    []expr.Expr // values of the first columns
	From, To expr.Expr   // range of the next column; nil: open. Bounds may be taken inclusively
}

// Bounds is how many expressions the lookup has, which are the first of its scan's.
func (l *Lookup) Bounds() int { return len(appendBounds(slices.Clone(l.Equal), l.From, l.To)) }

// Scan reads a table.
type Scan struct {
	Table  Table
	Name   string // the table's
	Alias  string // as the statement calls it
	Cols   []Column
	Pos    []int // of each column, its place in the table
	Lookup *Lookup
	Ranges []Range // what the filter above lets pass, for the table to skip what it can; see [Access]
	// Ordered and Reverse are those of [Access].
	Ordered, Reverse bool
	Lock             bool // FOR UPDATE
}

// Values are rows of expressions: VALUES ROW(…), and SELECT without FROM, which
// is one row of no columns.
type Values struct {
	Rows [][]expr.Expr
	Cols []Column
}

// TableFunction is a table function that is executed natively.
type TableFunction struct {
	Name string
	Args []expr.Expr
	Cols []Column
	Pos  []int // of Cols among the function's columns
	// Run answers these columns of the function for the values of the arguments.
	Run func(c *expr.Context, args []types.Value, columns []int) ([]*types.Batch, error)
}

// JSONTable is JSON_TABLE: rows of a document.
type JSONTable struct {
	Doc  expr.Expr
	Spec any // of package builtin
	Cols []Column
	Run  func(c *expr.Context, doc types.Value) (*types.Batch, error)
}

// Filter passes the rows for which the condition is true.
type Filter struct {
	Child Node
	Cond  expr.Expr
}

// Project computes columns.
type Project struct {
	Child Node
	Items []expr.Expr
	Cols  []Column
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The kinds. Right joins are left joins with the sides changed.
const (
	Inner JoinKind = iota
	Left
	Semi // rows of the left for which there is one on the right; once, and without its columns
	Anti // rows of the left for which the condition holds with no row of the right
	// AntiNull is NOT IN's: a row of the left goes where the condition is true or NULL with a row of the right.
	AntiNull
	Mark // all rows of the left, with a column that tells whether the condition holds with a row of the right
)

// Join is a join. Rows come in the left side's order, for each the right side's.
type Join struct {
	Kind        JoinKind
	Left, Right Node
	On          expr.Expr     // nil: always
	Lateral     bool          // the right side uses columns of the left
	Straight    bool          // STRAIGHT_JOIN: the left side is read before the right one
	Cols        []Column      // of Left's, then of Right's (nullable where Kind is Left) those that are wanted
	MarkID      expr.ColumnID // of Mark's column, which is the last of Cols where it is wanted
	// Nearest, of Left: On is equalities and an order of a left and a right expression, in which the right side's rows with equal keys
	// come: those for which it holds first. Of these only the last one is joined, or the first that is as near.
	Nearest bool
}

// Aggregate groups rows. Its columns are the keys, then the aggregates', then,
// with Rollup, a column that tells by a bit for each key, the last key's the lowest, which
// keys are rolled up. Groups come in the order of their first rows; with Rollup, sorted by keys, each super-aggregate row behind its rows.
// Without Keys there is one group, also of no rows.
type Aggregate struct {
	Child  Node
	Keys   []expr.Expr
	Calls  []*expr.AggregateCall
	Rollup bool
	Cols   []Column
}

// Window adds a column for each call, all over the same partitions and order. It
// sorts the rows by them, stably, and that is the order in which they come.
type Window struct {
	Child     Node
	Partition []expr.Expr
	Order     []expr.Order
	Calls     []*expr.WindowCall
	Cols      []Column // the child's, then the calls'
	// Top, where it is not 0, is how many rows of each partition are wanted, with those equal to the last
	// in the order; with TopValues, the rows of how many different values of the order.
	Top       int
	TopValues bool
}

// Sort sorts the rows, stably. Limit, where it is not nil, is how many are wanted (offset included).
type Sort struct {
	Child Node
	Keys  []expr.Order
	Top   expr.Expr
}

// Limit passes some of the rows. Count nil: all behind the offset.
type Limit struct {
	Child         Node
	Offset, Count expr.Expr
	Found         *int64 // SQL_CALC_FOUND_ROWS: counts the rows there were without it; nil: nobody asks
}

// Distinct passes the first of rows that are equal in all columns.
type Distinct struct{ Child Node }

// SetKind is a set operation.
type SetKind uint8

// The operations.
const (
	Union SetKind = iota
	Intersect
	Except
)

// SetOp joins the rows of two queries whose columns have the same types.
type SetOp struct {
	Kind        SetKind
	All         bool
	Left, Right Node
	Cols        []Column
}

// CTE is a query that a statement names. It is executed once, where it is first used, whatever
// uses it. One that uses columns of a query around it is executed for each of its rows.
type CTE struct {
	Name  string // "": it is a derived table's
	Query Node
	// Recursive: Query is the anchor, Step is executed with Ref's of the CTE with Working standing for the rows
	// of the step before, until it gives no rows. Distinct: UNION.
	Step     Node
	Distinct bool
	MaxDepth int // cte_max_recursion_depth; beyond it is MySQL's error 3636
	// Assigns: Query assigns user variables and uses no columns of a query around it. All its rows are computed, in its
	// own order, before a use of it has one.
	Assigns bool
	// Offset and Count, where they are not nil, are the LIMIT of a recursive query: it ends the recursion.
	Offset, Count expr.Expr
}

// Ref is a use of a CTE.
type Ref struct {
	CTE     *CTE
	Working bool // within the CTE's own Step
	Cols    []Column
}

// SubqueryKind is what is asked of a subquery.
type SubqueryKind uint8

// The kinds.
const (
	Scalar   SubqueryKind = iota // its only value; NULL of no row; MySQL's error 1242 of several
	Exists                       // whether it has a row
	In                           // whether the operands are among the rows: three-valued
	Compare                      // op ANY, op ALL
	RowValue                     // a row of several columns: Item i of it, see Subquery.Item
)

// Subquery is a query within an expression. Children are the operands on the left of
// IN and of comparisons.
type Subquery struct {
	Kind  SubqueryKind
	Query Node
	Left  []expr.Expr
	// Match, of In and Compare, is the comparison of operands with a row of the query,
	// whose columns it refers to, in a three-valued condition. For In it is a conjunction of equalities.
	// The operands in it are the very expressions of Left, which With replaces in both.
	Match expr.Expr
	All   bool // op ALL
	Item  int
	T     types.Type
	// Outer are the columns of the queries around that the query uses.
	Outer []expr.ColumnID
}
