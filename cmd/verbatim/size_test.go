package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"0": 0, "1000": 1000, "4k": 4 << 10, "512M": 512 << 20, "2G": 2 << 30} {
		var s size
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%s: %d (%v)", text, s, err)
		}
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "9999999999G", "12T"} {
		var s size
		if err := s.Set(text); err == nil {
			t.Errorf("%s: %d", text, s)
		}
	}
}
