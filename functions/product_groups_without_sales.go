package functions

import (
	"context"
	"math"

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
		var there []int32     // the rows of a batch that are of the area
		for batch, err := range scan.batches(ctx, "Orders", "product_id", "sell_in_area", "sold_unit") {
			if err != nil {
				return err
			}
			products, areas, units := &batch.Columns[0], &batch.Columns[1], &batch.Columns[2]
			there = equalRows(there, areas.Ints, area)
			for _, i := range there {
				if i := int(i); !areas.Null(i) && !products.Null(i) && !units.Null(i) {
					*sold.at(products.Ints[i]) += units.Ints[i]
				}
			}
		}
		// By the code of the group.
		var units []int64
		var covers []int // the number of the first row that covers the area, from 1; 0: none does
		groups := &out.Columns[0]
		row := 0
		for batch, err := range scan.batches(ctx, "Products", "product_group", "area", "product_id") {
			if err != nil {
				return err
			}
			names, areas, products := &batch.Columns[0], &batch.Columns[1], &batch.Columns[2]
			codes, dictionary := names.Numbers()
			groups.Dictionary, groups.Order = dictionary, names.Order
			units = append(units, make([]int64, len(dictionary)-len(units))...)
			covers = append(covers, make([]int, len(dictionary)-len(covers))...)
			there = equalRows(there, areas.Ints, area)
			for _, i := range there {
				if i := int(i); !areas.Null(i) && !names.Null(i) && covers[codes[i]] == 0 {
					covers[codes[i]] = row + i + 1
				}
			}
			row += len(codes)
			for i, product := range products.Ints {
				if n := sold.of(product); n != 0 && !products.Null(i) && !names.Null(i) {
					units[codes[i]] += n
				}
			}
		}
		ranks, err := groups.Ranks()
		if err != nil {
			return err
		}
		s := newSpellings(ranks)
		for at := 0; at < len(s.codes); {
			total, first, name := int64(0), 0, uint32(0) // as the first row that covers the area spells it
			for _, code := range s.next(&at) {
				total += units[code]
				if n := covers[code]; n > 0 && (first == 0 || n < first) {
					first, name = n, code
				}
			}
			if first > 0 && total <= 0 {
				groups.Codes = append(groups.Codes, name)
			}
		}
		return ctx.Err()
	},
	Examples: []tables.Example{{
		SQL:    "SELECT product_group FROM product_groups_without_sales(1)",
		Result: "product_group\nGroup 3\n",
	}},
}

// equalRows are the indexes of the numbers that are x, in the room of rows. There is no branch to be guessed.
func equalRows(rows []int32, numbers []int64, x int64) []int32 {
	if cap(rows) < len(numbers) {
		rows = make([]int32, len(numbers))
	}
	rows = rows[:len(numbers)]
	n := 0
	for i, number := range numbers {
		rows[n] = int32(i)
		if number == x {
			n++
		}
	}
	return rows[:n]
}
