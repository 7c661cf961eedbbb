// Package regexlib puts off what go-mysql-server's library of regular expressions does
// when a process starts: compiling ICU took most of the time to a server's first answer.
// Our own expressions do not use that library; go-mysql-server's do, which are in texts
// that its parser reads.
package regexlib

import (
	"strings"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/dolthub/go-icu-regex"

	"github.com/verbatim-sql/verbatim/engine/regexlib/early"
)

// modules are the library's compiled programs.
//
//go:linkname modules github.com/dolthub/go-icu-regex.modulePool
var modules *regex.Pool

var load = sync.OnceFunc(func() {
	early.PutBack()
	modules = regex.NewPool()
})

// For makes the library whole where a text that go-mysql-server's parser is to read may
// have a regular expression: the operators REGEXP and RLIKE, the functions REGEXP_….
func For(text string) {
	for i := range len(text) {
		if c := text[i] | 0x20; c == 'r' && (has(text[i:], "regexp") || has(text[i:], "rlike")) {
			load()
			return
		}
	}
}

func has(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}
