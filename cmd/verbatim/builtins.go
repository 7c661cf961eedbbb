package main

import (
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/builtin"
)

// operators are how the operators are written, by the names of their declarations,
// and what they answer.
var operators = map[string][2]string{
	"+": {"a + b", "The sum; exact but for doubles and strings."}, "-": {"a - b", "The difference."}, "*": {"a * b", "The product."},
	"/":   {"a / b", "The quotient with div_precision_increment more places; NULL by zero."},
	"div": {"a DIV b", "The quotient's whole part; NULL by zero."}, "%": {"a % b, a MOD b", "The remainder, with the dividend's sign; NULL by zero."},
	"neg": {"-a", "The number with the other sign."},
	"&":   {"a & b", "The bits of both."}, "|": {"a | b", "The bits of either."}, "^": {"a ^ b", "The bits of one only."},
	"~": {"~a", "The other bits."}, "<<": {"a << n", "The bits n places to the left."}, ">>": {"a >> n", "The bits n places to the right."},
	"=": {"a = b", "Whether they are equal, strings in their collation."}, "<>": {"a <> b, a != b", "Whether they differ."},
	"<": {"a < b", "Whether the first is less."}, "<=": {"a <= b", "Whether the first is not greater."},
	">": {"a > b", "Whether the first is greater."}, ">=": {"a >= b", "Whether the first is not less."},
	"<=>":     {"a <=> b", "Whether they are equal, or both NULL: never NULL."},
	"between": {"a [NOT] BETWEEN b AND c", "Whether it is in the range, its ends included."},
	"in":      {"a [NOT] IN (b, …)", "Whether it is among the others; NULL where it is not and one is NULL."},
	"like":    {"a [NOT] LIKE b [ESCAPE c]", "Whether the text matches a pattern of % and _."},
	"regexp":  {"a [NOT] REGEXP b, a [NOT] RLIKE b", "Whether a part of the text matches the regular expression."},
	"and":     {"a AND b, a && b", "Three-valued and; the second is not computed where the first is false."},
	"or":      {"a OR b, a || b", "Three-valued or; the second is not computed where the first is true."},
	"xor":     {"a XOR b", "Whether one of them is true; NULL of NULL."}, "not": {"NOT a, !a", "Whether it is false; NULL of NULL."},
	"is true": {"a IS TRUE", "Whether it is true: never NULL."}, "is not true": {"a IS NOT TRUE", "Whether it is false or NULL."},
	"is false": {"a IS FALSE", "Whether it is false: never NULL."}, "is not false": {"a IS NOT FALSE", "Whether it is true or NULL."},
	"is null": {"a IS NULL", "Whether it is NULL."}, "is not null": {"a IS NOT NULL", "Whether it is not NULL."},
	"case":      {"CASE [a] WHEN b THEN c … [ELSE d] END", "The result of the first branch that applies."},
	"collate":   {"a COLLATE collation", "The text in another collation."},
	"binary":    {"BINARY a", "The bytes of a text."},
	"cast_json": {"CAST(a AS JSON)", "The document that a text spells, or a value as a document."},
	"member of": {"a MEMBER OF(b)", "Whether the value is an element of the JSON array."},
}

// builtinsPage is the reference of MySQL's own functions and operators.
func builtinsPage() reference {
	page := reference{
		title: "MySQL's functions and operators",
		intro: "What SELECT knows of MySQL 8's function reference, by family. CAST, CONVERT and GROUPING are syntax and not listed; " +
			"spatial functions are go-mysql-server's.",
	}
	add := func(title string, rows [][]string) {
		page.entries = append(page.entries, entry{
			name: title, signature: title, description: fmt.Sprintf("%d of them.", len(rows)),
			lists: []list{{title: title, header: []string{"call", "answers"}, rows: rows}},
		})
	}
	for _, family := range builtin.Families {
		var rows [][]string
		for _, f := range family.Functions {
			rows = append(rows, builtinRow(f.Name, f.Description, f.Min, f.Max))
		}
		add(family.Title, rows)
	}
	var aggregates, windows [][]string
	for _, f := range builtin.Aggregates {
		aggregates = append(aggregates, builtinRow(f.Name, f.Description, f.Min, f.Max))
	}
	add("Aggregates", aggregates)
	for _, f := range builtin.Windows {
		windows = append(windows, builtinRow(f.Name, f.Description, f.Min, f.Max))
	}
	add("Window functions", windows)
	return page
}

// builtinRow is a function's line. Signs that end a cell are escaped.
func builtinRow(name, description string, least, most int) []string {
	call := ""
	if o, ok := operators[name]; ok {
		call, description = o[0], o[1]
	} else {
		call = strings.ToUpper(name) + "(" + argumentList(least, most) + ")"
	}
	cell := strings.NewReplacer("|", `\|`)
	return []string{"`" + cell.Replace(call) + "`", cell.Replace(description)}
}

// argumentList is a list of so many arguments; most -1: any number.
func argumentList(least, most int) string {
	var b strings.Builder
	for i := range max(least, min(most, 8)) {
		name := string(rune('a' + i))
		switch {
		case i < least && i > 0:
			b.WriteString(", " + name)
		case i < least:
			b.WriteString(name)
		case i == 0:
			b.WriteString("[" + name + "]")
		default:
			b.WriteString(" [, " + name + "]")
		}
	}
	switch {
	case most < 0 && least == 0:
		b.WriteString("…")
	case most < 0:
		b.WriteString(", …")
	}
	return b.String()
}
