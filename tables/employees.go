package tables

// Employees are the people of the company.
var Employees = &Table{
	Name:        "Employees",
	Alias:       "Employee",
	Description: "The people who work or worked for the company, a row each.",
	Columns: []Column{
		{"employee_id", Int, "The number of the employee; the key."},
		{"name", VarChar(255), "The name."},
		{"age", Int, "The age in years, as it was told: nothing derives it from DOB."},
		{"address", VarChar(255), "The postal address in one line; NULL where it is unknown."},
		{"DOB", DateTime, "The date of birth, at midnight; NULL where it is unknown."},
	},
	PrimaryKey: []string{"employee_id"},
	Notes: "Kevin is the interview's, with an age that does not follow from his date of birth. " +
		"The other twelve are there so that History has several years to tell of. " +
		"Ivan's address and Marco's date of birth are NULL.",
	Examples: []Example{{
		SQL:    "SELECT name, age, DOB FROM Employees WHERE employee_id = 1",
		Result: "name\tage\tDOB\nKevin\t21\t1996-03-19 00:00:00\n",
	}, {
		SQL:    "SELECT employee_id, name FROM Employees WHERE address IS NULL OR DOB IS NULL ORDER BY employee_id",
		Result: "employee_id\tname\n10\tIvan\n13\tMarco\n",
	}},
}
