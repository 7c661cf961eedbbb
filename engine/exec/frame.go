package exec

import (
	"fmt"
	"math"
	"sort"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// errFrameIllegal is ER_WINDOW_FRAME_ILLEGAL.
const errFrameIllegal = 3586

// frameOffsets are the offsets of a frame of ROWS.
type frameOffsets struct{ start, end int64 }

// newFrameOffsets computes the offsets of a frame. MySQL's error 3586 is for those that are
// negative or NULL, or, of ROWS, no integers.
func newFrameOffsets(c *expr.Context, f *expr.Frame) (frameOffsets, error) {
	var out frameOffsets
	var err error
	if out.start, err = frameOffset(c, f, &f.Start); err == nil {
		out.end, err = frameOffset(c, f, &f.End)
	}
	return out, err
}

func frameOffset(c *expr.Context, f *expr.Frame, b *expr.Bound) (int64, error) {
	if b.Offset == nil {
		return 0, nil
	}
	v, err := constant(c, b.Offset)
	if err != nil {
		return 0, err
	}
	switch {
	case v.Kind == types.Int && v.I >= 0:
		return v.I, nil
	case v.Kind == types.Uint:
		return int64(min(v.Uint(), math.MaxInt64)), nil
	// The offset of RANGE is in the limit.
	case f.Unit == expr.Range && (v.Kind == types.Decimal && v.D.Sign() >= 0 || v.Kind == types.Float && v.F >= 0 || v.Kind == types.String):
		return 0, nil
	}
	name := f.Window
	if name == "" {
		name = "<unnamed window>"
	}
	return 0, mysql.NewError(errFrameIllegal,
		fmt.Sprintf("Window '%s': frame start or end is negative, NULL or of non-integral type", name))
}

// frames finds the frame of each row (manual 14.20.3).
type frames struct {
	frame   *expr.Frame
	offsets frameOffsets
	parts   []partition

	key        *types.Vec // of RANGE, the order key
	desc       bool
	start, end frameLimit // of RANGE with an offset
}

// frameLimit is the limit of the frame for each row, and the order keys in its type.
type frameLimit struct {
	keys, limits *types.Vec
	collation    types.Collation
}

// newFrameLimit puts both into the type in which they are compared: 1.5 below an integer is
// none.
func newFrameLimit(c *expr.Context, key *types.Vec, keyType *types.Type, limit *types.Vec, limitType *types.Type) (frameLimit, error) {
	if key.Kind == limit.Kind {
		return frameLimit{key, limit, keyType.Collation}, nil
	}
	t, _ := types.Common(keyType, limitType, false, false)
	keys, err := types.ConvertVec(c.Env, key, keyType, &t)
	if err != nil {
		return frameLimit{}, err
	}
	limits, err := types.ConvertVec(c.Env, limit, limitType, &t)
	return frameLimit{keys, limits, t.Collation}, err
}

// whole tells whether each frame is the whole partition.
func (f *frames) whole() bool {
	return f.frame.Start.Kind == expr.UnboundedPreceding && f.frame.End.Kind == expr.UnboundedFollowing
}

// of is the frames of a partition's rows: row i's is from start up to end, all counted from
// the partition's first row.
func (f *frames) of(p partition) func(i int) (start, end int) {
	n := p.to - p.from
	if f.whole() {
		return func(int) (int, int) { return 0, n }
	}
	if f.frame.Unit == expr.Rows {
		return func(i int) (int, int) {
			return min(max(f.row(&f.frame.Start, f.offsets.start, i, n), 0), n),
				min(max(f.row(&f.frame.End, f.offsets.end, i, n)+1, 0), n)
		}
	}
	// Where a row's peers end, of the row asked for last, and its frame.
	first, behind := -1, 0
	start, end := 0, 0
	return func(i int) (int, int) {
		if at := int(p.peers[i]); at != first {
			first = at
			behind = gallop(n, at, func(k int) bool { return int(p.peers[k]) > at })
		}
		start, end = f.rangeStart(p, i, first, start), f.rangeEnd(p, i, behind, end)
		return start, end
	}
}

// limits are the frames of n rows, the partitions from a first one on: the spans, in which the rows are counted.
func (f *frames) limits(c *expr.Context, first int, spans []expr.Span, n int) (*expr.Frames, error) {
	out := &expr.Frames{Starts: make([]int32, n), Ends: make([]int32, n)}
	for k, span := range spans {
		p := f.parts[first+k]
		starts, ends := out.Starts[span.From:span.To], out.Ends[span.From:span.To]
		from := int32(span.From)
		switch s, e := f.frame.Start.Kind, f.frame.End.Kind; {
		case s == expr.UnboundedPreceding && e == expr.CurrentRow && f.frame.Unit == expr.Rows:
			for i := range starts {
				starts[i], ends[i] = from, from+int32(i)+1
			}
		case s == expr.UnboundedPreceding && e == expr.CurrentRow:
			for i := len(starts) - 1; i >= 0; i-- {
				starts[i], ends[i] = from, from+int32(i)+1
				if i+1 < len(starts) && p.peers[i] == p.peers[i+1] {
					ends[i] = ends[i+1]
				}
			}
		default:
			frame := f.of(p)
			if err := steps(c, len(starts), func(at, to int) {
				for i := at; i < to; i++ {
					start, end := frame(i)
					starts[i], ends[i] = from+int32(start), from+int32(end)
				}
			}); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// row is the row at a bound of ROWS; it may be outside of the partition of n rows.
func (f *frames) row(b *expr.Bound, offset int64, i, n int) int {
	by := int(min(offset, int64(n)))
	switch b.Kind {
	case expr.UnboundedPreceding:
		return 0
	case expr.Preceding:
		return i - by
	case expr.Following:
		return i + by
	case expr.UnboundedFollowing:
		return n - 1
	}
	return i
}

// gallop is [sort.Search] for who knows about where it ends.
func gallop(n, near int, reached func(i int) bool) int {
	from, to := near, near
	for step := 1; from > 0 && reached(from-1); step *= 2 {
		from, to = max(from-step, 0), from-1
	}
	if from == near {
		for step := 1; to < n && !reached(to); step *= 2 {
			from, to = to+1, min(to+step, n)
		}
	}
	return from + sort.Search(to-from, func(i int) bool { return reached(from + i) })
}

// rangeStart is the first row of a frame of RANGE, which is near another. A row whose key is NULL has its peers where
// others have an offset.
func (f *frames) rangeStart(p partition, i, first, near int) int {
	n := p.to - p.from
	switch f.frame.Start.Kind {
	case expr.UnboundedPreceding:
		return 0
	case expr.UnboundedFollowing:
		return n
	case expr.CurrentRow:
		return first
	}
	if f.key.Null(p.from + i) {
		return first
	}
	if f.start.limits.Null(p.from + i) { // beyond all values
		if f.frame.Start.Kind == expr.Preceding {
			return f.firstKey(p)
		}
		return n
	}
	return gallop(n, near, func(j int) bool { return f.compare(&f.start, p.from+j, p.from+i) >= 0 })
}

// rangeEnd is the row behind the last of a frame of RANGE, which is near another.
func (f *frames) rangeEnd(p partition, i, behind, near int) int {
	n := p.to - p.from
	switch f.frame.End.Kind {
	case expr.UnboundedPreceding:
		return 0
	case expr.UnboundedFollowing:
		return n
	case expr.CurrentRow:
		return behind
	}
	if f.key.Null(p.from + i) {
		return behind
	}
	if f.end.limits.Null(p.from + i) {
		if f.frame.End.Kind == expr.Preceding {
			return f.firstKey(p)
		}
		if f.desc { // NULLs are the last
			return sort.Search(n, func(j int) bool { return f.key.Null(p.from + j) })
		}
		return n
	}
	return gallop(n, near, func(j int) bool { return f.compare(&f.end, p.from+j, p.from+i) > 0 })
}

// firstKey is the first row of a partition whose key is not NULL, where NULLs are the first.
func (f *frames) firstKey(p partition) int {
	if f.desc {
		return 0
	}
	return sort.Search(p.to-p.from, func(j int) bool { return !f.key.Null(p.from + j) })
}

// compare is the order of row j's key and row i's limit in the window's direction.
func (f *frames) compare(l *frameLimit, j, i int) int {
	order := types.CompareVec(l.keys, j, l.limits, i, l.collation)
	if f.desc {
		return -order
	}
	return order
}
