package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// The same statements over the wire, and on MariaDB, are BenchmarkWire's in
// server/servertest. The difference is what the wire and the driver cost.

// accounts starts a session in an engine with an empty table with a key.
func accounts(b *testing.B) *engine.Session {
	s, _ := accountsOfTwo(b)
	return s
}

// accountsOfTwo is accounts with a second session.
func accountsOfTwo(b *testing.B) (s, other *engine.Session) {
	e, err := engine.New(engine.Options{Shared: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close() })
	s, other = e.NewSession(engine.Client{ID: 1}), e.NewSession(engine.Client{ID: 2})
	run(b, s, "CREATE TABLE Accounts (id BIGINT PRIMARY KEY, user_id VARCHAR(64), balance INT)")
	return s, other
}

func run(b *testing.B, s *engine.Session, statement string) {
	end(b)(s.Query(context.Background(), statement))
}

// end ends a statement that returns no rows.
func end(b *testing.B) func(*engine.Result, error) {
	return func(r *engine.Result, err error) {
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInsert inserts a row a statement, in autocommit mode, in process.
func BenchmarkInsert(b *testing.B) {
	b.Run("Text", func(b *testing.B) {
		s, r := accounts(b), rand.New(rand.NewPCG(1, 0))
		b.ReportAllocs()
		for id := 0; b.Loop(); id++ {
			run(b, s, fmt.Sprintf("INSERT INTO Accounts VALUES (%d, 'user_%05d', %d)", id, r.IntN(50_000), r.IntN(1000)))
		}
	})
	b.Run("Prepared", func(b *testing.B) {
		s, r := accounts(b), rand.New(rand.NewPCG(1, 0))
		st, err := s.Prepare(context.Background(), "INSERT INTO Accounts VALUES (?, ?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for id := int64(0); b.Loop(); id++ {
			end(b)(st.Query(context.Background(), []sqltypes.Value{
				sqltypes.NewInt64(id),
				sqltypes.NewVarChar(fmt.Sprintf("user_%05d", r.IntN(50_000))),
				sqltypes.NewInt64(r.Int64N(1000)),
			}))
		}
	})
}

// BenchmarkInsertThousand inserts 1,000 rows a statement, in process.
func BenchmarkInsertThousand(b *testing.B) {
	s, r := accounts(b), rand.New(rand.NewPCG(1, 0))
	b.ReportAllocs()
	for id := 0; b.Loop(); {
		rows := make([]string, 1000)
		for i := range rows {
			rows[i] = fmt.Sprintf("(%d, 'user_%05d', %d)", id, r.IntN(50_000), r.IntN(1000))
			id++
		}
		run(b, s, "INSERT INTO Accounts VALUES "+strings.Join(rows, ", "))
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkForkMillion forks a database with 1,000,000 rows of Logins, as the
// adapter wrote them, and drops the fork.
func BenchmarkForkMillion(b *testing.B) {
	p := storage.NewProvider(store.New(store.Options{}))
	session := storage.NewSession(sql.NewBaseSession(), p)
	ctx := sql.NewContext(context.Background(), sql.WithSession(session))
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	must(p.CreateDatabase(ctx, "interview"))
	db, err := p.Database(ctx, "interview")
	must(err)
	must(db.(sql.TableCreator).CreateTable(ctx, "Logins", sql.NewPrimaryKeySchema(sql.Schema{
		{Name: "logtime", Source: "Logins", Type: types.Datetime},
		{Name: "user_id", Source: "Logins", Type: types.MustCreateStringWithDefaults(sqltypes.VarChar, 64)},
	}), sql.Collation_Default, ""))
	logins, _, err := db.GetTableInsensitive(ctx, "Logins")
	must(err)
	inserter := logins.(sql.InsertableTable).Inserter(ctx)
	r := rand.New(rand.NewPCG(1, 0))
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1_000_000 {
		must(inserter.Insert(ctx, sql.Row{
			start.Add(time.Duration(i) * 30 * time.Second), fmt.Sprintf("user_%05d", r.IntN(50_000)),
		}))
	}
	must(session.CommitTransaction(ctx, nil))
	rows, _, err := logins.(sql.StatisticsTable).RowCount(ctx)
	must(err)
	if rows != 1_000_000 {
		b.Fatalf("%d rows to fork", rows)
	}

	b.ReportAllocs()
	for b.Loop() {
		must(p.Store().Alter(func(d *store.Draft) error {
			if err := d.ForkDatabase("interview", "fork"); err != nil {
				return err
			}
			return d.DropDatabase("fork")
		}))
	}
}

// BenchmarkCommitBesideIndex is the longest that a commit of a row waits while an index is added to its table of a million rows.
func BenchmarkCommitBesideIndex(b *testing.B) {
	s, other := accountsOfTwo(b)
	run(b, s, "SET SESSION cte_max_recursion_depth = 1000000")
	run(b, s, "INSERT INTO Accounts WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, CONCAT('u', i * 7919 % 1000000), i % 977 FROM n")
	next := 1000000
	for b.Loop() {
		done := make(chan struct{})
		var longest time.Duration
		var commits int
		go func() {
			defer close(done)
			run(b, s, "ALTER TABLE Accounts ADD INDEX by_user (user_id, balance)")
		}()
	commits:
		for {
			select {
			case <-done:
				break commits
			default:
			}
			next++
			begin := time.Now()
			run(b, other, fmt.Sprintf("INSERT INTO Accounts VALUES (%d, 'new', 1)", next))
			longest = max(longest, time.Since(begin))
			commits++
		}
		b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest")
		b.ReportMetric(float64(commits), "commits")
		run(b, s, "ALTER TABLE Accounts DROP INDEX by_user")
	}
}
