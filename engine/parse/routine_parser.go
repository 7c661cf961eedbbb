package parse

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/types"
)

// routineParser reads CREATE FUNCTION, CREATE PROCEDURE and CREATE TRIGGER. After a failure it
// stands at the end, where everything ends.
type routineParser struct {
	*lexed
	i     int
	depth int
	fail  *refusal
}

// parseRoutine reads a CREATE statement if it creates a routine.
func parseRoutine(l *lexed) (*Routine, bool, *refusal) {
	p := &routineParser{lexed: l, i: 1}
	routine, ok := p.routine()
	if !ok {
		return nil, false, p.fail
	}
	p.acceptSign(';')
	if p.i < len(p.tokens) {
		p.syntaxError(p.i)
	}
	if l.bad >= 0 && p.fail == nil {
		p.fail = &refusal{at: l.bad}
	}
	return routine, true, p.fail
}

// routine reads a routine to its body's end, and tells whether the statement
// creates one.
func (p *routineParser) routine() (*Routine, bool) {
	routine := &Routine{DataAccess: "CONTAINS SQL", Security: "DEFINER"}
	if p.accept("DEFINER") && p.acceptSign('=') {
		start := p.i
		for p.i < len(p.tokens) && !p.is(p.i, "FUNCTION") && !p.is(p.i, "PROCEDURE") && !p.is(p.i, "TRIGGER") {
			if p.is(p.i, "VIEW") || p.is(p.i, "EVENT") || p.is(p.i, "SQL") {
				return nil, false
			}
			p.i++
		}
		routine.Definer = p.between(start, p.i)
	}
	switch {
	case p.accept("FUNCTION"):
		routine.Function = true
	case p.accept("TRIGGER"):
		routine.Trigger = new(Trigger)
	case !p.accept("PROCEDURE"):
		return nil, false
	}
	if p.words(p.i, "IF", "NOT", "EXISTS") {
		p.i += 3
		routine.IfNotExists = true
	}
	if routine.Name = p.identifier(); p.acceptSign('.') {
		routine.Database, routine.Name = routine.Name, p.identifier()
	} else if name := p.i - 1; p.fail == nil && routine.Trigger == nil && p.builtinAt(name) {
		p.syntaxError(name)
	}
	if routine.Trigger != nil {
		p.trigger(routine.Trigger)
		p.body(routine)
		return routine, true
	}
	p.parameters(routine)
	if routine.Function {
		p.expect("RETURNS")
		end := p.i
		for end < len(p.tokens) && !p.characteristicAt(end) && (end == p.i || !p.bodyAt(end)) {
			end++
		}
		routine.Returns, routine.ReturnsText = p.fieldType(end)
	}
	routine.characteristics = p.characteristics(routine)
	p.body(routine)
	return routine, true
}

// builtinAt tells whether token i is one of [tightFunctions] before its parenthesis, which no routine can be called
// (manual 9.2.5).
func (p *routineParser) builtinAt(i int) bool {
	return p.tokens[i].traits&tight != 0 && p.isSign(i+1, '(') && (p.tokens[i+1].start == p.tokens[i].end || p.mode&modeIgnoreSpace != 0)
}

func (p *routineParser) body(routine *Routine) {
	start := p.start(p.i)
	routine.Body = p.statement()
	routine.BodyText = p.text[start:]
}

// trigger reads what is between a trigger's name and its body.
func (p *routineParser) trigger(t *Trigger) {
	if t.Before = p.accept("BEFORE"); !t.Before {
		p.expect("AFTER")
	}
	for _, event := range []string{"INSERT", "UPDATE", "DELETE"} {
		if p.accept(event) {
			t.Event = event
			break
		}
	}
	if t.Event == "" {
		p.syntaxError(p.i)
	}
	p.expect("ON")
	t.tableStart = p.start(p.i)
	if t.Table = p.identifier(); p.acceptSign('.') {
		t.Database, t.tableStart = t.Table, p.start(p.i)
		t.Table = p.identifier()
	}
	if p.fail == nil {
		t.tableEnd = p.tokens[p.i-1].end
	}
	p.expect("FOR", "EACH", "ROW")
	t.orderStart = p.start(p.i)
	for _, order := range []string{"FOLLOWS", "PRECEDES"} {
		if !p.isSign(p.i+1, ':') && p.accept(order) {
			t.Order, t.Other = order, p.identifier()
			break
		}
	}
	t.orderEnd = p.start(p.i)
}

func (p *routineParser) syntaxError(i int) { p.failed(&refusal{at: p.start(i)}) }

func (p *routineParser) failed(f *refusal) {
	if p.fail == nil {
		p.fail = f
	}
	p.i = len(p.tokens)
}

func (p *routineParser) accept(word string) bool {
	ok := p.is(p.i, word)
	if ok {
		p.i++
	}
	return ok
}

func (p *routineParser) acceptSign(c byte) bool {
	ok := p.isSign(p.i, c)
	if ok {
		p.i++
	}
	return ok
}

func (p *routineParser) expect(words ...string) {
	for _, w := range words {
		if !p.accept(w) {
			p.syntaxError(p.i)
			return
		}
	}
}

func (p *routineParser) expectSign(c byte) {
	if !p.acceptSign(c) {
		p.syntaxError(p.i)
	}
}

func (p *routineParser) identifier() string {
	if p.i >= len(p.tokens) || !p.tokens[p.i].isName() {
		p.syntaxError(p.i)
		return ""
	}
	p.i++
	return p.name(p.i - 1)
}

// between is the text of the tokens from i to end.
func (p *routineParser) between(i, end int) string {
	if i >= end {
		return ""
	}
	return p.text[p.tokens[i].start:p.tokens[end-1].end]
}

// tree parses the tokens up to end behind a prefix.
func (p *routineParser) tree(prefix string, end int) *Tree {
	start := p.start(p.i)
	if p.i >= end {
		p.syntaxError(p.i)
		return nil
	}
	tree, fail := parseTree(prefix+p.between(p.i, end), p.mode, true)
	if fail != nil {
		if fail.err == nil {
			fail.at = start + max(fail.at-len(prefix), 0)
			if fail.at >= p.tokens[end-1].end {
				fail.at = p.start(end)
			}
		}
		p.failed(fail)
		return nil
	}
	p.i = end
	return tree
}

// expression parses the tokens up to end as an expression.
func (p *routineParser) expression(end int) *Tree {
	const prefix = "SELECT "
	at := p.i
	tree := p.tree(prefix, end)
	if tree == nil {
		return nil
	}
	s, ok := tree.Node.(*ast.SelectStmt)
	if !ok || tree.Expression() == nil || s.From != nil || s.Where != nil || s.GroupBy != nil || s.Having != nil ||
		s.OrderBy != nil || s.Limit != nil || s.LockInfo != nil || s.SelectIntoOpt != nil || tree.Into != nil ||
		s.Fields.Fields[0].AsName.O != "" || s.Fields.Fields[0].Offset != len(prefix) {
		p.syntaxError(at)
		return nil
	}
	return tree
}

// find is the next token outside of parentheses and CASE … END that ends an
// expression: one of the words, or one of the signs.
func (p *routineParser) find(signs string, words ...string) int {
	cases := 0
	for i := p.i; i < len(p.tokens); i++ {
		t := p.tokens[i]
		if t.kind == signToken && cases == 0 && (t.sign == ';' || strings.IndexByte(signs, t.sign) >= 0) {
			return i
		}
		if n := t.skip(); n > 0 {
			i = n
			continue
		}
		for _, w := range words {
			if cases == 0 && p.is(i, w) {
				return i
			}
		}
		switch {
		case p.is(i, "CASE"):
			cases++
		case cases > 0 && p.is(i, "END"):
			cases--
		}
	}
	return len(p.tokens)
}

// fieldType parses the tokens up to end as a type.
func (p *routineParser) fieldType(end int) (*types.FieldType, string) {
	if p.i >= end {
		p.syntaxError(p.i)
		return nil, ""
	}
	text := p.between(p.i, end)
	f := fronts.Get().(*front)
	defer fronts.Put(f)
	f.lexed.lex(text, p.mode)
	f.parser.SetSQLMode(p.mode)
	r := &rewriter{lexed: &f.lexed, parser: f.parser, tree: &Tree{Text: text}}
	t := r.fieldType(0, len(r.tokens))
	if r.fail != nil {
		if r.fail.err == nil {
			r.fail.at += p.tokens[p.i].start
		}
		p.failed(r.fail)
		return nil, text
	}
	p.i = end
	return t, text
}

func (p *routineParser) parameters(routine *Routine) {
	p.expectSign('(')
	for p.fail == nil && !p.acceptSign(')') {
		if len(routine.Params) > 0 {
			p.expectSign(',')
		}
		a := Parameter{Mode: "IN"}
		for _, mode := range []string{"IN", "OUT", "INOUT"} {
			if !routine.Function && p.accept(mode) {
				a.Mode = mode
				break
			}
		}
		a.Name = p.identifier()
		a.Type, a.TypeText = p.fieldType(p.find(",)"))
		routine.Params = append(routine.Params, a)
	}
}

// bodyAt tells whether a statement begins at token i, which is behind a type.
func (p *routineParser) bodyAt(i int) bool {
	for _, w := range []string{"BEGIN", "RETURN", "IF", "CASE", "WHILE", "LOOP", "REPEAT", "SET", "SELECT", "SIGNAL"} {
		if p.is(i, w) && !(w == "SET" && p.is(i-1, "CHARACTER")) {
			return true
		}
	}
	return p.isSign(i+1, ':')
}

// stringValue is the value of the string that it stands on.
func (p *routineParser) stringValue() string {
	if p.i >= len(p.tokens) || p.tokens[p.i].kind != stringToken {
		p.syntaxError(p.i)
		return ""
	}
	if t := p.expression(p.i + 1); t != nil {
		if l, ok := t.Expression().(*Literal); ok {
			return l.Str
		}
	}
	return ""
}

// statements reads statements, each with its semicolon, up to one of the words.
func (p *routineParser) statements(until ...string) (list []Instruction) {
	for p.i < len(p.tokens) {
		for _, w := range until {
			if p.is(p.i, w) {
				return list
			}
		}
		list = append(list, p.statement())
		p.expectSign(';')
	}
	if p.fail == nil {
		p.syntaxError(p.i)
	}
	return list
}

// statement reads a statement without the semicolon behind it.
func (p *routineParser) statement() Instruction {
	if p.depth++; p.depth > maxDepth {
		p.failed(tooDeep())
	}
	defer func() { p.depth-- }()
	label := ""
	if p.isSign(p.i+1, ':') && !p.isSign(p.i+2, '=') && p.tokens[p.i].isName() {
		label = p.identifier()
		p.i++
		if !p.is(p.i, "BEGIN") && !p.is(p.i, "WHILE") && !p.is(p.i, "REPEAT") && !p.is(p.i, "LOOP") {
			p.syntaxError(p.i)
		}
	}
	switch {
	case p.accept("BEGIN"):
		b := p.block()
		b.Label = label
		p.endLabel(label)
		return b
	case p.is(p.i, "IF"):
		return p.ifStatement()
	case p.accept("CASE"):
		return p.caseStatement()
	case p.accept("WHILE"):
		w := &While{Label: label, Condition: p.expression(p.find("", "DO"))}
		p.expect("DO")
		w.Body = p.statements("END")
		p.expect("END", "WHILE")
		p.endLabel(label)
		return w
	case p.accept("REPEAT"):
		r := &Repeat{Label: label, Body: p.statements("UNTIL")}
		p.expect("UNTIL")
		r.Until = p.expression(p.find("", "END"))
		p.expect("END", "REPEAT")
		p.endLabel(label)
		return r
	case p.accept("LOOP"):
		l := &Loop{Label: label, Body: p.statements("END")}
		p.expect("END", "LOOP")
		p.endLabel(label)
		return l
	case p.accept("LEAVE"):
		return &Leave{p.identifier()}
	case p.accept("ITERATE"):
		return &Iterate{p.identifier()}
	case p.accept("RETURN"):
		return &Return{p.expression(p.find(""))}
	case p.is(p.i, "SET") && p.assignsAt(p.i+1):
		p.i++
		return &Set{p.assignments()}
	case p.accept("OPEN"):
		return &Open{p.identifier()}
	case p.accept("CLOSE"):
		return &Close{p.identifier()}
	case p.accept("FETCH"):
		if p.accept("NEXT") {
			p.expect("FROM")
		} else {
			p.accept("FROM")
		}
		f := &Fetch{Cursor: p.identifier()}
		p.expect("INTO")
		for f.Into = []string{p.identifier()}; p.acceptSign(','); {
			f.Into = append(f.Into, p.identifier())
		}
		return f
	case p.is(p.i, "SIGNAL") || p.is(p.i, "RESIGNAL"):
		return p.signal()
	}
	return p.sql()
}

func (p *routineParser) endLabel(label string) {
	if label == "" || p.i >= len(p.tokens) || p.isSign(p.i, ';') {
		return
	}
	if end := p.identifier(); !strings.EqualFold(end, label) {
		p.failed(&refusal{err: mysql.NewDefaultError(mysql.ER_SP_LABEL_MISMATCH, end)})
	}
}

// sql reads a statement that is no routine's own.
func (p *routineParser) sql() Instruction {
	end := p.find("")
	text := p.between(p.i, end)
	if p.i >= end || p.is(p.i, "DECLARE") || p.is(p.i, "END") {
		p.syntaxError(p.i)
		return &SQL{}
	}
	for _, w := range []string{"SELECT", "WITH", "TABLE", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE", "CALL"} {
		if p.is(p.i, w) {
			return &SQL{Text: text, Tree: p.tree("", end)}
		}
	}
	if p.isSign(p.i, '(') {
		return &SQL{Text: text, Tree: p.tree("", end)}
	}
	if p.tokens[p.i].kind != wordToken {
		p.syntaxError(p.i)
		return &SQL{}
	}
	tree, fail := parseTree(text, p.mode, true)
	if fail != nil {
		tree = nil
		if p.tokens[p.i].traits == 0 && !statementWords[strings.ToUpper(p.name(p.i))] {
			p.syntaxError(p.i)
		}
	}
	p.i = max(p.i, end)
	return &SQL{Text: text, Tree: tree}
}

// statementWords begin statements that are not reserved words.
var statementWords = map[string]bool{"PREPARE": true, "EXECUTE": true, "DEALLOCATE": true, "START": true, "COMMIT": true,
	"ROLLBACK": true, "SAVEPOINT": true, "TRUNCATE": true, "DO": true, "FLUSH": true, "RESET": true, "HANDLER": true}

func (p *routineParser) block() *Block {
	b := &Block{}
	for p.accept("DECLARE") {
		p.declaration(b)
		p.expectSign(';')
	}
	b.Body = p.statements("END")
	p.expect("END")
	return b
}

func (p *routineParser) declaration(b *Block) {
	if p.is(p.i+1, "HANDLER") {
		h := Handler{Exit: p.accept("EXIT")}
		if !h.Exit {
			p.expect("CONTINUE")
		}
		p.expect("HANDLER", "FOR")
		for {
			h.Conditions = append(h.Conditions, p.condition())
			if !p.acceptSign(',') {
				break
			}
		}
		h.Body = p.statement()
		b.Handlers = append(b.Handlers, h)
		return
	}
	names := []string{p.identifier()}
	if p.accept("CURSOR") {
		p.expect("FOR")
		b.Cursors = append(b.Cursors, Cursor{names[0], p.tree("", p.find(""))})
		if len(b.Handlers) > 0 {
			p.failed(&refusal{err: mysql.NewDefaultError(mysql.ER_SP_CURSOR_AFTER_HANDLER)})
		}
		return
	}
	if len(b.Cursors)+len(b.Handlers) > 0 {
		defer func() { p.failed(&refusal{err: mysql.NewDefaultError(mysql.ER_SP_VARCOND_AFTER_CURSHNDLR)}) }() // of a declaration that parses
	}
	if p.accept("CONDITION") {
		p.expect("FOR")
		b.Conditions = append(b.Conditions, NamedCondition{names[0], p.condition()})
		return
	}
	for p.acceptSign(',') {
		names = append(names, p.identifier())
	}
	v := Variable{}
	v.Type, v.TypeText = p.fieldType(p.find("", "DEFAULT"))
	if p.accept("DEFAULT") {
		v.Default = p.expression(p.find(""))
	}
	for _, v.Name = range names {
		b.Variables = append(b.Variables, v)
	}
}

func (p *routineParser) condition() (c Condition) {
	switch {
	case p.accept("SQLSTATE"):
		p.accept("VALUE")
		c.State = p.stringValue()
	case p.accept("SQLWARNING"):
		c.Warning = true
	case p.accept("SQLEXCEPTION"):
		c.Error = true
	case p.accept("NOT"):
		p.expect("FOUND")
		c.NotFound = true
	case p.i < len(p.tokens) && p.tokens[p.i].kind == wordToken && isDigit(p.text[p.tokens[p.i].start]):
		c.Number = p.identifier()
	default:
		c.Name = p.identifier()
	}
	return c
}

func (p *routineParser) ifStatement() Instruction {
	s := &If{}
	for p.accept("IF") || p.accept("ELSEIF") {
		b := Branch{Condition: p.expression(p.find("", "THEN"))}
		p.expect("THEN")
		b.Body = p.statements("ELSEIF", "ELSE", "END")
		s.Branches = append(s.Branches, b)
	}
	if p.accept("ELSE") {
		s.Else = p.statements("END")
	}
	p.expect("END", "IF")
	return s
}

func (p *routineParser) caseStatement() Instruction {
	s := &Case{}
	if !p.is(p.i, "WHEN") {
		s.Operand = p.expression(p.find("", "WHEN"))
	}
	if !p.is(p.i, "WHEN") {
		p.syntaxError(p.i)
	}
	for p.accept("WHEN") {
		b := Branch{Condition: p.expression(p.find("", "THEN"))}
		p.expect("THEN")
		b.Body = p.statements("WHEN", "ELSE", "END")
		s.Branches = append(s.Branches, b)
	}
	if p.accept("ELSE") {
		s.HasElse = true
		s.Else = p.statements("END")
	}
	p.expect("END", "CASE")
	return s
}

// assignsAt tells whether the SET before token i assigns; SET NAMES, SET
// TRANSACTION and their kin do not.
func (p *routineParser) assignsAt(i int) bool {
	return i < len(p.tokens) && !p.is(i, "NAMES") && !p.is(i, "CHARACTER") && !p.is(i, "PASSWORD") && !p.is(i, "ROLE") &&
		!p.is(i, "TRANSACTION") && !p.is(i+1, "TRANSACTION") && !p.is(i, "DEFAULT") && !p.is(i, "RESOURCE")
}

func (p *routineParser) assignments() (list []Assignment) {
	for p.fail == nil {
		var a Assignment
		switch {
		case p.i < len(p.tokens) && p.tokens[p.i].kind == variableToken:
			name := p.text[p.tokens[p.i].start+1 : p.tokens[p.i].end]
			if name, a.System = strings.CutPrefix(name, "@"); a.System {
				if scope, rest, ok := strings.Cut(name, "."); ok {
					a.Scope, name = strings.ToUpper(scope), rest
				}
			}
			a.User = !a.System
			a.Target = strings.Trim(name, "`'\"")
			p.i++
		default:
			for _, scope := range []string{"GLOBAL", "SESSION", "LOCAL", "PERSIST", "PERSIST_ONLY"} {
				if p.is(p.i, scope) && !p.isSign(p.i+1, '=') && !p.isSign(p.i+1, ':') {
					p.i++
					a.System, a.Scope = true, scope
					break
				}
			}
			if a.Target = p.identifier(); p.acceptSign('.') {
				a.Scope, a.Target = strings.ToUpper(a.Target), p.identifier()
			}
		}
		p.acceptSign(':')
		p.expectSign('=')
		if !a.User && (p.is(p.i, "DEFAULT") || p.is(p.i, "ON")) {
			a.Word = strings.ToUpper(p.name(p.i))
			p.i++
		} else {
			a.Value = p.expression(p.find(","))
		}
		if list = append(list, a); !p.acceptSign(',') {
			break
		}
	}
	return list
}

func (p *routineParser) signal() Instruction {
	s := &Signal{Again: p.is(p.i, "RESIGNAL")}
	p.i++
	if !s.Again || p.i < len(p.tokens) && !p.isSign(p.i, ';') && !p.is(p.i, "SET") {
		c := p.condition()
		s.Condition = &c
	}
	if p.accept("SET") {
		s.Items = p.assignments()
	}
	return s
}
