package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// TestWide: a lookup that finds much of a table is no better than a scan.
func TestWide(t *testing.T) {
	d := newDatabase(t)
	d.do("CREATE TABLE t (id INT PRIMARY KEY, few INT, many INT, s VARCHAR(9), KEY few (few), KEY many (many), KEY s (s, id))")
	for from := 0; from < 20_000; from += 5000 {
		var rows strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&rows, ",(%d,%d,%d,'%d')", from+i, i%3, (from+i)/4, i%2)
		}
		d.do("INSERT INTO t VALUES " + rows.String()[1:])
	}
	scan, c := d.table("t").Scan(d.ctx), d.context()
	number := func(x int64) expr.Expr { return &expr.Literal{V: types.IntValue(x), T: types.TypeInt} }
	text := &expr.Literal{V: types.StringValue("1"), T: types.TypeString(9, types.DefaultCollation, types.CoerceLiteral)}
	for _, l := range []struct {
		lookup plan.Lookup
		wide   bool
	}{
		{plan.Lookup{Key: "PRIMARY", Equal: []expr.Expr{number(5)}}, false},
		{plan.Lookup{Key: "PRIMARY", From: number(5)}, true},
		{plan.Lookup{Key: "PRIMARY", From: number(19_800)}, false},
		{plan.Lookup{Key: "PRIMARY", From: number(100), To: number(200)}, false},
		{plan.Lookup{Key: "few", Equal: []expr.Expr{number(1)}}, true},
		{plan.Lookup{Key: "few", Equal: []expr.Expr{number(7)}}, false},
		{plan.Lookup{Key: "many", Equal: []expr.Expr{number(7)}}, false},
		{plan.Lookup{Key: "many", To: number(4000)}, true},
		{plan.Lookup{Key: "s", Equal: []expr.Expr{text}}, true},
		{plan.Lookup{Key: "s", Equal: []expr.Expr{text}, From: number(19_990)}, false},
	} {
		if got := plan.Wide(c, scan, &l.lookup); got != l.wide {
			t.Errorf("%+v is wide: %v", l.lookup, got)
		}
	}
}
