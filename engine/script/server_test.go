package script

import (
	"math"
	"testing"
)

func TestInspect(t *testing.T) {
	for _, test := range []struct {
		sql     string
		changes bool
		file    string
	}{
		{"SELECT 1", false, ""},
		{"/* a */ insert INTO t VALUES (1)", true, ""},
		{"DELETE FROM t RETURNING a", false, ""},
		{"INSERT INTO t VALUES ('RETURNING')", true, ""},
		{"CALL p()", false, ""},
		{"WITH c AS (SELECT 1) SELECT * FROM c", false, ""},
		{"WITH RECURSIVE c (a) AS (SELECT 1), d AS (TABLE c) UPDATE t JOIN d USING (a) SET b = 1", true, ""},
		{"with c as (select 'delete') (table c)", false, ""},
		{"LOAD DATA LOCAL INFILE 'a b.csv' INTO TABLE t", true, "a b.csv"},
		{`load data concurrent local infile "it\'s\\x" INTO TABLE t`, true, `it's\x`},
		{"", false, ""},
	} {
		changes, file := inspect(test.sql)
		if changes != test.changes || file != test.file {
			t.Errorf("inspect(%q) is %v, %q, want %v, %q", test.sql, changes, file, test.changes, test.file)
		}
	}
}

func TestFloatText(t *testing.T) {
	for want, x := range map[string]float64{
		"0":                 0,
		"1200000":           1200000,
		"100000000000000":   1e14,
		"1e15":              1e15,
		"-2.5e15":           -2.5e15,
		"0.000000000000001": 1e-15,
		"1e-16":             1e-16,
		"1.5e-20":           1.5e-20,
		"1e100":             1e100,
	} {
		if got := floatText(x, 64, math.MaxInt64); string(got) != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
	if got := floatText(float64(float32(0.1)), 32, math.MaxInt64); string(got) != "0.1" {
		t.Errorf("0.1 of single precision is %s", got)
	}
	if got := floatText(1.5, 64, 3); string(got) != "1.500" {
		t.Errorf("1.5 with 3 digits is %s", got)
	}
}
