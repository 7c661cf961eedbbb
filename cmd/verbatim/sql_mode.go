package main

import "github.com/verbatim-sql/verbatim/engine"

// sqlMode is a flag: the sql_mode that sessions begin with.
type sqlMode struct{ text *string } // nil: not given

// Set implements pflag.Value. What is no sql_mode is MySQL's error 1231.
func (m *sqlMode) Set(text string) error {
	mode, err := engine.SQLMode(text)
	if err != nil {
		return err
	}
	m.text = &mode
	return nil
}

// String implements pflag.Value.
func (m *sqlMode) String() string {
	if m.text == nil {
		return ""
	}
	return *m.text
}

// Type implements pflag.Value.
func (m *sqlMode) Type() string { return "modes" }
