package functions

import (
	"cmp"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// upTo are the whole numbers from 0 up to, but not including, n: the numbers of
// n rows, to be sorted in their place.
func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// compareNullsFirst compares rows i and j of a column that is kept in Ints as
// MySQL orders them: NULL comes first.
func compareNullsFirst(v *vector.Vector, i, j int) int {
	switch ni, nj := v.Null(i), v.Null(j); {
	case ni && nj:
		return 0
	case ni:
		return -1
	case nj:
		return 1
	}
	return cmp.Compare(v.Ints[i], v.Ints[j])
}
