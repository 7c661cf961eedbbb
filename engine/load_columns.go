package engine

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// LOAD DATA by columns: a file is read in blocks of whole lines, which are converted side by
// side and written in their order.

// loadBlock is a block of lines, and what was made of it where done is closed.
type loadBlock struct {
	text     []byte
	parts    []loadPart
	panicked any
	done     chan struct{}
}

// loadPart is lines of a block, one behind the other.
type loadPart struct {
	text []byte
	rows *storage.Rows   // what they are, but for columns that SET gives; nil: there may be a word to say of them
	vars [][]parse.Field // by variable
}

// blocks loads the lines of all pieces.
func (l *load) blocks(pieces *parse.Pieces) error {
	workers := runtime.GOMAXPROCS(0)
	there := workers + 2 // this is all that is in memory of the file at a time
	free := make(chan []byte, there)
	for range there {
		free <- nil
	}
	l.setting = l.converter()
	order, work := make(chan *loadBlock, there), make(chan *loadBlock, there)
	stop := make(chan struct{})
	var failed error // read behind the end of order
	var running sync.WaitGroup
	defer running.Wait()
	defer close(stop)
	running.Go(func() {
		defer close(order)
		defer close(work)
		defer func() {
			if p := recover(); p != nil {
				failed = fmt.Errorf("engine: reading a file of LOAD DATA: %v", p)
			}
		}()
		for {
			select {
			case into := <-free:
				text, err := pieces.Next(into)
				if failed = err; text == nil || err != nil {
					return
				}
				b := &loadBlock{text: text, done: make(chan struct{})}
				order <- b
				work <- b
			case <-stop:
				return
			}
		}
	})
	for range workers {
		c := l.converter()
		running.Go(func() {
			for b := range work {
				c.convert(b)
			}
		})
	}
	for b := range order {
		<-b.done
		if b.panicked != nil {
			panic(b.panicked)
		}
		if err := l.write(b.parts); err != nil {
			return err
		}
		free <- b.text
	}
	return failed
}

// converter converts lines; each is for a goroutine.
type converter struct {
	l       *load
	lines   *parse.Lines
	byLine  bool  // there is something to say or to do of each line
	missing []int // columns that nothing gives
	auto    int   // the AUTO_INCREMENT column; -1: there is none
	vars    [][]parse.Field
	plain   *plainLines // nil: not for this file
	*silentRow
}

func (l *load) converter() *converter {
	in := l.in
	c := &converter{l: l, lines: l.file.Reader(), silentRow: newSilentRow(in.target, in.b.Context.Env)}
	c.byLine = !in.target.Plain || in.triggers != nil || len(in.dynamic) > 0
	field, set := make([]bool, len(in.target.Columns)), make([]bool, len(in.target.Columns))
	for _, f := range l.fields {
		if f.column >= 0 {
			field[f.column] = true
		}
	}
	for _, s := range l.sets {
		c.byLine = c.byLine || !s.plain || s.x == nil || field[s.column] || set[s.column]
		set[s.column] = true
	}
	c.auto = in.target.AutoIncrement
	if c.auto >= 0 {
		kind := in.target.Columns[c.auto].T.Kind
		read := slices.ContainsFunc(in.checks.all, func(one check) bool { return slices.Contains(one.reads, c.auto) })
		c.byLine = c.byLine || set[c.auto] || kind != types.Int && kind != types.Uint || read && !field[c.auto]
	}
	for i := range field {
		if !field[i] && !set[i] && i != c.auto {
			c.missing = append(c.missing, i)
		}
	}
	c.plain = c.plainLines()
	return c
}

// convert converts a block's lines.
func (c *converter) convert(b *loadBlock) {
	defer close(b.done)
	defer func() { b.panicked = recover() }()
	if c.byLine {
		b.parts = []loadPart{{text: b.text}}
		return
	}
	room := 0
	if end := c.l.file.Lines; end != "" {
		room = bytes.Count(b.text, []byte(end)) + 1
	}
	c.begin(room)
	c.lines.Reset(b.text)
	start := 0
	for {
		at := c.lines.Pos()
		if c.plain != nil {
			at = c.plain.read(at)
		}
		line, cut := c.lines.Next(len(c.l.fields))
		if line != nil {
			c.l.decoded(line)
			if !cut && len(line) == len(c.l.fields) && c.line(line) {
				c.rows.N++
				continue
			}
			c.rows.Drop()
		}
		if c.rows.N > 0 {
			b.parts = append(b.parts, c.part(b.text[start:at]))
		}
		if line == nil {
			return
		}
		if c.rows.N > 0 {
			c.begin(0)
		}
		start = c.lines.Pos()
		b.parts = append(b.parts, loadPart{text: b.text[at:start]})
	}
}

func (c *converter) begin(room int) {
	c.rows = c.l.in.words.NewRows(room)
	c.vars = make([][]parse.Field, len(c.l.vars))
	if c.plain != nil {
		c.plain.begin()
	}
}

// part is the lines so far.
func (c *converter) part(text []byte) loadPart {
	for _, i := range c.missing {
		v := c.l.in.defaults[i]
		_ = c.rows.Fill(i, func(int) (types.Value, error) { return v, nil }) // which was stored before
	}
	return loadPart{text, c.rows, c.vars}
}

// line adds a line, where all of its fields are stored as they are; else some of them.
func (c *converter) line(line []parse.Field) bool {
	for k := range line {
		f, to := &line[k], &c.l.fields[k]
		if to.column < 0 {
			c.vars[to.variable] = append(c.vars[to.variable][:c.rows.N], *f)
		} else if !c.field(f, to.column) {
			return false
		}
	}
	return true
}

func (c *converter) field(f *parse.Field, column int) bool {
	if column == c.auto {
		x, ok := types.TextNumber(f.Text, &c.target.Columns[column].T)
		if ok = ok && !f.Null && x > 0; ok { // else it is to be generated, or a matter of its type
			c.rows.AddInt(column, x)
		}
		return ok
	}
	if f.Null {
		return c.null(column)
	}
	return c.text(f.Text, column) || c.store(types.StringValue(f.Text), &c.l.text, column)
}

// write writes the parts of a block.
func (l *load) write(parts []loadPart) error {
	in := l.in
	for i := range parts {
		if err := in.x.ctx.Err(); err != nil {
			return err
		}
		p := &parts[i]
		if p.rows != nil {
			defer in.words.Free(p.rows)
		}
		if p.rows == nil || !l.silently(func() bool { return l.set(p) && l.in.checks.ofRows(p.rows) }) {
			if err := l.lines(bytes.Clone(p.text)); err != nil {
				return err
			}
			continue
		}
		for k, v := range p.vars {
			if l.vars[k] = (types.Value{}); !v[p.rows.N-1].Null {
				l.vars[k] = types.StringValue(strings.Clone(v[p.rows.N-1].Text))
			}
		}
		if err := in.flush(); err != nil {
			return err
		}
		p.rows.Seal()
		if err := l.number(p.rows); err != nil {
			return err
		}
		in.records += p.rows.N
		if err := in.append(p.rows); err != nil {
			return err
		}
	}
	return nil
}

// silently tells whether f does, and has no word to say.
func (l *load) silently(f func() bool) bool {
	env := l.in.b.Context.Env
	said := false
	defer func(warn, note func(uint16, string)) { env.Warn, env.Note = warn, note }(env.Warn, env.Note)
	env.Warn = func(uint16, string) { said = true }
	env.Note = env.Warn
	return f() && !said
}

// number gives rows their AUTO_INCREMENT values, or notes those that they have.
func (l *load) number(rows *storage.Rows) error {
	in, auto := l.in, l.in.target.AutoIncrement
	if auto < 0 {
		return nil
	}
	if slices.ContainsFunc(l.fields, func(f loadField) bool { return f.column == auto }) {
		given := rows.Ints(auto)
		in.spare, in.last = nil, uint64(given[len(given)-1])
		return nil
	}
	return rows.Fill(auto, func(int) (types.Value, error) {
		err := in.generate()
		if in.first == 0 {
			in.first = in.sequel
		}
		return in.row[auto], err
	})
}

// set gives the lines the columns that SET does, where there is nothing to say of any of them.
func (l *load) set(p *loadPart) bool {
	if len(l.sets) == 0 {
		return true
	}
	in := l.in
	batch := &types.Batch{N: p.rows.N, Cols: make([]*types.Vec, len(in.target.Columns), len(in.target.Columns)+len(p.vars))}
	for _, fields := range p.vars {
		v := types.NewVec(&l.text, p.rows.N)
		for i := range fields[:p.rows.N] {
			if v.S[i] = fields[i].Text; fields[i].Null {
				v.SetNull(i)
			}
		}
		batch.Cols = append(batch.Cols, v)
	}
	c := l.setting
	c.rows = p.rows
	for _, s := range l.sets {
		v, err := s.x.Eval(in.b.Context, batch)
		if err != nil || *in.failed != nil || !c.values(s.column, v, s.x.Type()) {
			return false
		}
	}
	return true
}

// values adds what SET gives a column.
func (c *converter) values(column int, v *types.Vec, from *types.Type) bool {
	text := v.Kind == types.String && from.Collation.Charset() == "utf8mb4"
	n := c.rows.N
	defer func() { c.rows.N = n }()
	for c.rows.N = 0; c.rows.N < n; c.rows.N++ {
		i := c.rows.N
		if v.Null(i) {
			if !c.null(column) {
				return false
			}
		} else if (!text || !c.text(v.Str(i), column)) && !c.store(v.Value(i), from, column) {
			return false
		}
	}
	return true
}
