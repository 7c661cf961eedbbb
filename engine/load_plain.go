package engine

import (
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// plainLines converts lines while it reads them, of a file whose fields and lines end by a character each: a field's type
// says what is to be expected, and so where its end is.
type plainLines struct {
	*converter
	fields []plainField
}

type plainField struct {
	kind      plainKind
	column    int // -1: it is a variable's
	ends      byte
	low, high int64 // of an integer
	t         *types.Type
	values    *store.Values // of the rows that are read
}

type plainKind byte

const (
	plainOther plainKind = iota
	plainInteger
	plainFloat
	plainDate
	plainDateTime
	plainText
)

// plainLines is nil where the file has other lines.
func (c *converter) plainLines() *plainLines {
	field, line, ok := c.lines.Plain()
	if !ok || c.byLine || c.l.decode != nil {
		return nil
	}
	p := &plainLines{converter: c, fields: make([]plainField, len(c.l.fields))}
	for k, to := range c.l.fields {
		f := &p.fields[k]
		f.column, f.ends = to.column, field
		if k == len(p.fields)-1 {
			f.ends = line
		}
		if to.column < 0 {
			continue
		}
		f.t = &c.target.Columns[to.column].T
		switch f.t.Kind {
		case types.Int, types.Uint:
			f.low, f.high = types.IntegerRange(f.t)
			if f.kind = plainInteger; to.column == c.auto {
				f.low = 1 // others are generated
			}
		case types.Float:
			f.kind = plainFloat
		case types.Date:
			f.kind = plainDate
		case types.DateTime:
			f.kind = plainDateTime
		case types.String:
			f.kind = plainText
		}
	}
	return p
}

func (p *plainLines) begin() {
	for k := range p.fields {
		if f := &p.fields[k]; f.column >= 0 {
			f.values = p.rows.Column(f.column)
		}
	}
}

// read adds the lines from at on, up to one that is to be read otherwise, and returns where that is.
func (p *plainLines) read(at int) int {
	for {
		next := p.line(at)
		if next == 0 {
			p.rows.Drop()
			p.lines.Seek(at)
			return at
		}
		p.rows.N++
		at = next
	}
}

// line adds the line at a place and returns the next one's, where all of its fields are stored as they are; else 0, and
// it may have added some of them.
func (p *plainLines) line(at int) (next int) {
	s := p.lines.Text()
	for k := range p.fields {
		f := &p.fields[k]
		var end int
		var x int64
		switch f.kind {
		case plainInteger:
			if x, end = types.LeadingInteger(s, at); x < f.low || x > f.high {
				end = at
			}
		case plainDateTime:
			if x, end = types.LeadingDateTime(s, at); f.t.IsTimestamp() && !p.clock.Takes(x) {
				end = at
			}
		case plainDate:
			x, end = types.LeadingDate(s, at)
		case plainFloat:
			var x float64
			if x, end = types.LeadingFloat(s, at, f.t); end > at && end < len(s) && s[end] == f.ends {
				f.values.Floats = append(f.values.Floats, x)
				f.there()
				at = end + 1
				continue
			}
			end = at
		default:
			end = at
		}
		if end > at && end < len(s) && s[end] == f.ends {
			f.values.Ints = append(f.values.Ints, x)
			f.there()
			at = end + 1
			continue
		}
		field, ascii, end := p.lines.PlainField(at)
		if end == 0 || s[end-1] != f.ends {
			return 0
		}
		at = end
		switch {
		case f.column < 0:
			to := &p.vars[p.l.fields[k].variable]
			*to = append((*to)[:p.rows.N], field)
		case f.kind == plainText && !field.Null && types.PlainTextFits(field.Text, ascii, f.t):
			f.values.Strings = append(f.values.Strings, field.Text)
			f.there()
		case !p.field(&field, f.column):
			return 0
		}
	}
	return at
}

// there notes that the value that was added is not NULL.
func (f *plainField) there() {
	if f.values.Nulls != nil {
		f.values.Nulls = append(f.values.Nulls, false)
	}
}
