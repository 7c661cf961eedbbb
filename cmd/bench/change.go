package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// change is a statement that changes many rows, or a query that shows what came of those before it.
type change struct{ name, sql string }

func (c change) shows() bool { return strings.HasPrefix(c.sql, "SELECT") }

// changes are those of testdata/changes.txtar, which are made in this order.
func changes() (all []change) {
	for _, f := range txtar.Parse([]byte(file("changes.txtar"))).Files {
		all = append(all, change{strings.TrimSuffix(f.Name, ".sql"), strings.TrimSpace(string(f.Data))})
	}
	return all
}

// makeChanges makes each change once, by a server that speaks MySQL's protocol.
func makeChanges(ctx context.Context, conn *sql.Conn) (map[string]answer, error) {
	made := make(map[string]answer)
	for _, c := range changes() {
		began := time.Now()
		var a answer
		var err error
		if c.shows() {
			a.Rows, err = fetch(ctx, conn, c.sql)
		} else {
			_, err = conn.ExecContext(ctx, c.sql)
		}
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", c.name, err)
		}
		a.Seconds = time.Since(began).Seconds()
		made[c.name] = a
	}
	return made, nil
}
