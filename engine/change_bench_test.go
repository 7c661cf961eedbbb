package engine

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkChange is an UPDATE of a row by its primary key, by us and by go-mysql-server.
func BenchmarkChange(b *testing.B) {
	for _, mode := range []string{executionAuto, executionRow} {
		b.Run(mode, func(b *testing.B) {
			s := testEngine(b).NewSession(Client{})
			for _, statement := range []string{
				"CREATE TABLE t (id INT PRIMARY KEY, v INT, s VARCHAR(20))",
				"INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i, i, i FROM n",
				"SET SESSION verbatim_execution = '" + mode + "'",
			} {
				if err := s.exec(context.Background(), statement); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				if err := s.exec(context.Background(), fmt.Sprintf("UPDATE t SET v = v + 1 WHERE id = %d", i%1000)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
