package functions

import (
	"cmp"
	"context"
	"slices"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// EmployeesAsOf answers who worked where, for what, on a day.
var EmployeesAsOf = &Func{
	Name: "employees_as_of",
	Description: "Who worked in which department, for which salary, on the day: the rows of History that cover it, in " +
		"order of employee_id, NULL first, and of history_id. A row covers the days from that of start_date up to, " +
		"but not including, that of end_date, so that on the day of a transfer the new row answers. An employee " +
		"whose rows overlap is there once for each. name is NULL where Employees does not know the employee. Of a " +
		"date with a time only the date counts. A NULL date answers no rows.",
	Params: []Param{
		{Name: "date", Type: tables.Date, Description: "The day."},
	},
	Columns: []tables.Column{
		{Name: "employee_id", Type: tables.Int, Description: "The employee."},
		{Name: "name", Type: tables.VarChar(255), Description: "The employee's name."},
		{Name: "department", Type: tables.VarChar(255), Description: "The department on the day."},
		{Name: "salary", Type: tables.Float, Description: "The yearly salary on the day."},
	},
	SQL: `SELECT h.employee_id, e.name, h.department, h.salary
FROM History h
LEFT JOIN Employees e ON e.employee_id = h.employee_id
WHERE DATE(h.start_date) <= CAST(@date AS DATE)
    AND (h.end_date IS NULL OR CAST(@date AS DATE) < DATE(h.end_date))
ORDER BY h.employee_id, h.history_id`,
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		day := args[0].Int
		rows := vector.NewBatch(tables.Int, tables.Int, tables.VarChar(255), tables.Float)
		employees, ids, departments, salaries := &rows.Columns[0], &rows.Columns[1], &rows.Columns[2], &rows.Columns[3]
		names := map[int64]*string{}
		for batch, err := range scan.batches(ctx, "History", "employee_id", "history_id", "department", "salary", "start_date", "end_date") {
			if err != nil {
				return err
			}
			starts, ends := &batch.Columns[4], &batch.Columns[5]
			for i, start := range starts.Ints {
				if starts.Null(i) || day < dayOf(start) || !ends.Null(i) && day >= dayOf(ends.Ints[i]) {
					continue
				}
				for c := range rows.Columns {
					rows.Columns[c].AppendFrom(&batch.Columns[c], i)
				}
				if !batch.Columns[0].Null(i) {
					names[batch.Columns[0].Ints[i]] = nil
				}
			}
		}
		if err := fillNames(ctx, scan, names); err != nil {
			return err
		}
		order := upTo(rows.Len())
		slices.SortFunc(order, func(i, j int) int {
			return cmp.Or(compareNullsFirst(employees, i, j), cmp.Compare(ids.Ints[i], ids.Ints[j]))
		})
		for _, i := range order {
			out.Columns[0].AppendFrom(employees, i)
			if employees.Null(i) {
				out.Columns[1].AppendNull()
			} else {
				appendName(&out.Columns[1], names[employees.Ints[i]])
			}
			out.Columns[2].AppendFrom(departments, i)
			out.Columns[3].AppendFrom(salaries, i)
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM employees_as_of('2024-10-31')",
		Result: "employee_id\tname\tdepartment\tsalary\n1\tKevin\tBusiness\t100000\n3\tBruno\tEngineering\t105000\n4\tChen\tEngineering\t88000\n5\tDora\tFinance\t65000\n7\tFatima\tFinance\t98000\n8\tGoran\tEngineering\t93000\n10\tIvan\tEngineering\t97000\n11\tJulia\tBusiness\t54000\n",
	}, {
		SQL:    "SELECT name, department FROM employees_as_of('2023-03-01') WHERE employee_id = 7",
		Result: "name\tdepartment\nFatima\tFinance\n",
	}},
}
