package engine

import (
	"context"
	"fmt"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
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

// BenchmarkStatement is what a client waits for over one connection, but for the
// connection: INSERT of a row and SELECT of one, as texts and prepared.
func BenchmarkStatement(b *testing.B) {
	const insert, query = "INSERT INTO Accounts VALUES (?, ?, ?)", "SELECT user_id, balance FROM Accounts WHERE id = ?"
	ctx := context.Background()
	prepare := func(b *testing.B, s *Session, text string) *Statement {
		st, err := s.Prepare(ctx, text)
		if err != nil {
			b.Fatal(err)
		}
		return st
	}
	run := func(name string, work func(*testing.B, *Session) func(id int) (*Result, error)) {
		b.Run(name, func(b *testing.B) {
			s := testEngine(b).NewSession(Client{})
			defer s.Close()
			if err := s.exec(ctx, "CREATE TABLE Accounts (id BIGINT PRIMARY KEY, user_id VARCHAR(64), balance INT)"); err != nil {
				b.Fatal(err)
			}
			for id := range 10_000 {
				if err := s.exec(ctx, fmt.Sprintf("INSERT INTO Accounts VALUES (%d, 'user_%05d', %d)", id, id, id%1000)); err != nil {
					b.Fatal(err)
				}
			}
			statement := work(b, s)
			b.ReportAllocs()
			for id := 0; b.Loop(); id++ {
				r, err := statement(id)
				for err == nil && r.Fields != nil {
					batch, e := r.NextBatch()
					if err = e; batch == nil {
						break
					}
				}
				if err == nil {
					err = r.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("InsertText", func(_ *testing.B, s *Session) func(int) (*Result, error) {
		return func(id int) (*Result, error) {
			return s.Query(ctx, fmt.Sprintf("INSERT INTO Accounts VALUES (%d, 'user_%05d', %d)", 10_000+id, id%50_000, id%1000))
		}
	})
	run("InsertPrepared", func(b *testing.B, s *Session) func(int) (*Result, error) {
		st := prepare(b, s, insert)
		return func(id int) (*Result, error) {
			return st.Query(ctx, []sqltypes.Value{
				sqltypes.NewInt64(int64(10_000 + id)), sqltypes.NewVarChar(fmt.Sprintf("user_%05d", id%50_000)), sqltypes.NewInt64(int64(id % 1000)),
			})
		}
	})
	run("SelectText", func(_ *testing.B, s *Session) func(int) (*Result, error) {
		return func(id int) (*Result, error) {
			return s.Query(ctx, fmt.Sprintf("SELECT user_id, balance FROM Accounts WHERE id = %d", id%10_000))
		}
	})
	run("SelectPrepared", func(b *testing.B, s *Session) func(int) (*Result, error) {
		st := prepare(b, s, query)
		return func(id int) (*Result, error) {
			return st.Query(ctx, []sqltypes.Value{sqltypes.NewInt64(int64(id % 10_000))})
		}
	})
}
