package servertest_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
)

// TestLoadsAnyFormat loads random files as TestLoadsByColumnsAsByLine does, whose fields and lines end by, are enclosed by and
// are escaped by signs that values have, too: into tables with and without keys, a parent and rows.
func TestLoadsAnyFormat(t *testing.T) {
	conn, exec := executor(t)
	exec("SET max_error_count = 65535")
	exec("CREATE TABLE parents (k INT PRIMARY KEY)")
	exec("INSERT INTO parents VALUES (1), (2), (5), (9), (50)")
	names := []string{"n", "p", "b", "d", "f", "day", "at", "ts", "h", "x", "bin", "bits", "wide", "j"}
	kinds := []string{"INT", "INT", "BIGINT UNSIGNED", "DECIMAL(4,1)", "DOUBLE", "DATE", "DATETIME", "TIMESTAMP NULL", "TIME", "TEXT", "VARBINARY(6)", "BIT(5)", "DECIMAL(30,3)", "JSON"}
	usual := []string{"7", "1", "50", "-5", "9", "105", "1.5", "2.05", "0", "-0", "2020-01-02", "2020-11-30 10:20:30", "10:20:30", "text", "a longer text", "9223372036854775808",
		"18446744073709551615", "999999999999999999", "1234567890123456789", "0.1", "00012", "2038-01-20 00:00:00", "1969-12-31", "NULL", "\\N", "ä", "[1]", "", "+5", " 5", "5 "}
	one := func(r *rand.Rand, all ...string) string { return all[r.IntN(len(all))] }
	for seed := uint64(1); seed <= 150; seed++ {
		r := rand.New(rand.NewPCG(seed, 0))
		columns := r.Perm(len(names))[:1+r.IntN(6)]
		var definitions, fields []string
		for _, c := range columns {
			fields = append(fields, names[c])
			definitions = append(definitions, names[c]+" "+kinds[c])
			if key := one(r, "", "", " UNIQUE", " NOT NULL"); names[c] != "x" && names[c] != "j" {
				definitions[len(definitions)-1] += key
			}
		}
		if slices.Contains(columns, 1) && r.IntN(2) == 0 {
			definitions = append(definitions, "FOREIGN KEY (p) REFERENCES parents (k)")
		}
		if r.IntN(2) == 0 {
			definitions = append(definitions, "PRIMARY KEY (id)", "id INT AUTO_INCREMENT")
		} else {
			definitions = append(definitions, "id INT PRIMARY KEY")
		}
		fields = slices.Insert(fields, r.IntN(len(fields)+1), "id")
		separator, end, enclosed, escaped := one(r, "\t", ",", ",", "-", ".", ":", " ", "0", "5"), one(r, "\n", "\n", "\r\n", ";", ":", "3"), one(r, "", "", "'", "1"), one(r, "\\\\", "\\\\", "", "'", "-", "N")
		options := fmt.Sprintf(`%s INTO TABLE columns_of FIELDS TERMINATED BY '%s' OPTIONALLY ENCLOSED BY "%s" ESCAPED BY "%s" LINES TERMINATED BY '%s' (%s)`,
			one(r, "", "", "REPLACE", "IGNORE"), separator, enclosed, escaped, end, strings.Join(fields, ", "))
		var file strings.Builder
		odd := one(r, "2", "30")
		id := r.Perm(300)
		for i := range 300 {
			for k, f := range fields {
				text := one(r, usual...)
				if odd == "30" && r.IntN(30) > 0 {
					text = map[string]string{"n": fmt.Sprint(1000 - i), "p": "5", "day": "2020-01-02", "at": "2020-11-30 10:20:30", "ts": "2020-11-30 10:20:30", "f": "2.05", "x": "äx", "j": "{}"}[f]
				}
				if f == "id" && r.IntN(50) > 0 {
					text = fmt.Sprint(id[i] + 1)
				}
				if r.IntN(3) == 0 {
					text = enclosed + text + enclosed
				}
				if k > 0 {
					text = separator + text
				}
				file.WriteString(text)
			}
			if r.IntN(100) == 0 {
				file.WriteString(separator + "more")
			}
			file.WriteString(end)
		}
		driver.RegisterReaderHandler("file", func() io.Reader { return strings.NewReader(file.String()) })
		exec("DROP TABLE IF EXISTS columns_of, line_of")
		var got [2][]string
		for k, table := range []string{"columns_of", "line_of"} {
			more := []string{"", ", z VARCHAR(40) DEFAULT (UUID())"}[k]
			exec("CREATE TABLE " + table + " (" + strings.Join(definitions, ", ") + more + ")")
			if seed%2 == 0 {
				exec("INSERT IGNORE INTO " + table + " (id) VALUES (10), (150), (-3)")
			}
			result, err := conn.ExecContext(t.Context(), "LOAD DATA LOCAL INFILE 'Reader::file' "+strings.Replace(options, "columns_of", table, 1))
			if err == nil {
				affected, _ := result.RowsAffected()
				got[k] = append(got[k], fmt.Sprint(affected))
			} else {
				got[k] = append(got[k], err.Error()) // of a document that is none
			}
			got[k] = append(got[k], texts(t, conn, "SHOW WARNINGS")...)
			got[k] = append(got[k], texts(t, conn, "SELECT "+strings.Join(fields, ", ")+" FROM "+table+" ORDER BY id")...)
			got[k] = append(got[k], texts(t, conn, "SELECT id FROM "+table)...)
			for i := range got[k] {
				got[k][i] = strings.ReplaceAll(got[k][i], table, "it")
			}
		}
		if !slices.Equal(got[0], got[1]) {
			t.Errorf("seed %d: %s\n%s: %s", seed, strings.Join(definitions, ", "), options, cmp.Diff(got[1], got[0]))
		}
	}
}
