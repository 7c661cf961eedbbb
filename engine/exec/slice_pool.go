package exec

import (
	"math/bits"
	"sync"
)

// slicePool keeps slices that operators work with for a while, for the next that do: what runs once for each partition
// would otherwise have the allocator clear, and the collector find, as much memory as all the rows take. Great ones, of
// which a statement has few, are not kept.
type slicePool[T any] struct {
	bySize [pooledLog + 1]sync.Pool // of *[]T, by the logarithm of their capacity
}

const pooledLog = 17

// get is a slice of n elements, which may have any value.
func (p *slicePool[T]) get(n int) []T {
	log := bits.Len(uint(max(n, 1) - 1))
	if log > pooledLog {
		return make([]T, n)
	}
	if s, ok := p.bySize[log].Get().(*[]T); ok {
		return (*s)[:n]
	}
	return make([]T, n, 1<<log)
}

// put gives a slice back, which nobody uses any more.
func (p *slicePool[T]) put(s []T) {
	if c := cap(s); c > 0 && c == c&-c && c <= 1<<pooledLog {
		p.bySize[bits.Len(uint(c-1))].Put(&s)
	}
}
