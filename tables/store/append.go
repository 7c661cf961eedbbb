package store

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// Rows by columns. What a transaction appends by columns stays so until its commit, which
// puts it into the segments, unless it reads or changes the table before.

// Append adds n rows that come behind all others: columns has what they have in each column, of
// which it keeps but the texts of Strings and the Anys. False, and nothing is added, where a unique index could have one of
// the rows' keys: it takes rows only whose keys come behind all of the table's and grow, or are
// whole numbers of which none repeats.
// ErrNoTable and ErrMemory are as of [Tx.Insert].
func (t *Tx) Append(id TableID, columns []Values, n int) (bool, error) {
	o, err := t.overlaid(id)
	if err != nil {
		return false, err
	}
	o.settleRewrite(t)
	if !o.behind(columns, n) {
		return false, nil
	}
	bytes := o.base.def.chunkBytes(columns, n)
	if limit := t.store.limit; limit > 0 && t.store.Memory()+t.bytes+bytes > limit {
		return false, ErrMemory
	}
	t.bytes += bytes
	t.note(change{overlay: o, kind: appended, id: own | RowID(o.appended()), rows: n})
	o.chunkBytes = append(o.chunkBytes, bytes)
	o.keep(columns, n)
	return true, nil
}

// appended is how many rows the overlay has been given, those in chunks included.
func (o *overlay) appended() int {
	n := len(o.rows)
	for i := range o.chunks {
		n += o.chunks[i].n
	}
	return n
}

// behind tells whether no unique index can have a key of the rows.
func (o *overlay) behind(columns []Values, n int) bool {
	for i := range o.base.def.Indexes {
		x := &o.base.def.Indexes[i]
		if !x.unique() || n == 0 {
			continue
		}
		inserted := o.tree(i)
		order := inserted.ordering
		last, ok := o.base.indexes[i].last(o.base)
		if e, is := inserted.Max(); is && (!ok || order.keys(last, e.key) < 0) {
			last, ok = e.key, true
		}
		if _, is := o.unsorted[i]; !is {
			last := last
			if k := len(o.chunks) - 1; k >= 0 {
				// Their keys have grown.
				if key := order.chunkKey(o.base.def, o.chunks[k].columns, o.chunks[k].n-1); !ok || order.keys(last, key) < 0 {
					last = key
				}
			}
			if order.grows(o.base.def, last, columns, n) {
				continue
			}
		}
		if !o.takes(i, last, columns, n) {
			o.forgetKeys() // it may have some of the rows'
			return false
		}
	}
	return true
}

// grows tells whether keys of rows grow, from beyond last; none of them may have a NULL.
func (o *ordering) grows(d *Definition, last []any, columns []Values, n int) bool {
	for _, c := range o.columns {
		if slices.Contains(columns[c].Nulls, true) {
			return false
		}
	}
	from := 0
	if last == nil {
		last, from = o.chunkKey(d, columns, 0), 1
	} else if o.keys(last, o.chunkKey(d, columns, 0)) >= 0 {
		return false
	}
	if len(o.columns) == 1 && d.Columns[o.columns[0]] == Int {
		xs := columns[o.columns[0]].Ints
		for i := 1; i < n; i++ {
			if xs[i-1] >= xs[i] {
				return false
			}
		}
		return true
	}
	for i := from; i < n; i++ {
		key := o.chunkKey(d, columns, i)
		if i > 0 && o.keys(last, key) >= 0 {
			return false
		}
		last = key
	}
	return true
}

// chunkKey is the key of a row of columns.
func (o *ordering) chunkKey(d *Definition, columns []Values, row int) []any {
	key := make([]any, len(o.columns))
	for i, c := range o.columns {
		key[i] = columns[c].Value(d.Columns[c], row)
	}
	return key
}

// Value is the value of a row; nil: NULL. Of a String there are Strings.
func (v *Values) Value(k Kind, row int) any {
	if v.Nulls != nil && v.Nulls[row] {
		return nil
	}
	switch k {
	case Int:
		return v.Ints[row]
	case Uint:
		return uint64(v.Ints[row])
	case Float:
		return v.Floats[row]
	case String:
		if v.words != nil {
			return v.texts[v.Codes[row]]
		}
		return v.Strings[row]
	}
	return v.Anys[row]
}

// append adds the rows of chunks, which come behind all others: columns and indexes side by
// side, where there are many.
func (e *edit) append(chunks []chunk) {
	laid := e.layOut(chunks)
	last := &chunks[len(chunks)-1]
	e.last = entry{e.displaced.chunkKey(e.def, last.columns, last.n-1), uint64(e.next - 1), e.next - 1}
	var work []func() int64
	for c, kind := range e.def.Columns {
		work = append(work, func() (bytes int64) {
			known := map[*Words][]uint32{}
			d := &e.dictionaries[c]
			var own *Words // the dictionary's
			for _, r := range laid {
				v := &r.chunk.columns[c]
				if v.words != nil && len(d.values) == 0 {
					own, bytes = v.words, bytes+d.adopt(v.words, e.lineage)
				}
				if v.words != nil && v.words != own && known[v.words] == nil {
					known[v.words] = make([]uint32, len(v.words.values))
				}
				bytes += r.segment.columns[c].pushAll(kind, r.at, v, r.from, r.until, d, e.lineage, known[v.words])
			}
			return bytes
		})
	}
	rows := 0
	for i := range chunks {
		rows += chunks[i].n
	}
	e.bytes += aside(work, rows)
	work = work[:0]
	for i := range e.indexes {
		work = append(work, func() int64 {
			x := &e.indexes[i]
			before := x.bytes()
			e.grow(x, laid[0].position)
			return x.bytes() - before
		})
	}
	e.bytes += aside(work, rows)
}

// aside does things side by side, where they are of many rows, and returns the sum of what they do.
func aside(work []func() int64, rows int) (sum int64) {
	if rows < sideBySide {
		for _, f := range work {
			sum += f()
		}
		return sum
	}
	var bytes atomic.Int64
	var panicked atomic.Value
	var running sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, f := range work {
		slots <- struct{}{}
		running.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panicked.CompareAndSwap(nil, fmt.Sprintf("%v\n%s", p, debug.Stack())) // which would end the process
				}
				<-slots
			}()
			bytes.Add(f())
		})
	}
	running.Wait()
	if p := panicked.Load(); p != nil {
		panic(p)
	}
	return bytes.Load()
}

// sideBySide is how many rows are worth it.
const sideBySide = 1 << 14

// laid is rows of a chunk that lie together in a segment, the first at a position, as row at.
type laid struct {
	segment         *segment
	position        int
	at, from, until int
	chunk           *chunk
}

// layOut makes room for the rows in the parts.
func (e *edit) layOut(chunks []chunk) []laid {
	var runs []laid
	for i := range chunks {
		for from := 0; from < chunks[i].n; {
			s := e.room(e.next)
			until := min(chunks[i].n, from+(1<<segmentBits)-s.n)
			runs = append(runs, laid{s, position(len(e.parts)-1, s.n), s.n, from, until, &chunks[i]})
			s.n += until - from
			e.live += until - from
			e.next += RowID(until - from)
			from = until
		}
	}
	return runs
}

// pushAll appends rows from one up to another, the first as row i, and returns the bytes that
// they take. known is what numbers of the values' words have in the dictionary ([Words.recode]);
// nil: they are its own.
func (c *column) pushAll(kind Kind, i int, v *Values, from, until int, d *dictionary, by *lineage, known []uint32) (bytes int64) {
	if i == 0 && from == 0 && v.rows(kind) == until && (kind != String || v.words != nil && known == nil) {
		return c.take(kind, v, until)
	}
	switch kind {
	case Int, Uint:
		c.ints, bytes = pushSlice(c.ints, v.Ints[from:until]), 8*int64(until-from)
	case Float:
		c.floats, bytes = pushSlice(c.floats, v.Floats[from:until]), 8*int64(until-from)
	case String:
		bytes = 4 * int64(until-from)
		if v.words != nil && known == nil {
			c.codes = pushSlice(c.codes, v.Codes[from:until])
			break
		}
		if v.words != nil {
			nulls := v.Nulls
			if nulls != nil {
				nulls = nulls[from:until]
			}
			codes, more := v.words.recode(v.Codes[from:until], nulls, d, by, known)
			c.codes, bytes = pushSlice(c.codes, codes), bytes+more
			break
		}
		codes := make([]uint32, until-from)
		for k := range codes {
			if v.Nulls != nil && v.Nulls[from+k] {
				continue
			}
			code, more := d.code(v.Strings[from+k], by)
			codes[k], bytes = code, bytes+more
		}
		c.codes = pushSlice(c.codes, codes)
	case Any:
		c.anys = pushSlice(c.anys, v.Anys[from:until])
		for _, x := range v.Anys[from:until] {
			bytes += anyBytes(x)
		}
	}
	if v.Nulls != nil && slices.Contains(v.Nulls[from:until], true) {
		c.nulls = pushSlice(pushSlice(c.nulls, make([]bool, i-len(c.nulls))), v.Nulls[from:until])
		bytes += int64(until - from)
	}
	return bytes
}

// take makes a chunk's values of n rows those of a segment that has no others, and returns the bytes that they take.
func (c *column) take(kind Kind, v *Values, n int) (bytes int64) {
	*c = column{v.Ints, v.Floats, v.Codes, v.Anys, v.Nulls}
	return c.bytes(kind, n)
}

// pushSlice is push of several.
func pushSlice[T any](s, more []T) []T {
	if need := len(s) + len(more); need > cap(s) {
		s = append(make([]T, 0, min(max(2*len(s), need), 1<<segmentBits)), s...)
	}
	return append(s, more...)
}
