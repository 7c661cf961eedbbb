package exec

import (
	"math/bits"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// distinctSet is sets of whole numbers, one of each group, as bits: numbers that lie close together, as identifiers do,
// share a page. One that has a page to itself takes not much more than a hash table's entry.
type distinctSet struct {
	slots []pageSlot // as many as a power of two
	pages []bitPage
	last  pageSlot // the page of the last number
}

// pageSlot is a place for a page of a group.
type pageSlot struct {
	page  int64 // number / pageBits
	group int32
	at    int32 // in pages, + 1; 0: free
}

const (
	pageLog  = 9
	pageBits = 1 << pageLog
)

type bitPage [pageBits / 64]uint64

// add appends to fresh the rows whose numbers their groups do not have yet, and puts them in. NULL is
// never one of them.
func (s *distinctSet) add(fresh []int32, groups []int32, v *types.Vec) []int32 {
	if v.Kind == types.Null {
		return fresh
	}
	for i, g := range groups {
		if v.Nulls != nil && v.Null(i) {
			continue
		}
		x := v.I[v.At(i)]
		if page := x >> pageLog; s.last.at == 0 || page != s.last.page || g != s.last.group {
			s.last = s.find(page, g)
		}
		word, bit := &s.pages[s.last.at-1][x>>6&(pageBits/64-1)], uint64(1)<<(x&63)
		if *word&bit == 0 {
			*word |= bit
			fresh = append(fresh, int32(i))
		}
	}
	return fresh
}

// find is the slot of a group's page, which is made where there is none.
func (s *distinctSet) find(page int64, group int32) pageSlot {
	if 2*len(s.pages) >= len(s.slots) {
		before := s.slots
		s.slots = make([]pageSlot, max(16, 4*len(before)))
		for _, p := range before {
			if p.at > 0 {
				*s.look(p.page, p.group) = p
			}
		}
	}
	slot := s.look(page, group)
	if slot.at == 0 {
		s.pages = append(s.pages, bitPage{})
		*slot = pageSlot{page, group, int32(len(s.pages))}
	}
	return *slot
}

// look finds a page's slot, or the free one for it.
func (s *distinctSet) look(page int64, group int32) *pageSlot {
	const golden = 0x9e3779b97f4a7c15
	hash := (uint64(page)*golden ^ uint64(group)) * golden
	for at := int(hash >> 32); ; at++ {
		slot := &s.slots[at&(len(s.slots)-1)]
		if slot.at == 0 || slot.page == page && slot.group == group {
			return slot
		}
	}
}

// each tells of all numbers, some at a time, and of the groups that have them.
func (s *distinctSet) each(t *types.Type, found func(groups []int32, numbers *types.Vec) error) error {
	var groups []int32
	var numbers []int64
	give := func() error {
		v := types.VecOf(t, len(numbers))
		v.I = numbers
		err := found(groups, v)
		groups, numbers = nil, nil
		return err
	}
	for _, slot := range s.slots {
		if slot.at == 0 {
			continue
		}
		for w, word := range s.pages[slot.at-1] {
			for ; word != 0; word &= word - 1 {
				numbers = append(numbers, slot.page<<pageLog|int64(w<<6|bits.TrailingZeros64(word)))
				groups = append(groups, slot.group)
			}
		}
		if len(numbers) >= BatchSize {
			if err := give(); err != nil {
				return err
			}
		}
	}
	return give()
}

// inBits tells whether the values of a type are whole numbers that are equal where their 64 bits are.
func inBits(t *types.Type) bool {
	switch t.Kind {
	case types.Int, types.Uint, types.Bit, types.Date, types.DateTime, types.Time:
		return true
	}
	return false
}

// absent is the rows whose numbers their groups do not have; NULL is never one of them.
func (s *distinctSet) absent(groups []int32, v *types.Vec) (rows []int32) {
	if v.Kind == types.Null {
		return nil
	}
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		x := v.I[v.At(i)]
		if len(s.slots) > 0 {
			if p := s.look(x>>pageLog, g); p.at > 0 && s.pages[p.at-1][x>>6&(pageBits/64-1)]&(1<<(x&63)) != 0 {
				continue
			}
		}
		rows = append(rows, int32(i))
	}
	return rows
}
