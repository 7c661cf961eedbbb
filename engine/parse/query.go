package parse

import (
	"strings"
	"sync"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
)

// SQLMode is a set of SQL modes: TiDB's constants.
type SQLMode = tidb.SQLMode

// Tree is a statement as MySQL 8's grammar has it.
type Tree struct {
	Text string       // the statement's text, trimmed; offsets of nodes are into it
	Node ast.StmtNode // nil where Routine is not
	// Functions are the table functions in FROM, by the name of the table that
	// stands for them in Node: its TableName.Name.L. Those within the arguments
	// of others are among them.
	Functions map[string]*TableFunction
	Params    int          // number of question marks
	Into      []IntoTarget // SELECT … INTO variables
	Routine   *Routine     // CREATE FUNCTION and CREATE PROCEDURE
}

// IntoTarget is a variable that SELECT … INTO sets.
type IntoTarget struct {
	Name string // without @
	User bool   // @name; otherwise a variable or parameter of a routine
}

// TableFunction is name(args) where a table is expected.
type TableFunction struct {
	Database string // where the name is qualified
	Name     string // lower case
	Args     []ast.ExprNode
	JSON     *JSONTable // JSON_TABLE; nil for others
	Offset   int        // of its text in Tree.Text, without the alias
	End      int
}

// Routine is a stored routine.
type Routine struct {
	Kind string
}

// JSONTable is JSON_TABLE(doc, path COLUMNS (…)), MySQL manual 12.17.6.
type JSONTable struct {
	Doc     ast.ExprNode
	Path    string
	Columns []JSONColumn
}

// JSONColumn is a column of a JSON_TABLE, or a NESTED PATH with columns.
type JSONColumn struct {
	Name       string
	Ordinality bool   // FOR ORDINALITY
	Exists     bool   // EXISTS PATH
	Path       string // of the column or the nested path
	// Type is the type that is cast to; nil with Ordinality and Nested.
	Type    *ast.FuncCastExpr
	OnEmpty JSONFallback
	OnError JSONFallback
	Nested  []JSONColumn // NESTED PATH; Name is "" then
}

// JSONFallback is what happens ON EMPTY or ON ERROR. Its zero value is the
// default, NULL.
type JSONFallback struct {
	Error   bool    // ERROR
	Default *string // DEFAULT string: JSON text
}

var parsers = sync.Pool{New: func() any { return parser.New() }}

// Query parses a single statement by MySQL 8's grammar.
func Query(text string, mode SQLMode) (*Tree, error) {
	text = Trim(text)
	p := parsers.Get().(*parser.Parser)
	defer parsers.Put(p)
	p.SetSQLMode(mode)
	nodes, _, err := p.ParseSQL(text)
	if err != nil {
		return nil, SyntaxErrorAt(text, 0)
	}
	if len(nodes) == 0 {
		return nil, mysql.NewDefaultError(mysql.ER_EMPTY_QUERY)
	}
	return &Tree{Text: text, Node: nodes[0], Params: strings.Count(text, "?")}, nil
}
