package store

import "slices"

// chunk is rows that were appended by columns: where it can be, as many as a segment has room for, which the commit then
// makes of them without a copy.
type chunk struct {
	columns []Values
	n, room int
}

// keep adds rows to the chunks.
func (o *overlay) keep(columns []Values, n int) {
	columns = o.numbered(columns, n)
	for from := 0; from < n; {
		c := o.chunk(columns)
		until := min(n, from+c.room-c.n)
		for k, kind := range o.base.def.Columns {
			c.columns[k].extend(kind, c.n, &columns[k], from, until)
		}
		c.n += until - from
		o.live += until - from
		from = until
	}
}

// numberedRows is how many rows at a time are worth words of their own.
var numberedRows = 1 << 12 // only tests change it

// numbered has the strings of many rows numbered where the numbers can become those of the column's dictionary.
func (o *overlay) numbered(columns []Values, n int) []Values {
	columns = slices.Clone(columns)
	for k, kind := range o.base.def.Columns {
		v := &columns[k]
		if kind != String || v.words != nil || len(o.base.dictionaries[k].values) > 0 || o.words[k] == nil && n < numberedRows {
			continue
		}
		if o.words == nil {
			o.words = make(map[int]*Words)
		}
		if o.words[k] == nil {
			o.words[k] = new(Words)
		}
		*v = o.words[k].Values(o.words[k].Codes(nil, v.Strings, v.Nulls), v.Nulls)
	}
	return columns
}

// chunk is the last one, where it has room for rows whose strings are numbered alike, or a new one.
func (o *overlay) chunk(columns []Values) *chunk {
	last := len(o.chunks) - 1
	if last >= 0 && o.chunks[last].n < o.chunks[last].room && o.chunks[last].words(columns) {
		return &o.chunks[last]
	}
	size := 1 << segmentBits
	c := chunk{columns: make([]Values, len(columns)), room: size - (o.base.begun()+o.live)&(size-1)}
	for k := range columns {
		v := &c.columns[k]
		v.words = columns[k].words
		if last < 0 || o.chunks[last].n < o.chunks[last].room { // it may be few rows
			continue
		}
		switch kind := o.base.def.Columns[k]; {
		case kind == Int || kind == Uint:
			v.Ints = make([]int64, 0, c.room)
		case kind == Float:
			v.Floats = make([]float64, 0, c.room)
		case v.words != nil:
			v.Codes = make([]uint32, 0, c.room)
		}
	}
	o.chunks = append(o.chunks, c)
	return &o.chunks[last+1]
}

// words tells whether the chunk's strings are numbered as those of others are.
func (c *chunk) words(columns []Values) bool {
	for k := range columns {
		if columns[k].words != c.columns[k].words {
			return false
		}
	}
	return true
}

// begun is how many rows are in a segment that the next ones come to.
func (v *version) begun() int {
	last := len(v.parts) - 1
	if last < v.compacted.parts {
		return 0
	}
	return v.parts[last].n
}

// extend adds the rows of others from one up to another, behind so many.
func (v *Values) extend(kind Kind, behind int, from *Values, first, until int) {
	switch kind {
	case Int, Uint:
		v.Ints = pushSlice(v.Ints, from.Ints[first:until])
	case Float:
		v.Floats = pushSlice(v.Floats, from.Floats[first:until])
	case String:
		if from.words == nil {
			v.Strings = pushSlice(v.Strings, from.Strings[first:until])
			break
		}
		v.Codes = pushSlice(v.Codes, from.Codes[first:until])
		v.texts = from.texts
	case Any:
		v.Anys = pushSlice(v.Anys, from.Anys[first:until])
	}
	switch {
	case from.Nulls != nil:
		v.Nulls = pushSlice(pushSlice(v.Nulls, make([]bool, behind-len(v.Nulls))), from.Nulls[first:until])
	case v.Nulls != nil:
		v.Nulls = pushSlice(v.Nulls, make([]bool, until-first))
	}
}

// cut leaves the first n rows.
func (v *Values) cut(n int) {
	v.Ints, v.Floats = v.Ints[:min(n, len(v.Ints))], v.Floats[:min(n, len(v.Floats))]
	v.Strings, v.Codes, v.Anys = v.Strings[:min(n, len(v.Strings))], v.Codes[:min(n, len(v.Codes))], v.Anys[:min(n, len(v.Anys))]
	v.Nulls = v.Nulls[:min(n, len(v.Nulls))]
}

// rows is how many there are.
func (v *Values) rows(kind Kind) int {
	switch {
	case kind == Float:
		return len(v.Floats)
	case kind == String && v.words != nil:
		return len(v.Codes)
	case kind == String:
		return len(v.Strings)
	case kind == Any:
		return len(v.Anys)
	}
	return len(v.Ints)
}

// settle makes rows of what was appended by columns.
func (o *overlay) settle(t *Tx) {
	chunks := o.chunks
	for _, bytes := range o.chunkBytes {
		t.bytes -= bytes
	}
	o.chunks, o.chunkBytes, o.unsorted = nil, nil, nil
	for _, c := range chunks {
		o.live -= c.n
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

// takeBack undoes the last Append.
func (o *overlay) takeBack(t *Tx, c change) {
	last := len(o.chunkBytes) - 1
	if last < 0 {
		for i := range c.rows {
			o.takeRow(t, c.id+RowID(i))
		}
		return
	}
	o.forgetKeys()
	t.bytes -= o.chunkBytes[last]
	o.chunkBytes = o.chunkBytes[:last]
	o.live -= c.rows
	for n := c.rows; n > 0; {
		end := &o.chunks[len(o.chunks)-1]
		if n >= end.n {
			n -= end.n
			o.chunks = o.chunks[:len(o.chunks)-1]
			continue
		}
		end.n -= n
		for k := range end.columns {
			end.columns[k].cut(end.n)
		}
		n = 0
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
	bytes := 4 * int64(n*len(d.Indexes))
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
