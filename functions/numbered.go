package functions

// numbered is a sum for each number: in a slice where the numbers lie from 0 on without great gaps, as
// those of products do, else in a map.
type numbered struct {
	low  []int64
	high map[int64]*int64
	n    int // how many numbers came
}

func newNumbered() *numbered { return &numbered{high: make(map[int64]*int64)} }

// at is the place of a number's sum.
func (s *numbered) at(number int64) *int64 {
	if uint64(number) < uint64(len(s.low)) {
		return &s.low[number]
	}
	return s.place(number)
}

// place is at of a number that is not among the low ones. These become twice as many at least, so that
// the others are seldom moved.
func (s *numbered) place(number int64) *int64 {
	s.n++
	if most := 1<<15 + 16*int64(s.n); number >= 0 && number < most && most >= 2*int64(len(s.low)) {
		s.low = append(s.low, make([]int64, most-int64(len(s.low)))...)
		for n, sum := range s.high {
			if n >= 0 && n < most {
				s.low[n] = *sum
				delete(s.high, n)
			}
		}
		return &s.low[number]
	}
	sum := s.high[number]
	if sum == nil {
		sum = new(int64)
		s.high[number] = sum
	}
	return sum
}

// of is a number's sum; 0 where it has none.
func (s *numbered) of(number int64) int64 {
	if uint64(number) < uint64(len(s.low)) {
		return s.low[number]
	}
	if sum := s.high[number]; sum != nil {
		return *sum
	}
	return 0
}
