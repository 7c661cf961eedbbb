package types

import "math/big"

// Dec is a decimal number: exact, with a number of places that it keeps, as
// MySQL's DECIMAL (manual 12.25). The zero Dec is 0.
type Dec struct {
	small int64    // the digits, where big is nil
	big   *big.Int // the digits, where they do not fit; never changed
	scale int32    // how many of the digits are places
}
