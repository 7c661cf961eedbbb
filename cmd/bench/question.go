package main

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed testdata
var files embed.FS

// question is name.sql, and name.engine.sql where an engine's dialect has it otherwise.
type question struct {
	name string
	sql  map[string]string // by the dialect; "" for MySQL's
}

// in is the question in a dialect.
func (q question) in(dialect string) string {
	if text, ok := q.sql[dialect]; ok {
		return text
	}
	return q.sql[""]
}

// questions are those of the embedded testdata/questions, or of a file: a txtar archive
// whose files have such names. They are in the order of their names.
func questions(file string) ([]question, error) {
	texts := make(map[string]string)
	if file != "" {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
		for _, f := range archive.Files {
			texts[f.Name] = string(f.Data)
		}
	} else {
		const dir = "testdata/questions"
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			text, err := fs.ReadFile(files, dir+"/"+e.Name())
			if err != nil {
				return nil, err
			}
			texts[e.Name()] = string(text)
		}
	}
	var all []question
	for _, f := range slices.Sorted(maps.Keys(texts)) {
		name, dialect, _ := strings.Cut(strings.TrimSuffix(f, ".sql"), ".")
		at := slices.IndexFunc(all, func(q question) bool { return q.name == name })
		if at < 0 {
			at = len(all)
			all = append(all, question{name, make(map[string]string)})
		}
		all[at].sql[dialect] = strings.TrimSpace(texts[f])
	}
	return all, nil
}

// file is a file of testdata.
func file(name string) string {
	text, err := fs.ReadFile(files, "testdata/"+name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// answer is a question's: nil stands for NULL.
type answer struct {
	Seconds float64
	Rows    [][]*string
	Error   string
	Over    bool // it took longer than it may
}

// same tells how two answers differ; "" where they do not. Numbers are compared as
// numbers, since engines spell them in their own ways.
func same(a, b answer) string {
	if len(a.Rows) != len(b.Rows) {
		return fmt.Sprintf("%d rows and %d", len(a.Rows), len(b.Rows))
	}
	for i := range a.Rows {
		if x, y := spell(a.Rows[i]), spell(b.Rows[i]); x != y {
			return fmt.Sprintf("row %d is %s and %s", i+1, x, y)
		}
	}
	return ""
}

func spell(row []*string) string {
	words := make([]string, len(row))
	for i, v := range row {
		if v == nil {
			words[i] = "NULL"
		} else if x, err := strconv.ParseFloat(*v, 64); err == nil {
			words[i] = strconv.FormatFloat(x, 'g', 12, 64)
		} else {
			words[i] = *v
		}
	}
	return strings.Join(words, ", ")
}
