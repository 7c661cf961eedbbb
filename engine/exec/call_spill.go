package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// fewGroups is how many groups are not divided where what they have does not fit in memory: what DISTINCT or ORDER BY keeps of
// them goes to the disk instead.
const fewGroups = 16

// canPostpone tells whether some of what the state keeps can go to the disk.
func (s *callState) canPostpone() bool {
	return s.call.Distinct && s.rest == nil && !s.apart || s.held != nil
}

// postponed tells whether some did.
func (s *callState) postponed() bool { return s.rest != nil || s.ordered != nil }

// postpone has what DISTINCT has not seen yet, and all that ORDER BY is to sort, go to the disk from now on. It is what the states
// take in memory then.
func (k *grouping) postpone(c *expr.Context, states []*callState) (bytes int64, err error) {
	for _, s := range states {
		if s.canPostpone() {
			k.mu.Lock()
			k.onDisk = append(k.onDisk, s)
			k.mu.Unlock()
			if err := s.startPostponing(c); err != nil {
				return 0, err
			}
		}
		bytes += s.bytes()
	}
	return bytes, nil
}

func (s *callState) startPostponing(c *expr.Context) error {
	ts := append([]*types.Type{&types.TypeInt}, typesOf(s.inputs)...)
	if s.call.Distinct && s.rest == nil {
		s.rest = newUnique(c, ts, 1+len(s.call.Args))
		s.log, s.logGroups, s.bytesLogged = nil, nil, 0
		if err := s.rest.freeze(0); err != nil {
			return err
		}
	}
	if s.held == nil {
		return nil
	}
	s.ordered = newOrdered(c, ts, 1+len(s.call.Args), s.call.OrderBy)
	s.held.flush()
	batches, groups := s.held.batches, s.heldGroups
	s.held, s.heldGroups, s.bytesHeld = nil, nil, 0
	return eachPiece(batches, func(b *types.Batch) error {
		some := groups[:b.N]
		groups = groups[b.N:]
		return s.order(some, b.Cols)
	})
}

// order gives rows to the sorter.
func (s *callState) order(groups []int32, inputs []*types.Vec) error {
	b := withPlaces(&types.Batch{N: len(groups), Cols: append([]*types.Vec{groupNumbers(groups)}, inputs...)}, s.place)
	s.place += int64(b.N)
	return s.ordered.add(b)
}

// postpone puts the rows that DISTINCT has not seen to the disk.
func (s *callState) postpone(groups []int32, inputs []*types.Vec) error {
	var rows []int32
	b := &types.Batch{N: len(groups), Cols: append([]*types.Vec{groupNumbers(groups)}, inputs...)}
	if s.bits != nil {
		rows = s.bits.absent(groups, inputs[0])
	} else {
		rows = s.seen.absent(b.Cols, b.N, nil)
	}
	return s.rest.put(b.Take(rows))
}

// forget gives up the set, where what is not in it is on the disk: there will be no more rows.
func (s *callState) forget() bool {
	if s.rest == nil {
		return false
	}
	s.bits, s.seen = nil, nil
	return true
}

// forget gives up what the states do not need any more.
func (g *groups) forget() error {
	some, bytes := false, g.bytes()
	for _, s := range g.states {
		some = s.forget() || some
		bytes += s.bytes()
	}
	if some {
		return g.mem.Set(bytes)
	}
	return nil
}

// resume adds the rows that DISTINCT has put to the disk. count says how much there is in memory then.
func (s *callState) resume(c *expr.Context, count func() error) error {
	if err := s.rest.finish(); err != nil {
		return err
	}
	for {
		b, err := s.rest.next(BatchSize)
		if b == nil || err != nil {
			return err
		}
		if err := cancelled(c); err != nil {
			return err
		}
		if err := s.pass(c, groupsOf(b.Cols[0]), b.Cols[1:]); err != nil {
			return err
		}
		if err := count(); err != nil {
			return err
		}
	}
}

func groupsOf(v *types.Vec) []int32 {
	groups := make([]int32, v.Len())
	for i := range groups {
		groups[i] = int32(v.I[v.At(i)])
	}
	return groups
}

// releaseOrdered adds the rows that were put in their order on the disk. count says how much there is in memory then.
func (s *callState) releaseOrdered(c *expr.Context, count func() error) error {
	if err := s.ordered.merge(); err != nil {
		return err
	}
	for {
		b, err := s.ordered.next(BatchSize)
		if b == nil || err != nil {
			return err
		}
		if err := s.acc.Update(c, groupsOf(b.Cols[0]), slices.Clip(b.Cols[1:1+len(s.call.Args)])); err != nil {
			return err
		}
		if err := count(); err != nil {
			return err
		}
	}
}

// spilled is how many bytes were put to the disk.
func (s *callState) spilled() (bytes int64) {
	if s.rest != nil {
		bytes += s.rest.spilled()
	}
	if s.ordered != nil {
		bytes += s.ordered.written
	}
	return bytes
}

// close gives up what is on the disk. It may be called again.
func (s *callState) close() {
	if s.rest != nil {
		s.rest.close()
	}
	if s.ordered != nil {
		s.ordered.close()
	}
}
