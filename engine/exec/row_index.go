package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rowIndex finds rows in memory by the right sides of equalities.
type rowIndex struct {
	rows  *types.Batch
	by    []equality
	table hashTable
	ints  *intTable // in table's place, where the only key is a whole number
	first []int32   // of each key, the first row that has it
	next  []int32   // of each row, the next with its key; -1: none
	null  []int32   // rows that have a NULL that = does not find
}

func newRowIndex(c *expr.Context, rows *types.Batch, keys []equality) (*rowIndex, error) {
	x := &rowIndex{rows: rows, by: keys}
	if len(keys) == 0 {
		return x, nil
	}
	if len(keys) == 1 && keys[0].whole() {
		x.ints = newIntTable(rows.N)
	}
	x.next = make([]int32, rows.N)
	var last []int32 // of each key
	var key []byte
	values := make([]*types.Vec, len(keys))
	for from := 0; from < rows.N; from += BatchSize {
		if err := cancelled(c); err != nil {
			return nil, err
		}
		piece := rows.Slice(from, min(from+BatchSize, rows.N))
		for k, eq := range keys {
			var err error
			if values[k], err = eq.right.Eval(c, piece); err != nil {
				return nil, err
			}
		}
		for i := range piece.N {
			row := int32(from + i)
			x.next[row] = -1
			var id int32
			fresh := false
			if x.ints != nil {
				if values[0].Null(i) {
					x.null = append(x.null, row)
					continue
				}
				id, fresh = x.ints.insert(values[0], i)
			} else {
				var ok bool
				if key, ok = appendKeys(key[:0], keys, values, i); !ok {
					x.null = append(x.null, row)
					continue
				}
				id, fresh = x.table.insert(key)
			}
			if fresh {
				x.first = append(x.first, row)
				last = append(last, row)
				continue
			}
			x.next[last[id]] = row
			last[id] = row
		}
	}
	return x, nil
}

// unknown is the id of a row with a NULL.
const unknown = -2

// find appends the number of the key of each of n rows of the left sides' values: -1 where no row
// has it, unknown where = finds none because of a NULL.
func (x *rowIndex) find(ids []int32, values []*types.Vec, n int) []int32 {
	if x.ints != nil {
		v := values[0]
		for i := range n {
			if v.Null(i) {
				ids = append(ids, unknown)
			} else {
				ids = append(ids, x.ints.find(v.I[v.At(i)]))
			}
		}
		return ids
	}
	var key []byte
	for i := range n {
		var ok bool
		id := int32(unknown)
		if key, ok = appendKeys(key[:0], x.by, values, i); ok {
			id = x.table.find(key)
		}
		ids = append(ids, id)
	}
	return ids
}
