package functions

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// EmployeeHistory answers where an employee worked, for what, and when.
var EmployeeHistory = &Func{
	Name: "employee_history",
	Description: "The rows of an employee in History with the employee's name, in order of start_date, those without " +
		"it first, and of history_id where start_date is the same. An employee without rows there, or who does not " +
		"exist, has no rows here. name is NULL where Employees does not know the employee. A NULL employee_id " +
		"answers no rows.",
	Params: []Param{
		{Name: "employee_id", Type: tables.Int, Min: math.MinInt64, Description: "The employee."},
	},
	Columns: []tables.Column{
		{Name: "employee_id", Type: tables.Int, Description: "The employee, as asked for."},
		{Name: "name", Type: tables.VarChar(255), Description: "The employee's name."},
		{Name: "department", Type: tables.VarChar(255), Description: "The department."},
		{Name: "salary", Type: tables.Float, Description: "The yearly salary."},
		{Name: "start_date", Type: tables.DateTime, Description: "When it began."},
		{Name: "end_date", Type: tables.DateTime, Description: "When it ended; NULL: it goes on."},
		{Name: "current", Type: tables.Bool, Description: "1 where it is the employee's row of today."},
	},
	SQL: `SELECT h.employee_id, e.name, h.department, h.salary, h.start_date, h.end_date, h.current
FROM History h
LEFT JOIN Employees e ON e.employee_id = h.employee_id
WHERE h.employee_id = @employee_id
ORDER BY h.start_date, h.history_id`,
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		employee := args[0].Int
		columns := []string{"department", "salary", "start_date", "end_date", "current"}
		rows := vector.NewBatch(tables.VarChar(255), tables.Float, tables.DateTime, tables.DateTime, tables.Bool)
		var ids []int64 // history_id of the rows
		for batch, err := range scan.batches(ctx, "History", append([]string{"history_id", "employee_id"}, columns...)...) {
			if err != nil {
				return err
			}
			employees := &batch.Columns[1]
			for i, id := range batch.Columns[0].Ints {
				if employees.Ints[i] != employee || employees.Null(i) {
					continue
				}
				ids = append(ids, id)
				for c := range columns {
					rows.Columns[c].AppendFrom(&batch.Columns[2+c], i)
				}
			}
		}
		if len(ids) == 0 {
			return nil
		}
		names := map[int64]*string{employee: nil}
		if err := fillNames(ctx, scan, names); err != nil {
			return err
		}
		starts := &rows.Columns[slices.Index(columns, "start_date")]
		order := upTo(len(ids))
		slices.SortFunc(order, func(i, j int) int {
			return cmp.Or(compareNullsFirst(starts, i, j), cmp.Compare(ids[i], ids[j]))
		})
		for _, i := range order {
			out.Columns[0].AppendInt(employee)
			appendName(&out.Columns[1], names[employee])
			for c := range columns {
				out.Columns[2+c].AppendFrom(&rows.Columns[c], i)
			}
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT name, department, salary, start_date, end_date, current FROM employee_history(1)",
		Result: "name\tdepartment\tsalary\tstart_date\tend_date\tcurrent\nKevin\tBusiness\t100000\t2024-10-01 00:00:00\t2024-11-01 00:00:00\t0\nKevin\tEngineering\t120000\t2024-11-01 00:00:00\tNULL\t1\n",
	}},
}
