package functions

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/tables"
)

// ChangeDepartment moves an employee to another department.
var ChangeDepartment = &Proc{
	Name: "change_department",
	Description: "Moves an employee to a department, for a salary, as of a date: it closes the employee's open row of " +
		"History, the one without end_date, on that date, so that it is not current any more, and adds the next, " +
		"which begins on that date, is open and current, and has the table's next history_id. It may be the day on " +
		"which the open row begins: then that row ends when it begins, and covers no day, and the next begins at the " +
		"same time. It changes nothing, and says why, where the employee " +
		"does not exist, has no open row or more than one, or where the date is before the open row's start (1644), " +
		"and where an argument is NULL, the department is empty or the salary negative (1210).",
	Params: []Param{
		{Name: "employee_id", Type: tables.Int, Min: math.MinInt64, Description: "The employee."},
		{Name: "department", Type: tables.VarChar(255), Description: "The department to move to; not empty."},
		{Name: "salary", Type: tables.Float, Description: "The yearly salary there; not negative."},
		{Name: "date", Type: tables.Date, Description: "The first day there."},
	},
	Run: changeDepartment,
	Examples: []tables.Example{{
		SQL: "CALL change_department(1, 'Marketing', 125000, '2025-01-01')",
	}},
}

func changeDepartment(ctx context.Context, tx Tx, args Args) error {
	employee, department, salary := args[0].Int, args[1].Text, args[2].Float
	date := time.Unix(args[3].Int*secondsPerDay, 0).UTC().Format(time.DateOnly)
	if strings.TrimSpace(department) == "" {
		return wrongArguments("change_department", "department must not be empty")
	}
	if salary < 0 {
		return wrongArguments("change_department", "salary must not be negative, as %v is", salary)
	}

	employees, err := tx.Query(ctx, "SELECT employee_id FROM Employees WHERE employee_id = ?", employee)
	if err != nil {
		return fmt.Errorf("functions: change_department: look for the employee: %w", err)
	}
	if len(employees) == 0 {
		return refuse("employee %d does not exist", employee)
	}
	open, err := tx.Query(ctx, "SELECT history_id, start_date FROM History WHERE employee_id = ? AND end_date IS NULL", employee)
	if err != nil {
		return fmt.Errorf("functions: change_department: look for the open row: %w", err)
	}
	switch {
	case len(open) == 0:
		return refuse("employee %d has no open row in History", employee)
	case len(open) > 1:
		return refuse("employee %d has %d open rows in History", employee, len(open))
	}
	history, start := open[0][0], open[0][1]
	// Dates and times as MySQL writes them compare like what they name.
	moment := date
	if start != nil && date < *start {
		if date < (*start)[:len(date)] {
			return refuse("%s is before %s, on which the open row of employee %d begins", date, (*start)[:len(date)], employee)
		}
		moment = *start // the same day: not before the open row begins
	}

	// The next row first: where it is refused, nothing has changed.
	next, err := tx.Query(ctx, "SELECT MAX(history_id) + 1 FROM History")
	if err != nil {
		return fmt.Errorf("functions: change_department: choose a history_id: %w", err)
	}
	err = tx.Exec(ctx, "INSERT INTO History (history_id, employee_id, department, salary, start_date, end_date, `current`) VALUES (?, ?, ?, ?, ?, NULL, 1)",
		*next[0][0], employee, department, salary, moment)
	if err != nil {
		return fmt.Errorf("functions: change_department: open the next row: %w", err)
	}
	err = tx.Exec(ctx, "UPDATE History SET end_date = ?, `current` = 0 WHERE history_id = ?", moment, *history)
	if err != nil {
		return fmt.Errorf("functions: change_department: close the open row: %w", err)
	}
	return nil
}

// refuse is the error that SIGNAL SQLSTATE '45000' ends in, with the reason.
func refuse(format string, args ...any) error {
	e := mysql.NewError(mysql.ER_SIGNAL_EXCEPTION, "change_department: "+fmt.Sprintf(format, args...))
	e.State = "45000"
	return e
}
