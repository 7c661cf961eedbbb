package functions

// All are the table functions.
var All = []*Func{
	ConsecutiveLoginUsers,
	LoginStreaks,
	EmployeeHistory,
	EmployeesAsOf,
	HeadCount,
	AverageHeadCount,
	HeadCountChange,
	ProductGroupsWithoutSales,
	HistoryViolations,
}

// Procs are the procedures.
var Procs = []*Proc{
	ChangeDepartment,
	Reset,
}
