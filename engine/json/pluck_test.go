package json

import (
	"math/rand/v2"
	"testing"
)

// FuzzPluck compares what is read from a document's text with what is found in the document.
func FuzzPluck(f *testing.F) {
	for _, text := range []string{`{"a": [1, {"b": 2}, [3, 4]], "b": 5, "s": "x, \"]}", "c d": {"b": {"b": 6}}, "é": [1.50], "\n": {}, "": []}`, `[[], {}, "", null, -1.5e300]`, `"x"`, `12`} {
		for _, path := range []string{`$`, `$.a[1].b`, `$.a[last]`, `$.a[last-2][0]`, `$.s[0]`, `$.s[1]`, `$.b.c`, `$."c d".b.b`, `$."é"[last]`, `$."\n"`, `$.""`, `$.a[*].b`, `$**.b`, `$[0 to 2]`, `$.a[1 to last]`, `$[last-9]`, `$.*`} {
			f.Add(text, path)
		}
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		d, err := Parse(text, nil)
		if err != nil {
			return
		}
		p, err := ParsePath(path)
		if err != nil {
			return
		}
		comparePluck(t, d, p)
	})
}

func comparePluck(t *testing.T, d *Doc, p *Path) {
	t.Helper()
	text := d.String()
	want := p.Seek(d)
	got, err := p.SeekText(text)
	if err != nil || ArrayOf(got...).String() != ArrayOf(want...).String() {
		t.Fatalf("%s in %s: %s, %v, want %s", p, text, ArrayOf(got...), err, ArrayOf(want...))
	}
	part, ok := p.Pluck(text)
	switch {
	case ok && len(want) == 0 && part != "":
		t.Fatalf("%s in %s: %s, want nothing", p, text, part)
	case ok && len(want) > 0 && (len(want) > 1 || want[0].String() != part):
		t.Fatalf("%s in %s: %s, want %s", p, text, part, ArrayOf(want...))
	}
	for _, x := range want {
		inner := x.String()
		if kind, err := KindOf(inner); err != nil || kind != x.Kind || Length(inner) != x.Len() {
			t.Fatalf("%s: %s of %d, %v, want %s of %d", inner, kind, Length(inner), err, x.Kind, x.Len())
		}
		if contains, err := TextContains(text, x); err != nil || contains != d.Contains(x) {
			t.Fatalf("%s in %s: %t, %v", inner, text, contains, err)
		}
	}
}

// Documents of few names and values, and paths of all kinds of legs to what is in them and what is not.
func TestPluckedAtRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	names := []string{`a`, `b`, `""`, `"a b"`, `"é"`, `"q\"\\]"`, `"\n"`}
	var document func(depth int) string
	document = func(depth int) string {
		kind := r.IntN(12)
		if depth == 0 {
			kind %= 7
		}
		out := ""
		switch kind {
		case 0, 1, 2, 3, 4, 5, 6:
			return []string{`1`, `-2.5`, `"x"`, `"[\", "`, `null`, `true`, `18446744073709551615`}[kind]
		case 7, 8, 9:
			for range r.IntN(4) {
				name := names[r.IntN(len(names))]
				if name[0] != '"' {
					name = `"` + name + `"`
				}
				out += `,` + name + `:` + document(depth-1)
			}
			return `{` + out[min(len(out), 1):] + `}`
		}
		for range r.IntN(4) {
			out += `,` + document(depth-1)
		}
		return `[` + out[min(len(out), 1):] + `]`
	}
	legs := []string{`[0]`, `[1]`, `[last]`, `[last-1]`, `[*]`, `.*`, `[0 to 1]`, `[1 to last]`, `**[0]`, `**.a`}
	for range 3000 {
		d, err := Parse(document(4), nil)
		if err != nil {
			t.Fatal(err)
		}
		text := "$"
		for range r.IntN(4) {
			if r.IntN(2) == 0 {
				text += "." + names[r.IntN(len(names))]
			} else {
				text += legs[r.IntN(len(legs))]
			}
		}
		p, err := ParsePath(text)
		if err != nil {
			t.Fatal(text, err)
		}
		comparePluck(t, d, p)
	}
}
