package types

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
	"time"
)

func named(t testing.TB, name string) Collation {
	t.Helper()
	c, ok := ByName(name)
	if !ok || c.Name() != name {
		t.Fatalf("no collation %s", name)
	}
	return c
}

func TestCompareStrings(t *testing.T) {
	for _, c := range []struct {
		collation, a, b string
		want            int
	}{
		{"utf8mb4_0900_ai_ci", "a", "A", 0}, {"utf8mb4_0900_ai_ci", "é", "E", 0}, {"utf8mb4_0900_ai_ci", "e\u0301", "e", 0},
		{"utf8mb4_0900_ai_ci", "Straße", "STRASSE", 0}, {"utf8mb4_0900_ai_ci", "a", "a ", -1}, {"utf8mb4_0900_ai_ci", "b", "ä", 1},
		{"utf8mb4_0900_ai_ci", "a\x00", "a", 0}, {"utf8mb4_0900_ai_ci", "_", "a", -1}, {"utf8mb4_0900_ai_ci", "9", "a", -1},
		{"utf8mb4_0900_ai_ci", "Łódź", "lodz", 0}, {"utf8mb4_0900_ai_ci", "", "a", -1}, {"utf8mb4_0900_ai_ci", "日", "本", -1},
		{"utf8mb4_0900_as_cs", "a", "A", -1}, {"utf8mb4_0900_as_cs", "Ab", "aC", -1}, {"utf8mb4_0900_as_cs", "é", "ea", -1}, {"utf8mb4_0900_as_ci", "é", "É", 0},
		{"utf8mb4_0900_as_ci", "e", "é", -1}, {"utf8mb4_0900_bin", "a", "a ", -1}, {"utf8mb4_bin", "a", "a  ", 0}, {"utf8mb4_bin", "a", "a\t", 1},
		{"utf8mb4_bin", "a", "A", 1}, {"utf8mb4_bin", "\uffff", "😀", -1}, {"utf8mb4_general_ci", "ß", "s", 0}, {"utf8mb4_general_ci", "A", "ä ", 0},
		{"utf8mb4_unicode_ci", "ß", "SS", 0}, {"utf8mb4_unicode_ci", "a", "á  ", 0}, {"latin1_swedish_ci", "a", "A", 0}, {"latin1_swedish_ci", "z", "ä", -1},
		{"binary", "a", "a ", -1}, {"binary", "a\xff", "a", 1}, {"utf8mb4_general_ci", "a b", "a", 1}, {"utf8mb4_general_ci", "a \t", "a", -1},
	} {
		l := named(t, c.collation)
		if got := l.Compare(c.a, c.b); got != c.want {
			t.Errorf("%s: %q against %q is %d, want %d", c.collation, c.a, c.b, got, c.want)
		}
	}
	for name, pad := range map[string]bool{"utf8mb4_0900_ai_ci": false, "utf8mb4_bin": true, "utf8mb4_general_ci": true, "binary": false, "utf8mb4_0900_bin": false} {
		if got := named(t, name).PadSpace(); got != pad {
			t.Errorf("%s pads: %v", name, got)
		}
	}
}

// TestKeys: keys order, and are equal, as the strings compare.
func TestKeys(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewSource(seed))
	letters := []rune("aAbzZ09_ -\t\x00äÄéeßsSæœ\u0301łøαΑ日本カ가😀\uffff")
	random := func() string {
		s := ""
		for range r.Intn(5) {
			s += string(letters[r.Intn(len(letters))])
		}
		return s
	}
	for _, name := range []string{"utf8mb4_0900_ai_ci", "utf8mb4_0900_as_ci", "utf8mb4_0900_as_cs", "utf8mb4_0900_bin", "utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "latin1_swedish_ci", "binary"} {
		c := named(t, name)
		for range 20000 {
			a, b := random(), random()
			want := c.Compare(a, b)
			if got := bytes.Compare(c.Key(nil, a), c.Key(nil, b)); got != want {
				t.Fatalf("%s: keys of %q and %q compare as %d, the strings as %d", name, a, b, got, want)
			}
			if got := c.Equal(a, b); got != (want == 0) {
				t.Fatalf("%s: %q and %q equal: %v", name, a, b, got)
			}
			x, y := AppendValueKey(nil, StringValue(a), c), AppendValueKey(nil, StringValue(b), c)
			if got := bytes.Equal(x, y); got != (want == 0) {
				t.Fatalf("%s: keys of %q and %q are equal: %v, %x %x", name, a, b, got, x, y)
			}
			if back := c.Compare(b, a); back != -want {
				t.Fatalf("%s: %q and %q compare as %d and %d", name, a, b, want, back)
			}
		}
	}
}

func TestAppendKey(t *testing.T) {
	zero := 0.0
	values := []Value{{}, IntValue(0), IntValue(1), StringValue(""), StringValue("a"), StringValue("ab")}
	for i, a := range values {
		for j, b := range values {
			if a.Kind != b.Kind && a.Kind != Null && b.Kind != Null {
				continue
			}
			if same := bytes.Equal(AppendValueKey(nil, a, DefaultCollation), AppendValueKey(nil, b, DefaultCollation)); same != (i == j) {
				t.Errorf("%v and %v: %v", a, b, same)
			}
		}
	}
	if !bytes.Equal(AppendValueKey(nil, FloatValue(-zero), 0), AppendValueKey(nil, FloatValue(zero*-1), 0)) {
		t.Error("-0 is not 0")
	}
	long := StringValue(string(bytes.Repeat([]byte("x"), 1000)))
	if n := len(AppendValueKey(nil, long, DefaultCollation)); n != 1010 {
		t.Errorf("%d bytes", n)
	}
	v := SameVec(&Type{Kind: String}, StringValue("Some Text"), 5)
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { AppendKey(buf, v, 3, DefaultCollation) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMerge(t *testing.T) {
	of := func(name string, by Coercibility) Type { return TypeString(5, named(t, name), by) }
	number := TypeInt
	for _, c := range []struct {
		a, b Type
		want string
	}{
		{of("utf8mb4_0900_ai_ci", CoerceImplicit), of("utf8mb4_bin", CoerceImplicit), "utf8mb4_bin 2 true"},
		{of("utf8mb4_general_ci", CoerceImplicit), of("utf8mb4_0900_ai_ci", CoerceImplicit), "utf8mb4_bin 1 true"},
		{of("utf8mb4_general_ci", CoerceImplicit), of("utf8mb4_0900_ai_ci", CoerceLiteral), "utf8mb4_general_ci 2 true"},
		{of("utf8mb4_general_ci", CoerceExplicit), of("utf8mb4_0900_ai_ci", CoerceExplicit), "utf8mb4_general_ci 1 false"},
		{of("latin1_swedish_ci", CoerceImplicit), of("utf8mb4_0900_ai_ci", CoerceImplicit), "utf8mb4_0900_ai_ci 2 true"},
		{of("latin1_swedish_ci", CoerceImplicit), of("utf8mb4_0900_ai_ci", CoerceLiteral), "latin1_swedish_ci 2 true"},
		{of("binary", CoerceImplicit), of("utf8mb4_0900_ai_ci", CoerceImplicit), "binary 2 true"},
		{of("binary", CoerceLiteral), of("utf8mb4_0900_ai_ci", CoerceImplicit), "utf8mb4_0900_ai_ci 2 true"},
		{number, of("utf8mb4_0900_ai_ci", CoerceLiteral), "utf8mb4_0900_ai_ci 4 true"},
		{TypeNull, of("utf8mb4_0900_ai_ci", CoerceLiteral), "utf8mb4_0900_ai_ci 4 true"},
	} {
		l, by, ok := Merge(&c.a, &c.b)
		if got := fmt.Sprint(l.Name(), " ", by, " ", ok); got != c.want {
			t.Errorf("%s and %s make %s, want %s", c.a.Collation.Name(), c.b.Collation.Name(), got, c.want)
		}
	}
}

func BenchmarkAppendKey(b *testing.B) {
	v := SameVec(&Type{Kind: String}, StringValue("customer name 42"), 100)
	buf := make([]byte, 0, 64)
	for b.Loop() {
		AppendKey(buf, v, 1, DefaultCollation)
	}
}

func BenchmarkCompareVec(b *testing.B) {
	x := SameVec(&Type{Kind: String}, StringValue("customer name 42"), 100)
	y := SameVec(&Type{Kind: String}, StringValue("CUSTOMER name 43"), 100)
	for b.Loop() {
		CompareVec(x, 1, y, 1, DefaultCollation)
	}
}
