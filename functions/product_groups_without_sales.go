package functions

import (
	"context"
	"math"
	"math/bits"

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
		names := &out.Columns[0]
		groups, err := productGroupsOf(ctx, scan, area, sold, names)
		if err != nil {
			return err
		}
		ranks, err := names.Ranks()
		if err != nil {
			return err
		}
		if err := groups.join(ctx, scan, area, ranks); err != nil {
			return err
		}
		inOrder := make([]uint32, len(ranks)) // code + 1 by rank; 0: the group is not missed
		for w, covers := range groups.covers {
			for missed := covers &^ groups.sell[w]; missed != 0; missed &= missed - 1 {
				code := uint32(w*64 + bits.TrailingZeros64(missed))
				inOrder[ranks[code]] = code + 1
			}
		}
		for _, group := range inOrder {
			if group > 0 {
				names.Codes = append(names.Codes, group-1)
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

// productGroups are what is known of groups, by the codes of their names.
type productGroups struct {
	names  vector.Vector
	covers codeSet // the area
	sell   codeSet // there
	units  []int64 // that they sell; nil: this was not asked
	there  []int32 // the rows of a batch that are of the area
}

// codeSet is a set of codes, as bits.
type codeSet []uint64

func (s codeSet) has(code uint32) bool { return s[code>>6]>>(code&63)&1 != 0 }

func (s codeSet) add(code uint32) { s[code>>6] |= 1 << (code & 63) }

func (s codeSet) remove(code uint32) { s[code>>6] &^= 1 << (code & 63) }

// expect has room for codes below n.
func (s *codeSet) expect(n int) {
	if more := (n+63)/64 - len(*s); more > 0 {
		*s = append(*s, make([]uint64, more)...)
	}
}

func (s codeSet) merge(from codeSet) {
	for i, word := range from {
		s[i] |= word
	}
}

// productGroupsOf reads the products. The groups' codes are of the dictionary of names then.
func productGroupsOf(ctx context.Context, scan Scan, area int64, sold *sales, names *vector.Vector) (*productGroups, error) {
	several, err := spread(ctx, scan, "Products", []string{"product_group", "area", "product_id"}, func() *productGroups { return new(productGroups) },
		func(g *productGroups, _ int, batch *vector.Batch) {
			g.add(&batch.Columns[0], &batch.Columns[1], &batch.Columns[2], area, sold)
		})
	if err != nil {
		return nil, err
	}
	for _, g := range several {
		if len(g.names.Dictionary) > len(names.Dictionary) {
			names.Dictionary, names.Order = g.names.Dictionary, g.names.Order
		}
	}
	to := several[0]
	to.expect(len(names.Dictionary), sold)
	for _, g := range several[1:] {
		to.covers.merge(g.covers)
		to.sell.merge(g.sell)
		for code, n := range g.units {
			to.units[code] += n
		}
	}
	return to, nil
}

func (g *productGroups) add(names, areas, products *vector.Vector, area int64, sold *sales) {
	codes, dictionary := names.Numbers()
	g.names.Dictionary, g.names.Order = dictionary, names.Order
	g.expect(len(dictionary), sold)
	g.there = equalRows(g.there, areas.Ints, area)
	for _, i := range g.there {
		if i := int(i); !areas.Null(i) && !names.Null(i) {
			g.covers.add(codes[i])
		}
	}
	null := len(names.Nulls)+len(products.Nulls) > 0
	for i, product := range products.Ints {
		if null && (names.Null(i) || products.Null(i)) {
			continue
		}
		code := codes[i]
		if sold.units != nil {
			g.units[code] += sold.units.of(product)
			continue
		}
		g.sell[code>>6] |= sold.some.of(product>>6) >> (product & 63) & 1 << (code & 63)
	}
}

// expect has room for so many groups.
func (g *productGroups) expect(n int, sold *sales) {
	g.covers.expect(n)
	g.sell.expect(n)
	if sold.units != nil {
		g.units = append(g.units, make([]int64, n-len(g.units))...)
	}
}

// join makes one group of those whose names have the same rank, with the name of the first row that covers the area. sell is
// complete then.
func (g *productGroups) join(ctx context.Context, scan Scan, area int64, ranks []uint32) error {
	if !differ(ranks) {
		first, err := firstSpellings(ctx, scan, area, ranks)
		if err != nil {
			return err
		}
		all := newSpellings(ranks)
		for at := 0; at < len(all.codes); {
			codes := all.next(&at)
			name, ok := first[ranks[codes[0]]]
			if !ok || len(codes) == 1 {
				continue
			}
			for _, code := range codes {
				if code == name {
					continue
				}
				g.covers.remove(code)
				if g.units != nil {
					g.units[name] += g.units[code]
				}
				if g.sell.has(code) {
					g.sell.add(name)
				}
			}
		}
	}
	for code, n := range g.units {
		if n > 0 {
			g.sell.add(uint32(code))
		}
	}
	return nil
}

// firstSpellings are, by rank, the groups' names in the first rows that cover an area.
func firstSpellings(ctx context.Context, scan Scan, area int64, ranks []uint32) (map[uint32]uint32, error) {
	first := make(map[uint32]uint32)
	for batch, err := range scan.batches(ctx, "Products", "product_group", "area") {
		if err != nil {
			return nil, err
		}
		names, areas := &batch.Columns[0], &batch.Columns[1]
		codes, _ := names.Numbers()
		for i, of := range areas.Ints {
			if of != area || areas.Null(i) || names.Null(i) {
				continue
			}
			if _, ok := first[ranks[codes[i]]]; !ok {
				first[ranks[codes[i]]] = codes[i]
			}
		}
	}
	return first, nil
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
