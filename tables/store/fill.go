package store

import "slices"

// Values are a column's values of rows one after the other: in the slice of its kind, the
// zero value for NULL.
type Values struct {
	Ints    []int64 // of Int, and of Uint the bits
	Floats  []float64
	Strings []string // of String, or
	Codes   []uint32 // in [Cursor.Dictionary], or as of [Words.Values]
	Anys    []any
	Nulls   []bool // nil: no row is NULL

	words     *Words   // that Codes are of
	texts     []string // the first of these
	wordBytes int64    // that they take, but for what others of the same words count
}

// Run goes through at most n of the next rows as long as they lie side by side in a segment,
// and makes the vectors, each that of a column, slices of the segment: Codes of a String.
// They are the store's and may not be changed. It returns how many rows these were, and the
// current row is the last of them; 0: the next row, if there is one, is not in place. A cursor that goes from the last row
// to the first gives them from the last of the slices to the first.
func (c *Cursor) Run(columns []int, to []Values, n int) int {
	from, until := c.side(n)
	if c.reverse {
		from, until = c.sideBelow(n)
	}
	for k, column := range columns {
		if from < until {
			to[k] = c.version.slice(c.part, column, from, until)
		}
	}
	return until - from
}

// slice is the rows of a part from one up to another.
func (v *version) slice(part, column, from, until int) (s Values) {
	values := &v.parts[part].columns[column]
	switch v.def.Columns[column] {
	case Int, Uint:
		s.Ints = values.ints[from:until]
	case Float:
		s.Floats = values.floats[from:until]
	case String:
		s.Codes = values.codes[from:until]
	case Any:
		s.Anys = values.anys[from:until]
	}
	if from >= len(values.nulls) {
		return s
	}
	nulls := values.nulls[from:min(until, len(values.nulls))]
	if !slices.Contains(nulls, true) {
		return s
	}
	if s.Nulls = nulls; len(nulls) < until-from {
		s.Nulls = make([]bool, until-from)
		copy(s.Nulls, nulls)
	}
	return s
}

// Fill goes through at most n of the next rows and appends what they have in the columns,
// each to its own of the vectors, of so many rows: Strings of a String. It returns how many
// rows it has appended: fewer than n where there are no more. The current row is the last one then.
func (c *Cursor) Fill(columns []int, to []Values, n, behind int) int {
	rows := 0
	for rows < n {
		from, until := c.side(n - rows)
		if from == until {
			if !c.Next() {
				break
			}
			c.Append(columns, to, behind+rows)
			rows++
			continue
		}
		for k, column := range columns {
			to[k].appendRange(c.version, c.part, column, from, until, behind+rows)
		}
		rows += until - from
	}
	return rows
}

// Append appends what the current row has in the columns to vectors of so many rows.
func (c *Cursor) Append(columns []int, to []Values, rows int) {
	for k, column := range columns {
		if c.row == nil {
			to[k].appendRange(c.version, c.part, column, c.i, c.i+1, rows)
		} else {
			to[k].Append(c.version.def.Columns[column], c.row[column], rows)
		}
	}
}

// side goes to the last of at most n rows that lie side by side in a part, and returns
// where they are; an empty range where the next row is not in place.
func (c *Cursor) side(n int) (from, until int) {
	if !c.scan || c.reverse || !c.nextInPlace() {
		return 0, 0
	}
	p := &c.version.parts[c.part]
	from, until = c.i, c.i+1
	end := min(p.n, c.stop-position(c.part, 0), from+n)
	if len(p.dead) == 0 && len(p.displaced) == 0 && (c.overlay == nil || len(c.overlay.gone) == 0) {
		until = max(end, until)
	}
	for until < end && c.sees(p, until) {
		until++
	}
	c.i, c.id = until-1, p.id(until-1)
	c.at = position(c.part, until)
	return from, until
}

// sideBelow is side downwards.
func (c *Cursor) sideBelow(n int) (from, until int) {
	if !c.scan || !c.nextBelow() {
		return 0, 0
	}
	p := &c.version.parts[c.part]
	until = c.i + 1
	end := max(0, c.stop-position(c.part, 0), until-n)
	for c.i > end && c.sees(p, c.i-1) {
		c.i--
	}
	c.id = p.id(c.i)
	c.at = position(c.part, c.i)
	return c.i, until
}

// appendRange appends the rows of a part from one up to another, behind so many rows.
func (to *Values) appendRange(v *version, part, column, from, until, rows int) {
	s := v.slice(part, column, from, until)
	to.Ints = append(to.Ints, s.Ints...)
	to.Floats = append(to.Floats, s.Floats...)
	to.Anys = append(to.Anys, s.Anys...)
	dictionary := &v.dictionaries[column]
	for i, code := range s.Codes {
		if s.Nulls != nil && s.Nulls[i] {
			to.Strings = append(to.Strings, "")
		} else {
			to.Strings = append(to.Strings, dictionary.values[code])
		}
	}
	if to.Nulls == nil && s.Nulls == nil {
		return
	}
	if to.Nulls = to.nulls(rows); s.Nulls == nil {
		s.Nulls = make([]bool, until-from)
	}
	to.Nulls = append(to.Nulls, s.Nulls...)
}

// Append appends a value behind so many rows.
func (to *Values) Append(k Kind, value any, rows int) {
	switch k {
	case Int:
		x, _ := value.(int64)
		to.Ints = append(to.Ints, x)
	case Uint:
		x, _ := value.(uint64)
		to.Ints = append(to.Ints, int64(x))
	case Float:
		x, _ := value.(float64)
		to.Floats = append(to.Floats, x)
	case String:
		x, _ := value.(string)
		to.Strings = append(to.Strings, x)
	case Any:
		to.Anys = append(to.Anys, value)
	}
	if value == nil || to.Nulls != nil {
		to.Nulls = append(to.nulls(rows), value == nil)
	}
}

// nulls are the marks of the rows so far.
func (to *Values) nulls(rows int) []bool {
	if to.Nulls == nil {
		return make([]bool, rows, rows+16)
	}
	return to.Nulls
}
