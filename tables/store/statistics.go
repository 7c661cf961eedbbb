package store

import (
	"fmt"
	"math"
	"sync"
)

// Statistics are what is known of the values that a column has, without anybody asking for it (no ANALYZE).
type Statistics struct {
	Nulls    int // rows, about
	Distinct int // different values, about; NULL is none
	Low      any // the least value or one below, of a column of kind Int, Uint or Float; nil: there is none
	High     any // the greatest value or one above
}

// statistics are a table's, by column, as of some version of it.
type statistics struct {
	mu      sync.Mutex
	columns map[int]*known
}

// known is what was found out of a column. It is of the version that has the numbers of rows; an older one's number of
// different values is used while the table has about as many rows.
type known struct {
	def        *Definition // columns may have other numbers under another one
	next       RowID
	live, dead int
	sampled    int // rows when the different values were counted
	Statistics
}

// Statistics are those of a column in the snapshot; what the transaction has written of it is left out.
func (t *Tx) Statistics(id TableID, column int) Statistics {
	v := t.table(id)
	s := &v.lineage.statistics
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.columns[column]
	if k != nil && k.def != v.def {
		k = nil
	}
	if k != nil && k.next == v.next && k.live == v.live && k.dead == v.dead {
		return k.Statistics
	}
	now := &known{def: v.def, next: v.next, live: v.live, dead: v.dead}
	all := zone{}
	for p := range v.parts {
		z := v.parts[p].zone(column, v.def.Columns[column])
		all.nulls += z.nulls
		all.widen(z.low, z.high)
	}
	now.Nulls, now.Low, now.High = min(all.nulls, v.live), all.low, all.high
	if k != nil && v.live <= k.sampled+k.sampled/8 && v.live >= k.sampled-k.sampled/8 {
		now.sampled, now.Distinct = k.sampled, k.Distinct
	} else {
		now.sampled, now.Distinct = v.live, v.distinct(column)
	}
	if s.columns == nil {
		s.columns = map[int]*known{}
	}
	s.columns[column] = now
	return now.Statistics
}

// sampleRows is how many rows are looked at to estimate the number of different values.
const sampleRows = 4096

// distinct estimates the number of different values of a column: those of a String are in its dictionary, of others
// a sample tells (Duj1 of Haas and Stokes, Estimating the Number of Classes in a Finite Population, 1998).
func (v *version) distinct(column int) int {
	kind := v.def.Columns[column]
	if kind == String {
		return min(len(v.dictionaries[column].values), v.live)
	}
	total := 0
	for p := range v.parts {
		total += v.parts[p].n
	}
	seen := make(map[any]int, sampleRows)
	n, once := 0, 0
	step := max(total/sampleRows, 1)
	random := uint64(0x9E3779B97F4A7C15)
	p, before := 0, 0 // the part, and the rows of those before it
	for at := 0; at < total; at += step {
		// Not every step-th row: values may repeat at that distance.
		random = random*6364136223846793005 + 1442695040888963407
		row := min(at+int(random>>33)%step, total-1)
		for row-before >= v.parts[p].n {
			before += v.parts[p].n
			p++
		}
		if v.parts[p].dead.has(row - before) {
			continue
		}
		value := v.value(p, row-before, column)
		if value == nil {
			continue
		}
		if kind == Any {
			value = fmt.Sprint(value)
		}
		n++
		seen[value]++
		switch seen[value] {
		case 1:
			once++
		case 2:
			once--
		}
	}
	if n == 0 {
		return 0
	}
	rows := float64(v.live) * float64(n) / float64(max(min(total, sampleRows), n))
	estimate := float64(n) * float64(len(seen)) / (float64(n-once) + float64(once)*float64(n)/math.Max(rows, float64(n)))
	return max(min(int(estimate), v.live), len(seen))
}
