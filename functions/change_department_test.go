package functions

import "testing"

// testChangeDepartment runs the procedure on a server's built-in rows.
func testChangeDepartment(t *testing.T, server sqlServer) {
	history := func(t *testing.T, where string) []string {
		t.Helper()
		_, lines := server.must(t, "SELECT history_id, department, salary, start_date, end_date, current FROM History WHERE "+where+" ORDER BY history_id")
		return lines
	}
	call := func(t *testing.T, values ...any) error {
		t.Helper()
		args, err := ChangeDepartment.Bind(values)
		if err != nil {
			return err
		}
		return ChangeDepartment.Run(t.Context(), server, args)
	}

	t.Run("closes the open row and opens the next", func(t *testing.T) {
		server.reset(t)
		others := history(t, "employee_id <> 1")
		if err := call(t, int64(1), "Marketing", 125000.0, "2025-01-01"); err != nil {
			t.Fatal(err)
		}
		expect(t, []string{
			"1\tBusiness\t100000\t2024-10-01 00:00:00\t2024-11-01 00:00:00\t0",
			"2\tEngineering\t120000\t2024-11-01 00:00:00\t2025-01-01 00:00:00\t0",
			"21\tMarketing\t125000\t2025-01-01 00:00:00\tNULL\t1",
		}, history(t, "employee_id = 1"))
		expect(t, others, history(t, "employee_id <> 1"))
		_, violations := server.must(t, HistoryViolations.SQL)
		expect(t, []string{"5\t3\tgap"}, violations)
	})

	t.Run("on the day on which the open row begins", func(t *testing.T) {
		server.reset(t)
		if err := call(t, int64(7), "HR", 0.0, "2023-03-01"); err != nil {
			t.Fatal(err)
		}
		expect(t, []string{
			"13\tFinance\t98000\t2023-03-01 16:30:00\t2023-03-01 16:30:00\t0",
			"21\tHR\t0\t2023-03-01 16:30:00\tNULL\t1",
		}, history(t, "history_id >= 13 AND employee_id = 7"))
		_, violations := server.must(t, HistoryViolations.SQL)
		expect(t, []string{"5\t3\tgap"}, violations)
	})

	for _, c := range []struct {
		name, prepare string
		values        []any
		want          string
	}{
		{"an employee who does not exist", "", []any{int64(99), "HR", 1.0, "2025-01-01"},
			"1644 (45000): change_department: employee 99 does not exist"},
		{"an employee who left", "", []any{int64(2), "HR", 1.0, "2025-01-01"},
			"1644 (45000): change_department: employee 2 has no open row in History"},
		{"two open rows", "UPDATE History SET end_date = NULL WHERE history_id = 1", []any{int64(1), "HR", 1.0, "2025-01-01"},
			"1644 (45000): change_department: employee 1 has 2 open rows in History"},
		{"a date before the open row's start", "", []any{int64(1), "HR", 1.0, "2024-10-31"},
			"1644 (45000): change_department: 2024-10-31 is before 2024-11-01, on which the open row of employee 1 begins"},
		{"no department", "", []any{int64(1), " ", 1.0, "2025-01-01"},
			"1210 (HY000): Incorrect arguments to change_department: department must not be empty"},
		{"a negative salary", "", []any{int64(1), "HR", -0.5, "2025-01-01"},
			"1210 (HY000): Incorrect arguments to change_department: salary must not be negative, as -0.5 is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.reset(t)
			if c.prepare != "" {
				server.must(t, c.prepare)
			}
			before := history(t, "TRUE")
			if got := said(call(t, c.values...)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			expect(t, before, history(t, "TRUE"))
		})
	}
}
