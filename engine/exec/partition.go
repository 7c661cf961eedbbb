package exec

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// scattered is the rows of a part that belong to one partition.
type scattered struct {
	rows    []int32 // their numbers in the part, which rise
	columns []*types.Vec
	fresh   []int32 // those of the rows that are the first of a group
}

// partitioned has workers divide the rest of a pipeline's rows by a hash of their keys, and then group each partition on
// its own: a group's rows are all there, in their order, whatever the number of workers. The groups are put in the
// order of their first rows at last. rows is how many g is of.
func (k *grouping) partitioned(c *expr.Context, p *pipeline, g *groups, rows int) (*types.Batch, error) {
	parts := p.parts()
	workers := min(workersOf(c), len(parts))
	p.shared(workers)
	partitions := 8 * workers
	keys := g.keyVecs()
	by := newSpreader(k.keys, keys, g.n, partitions)

	chunks := make([][]scattered, len(parts))
	sizes := make([]int, len(parts))
	if err := each(c, len(parts), func(c *expr.Context, i int) error {
		columns, n, err := k.collect(c, p.over(c, parts[i], workers))
		if err != nil {
			return err
		}
		sizes[i] = n
		if err := k.account().Set((&types.Batch{Cols: columns}).Bytes() + 4*int64(n)); err != nil {
			return err
		}
		chunks[i] = make([]scattered, partitions)
		for q, rows := range by.spread(columns, n, partitions) {
			chunk := &chunks[i][q]
			chunk.rows, chunk.columns = rows, make([]*types.Vec, len(columns))
			for j, v := range columns {
				chunk.columns[j] = v.Take(rows)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}

	for _, s := range g.states {
		if s.log != nil {
			b, err := s.log.batch(c) // one, for all to read
			if err != nil {
				return nil, err
			}
			findClasses(typesOf(s.inputs), b.Cols, len(parts)*morselRows)
		}
	}
	findClasses(k.keys, keys, len(parts)*morselRows)
	old := by.spread(keys, g.n, partitions)
	results := make([]*types.Batch, partitions)
	if err := each(c, partitions, func(c *expr.Context, q int) error {
		own := k.begin()
		// Where the first rows were in many groups, the others are: a table that is made once is not made again as it grows.
		all := len(old[q])
		for i := range chunks {
			all += len(chunks[i][q].rows)
		}
		if 2*g.n > rows {
			own.expect(all)
		}
		if err := own.merge(c, g, old[q]); err != nil {
			return err
		}
		for i := range chunks {
			if err := cancelled(c); err != nil {
				return err
			}
			chunk := &chunks[i][q]
			if err := own.addColumns(c, chunk.columns, len(chunk.rows)); err != nil {
				return err
			}
			chunk.fresh = make([]int32, len(own.fresh))
			for j, row := range own.fresh {
				chunk.fresh[j] = chunk.rows[row]
			}
			chunk.columns, chunk.rows = nil, nil
		}
		var err error
		results[q], err = own.results(c)
		return err
	}); err != nil {
		return nil, err
	}
	return k.ordered(c, g.n, old, chunks, sizes, results)
}

// findClasses finds the classes of the values' dictionaries where so many rows pay for it, so that each partition's
// interner need not.
func findClasses(ts []*types.Type, values []*types.Vec, rows int) {
	for i, v := range values {
		if v.Kind == types.String && v.Dict != nil && len(v.Dict.Values) <= rows {
			classesOf(v.Dict, ts[i].Collation, true)
		}
	}
}

// collect is the columns of all rows of an operator.
func (k *grouping) collect(c *expr.Context, op Operator) (columns []*types.Vec, n int, err error) {
	ts := append(k.keys[:len(k.keys):len(k.keys)], k.inputs...)
	pieces := make([][]*types.Vec, len(ts))
	err = consume(c, op, &pieces, func(to *[][]*types.Vec, c *expr.Context, b *types.Batch) error {
		columns, err := k.columns(c, b)
		for i, v := range columns {
			(*to)[i] = append((*to)[i], v)
		}
		n += b.N
		return err
	})
	columns = make([]*types.Vec, len(ts))
	for i, t := range ts {
		if columns[i] = types.NewVec(t, 0); len(pieces[i]) > 0 {
			columns[i] = types.Concat(t, pieces[i])
		}
	}
	return columns, n, err
}

// ordered puts the groups of the partitions in the order of their first rows: those that were before, in the rows old of
// them, and then those of each part, of so many rows.
func (k *grouping) ordered(c *expr.Context, before int, old [][]int32, chunks [][]scattered, sizes []int, results []*types.Batch) (*types.Batch, error) {
	n := 0
	next := make([]int32, len(results)) // of each partition, the next group in the partitions' one behind the other
	for q, b := range results {
		next[q] = int32(n)
		n += b.N
	}
	order := make([]int32, n)
	for q, rows := range old {
		for _, group := range rows {
			order[group] = next[q]
			next[q]++
		}
	}
	at := before
	for i, size := range sizes {
		first := make([]int32, size) // of each row, the group that it is the first of, from 1
		for q := range chunks[i] {
			for _, row := range chunks[i][q].fresh {
				next[q]++
				first[row] = next[q]
			}
		}
		for _, group := range first {
			if group > 0 {
				order[at] = group - 1
				at++
			}
		}
	}
	out := &types.Batch{N: n, Cols: make([]*types.Vec, len(results[0].Cols))}
	return out, each(c, len(out.Cols), func(_ *expr.Context, j int) error {
		vecs := make([]*types.Vec, len(results))
		for q, b := range results {
			vecs[q] = b.Cols[j]
		}
		t := &types.Type{}
		if j < len(k.keys) {
			t = k.keys[j]
		} else {
			t = &k.calls[j-len(k.keys)].T
		}
		out.Cols[j] = types.Concat(t, vecs).Take(order)
		return nil
	})
}

// spreader tells by a hash of some key columns to which partition a row belongs.
type spreader struct {
	keys    []*types.Type
	columns []int // of the keys, those that count

	mu    sync.Mutex
	known map[codedKey][]uint32 // the hashes of a dictionary's strings by code, 0: not yet
}

// codedKey is a key column whose texts are in a dictionary.
type codedKey struct {
	dict   *types.Dict
	column int
}

// newSpreader chooses the columns by some rows' keys: one is enough that has many values. Its texts are then each
// in one partition only.
func newSpreader(ts []*types.Type, keys []*types.Vec, n, partitions int) *spreader {
	const values = 32 // of a partition
	s := &spreader{keys: ts, known: map[codedKey][]uint32{}}
	most := values * partitions
	for j := range ts {
		s.columns = append(s.columns, j)
	}
	if len(ts) == 1 {
		return s
	}
	all := s.columns
	hashes := make([]uint32, n)
	for j := range ts {
		one := &spreader{keys: ts, columns: []int{j}, known: s.known}
		clear(hashes)
		one.hash(hashes, keys)
		different := map[uint32]struct{}{}
		for _, h := range hashes {
			different[h] = struct{}{}
		}
		if len(different) >= most {
			all, most = []int{j}, len(different)+1
		}
	}
	s.columns = all
	return s
}

// spread is the rows of each partition.
func (s *spreader) spread(columns []*types.Vec, n, partitions int) [][]int32 {
	hashes := make([]uint32, n)
	s.hash(hashes, columns)
	sizes := make([]int32, partitions)
	for i, h := range hashes {
		q := uint32(uint64(h) * uint64(partitions) >> 32)
		hashes[i] = q
		sizes[q]++
	}
	rows := make([][]int32, partitions)
	room := make([]int32, n)
	for q, size := range sizes {
		rows[q], room = room[:0:size], room[size:]
	}
	for i, q := range hashes {
		rows[q] = append(rows[q], int32(i))
	}
	return rows
}

// hash adds the rows' hashes of the columns that count to what to has. Those of equal values are equal.
func (s *spreader) hash(to []uint32, columns []*types.Vec) {
	for _, j := range s.columns {
		v, collation := columns[j], s.keys[j].Collation
		switch {
		case v.Kind == types.Null:
		case v.Dict != nil && !v.Same():
			known := s.dict(codedKey{v.Dict, j})
			for i := range to {
				if v.Nulls != nil && v.Nulls[i] {
					continue
				}
				code := v.Codes[i]
				h := atomic.LoadUint32(&known[code])
				if h == 0 {
					h = hashBytes(types.AppendKey(nil, v, i, collation)) | 1
					atomic.StoreUint32(&known[code], h)
				}
				to[i] = mix(to[i], uint64(h))
			}
		case v.Kind == types.Float:
			for i := range to {
				if !v.Null(i) {
					to[i] = mix(to[i], math.Float64bits(v.F[v.At(i)]+0)) // -0 is 0
				}
			}
		case isIntegral(v.Kind):
			for i := range to {
				if !v.Null(i) {
					to[i] = mix(to[i], uint64(v.I[v.At(i)]))
				}
			}
		default:
			var key []byte
			for i := range to {
				if !v.Null(i) {
					key = types.AppendKey(key[:0], v, i, collation)
					to[i] = mix(to[i], uint64(hashBytes(key)|1))
				}
			}
		}
	}
}

// mix adds a value to a hash. By hashWord, as in a wordTable, the rows of a partition would lie close together in a table of them.
func mix(h uint32, x uint64) uint32 {
	hi, lo := bits.Mul64(uint64(h)<<32^x^0x589965cc75374cc3, 0xe7037ed1a0b428db)
	return uint32((hi ^ lo) >> 32)
}

// dict is what is known of a dictionary.
func (s *spreader) dict(of codedKey) []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.known[of]
	if known == nil {
		known = make([]uint32, len(of.dict.Values))
		s.known[of] = known
	}
	return known
}

// hashBytes is the same in each process: the order of what is divided by it may be seen.
func hashBytes(key []byte) uint32 {
	h := uint64(len(key))
	for ; len(key) >= 8; key = key[8:] {
		h = hashWord(h ^ binary.LittleEndian.Uint64(key))
	}
	var rest [8]byte
	copy(rest[:], key)
	return uint32(hashWord(h^binary.LittleEndian.Uint64(rest[:])) >> 32)
}
