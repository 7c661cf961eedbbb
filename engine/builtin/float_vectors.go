package builtin

// Arithmetic of doubles, of vectors with a value for each row (step 1) or one for all (0). What is not finite is looked at
// again, row by row: it may be of a row with NULL.

func addFloats(out, a, b []float64, stepA, stepB int) (finite bool) {
	odd, i, j := 0.0, 0, 0
	for k := range out {
		z := a[i] + b[j]
		out[k] = z
		odd += z - z // NaN from the first that is not finite on
		i += stepA
		j += stepB
	}
	return odd == 0
}

func subtractFloats(out, a, b []float64, stepA, stepB int) (finite bool) {
	odd, i, j := 0.0, 0, 0
	for k := range out {
		z := a[i] - b[j]
		out[k] = z
		odd += z - z // NaN from the first that is not finite on
		i += stepA
		j += stepB
	}
	return odd == 0
}

func multiplyFloats(out, a, b []float64, stepA, stepB int) (finite bool) {
	odd, i, j := 0.0, 0, 0
	for k := range out {
		z := float64(a[i] * b[j]) // rounded, not fused with the difference
		out[k] = z
		odd += z - z // NaN from the first that is not finite on
		i += stepA
		j += stepB
	}
	return odd == 0
}

func divideFloats(out, a, b []float64, stepA, stepB int) (finite bool) {
	odd, i, j := 0.0, 0, 0
	for k := range out {
		z := a[i] / b[j]
		out[k] = z
		odd += z - z // NaN from the first that is not finite on
		i += stepA
		j += stepB
	}
	return odd == 0
}
