package parse

import (
	"slices"
	"strings"
)

// characteristic is one of a routine's, where it stands in the statement.
type characteristic struct {
	kind characteristicKind
	span
}

type characteristicKind uint8

const (
	remark characteristicKind = iota
	language
	determinism
	security
	dataAccess
)

// characteristicAt tells whether token i begins a characteristic.
func (p *routineParser) characteristicAt(i int) bool {
	return p.is(i, "COMMENT") || p.is(i, "LANGUAGE") || p.is(i, "DETERMINISTIC") || p.words(i, "NOT", "DETERMINISTIC") ||
		p.words(i, "CONTAINS", "SQL") || p.words(i, "NO", "SQL") || p.words(i, "READS", "SQL") ||
		p.words(i, "MODIFIES", "SQL") || p.words(i, "SQL", "SECURITY")
}

// characteristics reads what stands between a routine's parameters or type and its body.
// Of several of a kind the last counts.
func (p *routineParser) characteristics(routine *Routine) (all []characteristic) {
	for p.fail == nil && p.characteristicAt(p.i) {
		start := p.start(p.i)
		kind := p.characteristic(routine)
		if p.fail == nil {
			all = append(all, characteristic{kind, span{start, p.tokens[p.i-1].end}})
		}
	}
	return all
}

func (p *routineParser) characteristic(routine *Routine) characteristicKind {
	switch {
	case p.accept("COMMENT"):
		if p.i >= len(p.tokens) || p.tokens[p.i].kind != stringToken {
			p.syntaxError(p.i)
			return remark
		}
		routine.Comment = p.stringValue()
		return remark
	case p.accept("LANGUAGE"):
		p.expect("SQL")
		return language
	case p.accept("DETERMINISTIC"):
		routine.Deterministic = true
		return determinism
	case p.accept("NOT"):
		p.i++
		routine.Deterministic = false
		return determinism
	case p.is(p.i, "SQL"):
		p.i += 2
		switch {
		case p.accept("DEFINER"):
			routine.Security = "DEFINER"
		case p.accept("INVOKER"):
			routine.Security = "INVOKER"
		default:
			p.syntaxError(p.i)
		}
		return security
	case p.accept("NO"):
		p.i++
		routine.DataAccess = "NO SQL"
	case p.accept("CONTAINS"):
		p.i++
		routine.DataAccess = "CONTAINS SQL"
	default:
		routine.DataAccess = strings.ToUpper(p.name(p.i)) + " SQL DATA"
		p.i++
		p.expect("SQL", "DATA")
	}
	return dataAccess
}

// AlterRoutine is a routine's CREATE statement with the characteristics of ALTER FUNCTION or
// ALTER PROCEDURE (manual 15.1.4, 15.1.7), each with the sql_mode that it was written
// under. It ends in MySQL's error 1064 where the ALTER has anything else.
func AlterRoutine(create string, created SQLMode, alter string, mode SQLMode) (string, error) {
	alter = Trim(alter)
	change := new(lexed)
	change.lex(alter, mode)
	p := &routineParser{lexed: change, i: 2}
	if p.identifier(); p.acceptSign('.') {
		p.identifier()
	}
	given := p.characteristics(new(Routine))
	if p.i < len(p.tokens) {
		p.syntaxError(p.i)
	}
	for _, c := range given {
		if c.kind == determinism {
			return "", SyntaxErrorAt(alter, c.start)
		}
	}
	if p.fail != nil {
		if p.fail.err != nil {
			return "", p.fail.err
		}
		return "", SyntaxErrorAt(alter, p.fail.at)
	}
	tree, err := Query(create, created)
	if err != nil || len(given) == 0 {
		return create, err
	}
	r := tree.Routine
	text, body := tree.Text, len(tree.Text)-len(r.BodyText)
	var out strings.Builder
	rest := 0
	for _, c := range r.characteristics {
		if slices.ContainsFunc(given, func(g characteristic) bool { return g.kind == c.kind }) {
			out.WriteString(strings.TrimRight(text[rest:c.start], " "))
			rest = c.end
		}
	}
	out.WriteString(strings.TrimRight(text[rest:body], " "))
	for _, g := range given {
		out.WriteString(" " + alter[g.start:g.end])
	}
	return out.String() + " " + text[body:], nil
}
