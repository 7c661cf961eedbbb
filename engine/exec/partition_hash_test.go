package exec

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// The rows of a partition have hashes that lie close together. In a table of their keys they are not to.
func TestPartitionsSpreadInWordTables(t *testing.T) {
	const n, partitions = 1 << 16, 64
	v := types.NewVec(&types.TypeInt, n)
	for i := range v.I {
		v.I[i] = int64(i)
	}
	by := newHash([]*types.Type{&types.TypeInt})
	flag := types.NewVec(&types.TypeInt, n) // a key column besides the one that divides
	for i := range flag.I {
		flag.I[i] = int64(i % 2)
	}
	for q, rows := range by.spread([]*types.Vec{v}, n, partitions) {
		k := newKeyWords([]*types.Type{&types.TypeInt, &types.TypeInt})
		words, wide := k.pack(nil, []*types.Vec{v.Take(rows), flag.Take(rows)}, len(rows))
		if wide >= 0 || k.width != 1 {
			t.Fatalf("keys of %d words, column %d is wider", k.width, wide)
		}
		table := newWordTable(1)
		table.insert(words, nil, nil)
		longest, run := 0, 0
		for _, s := range table.one {
			if run++; s.id == 0 {
				run = 0
			}
			longest = max(longest, run)
		}
		if longest > len(table.one)/16 {
			t.Errorf("partition %d: %d of %d slots in a row are taken by %d keys", q, longest, len(table.one), table.len())
		}
	}
}
