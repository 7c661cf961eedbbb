package functions

// numbered is a value for each number, zero for those that have none: in a slice where the numbers lie from 0 on
// without great gaps, as those of products and employees do, else in a map.
type numbered[T any] struct {
	low  []T
	high map[int64]*T
	rows int // that numbers came from
}

func newNumbered[T any]() *numbered[T] { return &numbered[T]{high: make(map[int64]*T)} }

// at is the place of a number's value, valid until the next call.
func (s *numbered[T]) at(number int64) *T {
	if uint64(number) < uint64(len(s.low)) {
		return &s.low[number]
	}
	return s.place(number)
}

// expect tells of rows whose numbers come: the more there are, the more room there is for low ones.
func (s *numbered[T]) expect(rows int) { s.rows += rows }

// place is at of a number that is not among the low ones. These become twice as many at least, so that
// the others are seldom moved.
func (s *numbered[T]) place(number int64) *T {
	most := 1<<15 + min(256*int64(s.rows), 1<<22) + 2*int64(s.rows)
	if n := 2 * int64(len(s.low)); number >= 0 && number < most && most >= n {
		n = max(n, min(most, number+number/4+1<<10))
		s.low = append(s.low, make([]T, n-int64(len(s.low)))...)
		for number, x := range s.high {
			if number >= 0 && number < n {
				s.low[number] = *x
				delete(s.high, number)
			}
		}
		return &s.low[number]
	}
	x := s.high[number]
	if x == nil {
		x = new(T)
		s.high[number] = x
	}
	return x
}

// of is a number's value.
func (s *numbered[T]) of(number int64) (x T) {
	if uint64(number) < uint64(len(s.low)) {
		return s.low[number]
	}
	if at := s.high[number]; at != nil {
		return *at
	}
	return x
}

// merged is the values of several, each number's added to each other. It may be one of them, which are not to be used any more.
func merged[T any](several []*numbered[T], add func(a, b T) T) *numbered[T] {
	to := several[0]
	for _, from := range several {
		if len(from.low) > len(to.low) {
			to = from
		}
	}
	blocks(len(to.low), func(_, first, end int) {
		for _, from := range several {
			if from == to || first >= len(from.low) {
				continue
			}
			for i, x := range from.low[first:min(end, len(from.low))] {
				to.low[first+i] = add(to.low[first+i], x)
			}
		}
	})
	for _, from := range several {
		if from == to {
			continue
		}
		for n, x := range from.high {
			at := to.at(n)
			*at = add(*at, *x)
		}
	}
	return to
}
