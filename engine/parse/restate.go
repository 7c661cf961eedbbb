package parse

import "strings"

// Statements in the words that vitess's grammar has: what is read otherwise there, or not at all,
// is written anew. Strings, quoted names and comments stay what they are.

// replacement is what stands in the place of a part of a text.
type replacement struct {
	span
	text string
}

// replaced is the text with the replacements, which are in its order.
func replaced(text string, list []replacement) string {
	if len(list) == 0 {
		return text
	}
	var b strings.Builder
	rest := 0
	for _, r := range list {
		b.WriteString(text[rest:r.start] + r.text)
		rest = r.end
	}
	return b.String() + text[rest:]
}

// Unversioned is a statement without the marks of versioned comments, /*!50003 … */: what MySQL
// 8.0.36 executes of them is part of it, and what it does not is not.
func Unversioned(sql string, mode SQLMode) string {
	if !strings.Contains(sql, "/*!") {
		return sql
	}
	l := new(lexed)
	if l.lex(sql, mode); l.bad >= 0 {
		return sql
	}
	if len(l.conditional) == 0 {
		return sql
	}
	var list []replacement
	for _, g := range l.conditional {
		list = append(list, replacement{g, " "})
	}
	return strings.TrimSpace(replaced(sql, list))
}

// Restated is a statement as vitess reads it. SET takes the word binary for a character set where
// it is an operator there, as mariadb-import gives it; YEAR(4) is YEAR (manual 13.2.4), SERIAL
// a BIGINT UNSIGNED (manual 13.1.1); the name
// of a storage engine may be a text (manual 15.1.20), and ADD have columns in parentheses (manual 15.1.9).
func Restated(sql string, mode SQLMode) string {
	l := new(lexed)
	if l.lex(sql, mode); l.bad >= 0 {
		return sql
	}
	var list []replacement
	put := func(from, to int, text string) {
		list = append(list, replacement{span{l.tokens[from].start, l.tokens[to].end}, text})
	}
	switch {
	case l.is(0, "SET"):
		for i := range l.tokens {
			if l.is(i, "BINARY") && l.isSign(i-1, '=') && (i+1 == len(l.tokens) || l.isSign(i+1, ',') || l.isSign(i+1, ';')) {
				put(i, i, "'binary'")
			}
		}
	case l.is(0, "CREATE"), l.is(0, "ALTER"):
		for i := range l.tokens {
			switch {
			case l.yearFour(i):
				put(i, i+3, "year")
			case l.is(0, "ALTER") && l.is(i, "ADD"):
				list = append(list, l.addedColumns(i+1)...)
			case l.is(i, "SERIAL") && l.typeAt(i):
				put(i, i, "bigint unsigned not null auto_increment unique")
			case l.is(i, "ENGINE"):
				at := i + 1
				if l.isSign(at, '=') {
					at++
				}
				if at < len(l.tokens) && l.text[l.tokens[at].start] != '`' && l.tokens[at].kind != wordToken {
					if name := l.text[l.tokens[at].start:l.tokens[at].end]; len(name) > 2 && wordLength(name[1:]) == len(name)-2 {
						put(at, at, " "+name[1:len(name)-1])
					}
				}
			}
		}
	}
	return replaced(sql, list)
}

// yearFour tells whether YEAR(4) is at token i, as a column's type.
func (l *lexed) yearFour(i int) bool {
	return l.is(i, "YEAR") && l.isSign(i+1, '(') && l.isSign(i+3, ')') && l.text[l.tokens[i+2].start:l.tokens[i+2].end] == "4" && l.typeAt(i)
}

// typeAt tells whether the word at token i is where the type of a column stands.
func (l *lexed) typeAt(i int) bool {
	if !l.is(1, "TABLE") && !l.words(1, "TEMPORARY", "TABLE") || i < 2 || !l.tokens[i-1].isName() {
		return false
	}
	return l.isSign(i-2, '(') || l.isSign(i-2, ',') || l.is(i-2, "ADD") || l.is(i-2, "COLUMN") || l.is(i-2, "MODIFY") ||
		l.is(i-3, "CHANGE") || l.words(i-4, "CHANGE", "COLUMN")
}

// addedColumns makes ADD COLUMN a, ADD COLUMN b of ADD [COLUMN] (a, b), behind whose ADD token i is.
func (l *lexed) addedColumns(i int) []replacement {
	column := l.is(i, "COLUMN")
	if column {
		i++
	}
	if !l.isSign(i, '(') || l.tokens[i].match == 0 {
		return nil
	}
	at := func(i int, text string) replacement {
		return replacement{span{l.tokens[i].start, l.tokens[i].end}, text}
	}
	open := " COLUMN "
	if column {
		open = " "
	}
	list := []replacement{at(i, open)}
	end := l.tokens[i].match
	for i++; i < end; i++ {
		switch {
		case l.isSign(i, '('):
			i = max(i, l.tokens[i].match)
		case l.isSign(i, ','):
			list = append(list, at(i, ", ADD COLUMN"))
		}
	}
	return append(list, at(end, ""))
}
