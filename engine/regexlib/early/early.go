// Package early sets aside the program of go-mysql-server's library of regular
// expressions, ICU as WebAssembly, before that library is initialised and compiles it.
//
// Packages are initialised in the order of their import paths as soon as what they
// import is (Go specification, Program initialization): this one, which imports nothing,
// before that one. Were it otherwise, the library would be whole from the start.
package early

import _ "unsafe" // for go:linkname

//go:linkname program github.com/dolthub/go-icu-regex.icuWasm
var program []byte

// whole is the program that was there.
var whole = setAside()

// empty is a WebAssembly module without anything.
var empty = [...]byte{0, 'a', 's', 'm', 1, 0, 0, 0}

func setAside() []byte {
	was := program
	program = empty[:]
	return was
}

// PutBack puts the program back, for the library to compile.
func PutBack() { program = whole }
