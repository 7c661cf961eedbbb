package builtin

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// An automaton answers as Go's matcher does, of texts that it knows.
func TestAutomatonBesideGo(t *testing.T) {
	patterns := []string{
		"", "a", "^", "$", "^$", "$^", "a$", "^a", "^a*$", "a|b$", "(^a|b)c", "[ab]$", "^a[bc]* ", "a.c", "(?i)AB", "(?s)a.c", "a+b?c{2,3}", "(a|b)*abb",
		"[^a]", "^[^a]+$", "(ab|a)(bc|c)$", "x*", `\.`, `^\w+@\w+\.c$`, "a*?b", "^(a|b$)", "((a*)*)b", `\Aab\z`, "a{0}", "[[:digit:]]+$", "(?i)k", "[a-c]{3}.*[^c]$",
	}
	const letters = "aaabbbccc A.@x1Kk\n\xc3\xa9"
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, p := range patterns {
		re, d := regexp.MustCompile(p), newDFA(p)
		if len(d.next) == 0 {
			t.Errorf("%q has no automaton", p)
		}
		for range 3000 {
			text := make([]byte, r.IntN(9))
			for i := range text {
				text[i] = letters[r.IntN(len(letters))]
			}
			found, ok := d.match(string(text))
			if want := re.Match(text); ok && found != want {
				t.Errorf("%q in %q: %v, Go has %v", p, text, found, want)
			}
		}
	}
	for _, p := range []string{`\bab`, `(?m)^a`, `(a|b)*a(a|b){7}`} {
		if d := newDFA(p); len(d.next) > 0 {
			t.Errorf("%q has an automaton of %d states", p, len(d.next))
		}
	}
}
