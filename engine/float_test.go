package engine

import "testing"

// As MariaDB 10.11 spells them.
func TestFloatText(t *testing.T) {
	for _, c := range []struct {
		x    float64
		bits int
		want string
	}{
		{120000, 32, "120000"},
		{1200000, 32, "1200000"},
		{1234567, 32, "1234570"},
		{123456.78, 32, "123457"},
		{float64(float32(0.1)), 32, "0.1"},
		{float64(float32(1e20)), 32, "1e20"},
		{float64(float32(1.0) / 3), 32, "0.333333"},
		{1.0 / 3, 64, "0.3333333333333333"},
		{1e20, 64, "1e20"},
		{1e14, 64, "100000000000000"},
		{1e15, 64, "1e15"},
		{-0.00001, 64, "-0.00001"},
		{1e-16, 64, "1e-16"},
		{0, 64, "0"},
	} {
		if got := FloatText(c.x, c.bits); got != c.want {
			t.Errorf("%v, %d bits: %s, not %s", c.x, c.bits, got, c.want)
		}
	}
}
