package types

import (
	"slices"
	"testing"
)

func TestRoom(t *testing.T) {
	var r Room
	for range 2 {
		ints, floats := r.NewVec(&TypeInt, 1000), r.NewVec(&TypeDouble, 3)
		more := r.NewVec(&TypeInt, 1000)
		if ints.Len() != 1000 || len(ints.I) != 1000 || len(floats.F) != 3 || ints.HasNulls() || slices.Max(ints.I) != 0 || slices.Max(floats.F) != 0 {
			t.Fatal("a vector of a room is not as NewVec makes it")
		}
		for i := range ints.I {
			ints.I[i] = 7
		}
		ints.SetNull(3)
		floats.F[2] = 1
		if slices.Max(more.I) != 0 {
			t.Fatal("two vectors have the same memory")
		}
		if rows := r.Rows(10); len(rows) != 0 || cap(rows) < 10 {
			t.Fatal("no room for the numbers of rows")
		}
		r.Reuse()
	}
	if again := r.NewVec(&TypeInt, 10); again.I[0] != 0 || again.Null(3) {
		t.Fatal("a vector is not new")
	}
	if v := r.NewVec(&TypeInt, 5000); len(v.I) != 5000 {
		t.Fatal("too short")
	}
}
