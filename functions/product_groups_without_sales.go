package functions

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// ProductGroupsWithoutSales answers which product groups cover an area and sold
// nothing there.
var ProductGroupsWithoutSales = &Func{
	Name: "product_groups_without_sales",
	Description: "The product groups that cover the area, in that one of their products is offered there, and of " +
		"which nothing was sold there: the sum of sold_unit over the area's orders of the group's products, in " +
		"whichever area these are offered, is not above 0. In order of product_group. A NULL group is left out, a " +
		"NULL sold_unit counts as nothing, and a NULL area answers no rows.",
	Params: []Param{
		{Name: "area", Type: tables.Int, Min: math.MinInt64, Description: "The area; 1 is the US."},
	},
	Columns: []tables.Column{
		{Name: "product_group", Type: tables.VarChar(255), Description: "The product group."},
	},
	SQL: `WITH covering_groups AS (
    SELECT DISTINCT product_group
    FROM Products
    WHERE area = @area AND product_group IS NOT NULL
), selling_groups AS (
    SELECT p.product_group
    FROM Orders o
    JOIN Products p ON p.product_id = o.product_id
    WHERE o.sell_in_area = @area
    GROUP BY p.product_group
    HAVING SUM(o.sold_unit) > 0
)
SELECT c.product_group
FROM covering_groups c
LEFT JOIN selling_groups s ON s.product_group = c.product_group
WHERE s.product_group IS NULL
ORDER BY c.product_group`,
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		area := args[0].Int
		sold := newNumbered() // units by product
		for batch, err := range scan.batches(ctx, "Orders", "product_id", "sell_in_area", "sold_unit") {
			if err != nil {
				return err
			}
			products, areas, units := &batch.Columns[0], &batch.Columns[1], &batch.Columns[2]
			for i, at := range areas.Ints {
				if at == area && !areas.Null(i) && !products.Null(i) && !units.Null(i) {
					*sold.at(products.Ints[i]) += units.Ints[i]
				}
			}
		}
		// By the code of the group, until it is known which of them are the same.
		type spelling struct {
			sold  int64
			first int // the number of the first row that covers the area, from 1; 0: none does
		}
		var spellings []spelling
		var order vector.Vector
		var dictionary []string
		row := 0
		for batch, err := range scan.batches(ctx, "Products", "product_group", "area", "product_id") {
			if err != nil {
				return err
			}
			areas, products := &batch.Columns[1], &batch.Columns[2]
			order.Order = batch.Columns[0].Order
			var codes []uint32
			codes, dictionary = batch.Columns[0].Numbers()
			spellings = append(spellings, make([]spelling, len(dictionary)-len(spellings))...)
			for i, code := range codes {
				row++
				if batch.Columns[0].Null(i) {
					continue
				}
				s := &spellings[code]
				if s.first == 0 && areas.Ints[i] == area && !areas.Null(i) {
					s.first = row
				}
				if !products.Null(i) {
					s.sold += sold.of(products.Ints[i])
				}
			}
		}
		type group struct {
			key   string
			name  string // as the first row that covers the area spells it
			first int
			sold  int64
		}
		var groups []group
		byKey := make(map[string]int)
		for code, s := range spellings {
			if s == (spelling{}) {
				continue
			}
			key := order.Key(dictionary[code])
			at, ok := byKey[key]
			if !ok {
				at = len(groups)
				byKey[key] = at
				groups = append(groups, group{key: key})
			}
			g := &groups[at]
			g.sold += s.sold
			if s.first > 0 && (g.first == 0 || s.first < g.first) {
				g.first, g.name = s.first, dictionary[code]
			}
		}
		groups = slices.DeleteFunc(groups, func(g group) bool { return g.first == 0 || g.sold > 0 })
		slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.key, b.key) })
		for _, g := range groups {
			out.Columns[0].AppendString(g.name)
		}
		return ctx.Err()
	},
	Examples: []tables.Example{{
		SQL:    "SELECT product_group FROM product_groups_without_sales(1)",
		Result: "product_group\nGroup 3\n",
	}},
}
