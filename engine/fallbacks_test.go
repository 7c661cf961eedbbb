package engine

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// go-mysql-server executes no query of the scripts: the documentation names no reason why
// it would.
func TestFallbacks(t *testing.T) {
	for _, pattern := range []string{"../testdata/sql/*.slt", "../testdata/sql/select/*.slt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			e := testEngine(t).Fork(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			s := e.NewSession(Client{})
			for _, record := range strings.Split(string(text), "\n\n") {
				statement, _, _ := strings.Cut(record, "\n----")
				for strings.HasPrefix(statement, "#") || strings.HasPrefix(statement, "statement") || strings.HasPrefix(statement, "query") {
					_, statement, _ = strings.Cut(statement, "\n")
				}
				if strings.HasPrefix(statement, "connection ") || strings.Contains(statement, "verbatim_execution") {
					continue
				}
				// What fails may do so: the scripts themselves are run elsewhere, on several connections.
				_, _ = all(s.Query(context.Background(), statement))
			}
			if n := e.Fallbacks(); n > 0 {
				t.Errorf("%s: %d queries\n%s", file, n, &log)
			}
			s.Close()
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
