package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// fillNames looks the keys of names up in Employees and puts their names in.
// Who is not there, or has no name there, keeps what was.
func fillNames(ctx context.Context, scan Scan, names map[int64]*string) error {
	for batch, err := range scan.batches(ctx, "Employees", "employee_id", "name") {
		if err != nil {
			return err
		}
		ids, found := &batch.Columns[0], &batch.Columns[1]
		for i, id := range ids.Ints {
			if _, wanted := names[id]; wanted && !ids.Null(i) && !found.Null(i) {
				name := found.Text(i)
				names[id] = &name
			}
		}
	}
	return nil
}

// appendName appends a name, or NULL where there is none.
func appendName(v *vector.Vector, name *string) {
	if name == nil {
		v.AppendNull()
		return
	}
	v.AppendString(*name)
}
