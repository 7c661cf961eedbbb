package types

import "fmt"

// SQL is the type in MySQL's words, as CAST and SHOW COLUMNS have them.
func (t *Type) SQL() string {
	switch t.Kind {
	case Null:
		return "null"
	case Int:
		if t.IsYear() {
			return "year"
		}
		return "signed"
	case Uint:
		return "unsigned"
	case Float:
		return "double"
	case Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Length, t.Scale)
	case Date:
		return "date"
	case DateTime:
		return "datetime" + t.places()
	case Time:
		return "time" + t.places()
	case JSON:
		return "json"
	case Bit:
		return "bit"
	case Enum:
		return "enum"
	case Set:
		return "set"
	}
	if t.Collation == Binary {
		return fmt.Sprintf("binary(%d)", t.Length)
	}
	return fmt.Sprintf("char(%d)", t.Length)
}

func (t *Type) places() string {
	if t.Scale == 0 {
		return ""
	}
	return fmt.Sprintf("(%d)", t.Scale)
}

// TextLength is how many characters a value's text takes at most.
func (t *Type) TextLength() int {
	switch t.Kind {
	case Int, Uint, Bit:
		return max(t.Length, 1)
	case Float:
		return 23
	case Decimal:
		return t.Length + 2
	case Date:
		return 10
	case DateTime:
		return 19 + places(t.Scale)
	case Time:
		return 10 + places(t.Scale)
	}
	return t.Length
}

func places(n int) int {
	if n == 0 {
		return 0
	}
	return n + 1
}
