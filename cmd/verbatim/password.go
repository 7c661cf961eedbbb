package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// askPassword is the value of -p without a password. No password has a NUL.
const askPassword = "\x00"

// password is the value of -p and --password: it never shows itself.
type password struct {
	text  string
	given bool
	ask   bool
}

func (p *password) String() string { return "" }
func (p *password) Type() string   { return "password" }

func (p *password) Set(text string) error {
	*p = password{given: true, ask: text == askPassword}
	if !p.ask {
		p.text = text
	}
	return nil
}

// get is the password: of the flag, asked for on the terminal or, without the
// flag, of the environment.
func (p *password) get() (string, error) {
	switch {
	case !p.given:
		return os.Getenv("MYSQL_PWD"), nil
	case !p.ask:
		return p.text, nil
	case !isTerminal(os.Stdin):
		return "", errors.New("-p asks for a password, but standard input is no terminal")
	}
	fmt.Fprint(os.Stderr, "Enter password: ")
	text, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return string(text), nil
}

// splitPassword rewrites -pSECRET to --password=SECRET, and -p and --password
// to the one that asks. As in the mysql client they take a value only in the
// same word; the flag library would read the next word as one, or the letters of
// SECRET as flags, and name them in its error.
func splitPassword(args []string) []string {
	var split []string
	for i, arg := range args {
		if arg == "--" {
			return append(split, args[i:]...)
		}
		// -p may follow other letters that take no value.
		before := arg[:len(arg)-len(strings.TrimLeft(strings.TrimPrefix(arg, "-"), "vf?"))]
		secret, short := strings.CutPrefix(arg[len(before):], "p")
		switch {
		case short && strings.HasPrefix(before, "-"):
			if before != "-" {
				split = append(split, before)
			}
			if secret == "" {
				secret = askPassword
			}
			arg = "--password=" + secret
		case arg == "--password":
			arg += "=" + askPassword
		}
		split = append(split, arg)
	}
	return split
}
