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
		sales, err := spread(ctx, scan, "Orders", []string{"product_id", "sell_in_area", "sold_unit"}, newSales, func(s *sales, _ int, batch *vector.Batch) {
			s.add(&batch.Columns[0], &batch.Columns[1], &batch.Columns[2], area)
		})
		if err != nil {
			return err
		}
		byProduct := make([]*numbered[int64], len(sales))
		for i, s := range sales {
			byProduct[i] = s.units
		}
		sold := merged(byProduct, func(a, b int64) int64 { return a + b })
		offers, err := spread(ctx, scan, "Products", []string{"product_group", "area", "product_id"}, newOffers, func(o *offers, part int, batch *vector.Batch) {
			o.add(part, &batch.Columns[0], &batch.Columns[1], &batch.Columns[2], area, sold)
		})
		if err != nil {
			return err
		}
		groups := &out.Columns[0]
		for _, o := range offers {
			if len(o.names.Dictionary) > len(groups.Dictionary) {
				groups.Dictionary, groups.Order = o.names.Dictionary, o.names.Order
			}
		}
		ranks, err := groups.Ranks()
		if err != nil {
			return err
		}
		equal := make([]group, len(ranks)) // by rank: the same whatever the spelling
		for _, o := range offers {
			for code := range o.groups {
				equal[ranks[code]].add(&o.groups[code], uint32(code))
			}
		}
		for i := range equal {
			if g := &equal[i]; g.first > 0 && g.units <= 0 {
				groups.Codes = append(groups.Codes, g.name)
			}
		}
		return ctx.Err()
	},
	Examples: []tables.Example{{
		SQL:    "SELECT product_group FROM product_groups_without_sales(1)",
		Result: "product_group\nGroup 3\n",
	}},
}

// sales are the units sold in an area.
type sales struct {
	units *numbered[int64] // by product
	there []int32          // the rows of a batch that are of the area
}

func newSales() *sales { return &sales{units: newNumbered[int64]()} }

func (s *sales) add(products, areas, units *vector.Vector, area int64) {
	s.units.expect(len(areas.Ints))
	s.there = equalRows(s.there, areas.Ints, area)
	for _, i := range s.there {
		if i := int(i); !areas.Null(i) && !products.Null(i) && !units.Null(i) {
			*s.units.at(products.Ints[i]) += units.Ints[i]
		}
	}
}

// offers are the groups of rows of Products.
type offers struct {
	groups []group       // by the code of the name
	names  vector.Vector // what the codes stand for
	there  []int32       // the rows of a batch that are of the area
	part   int           // that was read last
	row    int           // the rows of it that were
}

// group is what is known of a product group.
type group struct {
	units int64
	first int    // its first row that covers the area: the part's number, then that of the row, from 1; 0: none does
	name  uint32 // of that row, where groups of several names are one
}

func newOffers() *offers { return &offers{part: -1} }

func (o *offers) add(part int, names, areas, products *vector.Vector, area int64, sold *numbered[int64]) {
	if o.part != part {
		o.part, o.row = part, 0
	}
	codes, dictionary := names.Numbers()
	o.names.Dictionary, o.names.Order = dictionary, names.Order
	o.groups = append(o.groups, make([]group, len(dictionary)-len(o.groups))...)
	o.there = equalRows(o.there, areas.Ints, area)
	for _, i := range o.there {
		if i := int(i); !areas.Null(i) && !names.Null(i) && o.groups[codes[i]].first == 0 {
			o.groups[codes[i]].first = part<<32 + o.row + i + 1
		}
	}
	o.row += len(codes)
	for i, product := range products.Ints {
		if n := sold.of(product); n != 0 && !products.Null(i) && !names.Null(i) {
			o.groups[codes[i]].units += n
		}
	}
}

// add adds what is known of a group with an equal name, which has the code.
func (g *group) add(o *group, name uint32) {
	g.units += o.units
	if o.first > 0 && (g.first == 0 || o.first < g.first) {
		g.first, g.name = o.first, name
	}
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
