package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rowIndex finds rows in memory by the right sides of equalities.
type rowIndex struct {
	rows  *types.Batch
	table hashTable
	first []int32 // of each key, the first row that has it
	next  []int32 // of each row, the next with its key; -1: none
	null  []int32 // rows that have a NULL that = does not find
}

func newRowIndex(c *expr.Context, rows *types.Batch, keys []equality) (*rowIndex, error) {
	x := &rowIndex{rows: rows}
	if len(keys) == 0 {
		return x, nil
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
			var ok bool
			if key, ok = appendKeys(key[:0], keys, values, i); !ok {
				x.null = append(x.null, row)
				continue
			}
			id, fresh := x.table.insert(key)
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
