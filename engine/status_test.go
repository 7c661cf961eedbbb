package engine

import (
	"context"
	"strconv"
	"testing"
)

// Tools divide by Uptime, as mycli's status does.
func TestStatusCounts(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	for _, name := range []string{"Uptime", "Questions", "Queries", "Connections"} {
		for _, query := range []string{
			"SHOW GLOBAL STATUS LIKE '" + name + "'",
			"SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = '" + name + "'",
		} {
			r, err := s.Query(context.Background(), query)
			if err != nil {
				t.Fatal(err)
			}
			row, err := r.Next()
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			if n, err := strconv.Atoi(row[1].ToString()); err != nil || n < 1 {
				t.Errorf("%s: %s, %v", query, row[1].ToString(), err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// KILL takes an expression.
func TestKillComputed(t *testing.T) {
	e := testEngine(t)
	victim, s := e.NewSession(Client{}), e.NewSession(Client{})
	if err := victim.exec(context.Background(), "SET @me = CONNECTION_ID()"); err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(int(victim.client.ID))
	for _, text := range []string{"SET @id = " + id, "KILL QUERY @id", "KILL (" + id + " + 0)", "KILL CONNECTION @id"} {
		if err := s.exec(context.Background(), text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]struct {
		number uint16
		words  string
	}{
		"KILL QUERY (SELECT 999999)": {1094, "Unknown thread id: 999999"},
		"KILL nowhere":               {1054, "Unknown column 'nowhere' in 'field list'"},
		"KILL QUERY":                 {1064, "near"},
	} {
		_, err := s.Query(context.Background(), text)
		wantError(t, err, want.number, map[uint16]string{1094: "HY000", 1054: "42S22", 1064: "42000"}[want.number], want.words)
	}
}
