package storage

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Row implements plan.Keyed.
func (t *scanTable) Row(name string, key []types.Value, of []types.Type, columns []int) (*types.Batch, bool, error) {
	values := make([]any, len(key))
	for i, c := range t.keyColumns(name) {
		if key[i].IsNull() {
			return nil, true, nil
		}
		x, how := t.key(c, key[i], &of[i], false)
		switch how {
		case exact:
			values[i] = x
		case nowhere, among:
			return nil, false, nil
		default:
			return nil, true, nil
		}
	}
	if slices.Contains(columns, plan.RowID) {
		return nil, false, nil
	}
	row := make([]store.Values, len(columns))
	if !t.tx(t.ctx).Find(t.id, name, values, columns, row) {
		return nil, true, nil
	}
	b := &types.Batch{N: 1, Cols: make([]*types.Vec, len(columns))}
	for i, c := range columns {
		var err error
		if b.Cols[i], err = t.vec(c, &row[i], 1); err != nil {
			return nil, true, err
		}
	}
	return b, true, nil
}

var _ plan.Keyed = (*scanTable)(nil)
