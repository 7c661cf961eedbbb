//go:build unix

package scripttest

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
)

// BenchmarkSmallTables compares what the queries of testdata/sql/select, whose tables are small, cost in our execution
// and in row execution, where that answers them, too. The metric is the ratio of the sums; with -v it logs the queries
// that cost more than 1.1 times as much. What it measures is the time of the processor, the least of some rounds.
func BenchmarkSmallTables(b *testing.B) {
	for _, name := range Select {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				smallTables(b, name)
			}
		})
	}
}

// smallModes are the modes that are compared: the first with the second.
var smallModes = []string{"vector", "row"}

func smallTables(b *testing.B, name string) {
	text, err := os.ReadFile(filepath.Join("../../testdata/sql/select", name+".slt"))
	if err != nil {
		b.Fatal(err)
	}
	e, err := engine.New(engine.Options{Shared: true})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	execute := func(s script.Target, sql string) error { return s.Execute(context.Background(), sql, discard) }
	var sessions []script.Target
	for range smallModes {
		s := script.InProcess(e)
		defer s.Close()
		sessions = append(sessions, s)
	}
	type slow struct {
		ratio float64
		line  string
	}
	var slower []slow
	queries := 0
	var sums [2]float64
	for _, r := range Records(string(text)) {
		if r.Head[0] == "statement" {
			for i, s := range sessions {
				if set := strings.HasPrefix(r.SQL, "SET ") || strings.HasPrefix(r.SQL, "USE "); i == 0 || set {
					_ = execute(s, r.SQL) // some are to fail
				}
			}
			continue
		}
		if r.Head[0] != "query" {
			continue
		}
		var costs [2]float64
		fails := false
		for i, mode := range smallModes {
			if err := execute(sessions[i], "SET verbatim_execution = '"+mode+"'"); err != nil {
				b.Fatal(err)
			}
			fails = fails || execute(sessions[i], r.SQL) != nil
			costs[i] = math.Inf(1)
		}
		if !fails {
			for range 7 {
				for i, s := range sessions {
					const times = 10
					before := processorTime(b)
					for range times {
						if err := execute(s, r.SQL); err != nil {
							b.Fatalf("%v\n%s", err, r.SQL)
						}
					}
					costs[i] = min(costs[i], (processorTime(b)-before)/times)
				}
			}
			queries++
			sums[0] += costs[0]
			sums[1] += costs[1]
			if ratio := costs[0] / costs[1]; ratio > 1.1 {
				slower = append(slower, slow{ratio, fmt.Sprintf("%.2f %.0f us %.0f us %s:%d %s", ratio, costs[0]*1e6, costs[1]*1e6, name, r.Line, strings.ReplaceAll(r.SQL, "\n", " "))})
			}
		}
		for _, s := range sessions {
			if err := execute(s, "SET verbatim_execution = 'auto'"); err != nil {
				b.Fatal(err)
			}
		}
	}
	slices.SortFunc(slower, func(x, y slow) int { return int(math.Copysign(1, y.ratio-x.ratio)) })
	for _, s := range slower {
		b.Log(s.line)
	}
	b.ReportMetric(sums[0]/sums[1], "vector/row")
	b.ReportMetric(float64(len(slower)), "slower")
	b.ReportMetric(float64(queries), "queries")
}

// processorTime is what the process has had so far, in seconds: what others do on the machine does not count.
func processorTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
