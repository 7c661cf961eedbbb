package plan

// ReorderAlways lets joins come in another order than the written one where it costs less at all. It returns what takes
// that back.
func ReorderAlways() func() {
	was := reorderFrom
	reorderFrom = 0
	return func() { reorderFrom = was }
}
