package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// windowFiles is the rows of a partition that does not fit in memory. What one call is computed of, and its results, are there at a
// time; all else is on the disk.
type windowFiles struct {
	w       *window
	columns [][]int // those of the rows that each file has: the child's, then the inputs of each call
	files   []*spill.File
	extents [][]spill.Extent // of each file, a batch of the rows after the other
	next    int              // the batch that is to be read
}

// some is the rows of the next partitions, which are on the disk: of several where these are small. What of one does not fit in memory goes
// to w.files; then there are no rows.
func (w *window) some() (*types.Batch, []partition, error) {
	all, bytes := newBuffer(w.sorted.cols, nil), int64(0)
	room := max(1, int(w.c.Memory.Left()/8/max(1, w.sorted.rowBytes()))) // rows
	found := w.partitioner()
	take := func(b *types.Batch, of []int) (err error) {
		if b.N == 0 {
			return nil
		}
		found.add(of)
		if w.files != nil {
			return w.files.add(b, found)
		}
		bytes += b.Bytes()
		if err := all.add(b); err != nil {
			return err
		}
		if w.mem.Fits(2*bytes + w.resultBytes(all.n) + found.bytes()) {
			return nil
		}
		if w.files, err = w.newFiles(); err != nil {
			return err
		}
		all.flush()
		return eachPiece(all.batches, func(b *types.Batch) error { return w.files.add(b, found) })
	}
	for {
		b, of := w.ahead, w.differs
		if b == nil {
			var err error
			if b, of, err = w.sorted.next(BatchSize); err != nil {
				return nil, nil, err
			}
		}
		w.ahead = nil
		if b == nil {
			break
		}
		begins := func(i int) bool { return of[i] < len(w.n.Partition) && len(found.peers)+i > 0 }
		end := len(of) - 1 // where the last partition begins
		for end >= 0 && !begins(end) {
			end--
		}
		if w.files != nil { // its partition's end
			end = slices.IndexFunc(of, func(differs int) bool { return differs < len(w.n.Partition) })
		}
		if end >= 0 && (w.files != nil || len(found.peers)+end >= min(BatchSize, room)) {
			w.ahead, w.differs = b.Slice(end, b.N), of[end:]
			if err := take(b.Slice(0, end), of[:end]); err != nil {
				return nil, nil, err
			}
			break
		}
		if err := take(b, of); err != nil {
			return nil, nil, err
		}
	}
	parts := found.finish()
	if len(parts) == 0 || w.files != nil {
		return nil, parts, nil
	}
	w.mem.Shrink(w.resultBytes(all.n)) // they come to it when they are there
	rows, err := all.batch(w.c)
	return rows, parts, err
}

// resultBytes is what the results for so many rows take.
func (w *window) resultBytes(rows int) int64 { return 16 * int64(len(w.n.Calls)) * int64(rows) }

func (w *window) newFiles() (*windowFiles, error) {
	f := &windowFiles{w: w, columns: [][]int{make([]int, len(w.n.Child.Columns()))}}
	for i := range f.columns[0] {
		f.columns[0][i] = i
	}
	f.columns = append(f.columns, w.inputs...)
	for _, columns := range f.columns {
		ts := make([]*types.Type, len(columns))
		for i, at := range columns {
			ts[i] = &w.sorted.cols[at].T
		}
		if err := f.begin(ts); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *windowFiles) begin(ts []*types.Type) error {
	file, err := f.w.c.TempDir.New(ts)
	if err == nil {
		f.files, f.extents = append(f.files, file), append(f.extents, nil)
	}
	return err
}

func (f *windowFiles) write(file int, b *types.Batch) error {
	e, err := f.files[file].Write(b)
	f.w.written += int64(e.Size())
	f.extents[file] = append(f.extents[file], e)
	return err
}

// add puts rows to the disk. What was found of the partitions stays in memory.
func (f *windowFiles) add(b *types.Batch, found *partitioner) error {
	if err := cancelled(f.w.c); err != nil {
		return err
	}
	for file, columns := range f.columns {
		if err := f.write(file, pick(b, columns)); err != nil {
			return err
		}
	}
	return f.w.mem.Set(found.bytes())
}

// compute computes the calls, one after the other.
func (f *windowFiles) compute(parts []partition) error {
	held := f.w.mem.Held()
	for i, call := range f.w.n.Calls {
		input := 1 + i
		in := &extents{f.w.c, f.files[input], f.extents[input]}
		b, err := drain(f.w.c, in, columnsOfTypes(f.files[input].Types()), &f.w.mem)
		if err == nil {
			err = f.w.mem.Grow(16 * int64(b.N))
		}
		if err != nil {
			return err
		}
		v, err := f.w.call(i, b.Cols, parts, b.N)
		if err != nil {
			return err
		}
		f.files[input].Close()
		if err := f.begin([]*types.Type{&call.T}); err != nil {
			return err
		}
		at := 0
		for _, e := range f.extents[0] {
			if err := f.write(len(f.columns)+i, &types.Batch{N: e.Rows, Cols: []*types.Vec{v.Slice(at, at+e.Rows)}}); err != nil {
				return err
			}
			at += e.Rows
		}
		if err := f.w.mem.Set(held); err != nil {
			return err
		}
	}
	return nil
}

// read is the next rows with their results, nil behind the last.
func (f *windowFiles) read() (*types.Batch, error) {
	if f.next == len(f.extents[0]) {
		return nil, nil
	}
	out, err := f.files[0].Read(f.extents[0][f.next])
	for i := len(f.columns); i < len(f.files) && err == nil; i++ {
		var b *types.Batch
		if b, err = f.files[i].Read(f.extents[i][f.next]); err == nil {
			out.Cols = append(out.Cols, b.Cols...)
		}
	}
	f.next++
	return out, err
}

// close gives the rows up. It may be called again, and of nil.
func (f *windowFiles) close() {
	if f != nil {
		for _, file := range f.files {
			file.Close()
		}
	}
}
