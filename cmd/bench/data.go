package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// seed is that of all data: a size has the same rows in every run.
const seed = 20241122

// tables are those that [generate] makes, in the order in which they are loaded.
var tables = []string{"Employees", "History", "Products", "Orders", "Logins"}

// generate writes a CSV for each table, with a line of names and \N for NULL: rows
// Logins of rows/20 users over a leap year, skewed to the first users; rows Orders of
// rows/10 products, each in two of 20 areas; and the History of rows/4 employees, up
// to seven departments each from 1990 on.
func generate(dir string, rows int) error {
	r := rand.New(rand.NewPCG(seed, 0))
	write := func(table, header string, lines func(w io.Writer)) error {
		f, err := os.Create(filepath.Join(dir, table+".csv"))
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(f, 1<<20)
		fmt.Fprintln(w, header)
		lines(w)
		if err := w.Flush(); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
	users, products, employees := max(rows/20, 1), max(rows/10, 1), max(rows/4, 1)
	year := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, table := range []struct {
		name, header string
		lines        func(w io.Writer)
	}{
		{"Logins", "logtime,user_id", func(w io.Writer) {
			for range rows {
				at := year.Add(time.Duration(r.IntN(366*86400)) * time.Second)
				fmt.Fprintf(w, "%s,user_%07d\n", at.Format(time.DateTime), int(float64(users)*math.Pow(r.Float64(), 1.5)))
			}
		}},
		{"Orders", "product_id,sell_in_area,sold_unit", func(w io.Writer) {
			for range rows {
				fmt.Fprintf(w, "%d,%d,%d\n", int(float64(products)*math.Pow(r.Float64(), 3)), 1+r.IntN(20), max(r.IntN(20)-10, 0))
			}
		}},
		{"Products", "area,product_id,name,product_group", func(w io.Writer) {
			for p := range products {
				for _, area := range r.Perm(20)[:2] {
					fmt.Fprintf(w, "%d,%d,Product %d,Group %d\n", area+1, p, p, r.IntN(max(products/4, 1)))
				}
			}
		}},
		{"Employees", "employee_id,name,age,address,DOB", func(w io.Writer) {
			for e := range employees {
				born := time.Date(1955+r.IntN(48), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
				fmt.Fprintf(w, "%d,Name %d,%d,%d Main St,%s\n", e+1, e+1, 2025-born.Year(), e+1, born.Format(time.DateTime))
			}
		}},
		{"History", "history_id,employee_id,department,salary,start_date,end_date,current", func(w io.Writer) {
			departments := []string{"Business", "Engineering", "Sales", "Finance", "Legal", "Support", "Research", "Design"}
			id := 0
			for e := range employees {
				start := time.Date(1990+r.IntN(30), time.Month(1+r.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
				for left := 1 + r.IntN(7); left > 0; left-- {
					next := start.AddDate(0, 3+r.IntN(37), 0)
					last := left == 1 || next.Year() >= 2025
					end, current := next.Format(time.DateTime), 0
					if last && r.IntN(5) > 0 {
						end, current = `\N`, 1
					}
					id++
					fmt.Fprintf(w, "%d,%d,%s,%d,%s,%s,%d\n", id, e+1, departments[r.IntN(len(departments))],
						(50+r.IntN(200))*1000, start.Format(time.DateTime), end, current)
					if last {
						break
					}
					start = next
				}
			}
		}},
	} {
		if err := write(table.name, table.header, table.lines); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	return nil
}
