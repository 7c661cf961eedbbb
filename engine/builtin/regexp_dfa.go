package builtin

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// dfa is a regular expression as a deterministic automaton, which tells in one step a byte whether a text of one line of
// ASCII has a match: its states are the sets of places in the expression's program that a text can lead to (Cox, Regular
// Expression Matching Can Be Simple And Fast, 2007).
type dfa struct {
	next [][256]uint8 // by state and byte
	ends []bool       // by state: a text that ends there has a match
}

// The first states.
const (
	dfaFound   = iota // there is a match, whatever follows
	dfaUnknown        // the text is none that the automaton knows
	dfaBegin          // of a text
)

const (
	dfaStates = 64  // that an automaton may have
	dfaAfter  = 500 // texts are matched before one is made
)

// newDFA makes the automaton of an expression of Go's syntax. It has no states where it had too many, or where the
// expression looks at more of the text around a place than whether that is the begin or the end.
func newDFA(expression string) *dfa {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return &dfa{}
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return &dfa{}
	}
	for _, inst := range prog.Inst {
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return &dfa{}
		}
	}
	found := func(places []uint32) bool {
		return slices.ContainsFunc(places, func(pc uint32) bool { return prog.Inst[pc].Op == syntax.InstMatch })
	}
	start := []uint32{uint32(prog.Start)}
	d := &dfa{ends: []bool{dfaFound: true, dfaUnknown: false}, next: make([][256]uint8, dfaBegin)}
	states := [][]uint32{dfaBegin: reached(prog, start, true, false)}
	known := map[string]uint8{}
	for state := dfaBegin; state < len(states); state++ {
		at := states[state]
		d.ends = append(d.ends, found(reached(prog, at, state == dfaBegin, true)))
		var next [256]uint8 // dfaFound
		if found(at) {
			d.next = append(d.next, next)
			continue
		}
		for b := range next {
			if b >= utf8.RuneSelf || b == '\n' || b == '\r' {
				next[b] = dfaUnknown
				continue
			}
			to := start
			for _, pc := range at {
				if inst := &prog.Inst[pc]; inst.Op != syntax.InstEmptyWidth && inst.MatchRune(rune(b)) {
					to = append(to[:len(to):len(to)], inst.Out)
				}
			}
			if to = reached(prog, to, false, false); found(to) {
				continue
			}
			var key []byte
			for _, pc := range to {
				key = binary.BigEndian.AppendUint32(key, pc)
			}
			s, ok := known[string(key)]
			if !ok {
				if len(states) == dfaStates {
					return &dfa{}
				}
				s = uint8(len(states))
				states, known[string(key)] = append(states, to), s
			}
			next[b] = s
		}
		d.next = append(d.next, next)
	}
	return d
}

// reached are the places of a program, in their order, at which a byte of the text is wanted, or its end, or nothing
// more: from others on, at the begin of the text, or at its end.
func reached(prog *syntax.Prog, from []uint32, begin, end bool) []uint32 {
	seen := make([]bool, len(prog.Inst))
	var at []uint32
	for todo := slices.Clone(from); len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := &prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			todo = append(todo, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			todo = append(todo, inst.Out)
		case syntax.InstEmptyWidth:
			op := syntax.EmptyOp(inst.Arg)
			switch {
			case op&syntax.EmptyBeginText != 0 && !begin:
			case op&syntax.EmptyEndText != 0 && !end:
				at = append(at, pc)
			default:
				todo = append(todo, inst.Out)
			}
		case syntax.InstFail:
		default:
			at = append(at, pc)
		}
	}
	slices.Sort(at)
	return at
}

// match tells whether a text has a match; ok is false where that is not known.
func (d *dfa) match(s string) (found, ok bool) {
	if len(d.next) == 0 {
		return false, false
	}
	state := uint8(dfaBegin)
	for i := range len(s) {
		if state = d.next[state][s[i]]; state <= dfaUnknown {
			return state == dfaFound, state == dfaFound
		}
	}
	return d.ends[state], true
}
