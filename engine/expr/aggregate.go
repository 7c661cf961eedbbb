package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Aggregate is what an aggregate function declares of itself. DISTINCT is not its
// business: it gets each different row of arguments once.
type Aggregate struct {
	Name        string
	Min, Max    int
	Description string
	Params      []Want
	Result      func(r *Resolver, args []Expr) (types.Type, error)
	// New makes the state of a call's groups.
	New func(call *AggregateCall) Accumulator
	// Ordered tells that the order of rows matters (GROUP_CONCAT, JSON_ARRAYAGG).
	Ordered bool
	// KeepNull: it wants rows in which an argument is NULL; the others skip them.
	KeepNull bool
	// NoWindow: OVER is refused.
	NoWindow bool
	// Concurrent: several goroutines may compute groups, each others. Its accumulators are a [Merger]; they neither
	// warn nor fail.
	Concurrent bool
}

// Accumulator is the state of an aggregate for any number of groups, numbered
// from 0.
type Accumulator interface {
	// Grow makes room for n groups in all; new ones are empty.
	Grow(n int)
	// Update adds the rows of the arguments, row i to group groups[i].
	Update(c *Context, groups []int32, args []*types.Vec) error
	// Result is a group's value so far. More rows may follow.
	Result(c *Context, group int) (types.Value, error)
}

// Sized is an accumulator of more than a few numbers for each group.
type Sized interface {
	// Bytes is what the groups take in memory, about. It is asked for after each batch.
	Bytes() int64
}

// Vectorer is an accumulator that gives the values of its first n groups at once.
type Vectorer interface {
	Accumulator
	Vector(c *Context, n int) (*types.Vec, error)
}

// Framer is an accumulator that can give its values over the frames of rows.
type Framer interface {
	// Frames is the values of the frames of the arguments' rows; nil where the rows would take too long, or have numbers that are
	// too great. It is called once.
	Frames(c *Context, f *Frames, args []*types.Vec) (*types.Vec, error)
}

// Frames are the frames of rows: of row i the rows from Starts[i] up to Ends[i], which it does not have; none where the one is
// not below the other.
type Frames struct {
	Starts, Ends []int32
	// Backward: a frame is mostly one that grew out of that of the row behind it; else out of that of the row before it.
	Backward bool
}

// Each is for the frames, each in its turn.
func (f *Frames) Each(frame func(i, start, end int)) {
	n := len(f.Starts)
	for k := range n {
		i := k
		if f.Backward {
			i = n - 1 - k
		}
		frame(i, int(f.Starts[i]), int(f.Ends[i]))
	}
}

// Remover is an accumulator that can forget rows that it was given, as if they never had
// been: frames that slide need not be computed anew.
type Remover interface {
	Accumulator
	// Remove takes rows back, row i from group groups[i].
	Remove(c *Context, groups []int32, args []*types.Vec) error
}

// AggregateCall is an aggregate function applied.
type AggregateCall struct {
	F         *Aggregate
	Distinct  bool
	Args      []Expr // none: COUNT(*)
	OrderBy   []Order
	Separator string // of GROUP_CONCAT
	T         types.Type
}

// Order is a key to sort by.
type Order struct {
	X    Expr
	Desc bool
}

// WindowFunction is what a function declares that is nothing but a window
// function; aggregates are window functions, too.
type WindowFunction struct {
	Name        string
	Min, Max    int
	Description string
	Params      []Want
	Result      func(r *Resolver, args []Expr) (types.Type, error)
	// Framed: the frame matters (FIRST_VALUE, LAST_VALUE, NTH_VALUE).
	Framed bool
	// Compute is the results of all rows.
	Compute func(c *Context, call *WindowCall, w *Partitions) (*types.Vec, error)
}

// Partitions are the rows of a window, one partition behind the other, each in its order.
type Partitions struct {
	N     int
	Parts []Span
	Args  []*types.Vec
	Peers []int32 // of each row, the first that is equal to it in the window's order; counted from its partition's first
	// Frame is the frames of the rows of a partition: for row i of it the rows from start up to end, which it
	// does not have, all counted from the partition's first. Empty where start >= end.
	Frame func(part int) func(i int) (start, end int)
}

// Span is the rows from one up to another, which it does not have.
type Span struct{ From, To int }

// WindowCall is a function over a window.
type WindowCall struct {
	Function  *WindowFunction // or
	Aggregate *AggregateCall
	Args      []Expr // of Function
	T         types.Type
	Data      any // what the declaration left for Compute
	Frame     Frame
}

// FrameUnit is ROWS or RANGE.
type FrameUnit uint8

// The units.
const (
	Range FrameUnit = iota
	Rows
)

// BoundKind is what a frame's bound is relative to.
type BoundKind uint8

// The bounds, in their order.
const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Bound is an end of a frame.
type Bound struct {
	Kind   BoundKind
	Offset Expr // of Preceding and Following; constant
	// Limit, of RANGE with an offset: the expression order key ± offset, computed for each row,
	// in the order key's type.
	Limit Expr
}

// Frame is a window's frame. Where the window has no ORDER BY it is the whole partition.
type Frame struct {
	Unit       FrameUnit
	Start, End Bound
	Window     string // the window's name, for errors; "": it has none
}
