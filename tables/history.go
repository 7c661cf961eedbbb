package tables

// History is who worked where, for what, from when to when.
var History = &Table{
	Name: "History",
	Description: "Who worked in which department, for which salary, from when to when. A row covers the day d " +
		"when DATE(start_date) <= d and (end_date IS NULL or d < DATE(end_date)), so that where one row ends " +
		"and the next begins on the same day, the day belongs to the next.",
	Columns: []Column{
		{"history_id", Int, "The number of the row; the key."},
		{"employee_id", Int, "Whose row it is; an employee of Employees."},
		{"department", VarChar(255), "The department."},
		{"salary", Float, "The yearly salary."},
		{"start_date", DateTime, "When it began; a row without covers no day."},
		{"end_date", DateTime, "When it ended: its day is the first that is not covered. NULL: it goes on."},
		{"current", Bool, "1 where it is the employee's row of today, else 0."},
	},
	PrimaryKey:  []string{"history_id"},
	ForeignKeys: []ForeignKey{{Column: "employee_id", References: "Employees"}},
	Notes: "The interview wrote both of Kevin's rows with history_id 1, which its own primary key forbids: here " +
		"they are 1 and 2; its months without a day are their first. " +
		"Amara left. Bruno came back after a gap. Chen changed twice in 2021. Dora started on 31 December 2020. " +
		"Emil left on 1 January 2022, so that his last day is the year's last. Fatima was in Marketing only within " +
		"1 March 2023: row 12 covers no day. Goran got a raise without a transfer. Hana left in 2024. Ivan started " +
		"on 1 January 2023. Lena left on 31 December 2022, so that she does not count on that day. Marco started and " +
		"left on a 29 February.",
	Examples: []Example{{
		SQL:    "SELECT department, salary, start_date, end_date, current FROM History WHERE employee_id = 1 ORDER BY start_date",
		Result: "department\tsalary\tstart_date\tend_date\tcurrent\nBusiness\t100000\t2024-10-01 00:00:00\t2024-11-01 00:00:00\t0\nEngineering\t120000\t2024-11-01 00:00:00\tNULL\t1\n",
	}, {
		SQL:    "SELECT department, COUNT(*) AS people FROM History WHERE current = 1 GROUP BY department ORDER BY department",
		Result: "department\tpeople\nBusiness\t1\nEngineering\t5\nFinance\t2\n",
	}},
}
