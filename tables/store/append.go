package store

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Rows by columns. What a transaction appends by columns stays so until its commit, which
// puts it into the segments, unless it reads or changes the table before.

// chunk is rows that were appended together.
type chunk struct {
	columns []Values
	n       int
	bytes   int64
}

// Append adds n rows that come behind all others: columns has what they have in each column,
// which becomes the store's. False, and nothing is added, where a unique index could have one of
// the rows' keys: it takes rows only whose keys grow, from beyond all that are there.
// ErrNoTable and ErrMemory are as of [Tx.Insert].
func (t *Tx) Append(id TableID, columns []Values, n int) (bool, error) {
	o, err := t.overlaid(id)
	if err != nil {
		return false, err
	}
	if !o.behind(columns, n) {
		return false, nil
	}
	c := chunk{columns, n, o.base.def.chunkBytes(columns, n)}
	if limit := t.store.limit; limit > 0 && t.store.Memory()+t.bytes+c.bytes > limit {
		return false, ErrMemory
	}
	t.bytes += c.bytes
	t.note(change{overlay: o, kind: appended, id: own | RowID(o.appended()), rows: n})
	o.chunks = append(o.chunks, c)
	o.live += n
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
	for i := range o.indexes {
		x := &o.base.def.Indexes[i]
		if !x.unique() || n == 0 {
			continue
		}
		order := o.indexes[i].ordering
		last, ok := []any(nil), false
		for _, t := range []tree{o.base.indexes[i], o.indexes[i]} {
			if e, is := t.Max(); is && (!ok || order.keys(last, e.key) < 0) {
				last, ok = e.key, true
			}
		}
		if k := len(o.chunks) - 1; k >= 0 {
			// Their keys have grown.
			if key := order.chunkKey(o.base.def, o.chunks[k].columns, o.chunks[k].n-1); !ok || order.keys(last, key) < 0 {
				last, ok = key, true
			}
		}
		if !order.grows(o.base.def, last, columns, n) {
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

// settle makes rows of what was appended by columns.
func (o *overlay) settle(t *Tx) {
	chunks := o.chunks
	o.chunks = nil
	for _, c := range chunks {
		o.live -= c.n
		t.bytes -= c.bytes
		for i := range c.n {
			row := make(Row, len(c.columns))
			for k := range row {
				row[k] = c.columns[k].Value(o.base.def.Columns[k], i)
			}
			t.bytes += o.base.def.rowBytes(row)
			o.insert(0, row)
		}
	}
}

// takeBack undoes an Append.
func (o *overlay) takeBack(t *Tx, c change) {
	if last := len(o.chunks) - 1; last >= 0 {
		t.bytes -= o.chunks[last].bytes
		o.live -= o.chunks[last].n
		o.chunks = o.chunks[:last]
		return
	}
	for i := range c.rows {
		o.takeRow(t, c.id+RowID(i))
	}
}

// takeRow undoes an Insert.
func (o *overlay) takeRow(t *Tx, id RowID) {
	row := &o.rows[id&^own].row
	o.hide(id)
	t.bytes -= o.base.def.rowBytes(*row)
	*row = nil
}

// chunkBytes is what rows by columns take.
func (d *Definition) chunkBytes(columns []Values, n int) int64 {
	bytes := int64(0)
	for i := range d.Indexes {
		bytes += d.Indexes[i].ordering().entryBytes()
	}
	bytes *= int64(n)
	for c, k := range d.Columns {
		switch k {
		case String:
			bytes += 4*int64(len(columns[c].Codes)) + columns[c].wordBytes
			for _, s := range columns[c].Strings {
				bytes += int64(len(s)) + 16
			}
		case Any:
			for _, x := range columns[c].Anys {
				bytes += anyBytes(x)
			}
		default:
			bytes += 8 * int64(n)
		}
	}
	return bytes
}

// append adds the rows of chunks, which come behind all others: columns and indexes side by
// side, where there are many.
func (e *edit) append(chunks []chunk) {
	first := e.next
	runs := e.layOut(chunks)
	last := &chunks[len(chunks)-1]
	e.last = entry{e.displaced.chunkKey(e.def, last.columns, last.n-1), uint64(e.next - 1), e.next - 1}
	work := make([]func() int64, 0, len(e.def.Columns)+len(e.indexes))
	for _, t := range e.indexes {
		work = append(work, func() int64 { return e.grow(t, chunks, first, int(e.next-first)) })
	}
	for c, kind := range e.def.Columns {
		work = append(work, func() (bytes int64) {
			known := map[*Words][]uint32{}
			for _, r := range runs {
				v := &r.chunk.columns[c]
				if v.words != nil && known[v.words] == nil {
					known[v.words] = make([]uint32, len(v.words.values))
				}
				bytes += r.segment.columns[c].pushAll(kind, r.at, v, r.from, r.until, &e.dictionaries[c], e.lineage, known[v.words])
			}
			return bytes
		})
	}
	if e.next-first < sideBySide {
		for _, f := range work {
			e.bytes += f()
		}
		return
	}
	var bytes atomic.Int64
	var running sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, f := range work {
		slots <- struct{}{}
		running.Go(func() {
			bytes.Add(f())
			<-slots
		})
	}
	running.Wait()
	e.bytes += bytes.Load()
}

// sideBySide is how many rows are worth it.
const sideBySide = 1 << 14

// run is rows of a chunk that lie together in a segment, the first as row at.
type run struct {
	segment         *segment
	at, from, until int
	chunk           *chunk
}

// layOut makes room for the rows in the parts.
func (e *edit) layOut(chunks []chunk) []run {
	var runs []run
	for i := range chunks {
		for from := 0; from < chunks[i].n; {
			s := e.room(e.next)
			until := min(chunks[i].n, from+(1<<segmentBits)-s.n)
			runs = append(runs, run{s, s.n, from, until, &chunks[i]})
			s.n += until - from
			e.live += until - from
			e.next += RowID(until - from)
			from = until
		}
	}
	return runs
}

// pushAll appends rows from one up to another, the first as row i, and returns the bytes that
// they take. known is what numbers of the values' words have in the dictionary ([Words.recode]).
func (c *column) pushAll(kind Kind, i int, v *Values, from, until int, d *dictionary, by *lineage, known []uint32) (bytes int64) {
	switch kind {
	case Int, Uint:
		c.ints, bytes = pushSlice(c.ints, v.Ints[from:until]), 8*int64(until-from)
	case Float:
		c.floats, bytes = pushSlice(c.floats, v.Floats[from:until]), 8*int64(until-from)
	case String:
		bytes = 4 * int64(until-from)
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
		for len(c.nulls) < i {
			c.nulls = push(c.nulls, false)
		}
		c.nulls = pushSlice(c.nulls, v.Nulls[from:until])
		bytes += int64(until - from)
	}
	return bytes
}

// pushSlice is push of several.
func pushSlice[T any](s, more []T) []T {
	if need := len(s) + len(more); need > cap(s) {
		s = append(make([]T, 0, min(max(2*len(s), need), 1<<segmentBits)), s...)
	}
	return append(s, more...)
}

// grow adds the n rows of chunks, the first of which has the ID, to an index: sorted, so that
// the tree takes them in passing. It returns the bytes that they take.
func (e *edit) grow(t tree, chunks []chunk, first RowID, n int) int64 {
	entries := make([]entry, n)
	width := len(t.columns)
	keys := make([]any, n*width)
	at := 0
	for i := range chunks {
		c := &chunks[i]
		for row := range c.n {
			key := keys[at*width : (at+1)*width : (at+1)*width]
			for k, column := range t.columns {
				key[k] = c.columns[column].Value(e.def.Columns[column], row)
			}
			id := first + RowID(at)
			entries[at] = entry{key, uint64(id), id}
			at++
		}
	}
	for _, i := range t.sorted(e.def, entries) {
		t.Load(&entries[i])
	}
	return int64(n) * t.entryBytes()
}

// sorted are the indexes of entries in their order. Those with the same key are in it already.
func (o *ordering) sorted(d *Definition, entries []entry) []uint32 {
	at := make([]uint32, len(entries))
	for i := range at {
		at[i] = uint32(i)
	}
	if slices.IsSortedFunc(at, func(a, b uint32) int { return o.entries(&entries[a], &entries[b]) }) {
		return at
	}
	if len(o.columns) == 1 && d.Columns[o.columns[0]] == Int {
		type number struct {
			x  int64
			at uint32
		}
		numbers := make([]number, len(entries))
		for i := range entries {
			x, ok := entries[i].key[0].(int64)
			if !ok {
				x = -1 << 63 // NULL is the first
			}
			numbers[i] = number{x, uint32(i)}
		}
		slices.SortFunc(numbers, func(a, b number) int {
			if c := cmp.Compare(a.x, b.x); c != 0 {
				return c
			}
			return cmp.Compare(a.at, b.at)
		})
		for i, n := range numbers {
			at[i] = n.at
		}
		return at
	}
	if len(o.columns) == 1 && d.Columns[o.columns[0]] == String {
		return o.sortedTexts(entries, at)
	}
	slices.SortFunc(at, func(a, b uint32) int { return o.entries(&entries[a], &entries[b]) })
	return at
}

// sortedTexts is sorted for a key of one text, into at: of each different text the comparison is asked, not of each row.
func (o *ordering) sortedTexts(entries []entry, at []uint32) []uint32 {
	type text struct {
		s    any // nil: NULL
		rank int
	}
	numbers := make(map[string]uint32)
	var texts []text
	null := -1
	of := make([]uint32, len(entries)) // of each entry its text
	for i := range entries {
		s, ok := entries[i].key[0].(string)
		if !ok {
			if null < 0 {
				null = len(texts)
				texts = append(texts, text{})
			}
			of[i] = uint32(null)
			continue
		}
		n, ok := numbers[s]
		if !ok {
			n = uint32(len(texts))
			numbers[s] = n
			texts = append(texts, text{s: entries[i].key[0]})
		}
		of[i] = n
	}
	order := make([]uint32, len(texts))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return o.value(0, texts[a].s, texts[b].s) })
	rank := 0
	for i, n := range order {
		if i > 0 && o.value(0, texts[order[i-1]].s, texts[n].s) != 0 {
			rank++
		}
		texts[n].rank = rank
	}
	// By rank, those of one as they are.
	next := make([]uint32, rank+2)
	for _, n := range of {
		next[texts[n].rank+1]++
	}
	for i := range rank {
		next[i+1] += next[i]
	}
	for i, n := range of {
		to := &next[texts[n].rank]
		at[*to] = uint32(i)
		*to++
	}
	return at
}
