package tables

// All are the tables, in the order in which they can be made: a table after
// those that its foreign keys name.
var All = []*Table{
	Employees,
	History,
	Orders,
	Products,
	Logins,
}
