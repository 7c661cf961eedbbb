package exec

import (
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// exchange is rows that are divided into partitions by a hash of some keys. Those of a partition are in the order in which
// they came (Graefe, “Encapsulation of parallelism in the Volcano query processing system”, SIGMOD 1990; that partitions
// fit a processor's cache: Manegold, Boncz, Kersten, “Optimizing main-memory join on modern hardware”, TKDE 2002).
type exchange struct {
	types      []*types.Type
	by         *spreader
	partitions int
	units      []exchangeUnit // some rows each, in their order
	sizes      []int          // of each partition, its rows

	mu    sync.Mutex
	room  int64                      // bytes that units may have in memory yet: their partitions' operators need some, too
	file  *spill.File                // of units that did not fit in memory; nil: there are none
	spare map[*types.Dict][][]uint32 // what narrow has used, for the next who does; of each code 0
}

func newExchange(c *expr.Context, ts, keys []*types.Type, partitions int) *exchange {
	x := &exchange{types: ts, by: &spreader{keys: keys, known: map[codedKey][]uint32{}}, partitions: partitions, room: c.Memory.Left() / 2}
	for i := range keys {
		x.by.columns = append(x.by.columns, i)
	}
	return x
}

// exchangeUnit is rows one partition behind the other.
type exchangeUnit struct {
	rows   *types.Batch // nil: they are in the file
	starts []int32      // of each partition, its first row; and their number
	mem    memory.Account

	extents []spill.Extent // of the partitions that have rows
	of      []int32        // of each partition, how many extents are before its own
}

// exchangeWriter is who makes a unit of batches.
type exchangeWriter struct {
	batches    []*types.Batch
	partitions []uint32 // of each row
}

// add puts a batch, and the keys of its rows, to the unit.
func (x *exchange) add(w *exchangeWriter, b *types.Batch, keys []*types.Vec) {
	from := len(w.partitions)
	w.partitions = append(w.partitions, make([]uint32, b.N)...)
	hashes := w.partitions[from:]
	x.by.hash(hashes, keys)
	for i, h := range hashes {
		hashes[i] = uint32(uint64(h) * uint64(x.partitions) >> 32)
	}
	w.batches = append(w.batches, b)
}

// finish makes the unit: a counting sort.
func (x *exchange) finish(c *expr.Context, w *exchangeWriter, u *exchangeUnit) error {
	u.starts = make([]int32, x.partitions+1)
	for _, q := range w.partitions {
		u.starts[q+1]++
	}
	for q := range x.partitions {
		u.starts[q+1] += u.starts[q]
	}
	places := make([]int32, len(w.partitions))
	next := append([]int32(nil), u.starts...)
	for i, q := range w.partitions {
		places[i] = next[q]
		next[q]++
	}
	u.rows = &types.Batch{N: len(places), Cols: make([]*types.Vec, len(x.types))}
	for j, t := range x.types {
		v := w.column(j, t, len(places))
		at := 0
		for _, b := range w.batches {
			v.Put(places[at:at+b.N], b.Cols[j])
			at += b.N
		}
		u.rows.Cols[j] = v
	}
	u.mem = c.Memory.Account()
	bytes := u.rows.Bytes() + 4*int64(x.partitions)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.room -= bytes; x.room >= 0 && u.mem.Fits(bytes) {
		return nil
	}
	x.room = 0
	return x.write(c, u)
}

// column is a column of the unit in the making: with a dictionary where all batches have the same.
func (w *exchangeWriter) column(j int, t *types.Type, n int) *types.Vec {
	if t.Kind == types.String && n > 0 {
		if d := w.batches[0].Cols[j].Dict; d != nil && !slices.ContainsFunc(w.batches, func(b *types.Batch) bool { return b.Cols[j].Dict != d }) {
			v := types.VecOf(t, n)
			v.Dict, v.Codes = d, make([]uint32, n)
			return v
		}
	}
	return types.NewVec(t, n)
}

// write puts the unit to the disk.
func (x *exchange) write(c *expr.Context, u *exchangeUnit) (err error) {
	if x.file == nil {
		if x.file, err = c.TempDir.New(x.types); err != nil {
			return err
		}
	}
	u.of = make([]int32, x.partitions+1)
	for q := range x.partitions {
		if from, to := u.starts[q], u.starts[q+1]; from < to {
			e, err := x.file.Write(u.rows.Slice(int(from), int(to)))
			if err != nil {
				return err
			}
			u.extents = append(u.extents, e)
		}
		u.of[q+1] = int32(len(u.extents))
	}
	u.rows = nil
	return cancelled(c)
}

// count counts the partitions' rows, when all units are there.
func (x *exchange) count() {
	x.sizes = make([]int, x.partitions)
	for i := range x.units {
		starts := x.units[i].starts
		for q := range x.partitions {
			x.sizes[q] += int(starts[q+1] - starts[q])
		}
	}
}

// partition is the rows of a partition. The texts of dictionaries that are long beside it have one of their own.
func (x *exchange) partition(q int) (*types.Batch, error) {
	var some []*types.Batch
	for i := range x.units {
		u := &x.units[i]
		from, to := u.starts[q], u.starts[q+1]
		switch {
		case from == to:
		case u.rows == nil:
			b, err := x.file.Read(u.extents[u.of[q]])
			if err != nil {
				return nil, err
			}
			some = append(some, b)
		default:
			some = append(some, u.rows.Slice(int(from), int(to)))
		}
	}
	out := &types.Batch{N: x.sizes[q], Cols: make([]*types.Vec, len(x.types))}
	vecs := make([]*types.Vec, len(some))
	for j, t := range x.types {
		if len(some) == 0 {
			out.Cols[j] = types.NewVec(t, 0)
			continue
		}
		for i, b := range some {
			vecs[i] = b.Cols[j]
		}
		v := types.Concat(t, vecs)
		if v.Dict != nil && !v.Same() && len(v.Dict.Values) > 2*v.Len() {
			v = x.narrow(v)
		}
		out.Cols[j] = v
	}
	return out, nil
}

// narrow gives a vector a dictionary of the strings that it has.
func (x *exchange) narrow(v *types.Vec) *types.Vec {
	x.mu.Lock()
	var numbers []uint32 // by code: the place in the part + 1
	if spare := x.spare[v.Dict]; len(spare) > 0 {
		numbers, x.spare[v.Dict] = spare[len(spare)-1], spare[:len(spare)-1]
	}
	x.mu.Unlock()
	if numbers == nil {
		numbers = make([]uint32, len(v.Dict.Values))
	}
	out := *v
	out.Codes = make([]uint32, len(v.Codes))
	var codes []uint32
	for i, code := range v.Codes {
		if numbers[code] == 0 {
			codes = append(codes, code)
			numbers[code] = uint32(len(codes))
		}
		out.Codes[i] = numbers[code] - 1
	}
	for _, code := range codes {
		numbers[code] = 0
	}
	out.Dict = v.Dict.Part(codes)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.spare == nil {
		x.spare = map[*types.Dict][][]uint32{}
	}
	x.spare[v.Dict] = append(x.spare[v.Dict], numbers)
	return &out
}

func (x *exchange) close() {
	for i := range x.units {
		x.units[i].mem.Release()
	}
	x.units, x.spare = nil, nil
	x.file.Close()
}
