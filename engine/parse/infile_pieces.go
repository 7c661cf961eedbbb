package parse

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unsafe"
)

// Pieces cuts a file into pieces of whole lines, which can be read one beside the other.
type Pieces struct {
	file   *Infile
	from   io.Reader
	lines  *Lines
	most   int    // of the fields of a line: what is behind them is read otherwise
	rest   []byte // the beginning of a line
	over   bool
	size   int  // of what is read at a time
	direct bool // lines without what encloses end where their end is found that is not escaped
}

const pieceSize = 1 << 19

// Pieces cuts the file that is read from, the lines of which have at most so many fields.
func (f *Infile) Pieces(from io.Reader, most int) *Pieces {
	p := &Pieces{file: f, from: from, lines: f.Reader(), most: most, size: pieceSize}
	// Neither can a part of a line's end be its beginning, nor what ends a field go into it.
	line := p.lines.line
	p.direct = line != "" && f.Starting == "" && !strings.Contains(line[1:], line[:1]) && !strings.Contains(f.Fields, line[:1]) &&
		strings.IndexByte(line+f.Fields, f.Escaped) < 0
	return p
}

// Skip leaves out a line: IGNORE n LINES.
func (p *Pieces) Skip() error {
	if p.lines.line == "" {
		return nil
	}
	for {
		p.lines.Reset(p.rest)
		p.lines.over = p.over
		next, _, ok := p.lines.nextLine(0)
		if ok {
			p.rest = p.rest[next:]
			return nil
		}
		if err := p.more(p.size); err != nil {
			return err
		}
	}
}

// Next is the next piece, in the memory of into where that is large enough; nil behind the last
// one.
func (p *Pieces) Next(into []byte) ([]byte, error) {
	p.rest = append(into[:0], p.rest...)
	for size := p.size; ; size = len(p.rest) { // where a line is longer than all of this
		if err := p.more(size); err != nil {
			return nil, err
		}
		if p.over {
			piece := p.rest
			p.rest = nil
			if len(piece) == 0 {
				return nil, nil
			}
			return piece, nil
		}
		if end := p.end(); end > 0 {
			piece := p.rest[:end:end]
			p.rest = bytes.Clone(p.rest[end:])
			return piece, nil
		}
	}
}

// more reads so many bytes behind the rest, where there are as many.
func (p *Pieces) more(n int) error {
	if need := len(p.rest) + n; cap(p.rest) < need {
		p.rest = append(make([]byte, 0, need), p.rest...)
	}
	for n > 0 && !p.over {
		read, err := p.from.Read(p.rest[len(p.rest) : len(p.rest)+n])
		p.rest, n = p.rest[:len(p.rest)+read], n-read
		switch {
		case errors.Is(err, io.EOF):
			p.over = true
		case err != nil:
			return err
		}
	}
	return nil
}

// end is where the last line that ends ends.
func (p *Pieces) end() int {
	f := p.file
	if p.direct && (f.Enclosed == 0 || bytes.IndexByte(p.rest, f.Enclosed) < 0) {
		text := textOf(p.rest)
		for {
			i := strings.LastIndex(text, p.lines.line)
			if i < 0 {
				return 0
			}
			if f.Escaped == 0 || escapes(text[:i], f.Escaped)%2 == 0 {
				return i + len(p.lines.line)
			}
			text = text[:i]
		}
	}
	p.lines.Reset(p.rest)
	p.lines.over = false
	for {
		if _, _, ok := p.lines.read(p.most); !ok {
			return p.lines.pos
		}
	}
}

// escapes is how many escape characters a text ends by: each second one is what is escaped.
func escapes(text string, escape byte) (n int) {
	for n < len(text) && text[len(text)-1-n] == escape {
		n++
	}
	return n
}

// textOf is bytes as a text, for as long as they do not change.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
