package functions

import (
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
		all := mergedOffers(offers, len(ranks))
		all.mergeEqual(ranks)
		inOrder := make([]uint32, len(ranks)) // code + 1 by rank; 0: the group is none
		for code, first := range all.first {
			if first > 0 && all.units[code] <= 0 {
				inOrder[ranks[code]] = uint32(code + 1)
			}
		}
		for _, group := range inOrder {
			if group > 0 {
				groups.Codes = append(groups.Codes, group-1)
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

// offers are what is known of the groups of rows of Products, by the codes of their names.
type offers struct {
	units []int64 // of the area's orders
	first []int   // the first row that covers the area: the part's number, then that of the row, from 1; 0: none does
	names vector.Vector
	there []int32 // the rows of a batch that are of the area
	part  int     // that was read last
	row   int     // the rows of it that were
}

func newOffers() *offers { return &offers{part: -1} }

func (o *offers) add(part int, names, areas, products *vector.Vector, area int64, sold *numbered[int64]) {
	if o.part != part {
		o.part, o.row = part, 0
	}
	codes, dictionary := names.Numbers()
	o.names.Dictionary, o.names.Order = dictionary, names.Order
	o.expect(len(dictionary))
	o.there = equalRows(o.there, areas.Ints, area)
	for _, i := range o.there {
		if i := int(i); !areas.Null(i) && !names.Null(i) && o.first[codes[i]] == 0 {
			o.first[codes[i]] = part<<32 + o.row + i + 1
		}
	}
	o.row += len(codes)
	for i, product := range products.Ints {
		if n := sold.of(product); n != 0 && !products.Null(i) && !names.Null(i) {
			o.units[codes[i]] += n
		}
	}
}

// expect has room for so many names.
func (o *offers) expect(names int) {
	o.units = append(o.units, make([]int64, names-len(o.units))...)
	o.first = append(o.first, make([]int, names-len(o.first))...)
}

// mergedOffers are what several know, of so many names. They are not to be used any more.
func mergedOffers(several []*offers, names int) *offers {
	to := several[0]
	to.expect(names)
	for _, from := range several[1:] {
		for code, n := range from.units {
			to.units[code] += n
		}
		for code, first := range from.first {
			if first > 0 && (to.first[code] == 0 || first < to.first[code]) {
				to.first[code] = first
			}
		}
	}
	return to
}

// mergeEqual makes one group of those whose names have the same rank, with the name of the first row that covers the area.
func (o *offers) mergeEqual(ranks []uint32) {
	if len(ranks) == 0 || int(slices.Max(ranks)) == len(ranks)-1 {
		return // all differ
	}
	s := newSpellings(ranks)
	for at := 0; at < len(s.codes); {
		codes := s.next(&at)
		name, units := codes[0], int64(0)
		for _, code := range codes {
			units += o.units[code]
			if first := o.first[code]; first > 0 && (o.first[name] == 0 || first < o.first[name]) {
				name = code
			}
		}
		for _, code := range codes {
			if code != name {
				o.first[code] = 0
			}
		}
		o.units[name] = units
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
