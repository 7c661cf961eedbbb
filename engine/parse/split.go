package parse

import (
	"fmt"
	"iter"
	"strings"
)

// Statement is a statement of a script.
type Statement struct {
	// Text is the statement without its delimiter and without the white space
	// around it. Comments before and in it are part of it.
	Text string
	// Line is the number of the line, from 1, that its first token stands on;
	// of an error, the line of the DELIMITER command.
	Line int
	// Vertical tells that \G ended the statement: its result is to be shown a
	// line a column.
	Vertical bool
}

// Split splits a script into its statements as the mysql client does. What
// ends a statement is the delimiter, \G, \g or the end of the script. A delimiter within a string, a quoted name or a comment is none,
// but one within /*! … */ is, since MySQL runs what stands there. What is more than
// that client does: the semicolons in a routine's or trigger's body end statements of
// the body, so that a solution which is a function needs no DELIMITER.
//
// DELIMITER is a command at the start of a line where no statement is under way,
// in any letter case; its argument reaches to the next white space. Without an
// argument it is an error, after which splitting goes on with the delimiter as
// it was.
//
// Statements of nothing but comments and white space are left out. A string or
// comment that does not end reaches to the end of the script, and is yielded:
// the server has the words to refuse it.
func Split(script string) iter.Seq2[Statement, error] {
	return func(yield func(Statement, error) bool) {
		s := splitter{text: strings.TrimPrefix(script, "\ufeff"), line: 1, delimiter: ";"}
		for {
			st, err := s.next()
			if st.Line == 0 || !yield(st, err) {
				return
			}
		}
	}
}

// splitter reads a script from its start to its end.
type splitter struct {
	text      string
	pos       int // what is before it has been read
	delimiter string

	line    int // the line that counted is on
	counted int
}

// next returns the next statement or the error of a DELIMITER command before
// it, or a statement with line 0 at the end of the script.
func (s *splitter) next() (Statement, error) {
	start, token := s.pos, -1 // token: where the first token begins
	lineStart := s.pos == 0
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		if lineStart && token < 0 && isDelimiterCommand(rest) {
			if err := s.setDelimiter(); err != nil {
				return Statement{Line: s.lineOf(s.pos)}, err
			}
			start = s.pos
			continue
		}
		if end := s.endLength(rest); end > 0 {
			if n := s.bodyEnd(token); n > s.pos {
				s.pos = n
				continue
			}
			st := s.statement(start, token)
			st.Vertical = strings.HasPrefix(rest, `\G`)
			s.pos += end
			if token >= 0 {
				return st, nil
			}
			start = s.pos
			continue
		}
		if isSpace(rest[0]) {
			lineStart = lineStart || rest[0] == '\n'
			s.pos++
			continue
		}
		lineStart = false
		n, ended := comment(rest)
		if n == 0 || !ended {
			if token < 0 {
				token = s.pos
			}
			if n == 0 {
				n = tokenLength(rest)
			}
		}
		s.pos += n
	}
	return s.statement(start, token), nil
}

// statement is the statement from start to where the splitter stands, whose
// first token begins at token; one without line where it has no token.
func (s *splitter) statement(start, token int) Statement {
	if token < 0 {
		return Statement{}
	}
	return Statement{Text: strings.TrimFunc(s.text[start:s.pos], func(r rune) bool {
		return r < 0x80 && isSpace(byte(r))
	}), Line: s.lineOf(token)}
}

// lineOf is the number of the line at pos, which is not before any pos that it
// was asked for earlier.
func (s *splitter) lineOf(pos int) int {
	s.line += strings.Count(s.text[s.counted:pos], "\n")
	s.counted = pos
	return s.line
}

// endLength is the length of what ends a statement at the start of rest, 0
// where nothing does.
func (s *splitter) endLength(rest string) int {
	switch {
	case strings.HasPrefix(rest, `\G`), strings.HasPrefix(rest, `\g`):
		return 2
	case strings.HasPrefix(rest, s.delimiter):
		return len(s.delimiter)
	}
	return 0
}

// bodyEnd is where the statement from start on ends if it creates what is stored with statements
// of its own, which end in the delimiter; 0 of others and of what does not parse.
func (s *splitter) bodyEnd(start int) int {
	if start < 0 || s.delimiter != ";" {
		return 0
	}
	if !createsRoutine(s.text[start:s.pos]) {
		return 0
	}
	l := new(lexed)
	l.lex(s.text[start:], 0)
	p := &routineParser{lexed: l, i: 1}
	if _, ok := p.routine(); !ok || p.fail != nil {
		return 0
	}
	return start + l.start(p.i)
}

// createsRoutine tells whether a statement seems to create a routine or trigger.
func createsRoutine(text string) bool {
	first := true
	for t := range Tokens(text) {
		switch strings.ToUpper(t) {
		case "CREATE":
		case "FUNCTION", "PROCEDURE", "TRIGGER":
			return !first
		case "TABLE", "VIEW", "INDEX", "(":
			return false
		default:
			if first {
				return false
			}
		}
		first = false
	}
	return false
}

const delimiterCommand = "DELIMITER"

func isDelimiterCommand(rest string) bool {
	n := len(delimiterCommand)
	return len(rest) >= n && strings.EqualFold(rest[:n], delimiterCommand) && (len(rest) == n || isSpace(rest[n]))
}

// setDelimiter obeys the DELIMITER command that it stands on and reads its
// line to the end.
func (s *splitter) setDelimiter() error {
	start := s.pos
	line := s.text[s.pos:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	s.pos += len(line)
	args := strings.Fields(line[len(delimiterCommand):])
	if len(args) == 0 {
		return fmt.Errorf("parse: line %d: DELIMITER must be followed by the delimiter", s.lineOf(start))
	}
	s.delimiter = args[0]
	return nil
}

// comment is the length of the comment at the start of rest, 0 where there is
// none, and whether it ends. What /*! begins is no comment to MySQL.
func comment(rest string) (n int, ended bool) {
	switch {
	case rest[0] == '#', strings.HasPrefix(rest, "--") && (len(rest) == 2 || isSpace(rest[2])):
		if n = strings.IndexByte(rest, '\n'); n < 0 {
			n = len(rest)
		}
		return n, true
	case strings.HasPrefix(rest, "/*") && !strings.HasPrefix(rest, "/*!"):
		if n = strings.Index(rest[2:], "*/"); n < 0 {
			return len(rest), false
		}
		return n + len("/**/"), true
	}
	return 0, false
}

// tokenLength is the length of what must be read as one at the start of rest: a
// string or a quoted name, or else a byte. A doubled quote needs no rule: it
// reads as two strings side by side, which end where the one does.
func tokenLength(rest string) int {
	quote := rest[0]
	if quote != '\'' && quote != '"' && quote != '`' {
		return 1
	}
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == quote:
			return i + 1
		case rest[i] == '\\' && quote != '`':
			i++
		}
	}
	return len(rest)
}

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}
