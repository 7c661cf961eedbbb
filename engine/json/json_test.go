package json

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"b":1,"a":[1,2 , 3],"aa":null}`, `{"a": [1, 2, 3], "b": 1, "aa": null}`},
		{`{"a":1,"b":2,"a":3}`, `{"a": 3, "b": 2}`},
		{` [1, 1.0, 1.50, 1e2, 1e15, 1e-20, -0.0, -5, 18446744073709551615, 18446744073709551616] `, `[1, 1.0, 1.5, 100.0, 1e15, 1e-20, -0.0, -5, 18446744073709551615, 1.8446744073709552e19]`},
		{`"\u00e9\ud83d\ude00\/\n\u0001\"\\"`, `"é😀/\n\u0001\"\\"`},
		{`true`, `true`}, {`[]`, `[]`}, {`{}`, `{}`}, {`{"":""}`, `{"": ""}`}, {"-0", "0"},
		{``, `The document is empty. 0`}, {`  `, `The document is empty. 2`}, {`a`, `Invalid value. 0`}, {`tru`, `Invalid value. 3`}, {`nul1`, `Invalid value. 3`},
		{`[1,2`, `Missing a comma or ] after an array element. 4`}, {`[1,]`, `Invalid value. 3`}, {`{a:1}`, `Missing a name for object member. 1`},
		{`{"a" 1}`, `Missing a colon after a name of object member. 5`}, {`{"a":1`, `Missing a comma or } after an object member. 6`}, {`1 2`, `The document root must not be followed by other values. 2`},
		{`"abc`, `Missing a closing quotation mark in string. 4`}, {`"\x"`, `Invalid escape character in string. 1`}, {`"\u12g4"`, `Incorrect hex digit after \u escape in string. 1`},
		{`"\ud800"`, `The surrogate pair in string is invalid. 1`}, {"\"a\nb\"", `Invalid encoding in string. 2`}, {`1.`, `Miss fraction part in number. 2`}, {`1e`, `Miss exponent in number. 2`}, {`1e400`, `Number too big to be stored in double. 0`}, {`-`, `Invalid value. 1`}, {`01`, `The document root must not be followed by other values. 1`},
		{strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat("[", 100) + strings.Repeat("]", 100)}, {strings.Repeat("[", 101), ErrTooDeep.Error() + " -1"},
	} {
		d, err := Parse(c.text, nil)
		got := ""
		var syntax *SyntaxError
		switch {
		case err == nil:
			got = d.String()
		case errors.As(err, &syntax):
			got = fmt.Sprint(syntax.Message, " ", syntax.Position)
		default:
			got = err.Error() + " -1"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
	if d, err := Load("[1.50, 1.5, 1e20]", nil); err != nil || fmt.Sprint(d, d.Items[0].Kind, d.Items[1].Kind) != "[1.50, 1.5, 1e20] DECIMAL DOUBLE" {
		t.Error(d, err)
	}
}

func TestPath(t *testing.T) {
	const doc = `{"a": [1, {"b": 2}, [3, 4]], "b": 5, "s": "x", "c d": {"b": {"b": 6}}}`
	d, err := Parse(doc, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{`$`, "[" + doc + "]"}, {` $ . a [ 0 ] `, `[1]`}, {`$.a[last]`, `[[3, 4]]`}, {`$.a[last-2]`, `[1]`}, {`$.a[last-3]`, `[]`}, {`$.a[1 to 2]`, `[{"b": 2}, [3, 4]]`},
		{`$.a[last-1 to last]`, `[{"b": 2}, [3, 4]]`}, {`$.a[1 to last]`, `[{"b": 2}, [3, 4]]`}, {`$.a[*].b`, `[2]`}, {`$**.b`, `[5, 2, {"b": 6}, 6]`}, {`$."c d".b.b`, `[6]`}, {`$.*`, `[[1, {"b": 2}, [3, 4]], 5, "x", {"b": {"b": 6}}]`},
		{`$.s[0]`, `["x"]`}, {`$.s[last]`, `["x"]`}, {`$.s[1]`, `[]`}, {`$.s[*]`, `[]`}, {`$.s[0 to 3]`, `["x"]`}, {`$.b[0][0]`, `[5]`}, {`$.z`, `[]`}, {`$.a.b`, `[]`}, {`$.\u0061[0]`, `[1]`},
		{``, `0`}, {`a`, `1`}, {`$.`, `2`}, {`$a`, `1`}, {`$[`, `2`}, {`$[a]`, `2`}, {`$[1`, `3`}, {`$[1}`, `4`}, {`$**`, `3`}, {`$.a-b`, `5`}, {`$***.a`, `3`}, {`$*`, `2`}, {`$."a`, `4`}, {`$[3 to 1]`, `8`}, {`$[last to last-1]`, `16`}, {`$[4294967296]`, `2`}, {`$.1a`, `4`},
	} {
		got := ""
		p, err := ParsePath(c.path)
		var bad *PathError
		if errors.As(err, &bad) {
			got = fmt.Sprint(bad.Position)
		} else {
			got = ArrayOf(p.Seek(d)...).String()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	if got := Compare(`{"a": nothing`, `[nothing`); got != -1 { // documents of two kinds are not read
		t.Error(got)
	}
	// Ascending; what is on one line is equal.
	lines := [][]string{
		{"null"}, {"-1.5"}, {"0", "-0.0", "0.00"}, {"1", "1.0", "1.00", "10e-1"}, {"9007199254740993"}, {"18446744073709551615"}, {"1e300"},
		{`"A"`}, {`"a"`}, {`"a "`}, {`{}`}, {`{"a": 1}`, `{"a": 1.0}`}, {`{"a": 2}`}, {`[]`}, {`[1]`, `[1.0]`}, {`[1, 2]`}, {`[2]`}, {"false"}, {"true"},
	}
	for i, left := range lines {
		for j, right := range lines {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			for _, a := range left {
				for _, b := range right {
					if got := Compare(a, b); got != want {
						t.Errorf("%s <=> %s: %d, want %d", a, b, got, want)
					}
					if (Key(a) == Key(b)) != (want == 0) {
						t.Errorf("keys of %s and %s: %q %q", a, b, Key(a), Key(b))
					}
				}
			}
		}
	}
}

func TestStorageSize(t *testing.T) {
	// The last one is the manual's example.
	for text, want := range map[string]int{`1`: 3, `"abc"`: 5, `null`: 2, `[]`: 5, `{}`: 5, `[1, 2]`: 11, `100000`: 5, `1.5`: 9, `{"a": 1000, "b": "wxyz", "c": "[1, 3, 5, 7]"}`: 47} {
		if d, err := Parse(text, nil); err != nil || d.StorageSize() != want {
			t.Errorf("%s: %d, want %d", text, d.StorageSize(), want)
		}
	}
}

// FuzzJSONParse: what is parsed prints as text that is parsed and loaded as the same.
func FuzzJSONParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.50,-0.0,1e20,"\u00e9",null,true]}`, `[`, `"\ud800"`, `18446744073709551616`, `{"a":1,"a":2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s, nil)
		if err != nil {
			return
		}
		text := d.String()
		for _, read := range []func(string, func() error) (*Doc, error){Parse, Load} {
			again, err := read(text, nil)
			if err != nil || again.String() != text || again.Compare(d) != 0 {
				t.Fatalf("%s: %s, then %v %v", s, text, again, err)
			}
		}
		if pretty, err := Parse(d.Pretty(), nil); err != nil || pretty.String() != text {
			t.Fatalf("%s: %s, then %v", text, d.Pretty(), err)
		}
		d.StorageSize()
	})
}

// FuzzJSONPath: a path that is read is spelled as one that is read as the same.
func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{`$.a[1 to last-2]**."b c"[*].*`, `$[last - 3]`, `$."`, `$.\u0061`, `$** **.a`} {
		f.Add(s)
	}
	d, _ := Parse(`{"a": [1, {"b c": [[2]]}]}`, nil)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		again, err := ParsePath(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q: %q, then %v %v", s, p, again, err)
		}
		p.Seek(d)
	})
}

// What is read from the text of a document is what the document has.
func TestPluck(t *testing.T) {
	documents := []string{
		`{}`, `[]`, `1`, `"a"`, `null`, `{"a": 1}`, `{"a": {"b": [1, {"c": 2}], "c": "x, \"y\": {"}, "b": -1.5, "cc": null, "d\"e": 3, "f\\": {"a": []}}`,
		`[{"a": 1}]`, `{"a": {}, "b": "}", "c": [], "d": "\\"}`,
	}
	for _, text := range documents {
		d, err := Load(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		normal := d.String()
		for _, path := range []string{"$", "$.a", "$.b", "$.c", "$.cc", "$.d", "$.a.b", "$.a.c", "$.b.a", "$.a.b.c", `$."f\\"`, "$[0]", "$.*"} {
			p, err := ParsePath(path)
			if err != nil {
				t.Fatal(err)
			}
			part, ok := p.Pluck(normal)
			if !ok {
				continue
			}
			want := ""
			if found := p.Seek(d); len(found) > 0 {
				want = found[0].String()
			}
			if part != want {
				t.Errorf("%s of %s: %s, not %s", path, normal, part, want)
			}
		}
	}
}
