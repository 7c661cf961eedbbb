package parse

import "strings"

// Infile is how a file of LOAD DATA is written (manual 15.2.9; READ_INFO of MySQL's sql_load.cc).
type Infile struct {
	Fields, Lines, Starting string // what they are terminated by, and what lines start by; "": nothing
	Enclosed, Escaped       byte   // 0: nothing
}

// Field is a field of a line.
type Field struct {
	Text string
	Null bool
}

// Lines reads the lines of a text that has a file or the first part of it.
type Lines struct {
	file *Infile
	line string // what ends a line: nothing where fields end by the same
	buf  string
	pos  int
	over bool // buf has the file's end

	row     []Field
	escapes []byte
	special [256]bool // the first characters of all that means something
	signs   [4]uint64 // each of these as all bytes of a number, of a file that is plain
	plain   bool      // fields and lines end by a character each
}

// Reader reads the lines of what Reset gives it, which has the end of the last one or of the file.
func (f *Infile) Reader() *Lines {
	l := &Lines{file: f, line: f.Lines, over: true}
	if f.Lines == f.Fields {
		l.line = ""
	}
	for _, s := range []string{f.Fields, f.Lines} {
		if s != "" {
			l.special[s[0]] = true
		}
	}
	for _, c := range []byte{f.Enclosed, f.Escaped} {
		l.special[c] = c != 0 || l.special[c]
	}
	l.plain = len(l.line) == 1 && len(f.Fields) == 1 && f.Starting == "" &&
		f.Enclosed != f.Fields[0] && f.Enclosed != l.line[0] && f.Escaped != f.Fields[0] && f.Escaped != l.line[0]
	if l.plain {
		for i, c := range []byte{f.Fields[0], l.line[0], f.Enclosed, f.Escaped} {
			if c == 0 {
				c = f.Fields[0]
			}
			l.signs[i] = uint64(c) * eachByte
		}
	}
	return l
}

// Reset begins with another text, which may not change as long as fields of it are used.
func (f *Lines) Reset(text []byte) { f.buf, f.pos = textOf(text), 0 }

// Pos is where the next line begins.
func (f *Lines) Pos() int { return f.pos }

// Next is the next line's fields, at most so many, valid until the next call; nil behind the
// last line. cut tells that the line had more than that.
func (f *Lines) Next(most int) (row []Field, cut bool) {
	row, cut, _ = f.read(most)
	return row, cut
}

// read reads a line, where all of it is there.
func (f *Lines) read(most int) (row []Field, cut, ok bool) {
	f.row = f.row[:0]
	p := f.pos
	if starting := f.file.Starting; starting != "" {
		i := strings.Index(f.buf[p:], starting)
		if i < 0 {
			return nil, false, f.over
		}
		p += i + len(starting)
	}
	ended := false
	for range most {
		if p == len(f.buf) {
			if !f.over {
				return nil, false, false
			}
			if len(f.row) == 0 {
				return nil, false, true
			}
			ended = true
			break
		}
		if f.plain {
			if field, _, next := f.PlainField(p); next > 0 {
				f.row = append(f.row, field)
				p = next
				if ended = f.buf[p-1] == f.line[0]; ended {
					break
				}
				continue
			}
		}
		if p, ended, ok = f.field(p); !ok {
			return nil, false, false
		}
		if ended {
			break
		}
	}
	if !ended && f.line != "" {
		if p, cut, ok = f.nextLine(p); !ok {
			return nil, false, false
		}
	}
	f.pos = p
	return f.row, cut, true
}

// nextLine is where the line behind p begins, and whether there was something before it.
func (f *Lines) nextLine(p int) (next int, cut, ok bool) {
	line, escape := f.line, f.file.Escaped
	for ; p < len(f.buf); p++ {
		switch {
		case f.buf[p] == escape && escape != 0:
			cut = true
			p++
		case f.buf[p] == line[0] && strings.HasPrefix(f.buf[p:], line):
			return p + len(line), cut, true
		case f.buf[p] == line[0] && !f.over && len(f.buf)-p < len(line):
			return 0, false, false
		default:
			cut = true
		}
	}
	return len(f.buf), false, f.over
}

// field reads the field at p, behind which is the next or, ended, the next line.
func (f *Lines) field(p int) (next int, ended, ok bool) {
	s, line, file := f.buf, f.line, f.file
	enclosed := file.Enclosed != 0 && s[p] == file.Enclosed
	if enclosed {
		p++
	}
	start, escaped, null := p, false, false
	var lineFirst, fieldFirst byte
	if line != "" {
		lineFirst = line[0]
	}
	if file.Fields != "" {
		fieldFirst = file.Fields[0]
	}
	// take begins the text of its own that a field with escapes has.
	take := func() {
		if !escaped {
			escaped = true
			f.escapes = append(f.escapes[:0], s[start:p]...)
		}
	}
	end := func(quoted bool) {
		text := s[start:p]
		if escaped {
			text = string(f.escapes)
		}
		null = null && len(text) == 1 || !quoted && file.Enclosed != 0 && text == "NULL"
		f.row = append(f.row, Field{text, null})
	}
	special := &f.special
	for ; p < len(s); p++ {
		if !escaped {
			for p < len(s) && !special[s[p]] {
				p++
			}
			if p == len(s) {
				break
			}
		}
		c := s[p]
		switch {
		case c == file.Escaped && file.Escaped != 0 && (file.Escaped != file.Enclosed || p+1 < len(s) && s[p+1] == c):
			if p+1 == len(s) {
				if !f.over {
					return 0, false, false
				}
				break
			}
			take()
			p++
			null = null || s[p] == 'N'
			f.escapes = append(f.escapes, unescaped(s[p]))
			continue
		case enclosed && c == file.Enclosed:
			if p+1 == len(s) {
				if !f.over {
					return 0, false, false
				}
				end(true)
				return len(s), true, true
			}
			rest := s[p+1:]
			switch {
			case rest[0] == c:
				take()
				p++
			case line != "" && strings.HasPrefix(rest, line):
				end(true)
				return p + 1 + len(line), true, true
			case file.Fields != "" && strings.HasPrefix(rest, file.Fields):
				end(true)
				return p + 1 + len(file.Fields), false, true
			case !f.over && len(rest) < max(len(line), len(file.Fields)):
				return 0, false, false
			}
		case enclosed:
		case c == lineFirst && line != "" && strings.HasPrefix(s[p:], line):
			end(false)
			return p + len(line), true, true
		case c == fieldFirst && file.Fields != "" && strings.HasPrefix(s[p:], file.Fields):
			end(false)
			return p + len(file.Fields), false, true
		case !f.over && len(s)-p < max(len(line), len(file.Fields)) && (c == lineFirst || c == fieldFirst):
			return 0, false, false
		}
		if escaped {
			f.escapes = append(f.escapes, c)
		}
	}
	if !f.over {
		return 0, false, false
	}
	if enclosed { // it has no end: the sign that began it is a part of it
		start--
		if escaped {
			f.escapes = append([]byte{file.Enclosed}, f.escapes...)
		}
	}
	end(false)
	return len(s), true, true
}

// unescaped is what a character behind the escape character stands for.
func unescaped(c byte) byte {
	switch c {
	case '0':
		return 0
	case 'b':
		return '\b'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'Z':
		return 26
	}
	return c
}
