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
		sold, err := salesIn(ctx, scan, area, false)
		if err != nil {
			return err
		}
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

// sales tell how many units of products were sold in an area; where none were given back, only whether any were: that is a bit,
// and a cache has room for those of all products.
type sales struct {
	some  *numbered[uint64] // the bits of 64 products each
	back  bool              // units were given back
	units *numbered[int64]  // by product; nil: they are not asked
	there []int32           // the rows of a batch that are of the area
}

// salesIn are those in an area.
func salesIn(ctx context.Context, scan Scan, area int64, exact bool) (*sales, error) {
	begin := func() *sales {
		s := &sales{some: newNumbered[uint64]()}
		if exact {
			s.units = newNumbered[int64]()
		}
		return s
	}
	several, err := spread(ctx, scan, "Orders", []string{"product_id", "sell_in_area", "sold_unit"}, begin, func(s *sales, _ int, batch *vector.Batch) {
		s.add(&batch.Columns[0], &batch.Columns[1], &batch.Columns[2], area)
	})
	if err != nil {
		return nil, err
	}
	some, units := make([]*numbered[uint64], len(several)), make([]*numbered[int64], len(several))
	for i, s := range several {
		if s.back && !exact {
			return salesIn(ctx, scan, area, true)
		}
		some[i], units[i] = s.some, s.units
	}
	if exact {
		return &sales{units: merged(units, func(a, b int64) int64 { return a + b })}, nil
	}
	return &sales{some: merged(some, func(a, b uint64) uint64 { return a | b })}, nil
}

func (s *sales) add(products, areas, units *vector.Vector, area int64) {
	s.there = equalRows(s.there, areas.Ints, area)
	if s.units != nil {
		s.units.expect(len(areas.Ints))
		for _, i := range s.there {
			if i := int(i); !areas.Null(i) && !products.Null(i) && !units.Null(i) {
				*s.units.at(products.Ints[i]) += units.Ints[i]
			}
		}
		return
	}
	s.some.expect(len(areas.Ints))
	for _, i := range s.there {
		i := int(i)
		if n := units.Ints[i]; n != 0 && !areas.Null(i) && !products.Null(i) && !units.Null(i) {
			s.back = s.back || n < 0
			product := products.Ints[i]
			*s.some.at(product >> 6) |= 1 << (product & 63)
		}
	}
}

// of is how many units of a product were sold, or 1.
func (s *sales) of(product int64) int64 {
	if s.units != nil {
		return s.units.of(product)
	}
	return int64(s.some.of(product>>6) >> (product & 63) & 1)
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

func (o *offers) add(part int, names, areas, products *vector.Vector, area int64, sold *sales) {
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
	if differ(ranks) {
		return
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
