package tables

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// The interview gave these rows.
func TestTheInterviewsRows(t *testing.T) {
	for _, c := range []struct {
		table *Table
		want  string
	}{
		{Orders, `
			101 | 1 | 10
			102 | 1 | 5
			103 | 2 | 7
			105 | 3 | 8`},
		{Products, `
			1 | 101 | A | Group 1
			1 | 102 | B | Group 1
			2 | 103 | C | Group 2
			1 | 104 | D | Group 3
			3 | 105 | E | Group 3`},
		{Logins, `
			2024-02-01 08:15:32 | user_001
			2024-02-02 09:20:45 | user_001
			2024-02-03 07:55:12 | user_001
			2024-02-05 10:05:22 | user_001
			2024-02-01 12:30:14 | user_002
			2024-02-03 14:10:09 | user_002
			2024-02-04 09:45:50 | user_002
			2024-02-04 18:20:33 | user_003
			2024-02-05 08:05:17 | user_003
			2024-02-06 07:50:10 | user_003
			2024-02-08 11:15:55 | user_003
			2024-02-05 06:40:30 | user_004
			2024-02-07 13:25:48 | user_004
			2024-02-10 16:10:12 | user_005`},
	} {
		t.Run(c.table.Name, func(t *testing.T) {
			if diff := cmp.Diff(lines(c.want), rowsOf(t, c.table)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("Kevin", func(t *testing.T) {
		kevin := rowsOf(t, Employees)[0]
		kevin[3] = "" // the interview left the address open
		if diff := cmp.Diff([]string{"1", "Kevin", "21", "", "1996-03-19 00:00:00"}, kevin); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(lines(`
			1 | 1 | Business | 100000 | 2024-10-01 00:00:00 | 2024-11-01 00:00:00 | 0
			2 | 1 | Engineering | 120000 | 2024-11-01 00:00:00 | NULL | 1`), rowsOf(t, History)[:2]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestBuiltInRowsAreOfTheirTypes(t *testing.T) {
	for _, table := range All {
		for _, row := range rowsOf(t, table) {
			for i, c := range table.Columns {
				v := row[i]
				if v == "NULL" {
					if slices.Contains(table.PrimaryKey, c.Name) {
						t.Errorf("%s %v: the key is NULL", table.Name, row)
					}
					continue
				}
				if !isOf(c.Type, v) {
					t.Errorf("%s %v: %s is no %s", table.Name, row, c.Name, c.Type.SQL())
				}
			}
		}
	}
}

// isOf tells whether the value is one of the type, as the CSV files write it.
func isOf(typ vector.Type, value string) bool {
	switch typ.Kind {
	case vector.DateTime:
		_, err := time.Parse(time.DateTime, value)
		return err == nil
	case vector.Bool:
		return value == "0" || value == "1"
	case vector.String:
		return len([]rune(value)) <= typ.Len
	}
	return strings.Trim(value, "0123456789") == ""
}

func TestBuiltInRowsKeepTheKeys(t *testing.T) {
	for _, table := range All {
		if len(table.PrimaryKey) > 0 {
			keys := valuesOf(t, table, table.PrimaryKey...)
			if unique := slices.Compact(slices.Sorted(slices.Values(keys))); len(unique) != len(keys) {
				t.Errorf("%s: the keys %v repeat", table.Name, keys)
			}
		}
		for _, fk := range table.ForeignKeys {
			parent, ok := Find(fk.References)
			if !ok {
				t.Errorf("%s refers to %s, which is no table", table.Name, fk.References)
				continue
			}
			known := valuesOf(t, parent, fk.Column)
			for _, v := range valuesOf(t, table, fk.Column) {
				if v != "NULL" && !slices.Contains(known, v) {
					t.Errorf("%s: there is no %s %s in %s", table.Name, fk.Column, v, fk.References)
				}
			}
		}
	}
}

func TestEveryTableIsDescribed(t *testing.T) {
	for i, table := range All {
		describes(t, table.Name, table.Description)
		for _, c := range table.Columns {
			describes(t, table.Name+"."+c.Name, c.Description)
		}
		if table.Notes != "" {
			describes(t, table.Name+"'s notes", table.Notes)
		}
		if len(table.Examples) == 0 {
			t.Errorf("%s has no example", table.Name)
		}
		for _, e := range table.Examples {
			if !strings.Contains(e.SQL, table.Name) || e.Result == "" {
				t.Errorf("%s: the example %s is not about it, or has no result", table.Name, e.SQL)
			}
		}
		for _, fk := range table.ForeignKeys {
			if !slices.ContainsFunc(All[:i], func(t *Table) bool { return t.Name == fk.References }) {
				t.Errorf("%s comes before %s, which it refers to", table.Name, fk.References)
			}
		}
	}
}

func TestFind(t *testing.T) {
	if table, ok := Find("eMPLOYEES"); !ok || table != Employees {
		t.Errorf("eMPLOYEES is %v", table)
	}
	if table, ok := FindAlias("PRODUCT"); !ok || table != Products {
		t.Errorf("PRODUCT is %v", table)
	}
	for _, name := range []string{"Employee", "History ", ""} {
		if table, ok := Find(name); ok {
			t.Errorf("Find(%q) is %s", name, table.Name)
		}
	}
	for _, name := range []string{"Employees", "Histories"} {
		if table, ok := FindAlias(name); ok {
			t.Errorf("FindAlias(%q) is %s", name, table.Name)
		}
	}
	if c, ok := Employees.Column("dob"); !ok || c.Name != "DOB" {
		t.Errorf("the column dob is %v", c)
	}
	if c, ok := Employees.Column("salary"); ok {
		t.Errorf("the column salary is %v", c)
	}
}

func TestDDLAndInsert(t *testing.T) {
	if diff := cmp.Diff("CREATE TABLE `History` (\n"+
		"  `history_id` INT,\n"+
		"  `employee_id` INT,\n"+
		"  `department` VARCHAR(255),\n"+
		"  `salary` FLOAT,\n"+
		"  `start_date` DATETIME,\n"+
		"  `end_date` DATETIME,\n"+
		"  `current` BOOL,\n"+
		"  PRIMARY KEY (`history_id`),\n"+
		"  FOREIGN KEY (`employee_id`) REFERENCES `Employees` (`employee_id`)\n"+
		")", History.DDL()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	insert, err := Employees.Insert()
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(insert, ",\n")
	want := "INSERT INTO `Employees` VALUES\n(1, 'Kevin', 21, '12 Harbour Street, Boston', '1996-03-19 00:00:00')"
	if first != want {
		t.Errorf("got %s, want %s", first, want)
	}
}

func describes(t *testing.T, what, description string) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s is described as %q, which is no sentence", what, description)
	}
}

func rowsOf(t *testing.T, table *Table) [][]string {
	t.Helper()
	rows, err := table.Rows()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// valuesOf are a row's values of the columns, joined, for each row.
func valuesOf(t *testing.T, table *Table, columns ...string) []string {
	t.Helper()
	var out []string
	for _, row := range rowsOf(t, table) {
		var values []string
		for i, c := range table.Columns {
			if slices.Contains(columns, c.Name) {
				values = append(values, row[i])
			}
		}
		out = append(out, strings.Join(values, " | "))
	}
	return out
}

// lines reads a row a line, with " | " between the values.
func lines(text string) [][]string {
	var out [][]string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		out = append(out, strings.Split(strings.TrimSpace(line), " | "))
	}
	return out
}
