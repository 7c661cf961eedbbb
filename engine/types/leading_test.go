package types

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What is read at the beginning of a text is what TextNumber makes of that part by itself.
func TestLeading(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200_000 {
		var text string
		switch r.IntN(5) {
		case 0:
			text = strings.Repeat("-", r.IntN(8)/7) + fmt.Sprint(r.Uint64N(1<<r.IntN(64)))
		case 1:
			text = fmt.Sprintf("%0*d", r.IntN(20), r.IntN(1000))
		case 2:
			text = fmt.Sprintf("%d.%0*d", r.Uint64N(1<<r.IntN(50)), r.IntN(6), r.IntN(1000))
		default:
			text = fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", r.IntN(10000), r.IntN(14), r.IntN(33), r.IntN(25), r.IntN(61), r.IntN(61))
		}
		if r.IntN(4) == 0 && text != "" {
			b := []byte(text)
			b[r.IntN(len(b))] = "0123456789-: ,.\x00\xff\xb0:;/\xaf\n"[r.IntN(23)]
			text = string(b)
		}
		before := strings.Repeat("7", r.IntN(3))
		file := before + text + []string{"", ",", "\n", ",1,2,3,4,5", "\nabcdefghijklmn", "\xff", "..."}[r.IntN(7)]

		x, end := LeadingInteger(file, len(before))
		got := fmt.Sprint(x, file[len(before):end])
		want := "0 "
		if n := len(file[len(before):]) - len(strings.TrimLeft(strings.TrimPrefix(file[len(before):], "-"), "0123456789")); n > 0 {
			if x, ok := TextNumber(file[len(before):][:n], &TypeInt); ok {
				want = fmt.Sprint(x, file[len(before):][:n])
			}
		}
		if end == len(before) {
			got = "0 "
		}
		if got != want {
			t.Fatalf("seed %d: the integer of %q from %d on is %q, and not %q", seed, file, len(before), want, got)
		}

		x, end = LeadingDateTime(file, len(before))
		got, want = fmt.Sprint(x, end > len(before)), "0 false"
		if len(file) >= len(before)+textDateTime {
			if x, ok := TextNumber(file[len(before):][:textDateTime], &TypeDateTime); ok {
				want = fmt.Sprint(x, true)
			}
		}
		if got != want {
			t.Fatalf("seed %d: the datetime of %q from %d on is %q, and not %q", seed, file, len(before), want, got)
		}

		x, end = LeadingDate(file, len(before))
		got, want = fmt.Sprint(x, end > len(before)), "0 false"
		if len(file) >= len(before)+10 {
			if x, ok := TextNumber(file[len(before):][:10], &TypeDate); ok {
				want = fmt.Sprint(x, true)
			}
		}
		if got != want {
			t.Fatalf("seed %d: the date of %q from %d on is %q, and not %q", seed, file, len(before), want, got)
		}

		for _, protocol := range []Protocol{ProtocolDouble, ProtocolFloat} {
			to := TypeDouble
			to.Protocol = protocol
			if f, end := LeadingFloat(file, len(before), &to); end > len(before) {
				if want, ok := TextFloat(file[len(before):end], &to); !ok || f != want {
					t.Fatalf("seed %d: the float of %q from %d on is %v %t, and not %v", seed, file, len(before), want, ok, f)
				}
			} else if rest := strings.TrimLeft(file[len(before):], "0123456789."); len(rest) < len(file[len(before):]) {
				text := strings.TrimSuffix(file[len(before):][:len(file[len(before):])-len(rest)], ".")
				if _, ok := TextFloat(text, &to); ok && strings.Trim(text, ".") == text {
					t.Fatalf("seed %d: no float in %q from %d on", seed, file, len(before))
				}
			}
		}
	}
}
