package parse

import (
	"io"
	"strings"
)

// Infile reads the lines of LOAD DATA as MySQL does (manual 15.2.9; READ_INFO of its
// sql_load.cc).
type Infile struct {
	Fields, Lines, Starting string // what they are terminated by, and what lines start by; "": nothing
	Enclosed, Escaped       byte   // 0: nothing
	Blocks                  <-chan []byte
	Err                     *error // why Blocks ended; read behind it

	buf  string
	pos  int
	over bool // buf has the file's end

	row     []Field
	escapes []byte
	special *[256]bool // the first characters of all that means something
}

// Field is a field of a line.
type Field struct {
	Text string
	Null bool
}

// blockSize is how much of a file is read at a time.
const blockSize = 1 << 18

// ReadBlocks reads a file, in a goroutine of its own, into blocks, until its end or until stop is closed.
// The error is written before the blocks' channel is closed.
func ReadBlocks(r io.Reader, stop <-chan struct{}) (<-chan []byte, *error) {
	blocks, failed := make(chan []byte, 2), new(error)
	go func() {
		defer close(blocks)
		for {
			b := make([]byte, blockSize)
			n, err := io.ReadFull(r, b)
			if n > 0 {
				select {
				case blocks <- b[:n]:
				case <-stop:
					return
				}
			}
			if err != nil {
				if err != io.EOF && err != io.ErrUnexpectedEOF {
					*failed = err
				}
				return
			}
		}
	}()
	return blocks, failed
}

// more reads on. The texts of fields stay what they were.
func (f *Infile) more() error {
	block, ok := <-f.Blocks
	if !ok {
		f.over = true
		return *f.Err
	}
	f.buf, f.pos = f.buf[f.pos:]+string(block), 0
	return nil
}

// Skip skips a line: IGNORE n LINES.
func (f *Infile) Skip() error {
	if f.line() == "" {
		return nil
	}
	for {
		p, _, ok := f.nextLine(f.pos)
		if ok {
			f.pos = p
			return nil
		}
		if err := f.more(); err != nil {
			return err
		}
	}
}

// line is what ends a line: nothing where fields end by the same.
func (f *Infile) line() string {
	if f.Lines == f.Fields {
		return ""
	}
	return f.Lines
}

// Next is the next line's fields, at most so many, valid until the next call; nil behind the
// last line. cut tells that the line had more than that.
func (f *Infile) Next(most int) (row []Field, cut bool, err error) {
	for {
		row, cut, ok := f.read(most)
		if ok {
			return row, cut, nil
		}
		if err := f.more(); err != nil {
			return nil, false, err
		}
	}
}

// read reads a line, where all of it is there.
func (f *Infile) read(most int) (row []Field, cut, ok bool) {
	f.row = f.row[:0]
	p := f.pos
	if f.Starting != "" {
		i := strings.Index(f.buf[p:], f.Starting)
		if i < 0 {
			return nil, false, f.over
		}
		p += i + len(f.Starting)
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
		if p, ended, ok = f.field(p); !ok {
			return nil, false, false
		}
		if ended {
			break
		}
	}
	if !ended && f.line() != "" {
		if p, cut, ok = f.nextLine(p); !ok {
			return nil, false, false
		}
	}
	f.pos = p
	return f.row, cut, true
}

// nextLine is where the line behind p begins, and whether there was something before it.
func (f *Infile) nextLine(p int) (next int, cut, ok bool) {
	line := f.line()
	for ; p < len(f.buf); p++ {
		switch {
		case f.buf[p] == f.Escaped && f.Escaped != 0:
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
func (f *Infile) field(p int) (next int, ended, ok bool) {
	s, line := f.buf, f.line()
	enclosed := f.Enclosed != 0 && s[p] == f.Enclosed
	if enclosed {
		p++
	}
	start, escaped, null := p, false, false
	var lineFirst, fieldFirst byte
	if line != "" {
		lineFirst = line[0]
	}
	if f.Fields != "" {
		fieldFirst = f.Fields[0]
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
		null = null && len(text) == 1 || !quoted && f.Enclosed != 0 && text == "NULL"
		f.row = append(f.row, Field{text, null})
	}
	special := f.specials()
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
		case c == f.Escaped && f.Escaped != 0 && (f.Escaped != f.Enclosed || p+1 < len(s) && s[p+1] == c):
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
		case enclosed && c == f.Enclosed:
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
			case f.Fields != "" && strings.HasPrefix(rest, f.Fields):
				end(true)
				return p + 1 + len(f.Fields), false, true
			case !f.over && len(rest) < max(len(line), len(f.Fields)):
				return 0, false, false
			}
		case enclosed:
		case c == lineFirst && line != "" && strings.HasPrefix(s[p:], line):
			end(false)
			return p + len(line), true, true
		case c == fieldFirst && f.Fields != "" && strings.HasPrefix(s[p:], f.Fields):
			end(false)
			return p + len(f.Fields), false, true
		case !f.over && len(s)-p < max(len(line), len(f.Fields)) && (c == lineFirst || c == fieldFirst):
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
			f.escapes = append([]byte{f.Enclosed}, f.escapes...)
		}
	}
	end(false)
	return len(s), true, true
}

func (f *Infile) specials() *[256]bool {
	if f.special == nil {
		f.special = new([256]bool)
		for _, s := range []string{f.Fields, f.Lines} {
			if s != "" {
				f.special[s[0]] = true
			}
		}
		for _, c := range []byte{f.Enclosed, f.Escaped} {
			f.special[c] = c != 0 || f.special[c]
		}
	}
	return f.special
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
