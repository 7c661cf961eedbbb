package main

import (
	"os"

	"golang.org/x/term"
)

// isTerminal tells whether a person looks at the file, or types it.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// paint makes an error red where a person sees standard error in colour, who
// has not asked for none by NO_COLOR (https://no-color.org).
func paint(message string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(os.Stderr) {
		return message
	}
	return "\x1b[31m" + message + "\x1b[0m"
}
