package builtin

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var textAggregates = []*expr.Aggregate{
	{
		Name: "group_concat", Min: 1, Max: -1, Params: []expr.Want{expr.Text},
		Description: "Joins the texts of the rows, with a separator between them.",
		Result:      groupConcatType,
		New:         func(call *expr.AggregateCall) expr.Accumulator { return &concats{call: call} },
		Ordered:     true, NoWindow: true,
	},
}

// groupConcatType is a text of at most group_concat_max_len: VARCHAR up to 512, TEXT beyond.
func groupConcatType(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
	length, err := groupConcatMaxLen(r.Context)
	if err != nil {
		return types.Type{}, err
	}
	collation, by, err := mergeTexts(r, "group_concat", false, args...)
	if err != nil {
		return types.Type{}, err
	}
	const varchar = 512
	out := types.TypeString(int(min(length, types.TypeJSON.Length)), collation, by).WithNullable(true)
	out.Protocol = types.ProtocolVarString
	if length > varchar {
		out.Protocol = types.ProtocolBlob
	}
	return out, nil
}

func groupConcatMaxLen(c *expr.Context) (int, error) {
	v, _, err := c.Session.SystemVariable("", "group_concat_max_len")
	return int(min(v.Uint(), 1<<62)), err
}

// concats is the state of GROUP_CONCAT.
type concats struct {
	call   *expr.AggregateCall
	max    int // 0: not yet known
	groups []concat
	rows   int // of the groups whose results were asked for
	bytes  int64
}

type concat struct {
	text []byte
	rows int
	cut  bool // nothing more is added
}

// Grow implements expr.Accumulator.
func (s *concats) Grow(n int) { s.groups = grown(s.groups, n) }

// Update implements expr.Accumulator.
func (s *concats) Update(c *expr.Context, groups []int32, args []*types.Vec) error {
	if s.max == 0 {
		var err error
		if s.max, err = groupConcatMaxLen(c); err != nil {
			return err
		}
	}
	for i, g := range groups {
		at := &s.groups[g]
		if at.cut || anyNull(args, i) {
			continue
		}
		before := s.begin(at)
		for j, a := range args {
			at.text = types.AppendText(at.text, a, i, s.call.Args[j].Type())
		}
		at.rows++
		s.end(at, before)
	}
	return nil
}

// begin puts the separator behind what a group has. It is how much room that had.
func (s *concats) begin(at *concat) int {
	before := cap(at.text)
	if at.rows > 0 {
		at.text = append(at.text, s.call.Separator...)
	}
	return before
}

// end cuts a group's text, to which something was added.
func (s *concats) end(at *concat, before int) {
	s.bytes += int64(cap(at.text) - before)
	if len(at.text) <= s.max {
		return
	}
	at.cut = true
	n := s.max
	for !s.call.T.Collation.IsBinary() && n > 0 && !utf8.RuneStart(at.text[n]) {
		n--
	}
	at.text = at.text[:n]
}

// Merge implements expr.Merger.
func (s *concats) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*concats)
	s.max = max(s.max, f.max)
	for i, g := range groups {
		if g < 0 || f.groups[i].rows == 0 || s.groups[g].cut {
			continue
		}
		at := &s.groups[g]
		before := s.begin(at)
		at.text = append(at.text, f.groups[i].text...)
		at.rows += f.groups[i].rows
		s.end(at, before)
		at.cut = at.cut || f.groups[i].cut
	}
	return nil
}

// Exact implements expr.Merger. (Where the text is cut, the number of the row in warning 1260 is that of the last one that was
// merged.)
func (s *concats) Exact() bool { return true }

// Bytes implements expr.Sized.
func (s *concats) Bytes() int64 { return 48*int64(len(s.groups)) + s.bytes }

// Result implements expr.Accumulator. Warning 1260 has the number of the row that was cut:
// MySQL counts the rows of all groups, one behind the other, but not those left out behind a
// cut.
func (s *concats) Result(c *expr.Context, g int) (types.Value, error) {
	if s.groups[g].rows == 0 {
		return types.Value{}, nil
	}
	s.rows += s.groups[g].rows
	if s.groups[g].cut {
		c.Warn(mysql.ER_CUT_VALUE_GROUP_CONCAT, fmt.Sprintf("Row %d was cut by GROUP_CONCAT()", s.rows))
	}
	return types.StringValue(string(s.groups[g].text)), nil
}
