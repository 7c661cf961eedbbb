package builtin

import (
	"strings"
	"unicode"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// posixClasses are [:alpha:] and its like, inside of a class, as regexp2 spells them, and
// what is not in them (ICU's user guide, Regular Expressions; Unicode's UTS 18, annex C).
var posixClasses = map[string][2]string{
	"alpha": {`\p{L}`, `\P{L}`}, "digit": {`\p{Nd}`, `\P{Nd}`}, "upper": {`\p{Lu}`, `\P{Lu}`}, "lower": {`\p{Ll}`, `\P{Ll}`},
	"punct": {`\p{P}`, `\P{P}`}, "cntrl": {`\p{Cc}`, `\P{Cc}`}, "space": {`\s`, `\S`}, "word": {`\w`, `\W`},
	"alnum":  {`\p{L}\p{Nd}`, `\p{M}\p{Nl}\p{No}\p{P}\p{S}\p{Z}\p{C}`},
	"graph":  {`\p{L}\p{M}\p{N}\p{P}\p{S}`, `\p{Z}\p{C}`},
	"print":  {`\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}`, `\p{Zl}\p{Zp}\p{C}`},
	"blank":  {`\t\p{Zs}`, `\x00-\x08\x0A-\x1F!-\x9F\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zl}\p{Zp}\p{Cf}\p{Co}\p{Cn}`},
	"xdigit": {"0-9A-Fa-f", "\\x00-/:-@G-`g-\\uFFFF"},
	"ascii":  {`\x00-\x7F`, `\x80-\uFFFF`},
}

// regexpEscapes are ICU's escapes that regexp2 does not have, and what stands for them
// outside of a class.
var regexpEscapes = map[byte]string{
	'h': `[\t\p{Zs}]`, 'H': `[^\t\p{Zs}]`, 'v': `[\n\x0B\f\r\x85\u2028\u2029]`, 'V': `[^\n\x0B\f\r\x85\u2028\u2029]`,
	'R': `(?:\r\n|[\n\x0B\f\r\x85\u2028\u2029])`, 'X': `(?>\r\n|\P{M}\p{M}*|\p{M}+)`,
}

// icuSyntax writes a pattern of ICU's as regexp2 knows it: with the classes and escapes that
// it lacks, and a++, which takes back nothing, as (?>a+). It ends in MySQL's error 3685
// for a class that there is not, as [[:<:]], which MySQL 5.7 had.
func icuSyntax(pattern string) (string, error) {
	var out strings.Builder
	atom, quantified := -1, false // where the last atom begins in out, and whether * or its like is behind it
	var groups []int
	literally := func(n int, from string) {
		atom, quantified = out.Len(), false
		out.WriteString(from[:n])
	}
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		switch c := rest[0]; {
		case c == '\\' && len(rest) > 1:
			n := 2
			if rest[1] == 'Q' {
				if end := strings.Index(rest, `\E`); end >= 0 {
					n = end + 2
				} else {
					n = len(rest)
				}
			} else if (rest[1] == 'p' || rest[1] == 'P' || rest[1] == 'x' || rest[1] == 'k') && len(rest) > 2 && (rest[2] == '{' || rest[2] == '<') {
				if end := strings.IndexAny(rest, "}>"); end > 0 {
					n = end + 1
				}
			}
			if s, ok := regexpEscapes[rest[1]]; ok {
				literally(len(s), s)
			} else {
				literally(n, rest)
			}
			i += n
		case c == '[':
			class, n, err := icuClass(rest)
			if err != nil {
				return "", err
			}
			literally(len(class), class)
			i += n
		case c == '(':
			groups = append(groups, out.Len())
			out.WriteByte(c)
			i++
			atom = -1
		case c == ')':
			out.WriteByte(c)
			i++
			atom, quantified = -1, false
			if n := len(groups); n > 0 {
				atom, groups = groups[n-1], groups[:n-1]
			}
		case (c == '*' || c == '+' || c == '?' || c == '{') && atom >= 0 && !quantified:
			n := 1
			if c == '{' {
				n = strings.IndexByte(rest, '}') + 1
			}
			if n == 0 {
				n = 1
			}
			out.WriteString(rest[:n])
			i += n
			quantified = true
			if i < len(pattern) && pattern[i] == '+' {
				whole := out.String()
				out.Reset()
				out.WriteString(whole[:atom] + "(?>" + whole[atom:] + ")")
				i++
			}
		case c == '|' || c == '^':
			out.WriteByte(c)
			i++
			atom = -1
		default:
			n := 1
			for n < len(rest) && rest[n]&0xC0 == 0x80 {
				n++
			}
			literally(n, rest)
			i += n
		}
	}
	return out.String(), nil
}

// icuClass is the class at the start of a text as regexp2 knows it, and its length there.
func icuClass(text string) (class string, length int, err error) {
	var out strings.Builder
	out.WriteByte('[')
	i := 1
	if strings.HasPrefix(text[i:], "^") {
		out.WriteByte('^')
		i++
	}
	if strings.HasPrefix(text[i:], "]") {
		out.WriteString(`\]`)
		i++
	}
	for i < len(text) {
		rest := text[i:]
		end := strings.Index(rest, ":]")
		switch {
		case strings.HasPrefix(rest, "[:") && end > 1:
			name, negated := strings.CutPrefix(rest[2:end], "^")
			known, ok := posixClasses[strings.ToLower(name)]
			if !ok && unicode.Categories[name] == nil && unicode.Scripts[name] == nil {
				return "", 0, mysql.NewError(errRegexpArgument, "Illegal argument to a regular expression.")
			}
			if !ok {
				known = [2]string{`\p{` + name + "}", `\P{` + name + "}"}
			}
			if negated {
				known[0] = known[1]
			}
			out.WriteString(known[0])
			i += end + 2
		case rest[0] == '\\' && len(rest) > 1:
			switch rest[1] {
			case 'h':
				out.WriteString(`\t\p{Zs}`)
			case 'v', 'R':
				out.WriteString(`\n\x0B\f\r\x85\u2028\u2029`)
			default:
				out.WriteString(rest[:2])
			}
			i += 2
		case rest[0] == ']':
			out.WriteByte(']')
			return out.String(), i + 1, nil
		default:
			out.WriteByte(rest[0])
			i++
		}
	}
	return text, len(text), nil // it does not end, which the matcher says
}
