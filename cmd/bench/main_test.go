package main

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == serveCommand {
		exit(serve())
	}
	os.Exit(m.Run())
}

// TestAnswersAgree measures a few rows by all that this program has itself: the
// questions' answers are the same.
func TestAnswersAgree(t *testing.T) {
	s := settings{rows: 400, runs: 1, threads: 1, limit: 60, seconds: 0.01, conns: []int{2}, changes: true}
	var err error
	if s.asked, err = questions(""); err != nil {
		t.Fatal(err)
	}
	var own []engine
	for _, e := range engines {
		switch e.name {
		case "verbatim", native, "row":
			own = append(own, e)
		}
	}
	done, err := measure(t.Context(), &s, own)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences(&s, done) {
		t.Error(d)
	}
	var table strings.Builder
	report(&table, &s, done)
	for _, want := range []string{"| | verbatim | native | row |\n", "\n| longest_streak | 0.", "\n| by key, prepared, 2 connections | ", "\n| upsert | 0."} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, table.String())
		}
	}
	if svg := string(draw(&s, []sized{{s.rows, done}})); strings.Count(svg, "<polyline") != len(own)*len(s.asked) {
		t.Errorf("the drawing has not a line for each engine and question:\n%s", svg)
	}
}

// TestDifferences compares answers that engines spell in their own ways.
func TestDifferences(t *testing.T) {
	text := func(words ...string) answer {
		var row []*string
		for _, w := range words {
			if w == "NULL" {
				row = append(row, nil)
			} else {
				row = append(row, &w)
			}
		}
		return answer{Rows: [][]*string{row}}
	}
	for _, c := range []struct {
		a, b answer
		want string
	}{
		{text("1", "a"), text("1.0", "a"), ""},
		{text("NULL"), text("NULL"), ""},
		{text("NULL"), text("0"), "row 1 is NULL and 0"},
		{text("a"), text("A"), "row 1 is a and A"},
		{text("a"), answer{}, "1 rows and 0"},
	} {
		if got := same(c.a, c.b); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
