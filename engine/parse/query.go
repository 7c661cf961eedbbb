package parse

import (
	"regexp"
	"slices"
	"sync"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	"github.com/pingcap/tidb/pkg/parser/types"
)

// SQLMode is a set of SQL modes: TiDB's constants.
type SQLMode = tidb.SQLMode

const (
	modeANSIQuotes         = tidb.ModeANSIQuotes
	modeNoBackslashEscapes = tidb.ModeNoBackslashEscapes
	modeIgnoreSpace        = tidb.ModeIgnoreSpace
)

// Tree is a statement as MySQL 8's grammar has it. TiDB's grammar lacks some of
// it, and rewrite works around that: the nodes' OriginTextPosition and the
// offset and text of select fields are of Text all the same, the text of other
// nodes (Node.Text) is not. A select field's text (OriginalText) is what MySQL
// names the column by: without comments.
//
// What has no node of its own in TiDB's tree:
//   - a table function is a TableName that Functions knows
//   - a SOUNDS LIKE b is SOUNDEX(a) = SOUNDEX(b)
//   - JSON_VALUE with clauses has seven arguments: document, path, CAST(NULL AS
//     type) or NULL, and then for ON EMPTY and ON ERROR each a string, 'null',
//     'error', 'default' or ” where nothing is said, and the default or NULL
type Tree struct {
	Text string       // the statement's text, trimmed; offsets of nodes are into it
	Node ast.StmtNode // nil where Routine is not
	// Functions are the table functions in FROM, by the name of the table that
	// stands for them in Node: its TableName.Name.L. Those within the arguments
	// of others are among them.
	Functions map[string]*TableFunction
	Params    int          // number of question marks
	Into      []IntoTarget // SELECT … INTO variables
	NewRow    *RowAlias    // INSERT … VALUES … AS alias; nil: none
	// AltersView: the statement is ALTER VIEW, of which Node is the CREATE OR REPLACE VIEW.
	AltersView bool
	Routine    *Routine // CREATE FUNCTION and CREATE PROCEDURE
}

// HasCheckOption tells whether a CREATE VIEW or ALTER VIEW says WITH CHECK OPTION, which TiDB's tree has always.
func (t *Tree) HasCheckOption() bool { return checkOption.MatchString(t.Text) }

// WithoutCheckOption is a text that may end in WITH CHECK OPTION without it.
func WithoutCheckOption(text string) string { return checkOption.ReplaceAllString(text, "") }

var checkOption = regexp.MustCompile(`(?is)\s*\bWITH\s+(CASCADED\s+|LOCAL\s+)?CHECK\s+OPTION\s*$`)

// RowAlias names the row that INSERT of VALUES or SET inserts (manual 15.2.7.2).
type RowAlias struct {
	Name    string
	Columns []string // nil: those of the statement
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
	Written  string // the name as the text has it
	Args     []ast.ExprNode
	JSON     *JSONTable // JSON_TABLE; nil for others
	Offset   int        // of its text in Tree.Text, without the alias
	End      int
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
	Ordinality bool             // FOR ORDINALITY
	Exists     bool             // EXISTS PATH
	Path       string           // of the column or the nested path
	Type       *types.FieldType // nil with Ordinality and Nested; its collation is COLLATE's
	OnEmpty    JSONFallback
	OnError    JSONFallback
	Nested     []JSONColumn // NESTED PATH; Name is "" then
}

// JSONFallback is what happens ON EMPTY or ON ERROR. Its zero value is the
// default, NULL.
type JSONFallback struct {
	Error   bool    // ERROR
	Default *string // DEFAULT string: JSON text
}

var fronts = sync.Pool{New: func() any { return &front{parser: parser.New()} }}

// front is what parsing needs and can be used again.
type front struct {
	parser *parser.Parser
	lexed  lexed
}

// keepLimit is the length of a statement up to which a front is kept: it holds
// on to memory in proportion.
const keepLimit = 1 << 16

// Query parses a single statement by MySQL 8's grammar. Its errors are MySQL's:
// 1064 for the syntax, 1065 for an empty statement, 1436 for what is nested too
// deeply, and those that MySQL's parser itself has, such as 1115.
func Query(text string, mode SQLMode) (*Tree, error) {
	text = Trim(text)
	tree, fail := parseTree(text, mode, false)
	if fail == nil {
		return tree, nil
	}
	if fail.err != nil {
		return nil, fail.err
	}
	return nil, SyntaxErrorAt(text, fail.at)
}

// refusal is why a text does not parse: err, or a syntax error at a place in it.
type refusal struct {
	at  int
	err error
}

// parseTree parses a statement; inRoutine one of a routine's body.
func parseTree(text string, mode SQLMode, inRoutine bool) (*Tree, *refusal) {
	f := fronts.Get().(*front)
	if len(text) <= keepLimit {
		defer fronts.Put(f)
	}
	f.lexed.lex(text, mode)
	l := &f.lexed
	if len(l.tokens) == 0 && l.bad < 0 {
		return nil, &refusal{err: mysql.NewDefaultError(mysql.ER_EMPTY_QUERY)}
	}
	if l.deep {
		return nil, tooDeep()
	}
	tree := &Tree{Text: text, Params: l.params}
	if !inRoutine && l.is(0, "CREATE") {
		if routine, ok, fail := parseRoutine(l); ok || fail != nil {
			tree.Routine = routine
			return tree, fail
		}
	}
	f.parser.SetSQLMode(mode)
	var quoted []int
	for {
		*tree = Tree{Text: text, Params: l.params}
		r := &rewriter{lexed: l, parser: f.parser, tree: tree, inRoutine: inRoutine, quoted: quoted}
		tree.Node = r.statement()
		if r.fail == nil {
			if at := l.setBehindOrder(); at >= 0 {
				return nil, &refusal{at: at}
			}
			return tree, nil
		}
		called, ok := l.calledAt(r.fail)
		if !ok || slices.Contains(quoted, called) || len(quoted) == maxCalls {
			return nil, r.fail
		}
		quoted = append(quoted, called)
	}
}

// maxCalls bounds how often a statement is parsed for the names of routines in it.
const maxCalls = 8

// calledAt is the name that a refusal at the parenthesis of name( is about. What
// is a keyword to TiDB but none that MySQL reserves may be a stored routine's
// name, which TiDB knows when it is quoted.
func (l *lexed) calledAt(f *refusal) (int, bool) {
	if f.err != nil {
		return 0, false
	}
	i, found := slices.BinarySearchFunc(l.tokens, f.at, func(t token, at int) int { return t.start - at })
	if !found || i == 0 || !l.isSign(i, '(') {
		return 0, false
	}
	name := l.tokens[i-1]
	return i - 1, name.kind == wordToken && name.isName() && !isDigit(l.text[name.start])
}

// setBehindOrder is where a UNION, INTERSECT or EXCEPT stands behind the ORDER BY or LIMIT of a query
// without parentheses, which TiDB takes and MySQL does not (manual 15.2.18); -1 where none does.
func (l *lexed) setBehindOrder() int {
	ordered := []bool{false} // of the queries around
	for i, t := range l.tokens {
		here := &ordered[len(ordered)-1]
		switch {
		case t.isSign('('):
			ordered = append(ordered, false)
		case t.isSign(')'):
			ordered = ordered[:max(len(ordered)-1, 1)]
		case t.kind != wordToken:
		case l.is(i, "LIMIT"), l.words(i, "ORDER", "BY") && !l.is(i-1, "FOR"):
			*here = true
		case *here && (l.is(i, "UNION") || l.is(i, "INTERSECT") || l.is(i, "EXCEPT")):
			return t.start
		}
	}
	return -1
}

func tooDeep() *refusal {
	return &refusal{err: mysql.NewError(mysql.ER_STACK_OVERRUN_NEED_MORE, "Thread stack overrun: the statement is nested too deeply")}
}
