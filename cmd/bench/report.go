package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// sized is what was measured at a size.
type sized struct {
	rows int
	done []*measured
}

// differences are the answers that are not those of the first engine that has one.
func differences(s *settings, done []*measured) []string {
	var all []string
	compare := func(name string, of func(*measured) (answer, bool)) {
		first := answer{}
		by := ""
		for _, m := range done {
			a, ok := of(m)
			switch {
			case !ok || a.Over:
			case a.Error != "":
				all = append(all, fmt.Sprintf("%s: %s: %s", name, m.engine, a.Error))
			case by == "":
				first, by = a, m.engine
			default:
				if d := same(first, a); d != "" {
					all = append(all, fmt.Sprintf("%s: %s and %s differ: %s", name, by, m.engine, d))
				}
			}
		}
	}
	for _, q := range s.asked {
		compare(q.name, func(m *measured) (answer, bool) { a, ok := m.Questions[q.name]; return a, ok })
	}
	for _, c := range changes() {
		if c.shows() {
			compare(c.name, func(m *measured) (answer, bool) { a, ok := m.changes[c.name]; return a, ok })
		}
	}
	return all
}

// report prints a table in Markdown: seconds, and how many times the first engine's
// they are; of point queries, how many a second.
func report(w io.Writer, s *settings, done []*measured) {
	names := make([]string, len(done))
	for i, m := range done {
		names[i] = m.engine
	}
	fmt.Fprintf(w, "| | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	over := math.Inf(1)
	line := func(what string, value func(*measured) float64, format string) {
		cells := make([]string, len(done))
		base := value(done[0])
		for i, m := range done {
			switch x := value(m); {
			case x == 0:
				cells[i] = "–"
			case x == over:
				cells[i] = fmt.Sprintf("> "+format, s.limit)
			case i == 0 || base == 0 || base == over:
				cells[i] = fmt.Sprintf(format, x)
			default:
				cells[i] = fmt.Sprintf(format+" (%.2f)", x, x/base)
			}
		}
		fmt.Fprintf(w, "| %s | %s |\n", what, strings.Join(cells, " | "))
	}
	for _, q := range s.asked {
		line(q.name, func(m *measured) float64 {
			if a := m.Questions[q.name]; !a.Over {
				return a.Seconds
			}
			return over
		}, "%.3f s")
	}
	line("load", func(m *measured) float64 { return m.Load }, "%.2f s")
	line("SELECT * FROM Logins", func(m *measured) float64 { return m.Transfer }, "%.2f s")
	for _, c := range changes() {
		if s.changes && !c.shows() {
			line(c.name, func(m *measured) float64 { return m.changes[c.name].Seconds }, "%.2f s")
		}
	}
	kinds := make(map[string]bool)
	for _, m := range done {
		for k := range m.points {
			kinds[k] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		line("by key, "+k, func(m *measured) float64 { return m.points[k] }, "%.0f /s")
	}
	fmt.Fprintln(w)
}

// What draw draws with.
const (
	panelWidth, panelHeight = 300, 220
	margin                  = 46
	columns                 = 3
)

var colours = []string{"#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#7f7f7f"}

// draw is an SVG with a panel for each question: seconds over rows, both logarithmic,
// a line for each engine.
func draw(s *settings, all []sized) []byte {
	var b strings.Builder
	height := (len(s.asked)+columns-1)/columns*(panelHeight+margin) + margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n",
		columns*(panelWidth+margin)+margin, height)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	for i, m := range all[0].done {
		fmt.Fprintf(&b, `<text x="%d" y="20" fill="%s">%s</text>`+"\n", margin+i*100, colours[i%len(colours)], m.engine)
	}
	for i, q := range s.asked {
		drawQuestion(&b, q.name, all, margin+i%columns*(panelWidth+margin), margin+i/columns*(panelHeight+margin))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func drawQuestion(b *strings.Builder, name string, all []sized, x, y int) {
	const least, most = -3, 2 // of seconds, as powers of ten
	from, to := math.Log10(float64(all[0].rows)), math.Log10(float64(all[len(all)-1].rows))
	across := func(rows int) float64 {
		if to == from {
			return float64(x) + panelWidth/2
		}
		return float64(x) + (math.Log10(float64(rows))-from)/(to-from)*panelWidth
	}
	up := func(seconds float64) float64 {
		at := min(max(math.Log10(seconds), least), most)
		return float64(y) + panelHeight - (at-least)/(most-least)*panelHeight
	}
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#999"/>`+"\n", x, y, panelWidth, panelHeight)
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold">%s</text>`+"\n", x, y-6, name)
	for power := least; power <= most; power++ {
		at := up(math.Pow10(power))
		fmt.Fprintf(b, `<path d="M%d %.1fh%d" stroke="#eee"/><text x="%d" y="%.1f" text-anchor="end">%g s</text>`+"\n",
			x, at, panelWidth, x-3, at+4, math.Pow10(power))
	}
	for _, at := range all {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", across(at.rows), y+panelHeight+14, shortly(at.rows))
	}
	for i := range all[0].done {
		var points []string
		for _, at := range all {
			if a := at.done[i].Questions[name]; a.Seconds > 0 {
				points = append(points, fmt.Sprintf("%.1f,%.1f", across(at.rows), up(a.Seconds)))
			}
		}
		colour := colours[i%len(colours)]
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), colour)
		for _, p := range points {
			px, py, _ := strings.Cut(p, ",")
			fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="3" fill="%s"/>`+"\n", px, py, colour)
		}
	}
}

// shortly is a number of rows as an axis has room for it: 100k, 10M.
func shortly(rows int) string {
	switch {
	case rows >= 1_000_000 && rows%100_000 == 0:
		return fmt.Sprintf("%gM", float64(rows)/1_000_000)
	case rows >= 1000 && rows%100 == 0:
		return fmt.Sprintf("%gk", float64(rows)/1000)
	}
	return fmt.Sprint(rows)
}
