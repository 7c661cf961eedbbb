package engine

import (
	"context"
	"testing"
)

// BenchmarkPoint is a query that finds a row by its primary key, by us and by
// go-mysql-server.
func BenchmarkPoint(b *testing.B) {
	for _, mode := range []string{executionAuto, executionRow} {
		b.Run(mode, func(b *testing.B) {
			s := testEngine(b).NewSession(Client{})
			if err := s.exec(context.Background(), "SET SESSION verbatim_execution = '"+mode+"'"); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := all(s.Query(context.Background(), "SELECT name FROM Employees WHERE employee_id = 3")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
