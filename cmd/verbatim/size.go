package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// size is a flag's number of bytes, with K, M or G for 2^10, 2^20 or 2^30 of
// them. Zero is no limit.
type size int64

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	number, unit := text, int64(1)
	if i := strings.IndexAny("KMG", strings.ToUpper(text[max(len(text)-1, 0):])); i >= 0 && text != "" {
		number, unit = text[:len(text)-1], 1<<(10*(i+1))
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return errors.New("a size is a number of bytes, or of K, M or G, as in 512M")
	}
	*s = size(n * unit)
	return nil
}

// String implements pflag.Value.
func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }
