package parse

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	"github.com/pingcap/tidb/pkg/parser/terror"
	"github.com/pingcap/tidb/pkg/parser/types"
)

// maxChain is how many tokens an expression may have that no comma, clause or
// parenthesis parts, those around it counted in: its tree is as deep at worst.
const maxChain = 50000

// rewriter parses a statement with TiDB's parser. It goes through the tokens
// once, replaces what that grammar lacks by stand-ins, and puts right the tree.
type rewriter struct {
	*lexed
	parser    *parser.Parser
	tree      *Tree
	inRoutine bool
	quoted    []int    // the tokens that name routines and are keywords to TiDB
	fail      *refusal // the earliest

	query, data bool // the statement is a query; one or INSERT, UPDATE, DELETE
	chain       int
	aliases     map[string]tableAlias
	variables   map[int]string // of LIMIT, by where they stand
	introducers map[int]string // character sets of literals that TiDB lacks, by where they stand
	dumpfile    bool
	paramStart  []int // of the question marks
}

// tableAlias is the alias of a derived table that has a list of columns.
type tableAlias struct {
	name    string
	columns []ast.CIStr
}

// frame is a pair of parentheses, a CASE … END, or the statement around them.
type frame struct {
	paren, isCase bool
	query         bool // SELECT was seen, so FROM is its clause
	fromless      bool // SELECT was seen and FROM was not
	inFrom        bool
	expect        bool // a table comes next
	chain         int
}

// note keeps the earliest failure.
func (r *rewriter) note(f *refusal) {
	if r.fail == nil || f.err == nil && f.at < r.fail.at || f.err != nil && r.fail.err == nil && f.at < r.fail.at {
		r.fail = f
	}
}

func (r *rewriter) syntaxError(at int) { r.note(&refusal{at: at}) }

// statement parses the whole text.
func (r *rewriter) statement() ast.StmtNode {
	verb := 0
	for r.isSign(verb, '(') {
		verb++
	}
	explain := r.is(0, "EXPLAIN") || r.is(0, "DESC") || r.is(0, "DESCRIBE")
	r.query = verb < len(r.tokens) && r.tokens[verb].traits&startsQuery != 0 || explain
	r.data = r.query || r.is(0, "INSERT") || r.is(0, "REPLACE") || r.is(0, "UPDATE") || r.is(0, "DELETE")
	s := r.source("", 0)
	if explain {
		i := 1
		if r.is(i, "ANALYZE") {
			i++
		}
		if r.is(i, "FORMAT") && r.isSign(i+1, '=') && i+2 < len(r.tokens) && r.tokens[i+2].kind == wordToken {
			t := r.tokens[i+2]
			s.replace(t.start, t.end, "'"+r.text[t.start:t.end]+"'")
		}
	}
	end := len(r.tokens)
	if r.is(0, "INSERT") {
		end = r.rowAlias()
	}
	if r.is(0, "ALTER") && r.altersView() {
		s.replace(r.tokens[0].start, r.tokens[0].end, "CREATE OR REPLACE")
		r.tree.AltersView = true
	}
	r.rewrite(s, 0, end)
	if n := len(r.tokens); (r.is(0, "CREATE") || r.tree.AltersView) && r.is(n-3, "WITH") && r.is(n-2, "CHECK") && r.is(n-1, "OPTION") {
		s.replace(r.start(n-2), r.start(n-2), "CASCADED ")
	}
	if end < len(r.tokens) { // the alias goes
		on := end
		for on < len(r.tokens) && !r.is(on, "ON") {
			on++
		}
		s.replace(r.start(end), r.start(on), " ")
		r.rewrite(s, on, len(r.tokens))
	}
	if r.bad >= 0 {
		r.syntaxError(r.bad)
	}
	if r.fail != nil && r.fail.err != nil {
		return nil
	}
	return r.parse(s, r.start(len(r.tokens)))
}

// altersView tells whether ALTER is of a view: VIEW stands behind the algorithm, the definer and SQL SECURITY.
func (r *rewriter) altersView() bool {
	for i := 1; i < len(r.tokens) && !r.is(i, "AS"); i++ {
		if r.is(i, "VIEW") {
			return r.is(1, "VIEW") || r.is(1, "ALGORITHM") || r.is(1, "DEFINER") || r.is(1, "SQL")
		}
	}
	return false
}

// parse parses a source that reaches to end in the text.
func (r *rewriter) parse(s *source, end int) ast.StmtNode {
	sql := s.finish(end)
	nodes, _, err := r.parser.ParseSQL(sql)
	if err != nil {
		r.note(r.refusal(s, sql, err))
		return nil
	}
	if len(nodes) == 0 {
		r.note(&refusal{err: mysql.NewDefaultError(mysql.ER_EMPTY_QUERY)})
		return nil
	}
	node := nodes[0]
	if r.params > 0 || len(s.pieces) > 0 || len(r.gaps) > 0 {
		if r.params > 0 && r.paramStart == nil {
			for _, t := range r.tokens {
				if t.kind == paramToken {
					r.paramStart = append(r.paramStart, t.start)
				}
			}
		}
		fixed, _ := node.Accept(&fixer{r, s})
		node = fixed.(ast.StmtNode)
	}
	return node
}

// refusal is why TiDB's parser refuses a source.
func (r *rewriter) refusal(s *source, sql string, err error) *refusal {
	var coded *terror.Error
	message := err.Error()
	if !strings.HasPrefix(message, "line ") && errors.As(err, &coded) && coded.Code() != mysql.ER_PARSE_ERROR &&
		coded.Code() != mysql.ER_SYNTAX_ERROR {
		return &refusal{err: mysql.NewError(uint16(coded.Code()), coded.GetMsg())}
	}
	// The message quotes the source from the last token on, 2048 bytes at most,
	// and says how long it is where it is longer.
	_, rest, found := strings.Cut(message, ` near "`)
	if !found {
		return &refusal{at: s.position(0)}
	}
	if i := strings.LastIndex(rest, "(total length "); i >= 0 && strings.HasSuffix(rest, ")") {
		if n, err := strconv.Atoi(rest[i+len("(total length ") : len(rest)-1]); err == nil && n > 2048 && n <= len(sql) {
			return &refusal{at: s.position(len(sql) - n)}
		}
	}
	for n := min(len(sql), 2048); n >= 0; n-- {
		if after, ok := strings.CutPrefix(rest, sql[len(sql)-n:]); ok && strings.HasPrefix(after, `"`) {
			return &refusal{at: s.position(len(sql) - n)}
		}
	}
	return &refusal{at: s.position(0)}
}

// standIn is a name that no statement can contain: MySQL permits no characters
// above U+FFFF in names (manual 9.2).
func standIn(n int) string { return "\U000F0000" + strconv.Itoa(n) }

// rewrite goes through the tokens from lo to hi.
func (r *rewriter) rewrite(s *source, lo, hi int) {
	outer := r.chain
	defer func() { r.chain = outer }()
	frames := make([]frame, 1, 8)
	var clauses map[int]int // where the clauses of a JSON_VALUE begin, and its end
	for i := lo; i < hi; i++ {
		t := r.tokens[i]
		top := &frames[len(frames)-1]
		top.chain++
		if r.chain++; r.chain > maxChain {
			r.note(tooDeep())
			return
		}
		part := func() {
			r.chain -= top.chain
			top.chain = 0
		}
		if end, ok := clauses[i]; ok {
			r.jsonValueClauses(s, i, end)
			i = end - 1
			continue
		}
		if top.expect && !r.is(i, "LATERAL") {
			if t.isSign('(') {
				frames = append(frames, frame{paren: true, inFrom: true, expect: true})
				top.expect = false
				continue
			}
			top.expect = false
			if t.traits&startsQuery != 0 {
				top.inFrom = false
			} else if t.isName() || r.is(i, "JSON_TABLE") {
				name := i
				if r.isSign(i+1, '.') && i+2 < hi && r.tokens[i+2].isName() {
					name += 2
				}
				if r.isSign(name+1, '(') {
					i = r.tableFunction(s, i, name, hi)
					continue
				}
			}
		}
		switch {
		case t.kind == paramToken && r.inRoutine:
			r.syntaxError(t.start)
		case t.isSign('('):
			frames = append(frames, frame{paren: true})
			r.refuseWindow(i)
		case t.isSign(')'):
			for len(frames) > 1 {
				popped := frames[len(frames)-1]
				r.chain -= popped.chain
				frames = frames[:len(frames)-1]
				if popped.paren {
					break
				}
			}
			if frames[len(frames)-1].inFrom && t.match >= lo && t.match+1 < i &&
				(r.tokens[t.match+1].traits&startsQuery != 0 || r.isSign(t.match+1, '(')) {
				r.wantAlias(i)
				i = r.columnList(s, i)
			}
		case t.isSign(','):
			if top.inFrom {
				top.expect = true
			} else {
				part()
			}
		case t.isSign(';'):
			if i+1 < hi {
				r.syntaxError(r.tokens[i+1].start)
			}
		}
		named := len(r.quoted) > 0 && slices.Contains(r.quoted, i)
		if t.traits&^reserved == 0 && !named {
			continue
		}
		if t.traits&tight != 0 && r.data && r.spacedCall(i) {
			s.replace(t.start, t.end, "`"+spaced+r.text[t.start:t.end]+"`")
			continue
		}
		if t.traits&counted != 0 && r.data && !named {
			r.countArguments(i)
		}
		if t.traits&onlyTiDB != 0 || named {
			s.replace(t.start, t.end, "`"+r.text[t.start:t.end]+"`")
		}
		if r.data && (t.traits&onlyMySQL != 0 || t.traits&hiddenByRule != 0 && !r.inPlace(i)) {
			r.syntaxError(t.start)
		}
		if t.traits&endsFrom != 0 && !r.is(i-1, "FOR") && !(r.is(i, "FOR") && (r.is(i-1, "INDEX") || r.is(i-1, "KEY"))) {
			top.inFrom, top.expect = false, false
			part()
		}
		if t.traits&ruled == 0 {
			continue
		}
		switch strings.ToUpper(r.text[t.start:t.end]) {
		case "SELECT":
			*top = frame{paren: top.paren, isCase: top.isCase, query: true, fromless: true, chain: top.chain}
			part()
		case "FROM":
			if top.query {
				top.inFrom, top.expect = true, true
				part()
			}
			if top.fromless = false; r.is(i+1, "DUAL") && (r.is(i+2, "WHERE") || r.startsGroups(i+2)) {
				s.replace(r.tokens[i+1].start, r.tokens[i+1].end, "`"+dual+"`")
			}
		case "WHERE", "GROUP", "WINDOW":
			if top.fromless {
				top.fromless = false
				s.replace(t.start, t.start, "FROM `"+dual+"` ")
			}
		case "JOIN", "STRAIGHT_JOIN":
			top.expect = top.inFrom && !r.is(i-1, "FOR")
		case "USING":
			top.expect = top.inFrom && r.is(0, "DELETE") && !r.isSign(i+1, '(')
		case "DELETE":
			top.query = true
		case "UPDATE":
			if i == 0 || r.isSign(i-1, ')') && !r.is(0, "INSERT") {
				top.inFrom, top.expect = true, true
			}
		case "CASE":
			frames = append(frames, frame{isCase: true})
		case "END":
			if top.isCase {
				r.chain -= top.chain
				frames = frames[:len(frames)-1]
			}
		case "OF": // AS OF is TiDB's
			if r.is(i-1, "AS") {
				r.syntaxError(t.start)
			}
		case "WHEN", "THEN", "ELSE":
			if top.isCase {
				part()
			}
		case "INTO":
			if len(frames) == 1 && r.query && r.tree.Into == nil {
				i = r.into(s, i, hi)
			}
		case "DUMPFILE":
			if r.is(i-1, "INTO") {
				s.replace(t.start, t.end, "OUTFILE")
				r.dumpfile = true
			}
		case "SOUNDS":
			if r.is(i+1, "LIKE") {
				s.replace(t.start, r.tokens[i+1].end, "ILIKE")
				i++
			}
		case "JSON_VALUE":
			if begin, end := r.jsonValue(i); end > 0 {
				if clauses == nil {
					clauses = map[int]int{}
				}
				clauses[begin] = end
			}
		case "LIMIT":
			if r.inRoutine {
				i = r.limit(s, i, hi)
			}
		default:
			if r.text[t.start] == '_' {
				r.introducer(s, i)
			}
		}
	}
}

// spaced marks the names of [tightFunctions] that are called with white space before
// the parenthesis.
const spaced = "\U000F0001"

// Spaced tells whether a called function's name is that of a built-in one with white space
// behind it, which MySQL looks for among the stored functions, and gives the name.
func Spaced(name string) (string, bool) { return strings.CutPrefix(name, spaced) }

// spacedCall tells whether the name at i is called, as a function of an expression, with
// white space before the parenthesis.
func (r *rewriter) spacedCall(i int) bool {
	return r.isSign(i+1, '(') && r.tokens[i+1].start > r.tokens[i].end && r.mode&modeIgnoreSpace == 0 && r.isCall(i)
}

// isCall tells whether the name at i is called, and not that of a table or CTE with a list of columns.
func (r *rewriter) isCall(i int) bool {
	if !r.isSign(i+1, '(') || r.isSign(i-1, ')') {
		return false
	}
	for _, w := range [...]string{"AS", "INTO", "WITH", "RECURSIVE", "INSERT", "REPLACE", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"} {
		if r.is(i-1, w) {
			return false
		}
	}
	end := r.tokens[i+1].match // WITH a AS (…), name (columns) AS (
	return !(r.is(end+1, "AS") && r.isSign(end+2, '('))
}

// inPlace tells whether the reserved word at i, which TiDB takes for a name,
// stands where MySQL's grammar has it.
func (r *rewriter) inPlace(i int) bool {
	switch {
	case r.is(i, "SEPARATOR"):
		return i+1 < len(r.tokens) && r.tokens[i+1].kind == stringToken
	case r.is(i, "EMPTY"):
		return r.is(i-1, "ON")
	case r.is(i, "JSON_TABLE"):
		return false // rewritten where it is in place
	}
	return r.isSign(i+1, '(')
}

// into takes the variables behind INTO at i out of the source. It returns the
// last token that it has dealt with.
func (r *rewriter) into(s *source, i, hi int) int {
	at := i + 1
	if at >= hi || r.tokens[at].kind != variableToken && !r.tokens[at].isName() ||
		r.is(at, "DUMPFILE") {
		return i
	}
	for {
		if at >= hi || r.tokens[at].kind != variableToken && !r.tokens[at].isName() {
			r.syntaxError(r.start(at))
			break
		}
		target := IntoTarget{Name: r.name(at)}
		if r.tokens[at].kind == variableToken {
			target = IntoTarget{Name: r.userVariable(at), User: true}
			if strings.HasPrefix(target.Name, "@") {
				r.syntaxError(r.tokens[at].start)
			}
		}
		r.tree.Into = append(r.tree.Into, target)
		if at++; !r.isSign(at, ',') {
			break
		}
		at++
	}
	at = min(at, hi)
	s.replace(r.tokens[i].start, r.tokens[at-1].end, " ")
	return at - 1
}

// userVariable is the name of the variable that token i is, without @ and quotes.
func (r *rewriter) userVariable(i int) string {
	name := r.text[r.tokens[i].start+1 : r.tokens[i].end]
	if name != "" && strings.IndexByte("'\"`", name[0]) >= 0 {
		quote := name[:1]
		return strings.ReplaceAll(name[1:len(name)-1], quote+quote, quote)
	}
	return name
}

// limit replaces the variables of LIMIT at i by question marks, since the
// grammar allows no names there.
func (r *rewriter) limit(s *source, i, hi int) int {
	for at := i + 1; at < hi && r.tokens[at].isName(); at += 2 {
		if !isDigit(r.text[r.tokens[at].start]) {
			if r.variables == nil {
				r.variables = map[int]string{}
			}
			r.variables[r.tokens[at].start] = r.name(at)
			s.replace(r.tokens[at].start, r.tokens[at].end, "?")
		}
		i = at
		if !r.isSign(at+1, ',') && !r.is(at+1, "OFFSET") {
			break
		}
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// dual stands for DUAL, behind which TiDB's grammar has no groups.
const dual = "\U000F0000dual"

// IsDual tells whether a FROM is FROM DUAL, or none.
func IsDual(n *ast.TableRefsClause) bool {
	s, ok := n.TableRefs.Left.(*ast.TableSource)
	if !ok || n.TableRefs.Right != nil {
		return false
	}
	t, ok := s.Source.(*ast.TableName)
	return ok && t.Name.O == dual
}

// startsGroups tells whether token i begins a clause about groups or windows.
func (r *rewriter) startsGroups(i int) bool {
	return r.is(i, "GROUP") || r.is(i, "HAVING") || r.is(i, "WINDOW")
}

// refuseWindow refuses COUNT(DISTINCT …) OVER at the parenthesis i, which MySQL's
// grammar has and its resolver does not support.
func (r *rewriter) refuseWindow(i int) {
	if end := r.tokens[i].match; r.is(i-1, "COUNT") && r.is(i+1, "DISTINCT") && end > 0 && r.is(end+1, "OVER") {
		r.note(&refusal{at: r.tokens[i].start, err: mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "<window function>(DISTINCT ..)")})
	}
}

// wantAlias refuses a LATERAL derived table that ends at token i without an alias,
// for which TiDB's grammar has a syntax error.
func (r *rewriter) wantAlias(i int) {
	if r.is(r.tokens[i].match-1, "LATERAL") && !r.is(i+1, "AS") && (i+1 >= len(r.tokens) || !r.tokens[i+1].isName()) {
		r.note(&refusal{at: r.tokens[i].end, err: mysql.NewDefaultError(mysql.ER_DERIVED_MUST_HAVE_ALIAS)})
	}
}

// columnList puts a stand-in for the alias and the columns of the derived table
// that ends at token i.
func (r *rewriter) columnList(s *source, i int) int {
	alias := i + 1
	if r.is(alias, "AS") {
		alias++
	}
	if alias >= len(r.tokens) || !r.tokens[alias].isName() || !r.isSign(alias+1, '(') {
		return i
	}
	end := r.tokens[alias+1].match
	if end == 0 || (end-alias)%2 != 1 {
		return i
	}
	a := tableAlias{name: r.name(alias)}
	for at := alias + 2; at < end; at += 2 {
		if !r.tokens[at].isName() || at+1 < end && !r.isSign(at+1, ',') {
			return i
		}
		a.columns = append(a.columns, ast.NewCIStr(r.name(at)))
	}
	if r.aliases == nil {
		r.aliases = map[string]tableAlias{}
	}
	name := standIn(len(r.aliases))
	r.aliases[name] = a
	s.replace(r.tokens[alias].start, r.tokens[end].end, "`"+name+"`")
	return end
}

// tableFunction puts a stand-in for the table function from token i on, whose
// own name is at name. It returns its last token.
func (r *rewriter) tableFunction(s *source, i, name, hi int) int {
	end := r.tokens[name+1].match
	if end == 0 {
		end = hi
		r.syntaxError(r.start(hi))
	}
	f := &TableFunction{Name: strings.ToLower(r.name(name)), Written: r.name(name), Offset: r.tokens[i].start, End: r.start(hi)}
	if name > i {
		f.Database = r.name(i)
	}
	if end < hi {
		f.End = r.tokens[end].end
	}
	if r.tree.Functions == nil {
		r.tree.Functions = map[string]*TableFunction{}
	}
	key := standIn(len(r.tree.Functions))
	r.tree.Functions[key] = f
	if r.is(i, "JSON_TABLE") && name == i {
		f.JSON = r.jsonTable(name+2, end)
	} else {
		f.Args = r.expressions(name+2, end)
	}
	s.replace(f.Offset, f.End, "`"+key+"`")
	return end
}

// expressions parses the tokens from lo to hi as a list of expressions.
func (r *rewriter) expressions(lo, hi int) []ast.ExprNode {
	if lo == hi {
		return nil
	}
	s := r.source("DO ", r.start(lo))
	for i := lo; i < hi; i++ {
		if r.is(i, "DEFAULT") && (i == lo || r.isSign(i-1, ',')) && (i+1 == hi || r.isSign(i+1, ',')) {
			// DEFAULT for an argument is no expression, but something to be refused by
			// its own error.
			s.replace(r.tokens[i].start, r.tokens[i].end, "DEFAULT(a)")
		}
	}
	r.rewrite(s, lo, hi)
	do, ok := r.parse(s, r.start(hi)).(*ast.DoStmt)
	if !ok {
		return nil
	}
	return do.Exprs
}

// fieldType parses the tokens from lo to hi as the type of a column.
func (r *rewriter) fieldType(lo, hi int) *types.FieldType {
	s := r.source("CREATE TABLE t (c ", r.start(lo))
	s.replace(r.start(hi), r.start(hi), ")")
	create, ok := r.parse(s, r.start(hi)).(*ast.CreateTableStmt)
	if !ok {
		return nil
	}
	if len(create.Cols) != 1 || len(create.Constraints) > 0 {
		r.syntaxError(r.start(lo))
		return nil
	}
	t := create.Cols[0].Tp
	for _, o := range create.Cols[0].Options {
		if o.Tp != ast.ColumnOptionCollate {
			r.syntaxError(r.start(lo))
			return nil
		}
		t.SetCollate(o.StrValue)
	}
	return t
}

// fixer puts right the tree of a source.
type fixer struct {
	r *rewriter
	s *source
}

// Enter moves offsets from the source to the text.
func (f *fixer) Enter(node ast.Node) (ast.Node, bool) {
	if at := node.OriginTextPosition(); at > 0 {
		node.SetOriginTextPosition(f.s.position(at))
	}
	switch n := node.(type) {
	case *ast.SelectField:
		start, end := f.s.position(n.Offset), f.s.endPosition(n.Offset+len(n.OriginalText()))
		n.Offset = start
		if n.Expr != nil && start <= end {
			n.SetText(nil, f.r.withoutGaps(start, end))
		}
	case *Param:
		n.Offset = f.r.paramAt(f.s.position(n.Offset))
		n.Ordinal = -1
		if v, ok := f.r.variables[n.Offset]; ok {
			n.Variable = v
			break
		}
		if i, ok := slices.BinarySearch(f.r.paramStart, n.Offset); ok {
			n.Ordinal = i
		}
	case *ast.TableSource:
		if a, ok := f.r.aliases[n.AsName.O]; ok {
			n.AsName, n.ColumnNames = ast.NewCIStr(a.name), a.columns
		}
	case *Literal:
		if charset, ok := f.r.introducers[n.OriginTextPosition()]; ok {
			n.Charset = charset
		}
	case *ast.SelectIntoOption:
		if f.r.dumpfile {
			n.Tp = ast.SelectIntoDumpfile
		}
	}
	return node, false
}

// paramAt is where the question mark, or what stands as one, is that the parser says is
// at a place: that of a window's frame it takes to be where the word behind it is.
func (r *rewriter) paramAt(at int) int {
	if _, ok := r.variables[at]; ok {
		return at
	}
	i, ok := slices.BinarySearch(r.paramStart, at)
	if ok {
		return at
	}
	before := -1
	if i > 0 {
		before = r.paramStart[i-1]
	}
	for v := range r.variables {
		if v < at {
			before = max(before, v)
		}
	}
	return before
}

// Leave undoes the stand-in for SOUNDS LIKE.
func (f *fixer) Leave(node ast.Node) (ast.Node, bool) {
	like, ok := node.(*ast.PatternLikeOrIlikeExpr)
	if !ok || like.IsLike {
		return node, true
	}
	soundex := func(e ast.ExprNode) ast.ExprNode {
		call := &ast.FuncCallExpr{FnName: ast.NewCIStr("SOUNDEX"), Args: []ast.ExprNode{e}}
		call.SetOriginTextPosition(e.OriginTextPosition())
		return call
	}
	op := opcode.EQ
	if like.Not {
		op = opcode.NE
	}
	equal := &ast.BinaryOperationExpr{Op: op, L: soundex(like.Expr), R: soundex(like.Pattern)}
	equal.SetOriginTextPosition(like.OriginTextPosition())
	return equal, true
}

// quote makes a string literal of a text.
func (r *rewriter) quote(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if r.mode&modeNoBackslashEscapes == 0 {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return fmt.Sprintf("'%s'", s)
}
