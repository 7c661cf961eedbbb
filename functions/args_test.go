package functions

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
	gocmp "github.com/google/go-cmp/cmp"
)

// said is the error as the client sees it.
func said(err error) string {
	var e *mysql.MyError
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%d (%s): %s", e.Code, e.State, e.Message)
}

func TestCheckCount(t *testing.T) {
	for _, c := range []struct {
		check func(int) error
		count int
		want  string
	}{
		{ConsecutiveLoginUsers.CheckCount, 0, "<nil>"},
		{ConsecutiveLoginUsers.CheckCount, 1, "<nil>"},
		{ConsecutiveLoginUsers.CheckCount, 2, "1318 (42000): Incorrect number of arguments for FUNCTION interview.consecutive_login_users; expected 1, got 2"},
		{HeadCount.CheckCount, 1, "1318 (42000): Incorrect number of arguments for FUNCTION interview.headcount; expected 2, got 1"},
		{HeadCount.CheckCount, 4, "1318 (42000): Incorrect number of arguments for FUNCTION interview.headcount; expected 3, got 4"},
		{HistoryViolations.CheckCount, 1, "1318 (42000): Incorrect number of arguments for FUNCTION interview.history_violations; expected 0, got 1"},
		{ChangeDepartment.CheckCount, 3, "1318 (42000): Incorrect number of arguments for PROCEDURE interview.change_department; expected 4, got 3"},
		{ChangeDepartment.CheckCount, 4, "<nil>"},
	} {
		if got := said(c.check(c.count)); got != c.want {
			t.Errorf("%d arguments: %s, want %s", c.count, got, c.want)
		}
	}
}

func TestBindRefusesWhatIsNoValue(t *testing.T) {
	for _, c := range []struct {
		f      *Func
		values []any
		want   string
	}{
		{ConsecutiveLoginUsers, []any{int64(0)}, "consecutive_login_users: min_days must be a whole number of at least 1, not 0"},
		{ConsecutiveLoginUsers, []any{2.5}, "consecutive_login_users: min_days must be a whole number of at least 1, not 2.5"},
		{LoginStreaks, []any{"two"}, "login_streaks: min_days must be a whole number of at least 1, not 'two'"},
		{LoginStreaks, []any{"3 days"}, "login_streaks: min_days must be a whole number of at least 1, not '3 days'"},
		{LoginStreaks, []any{uint64(math.MaxUint64)}, "login_streaks: min_days must be a whole number of at least 1, not 18446744073709551615"},
		{EmployeeHistory, []any{"Kevin"}, "employee_history: employee_id must be a whole number, not 'Kevin'"},
		{EmployeesAsOf, []any{"2023-02-29"}, "employees_as_of: date must be a date, not '2023-02-29'"},
		{EmployeesAsOf, []any{int64(20240101)}, "employees_as_of: date must be a date, not 20240101"},
		{HeadCount, []any{int64(0), int64(2024), "year_end"}, "headcount: from_year must be a whole number from 1 to 9999, not 0"},
		{HeadCount, []any{int64(2024), int64(10000), "year_end"}, "headcount: to_year must be a whole number from 1 to 9999, not 10000"},
		{HeadCount, []any{int64(2024), int64(2024), "always"}, "headcount: rule must be 'year_end' or 'any_time', not 'always'"},
		{HeadCount, []any{int64(2024), int64(2024), int64(1)}, "headcount: rule must be 'year_end' or 'any_time', not 1"},
		{HeadCount, []any{int64(2025), int64(2024), "year_end"}, "headcount: from_year (2025) is after to_year (2024)"},
		{HeadCountChange, []any{int64(2025), int64(2024), "year_end"}, "headcount_change: from_year (2025) is after to_year (2024)"},
		{AverageHeadCount, []any{int64(2025), int64(2024)}, "average_headcount: from_year (2025) is after to_year (2024)"},
		{AverageHeadCount, []any{int64(1000), int64(2000)}, "average_headcount: from_year (1000) to to_year (2000) are more than 1000 years"},
		{ProductGroupsWithoutSales, []any{"US"}, "product_groups_without_sales: area must be a whole number, not 'US'"},
	} {
		_, err := c.f.Bind(c.values)
		if got, want := said(err), "1210 (HY000): Incorrect arguments to "+c.want; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestBindMakesArguments(t *testing.T) {
	leapDay := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
	for _, c := range []struct {
		f      *Func
		values []any
		want   Args
	}{
		{LoginStreaks, []any{int64(2)}, Args{{Int: 2}}},
		{LoginStreaks, []any{uint64(2)}, Args{{Int: 2}}},
		{LoginStreaks, []any{2.0}, Args{{Int: 2}}},
		{LoginStreaks, []any{" 2 "}, Args{{Int: 2}}},
		{LoginStreaks, []any{"2.0"}, Args{{Int: 2}}},
		{LoginStreaks, []any{nil}, Args{{Null: true}}},
		{EmployeeHistory, []any{int64(-1)}, Args{{Int: -1}}},
		{EmployeesAsOf, []any{"2024-02-29"}, Args{{Int: 19782}}},
		{EmployeesAsOf, []any{"2024-2-29"}, Args{{Int: 19782}}},
		{EmployeesAsOf, []any{"2024-02-29 23:59:59.5"}, Args{{Int: 19782}}},
		{EmployeesAsOf, []any{leapDay}, Args{{Int: 19782}}},
		{EmployeesAsOf, []any{"1969-12-31"}, Args{{Int: -1}}},
		{HeadCount, []any{int64(1), int64(1000), "Any_Time"}, Args{{Int: 1}, {Int: 1000}, {Text: "any_time"}}},
		{HeadCount, []any{int64(2025), nil, "year_end"}, Args{{Int: 2025}, {Null: true}, {Text: "year_end"}}},
		{HistoryViolations, nil, Args{}},
	} {
		got, err := c.f.Bind(c.values)
		if err != nil {
			t.Errorf("%s%v: %v", c.f.Name, c.values, err)
		}
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s%v (-want +got):\n%s", c.f.Name, c.values, diff)
		}
	}
}

func TestAProcedureRefusesNull(t *testing.T) {
	_, err := ChangeDepartment.Bind([]any{int64(1), nil, 1.0, "2024-01-01"})
	if got, want := said(err), "1210 (HY000): Incorrect arguments to change_department: department must not be NULL"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Whatever a client sends, a value that is accepted is one of its parameter, and
// means itself when it is written out.
func FuzzBind(f *testing.F) {
	for _, seed := range []string{"", "2", " 2.0 ", "1e3", "-0", "0x10", "9223372036854775808", "NaN", "2024-02-29", "2023-02-29", "2024-2-9 ", "2024-02-29T23:59:59.999999", "0000-01-01", "10000-01-01"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if args, err := LoginStreaks.Bind([]any{value}); err == nil {
			again, err := LoginStreaks.Bind([]any{strconv.FormatInt(args[0].Int, 10)})
			if err != nil || again[0] != args[0] || args[0].Int < 1 {
				t.Errorf("%q is %+v and then %+v, %v", value, args, again, err)
			}
		}
		if args, err := EmployeesAsOf.Bind([]any{value}); err == nil {
			day := time.Unix(args[0].Int*secondsPerDay, 0).UTC()
			again, err := EmployeesAsOf.Bind([]any{day.Format(time.DateOnly)})
			if err != nil || again[0] != args[0] {
				t.Errorf("%q is %v and then %+v, %v", value, day, again, err)
			}
		}
	})
}
