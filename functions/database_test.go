package functions

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// database is the rows of each table, each value as text, NULL for NULL: what
// the kernels scan, what the models in the tests read, and what the SQL servers
// are given.
type database map[string][][]string

// builtIn is the database that everybody starts with.
func builtIn(t testing.TB) database {
	t.Helper()
	db := database{}
	for _, table := range tables.All {
		rows, err := table.Rows()
		if err != nil {
			t.Fatal(err)
		}
		db[table.Name] = rows
	}
	return db
}

// rows reads a row a line, with " | " between the values.
func rows(text string) [][]string {
	var out [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, strings.Split(line, " | "))
		}
	}
	return out
}

// scan is a [Scan] of the database, in parts and batches that are as small as to split what belongs together, and are
// used again as the contract allows. Texts of an odd number of rows are without codes, and the rows one part.
func (db database) scan(name string, columns ...string) []Part {
	table, ok := tables.Find(name)
	if !ok {
		return []Part{func(yield func(*vector.Batch, error) bool) { yield(nil, fmt.Errorf("no table %s", name)) }}
	}
	rows := db[name]
	to := make([]vector.Vector, len(columns))
	at := make([]int, len(columns))
	coded, partRows := len(rows)%2 == 0, max(len(rows), 1)
	for i, name := range columns {
		name, day := DayOf(name)
		at[i] = slices.IndexFunc(table.Columns, func(c tables.Column) bool { return c.Name == name })
		if to[i].Type = table.Columns[at[i]].Type; day {
			to[i].Type.Kind = vector.Date
		}
		if coded {
			partRows = 7
			for _, row := range rows {
				if !slices.Contains(to[i].Dictionary, row[at[i]]) {
					to[i].Dictionary = append(to[i].Dictionary, row[at[i]])
				}
			}
		}
	}
	var parts []Part
	for some := range slices.Chunk(rows, partRows) {
		batch := &vector.Batch{Columns: slices.Clone(to)}
		parts = append(parts, func(yield func(*vector.Batch, error) bool) {
			for some := range slices.Chunk(some, 3) {
				batch.Reset()
				for _, row := range some {
					for i := range columns {
						v := &batch.Columns[i]
						if code := slices.Index(v.Dictionary, row[at[i]]); coded && v.Type.Kind == vector.String {
							v.Codes = append(v.Codes, uint32(code))
							v.Nulls = append(v.Nulls, row[at[i]] == "NULL")
						} else {
							appendValue(v, row[at[i]])
						}
					}
				}
				if !yield(batch, nil) {
					return
				}
			}
		})
	}
	return append(parts, func(func(*vector.Batch, error) bool) {})
}

func appendValue(v *vector.Vector, text string) {
	if text == "NULL" {
		v.AppendNull()
		return
	}
	var err error
	switch v.Type.Kind {
	case vector.String:
		v.AppendString(text)
	case vector.DateTime:
		v.AppendInt(moment(text).UnixMicro())
	case vector.Date:
		v.AppendInt(Day(moment(text)))
	case vector.Float:
		var x float64
		x, err = strconv.ParseFloat(text, 64)
		v.AppendFloat(x)
	default:
		var x int64
		x, err = strconv.ParseInt(text, 10, 64)
		v.AppendInt(x)
	}
	if err != nil {
		panic(err)
	}
}

// moment reads a DATETIME.
func moment(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return t
}

// native is what f's kernel answers, a line a row with tabs between the values.
func native(t testing.TB, f *Func, db database, values ...any) []string {
	t.Helper()
	args := bound(t, f, values)
	out := &vector.Batch{Columns: make([]vector.Vector, len(f.Columns))}
	for i, c := range f.Columns {
		out.Columns[i].Type = c.Type
	}
	if args.HasNull() {
		return nil
	}
	if err := f.Native(t.Context(), db.scan, args, out); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i := range out.Len() {
		var values []string
		for c := range out.Columns {
			values = append(values, text(&out.Columns[c], i))
		}
		lines = append(lines, strings.Join(values, "\t"))
	}
	return lines
}

// bound makes arguments of values, in which an int is written without its size.
func bound(t testing.TB, f *Func, values []any) Args {
	t.Helper()
	values = slices.Clone(values)
	for i, v := range values {
		if n, ok := v.(int); ok {
			values[i] = int64(n)
		}
	}
	args, err := f.Bind(values)
	if err != nil {
		t.Fatal(err)
	}
	return args
}

// text is a value as the text protocol sends it.
func text(v *vector.Vector, i int) string {
	if v.Null(i) {
		return "NULL"
	}
	switch v.Type.Kind {
	case vector.String:
		return v.Text(i)
	case vector.Float:
		return strconv.FormatFloat(v.Floats[i], 'f', -1, 32)
	case vector.Date:
		return time.Unix(v.Ints[i]*secondsPerDay, 0).UTC().Format(time.DateOnly)
	case vector.DateTime:
		return time.UnixMicro(v.Ints[i]).UTC().Format(time.DateTime)
	case vector.Decimal:
		digits := fmt.Sprintf("%0*d", v.Type.Scale+1, max(v.Ints[i], -v.Ints[i]))
		point := len(digits) - v.Type.Scale
		sign := ""
		if v.Ints[i] < 0 {
			sign = "-"
		}
		return sign + digits[:point] + "." + digits[point:]
	}
	return strconv.FormatInt(v.Ints[i], 10)
}

// expect compares lines.
func expect(t *testing.T, want, got []string) {
	t.Helper()
	if diff := gocmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// random makes a seeded source of random numbers and says its seed.
func random(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// randomDatabase is a small database in which everything that is special happens
// often: NULL anywhere, repetitions, days next to each other, ends of months and
// years, rows that overlap, touch, or end before they start.
func randomDatabase(r *rand.Rand) database {
	db := database{}
	some := func(values ...string) string { return values[r.IntN(len(values))] }
	maybe := func(value string) string {
		if r.IntN(10) == 0 {
			return "NULL"
		}
		return value
	}
	from := moment(some("2023-02-20 00:00:00", "2023-12-20 00:00:00", "2024-02-20 00:00:00"))
	at := func(days int) string {
		t := from.AddDate(0, 0, r.IntN(days))
		return t.Format(time.DateOnly) + " " + some("00:00:00", "00:10:00", "12:00:00", "23:50:00", "23:59:59")
	}
	for range r.IntN(60) {
		db["Logins"] = append(db["Logins"], []string{maybe(at(20)), maybe(some("ann", "bob", "cid", "dan e", ""))})
	}
	for id := range 5 {
		db["Employees"] = append(db["Employees"], []string{strconv.Itoa(id), maybe(some("Kim", "Lee")), "30", "NULL", "NULL"})
	}
	span := []int{12, 90, 800}[r.IntN(3)]
	for id := range r.IntN(16) {
		db["History"] = append(db["History"], []string{
			strconv.Itoa(id), maybe(strconv.Itoa(r.IntN(7))), maybe(some("Business", "Engineering")), maybe(some("1000", "2000.5")),
			maybe(at(span)), some("NULL", at(span), at(span), at(span)), maybe(some("0", "0", "1")),
		})
	}
	r.Shuffle(len(db["History"]), func(i, j int) { h := db["History"]; h[i], h[j] = h[j], h[i] })
	few := func() string { return maybe(strconv.Itoa(r.IntN(4))) }
	least := -2 * r.IntN(2) // units that were given back
	for range r.IntN(12) {
		db["Orders"] = append(db["Orders"], []string{few(), few(), maybe(strconv.Itoa(least + r.IntN(5)))})
	}
	for range r.IntN(10) {
		db["Products"] = append(db["Products"], []string{few(), few(), maybe("x"), maybe(some("g1", "g2", "g3"))})
	}
	return db
}

// calls are arguments of f that are worth trying on any database.
func calls(f *Func) [][]any {
	switch f {
	case ConsecutiveLoginUsers, LoginStreaks:
		return [][]any{{1}, {2}, {3}, {nil}}
	case EmployeeHistory:
		return [][]any{{0}, {1}, {5}, {-1}, {nil}}
	case EmployeesAsOf:
		return [][]any{{"2023-02-28"}, {"2023-12-31"}, {"2024-01-01"}, {"2024-02-29"}, {"2024-11-01"}, {"0001-01-01"}, {nil}}
	case HeadCount, HeadCountChange:
		return [][]any{
			{2022, 2027, "year_end"}, {2022, 2027, "any_time"}, {2024, 2024, "Year_End"}, {1, 2, "any_time"}, {9998, 9999, "year_end"},
			{nil, 2024, "year_end"}, {2024, nil, "year_end"}, {2024, 2024, nil},
		}
	case AverageHeadCount:
		return [][]any{{2022, 2027}, {2024, 2024}, {1, 2}, {9998, 9999}, {nil, 2024}, {2024, nil}}
	case ProductGroupsWithoutSales:
		return [][]any{{0}, {1}, {2}, {9}, {nil}}
	case HistoryViolations:
		return [][]any{{}}
	}
	panic("no calls of " + f.Name)
}

// byNumber orders rows by their first column as a number, NULL first.
func byNumber(a, b []string) int {
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1 << 60
		}
		return n
	}
	return cmp.Compare(number(a[0]), number(b[0]))
}
