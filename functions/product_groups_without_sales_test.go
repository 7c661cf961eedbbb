package functions

import (
	"slices"
	"strconv"
	"testing"
)

func TestProductGroupsWithoutSales(t *testing.T) {
	for _, c := range []struct {
		name, orders, products string // as in the tables, the product's name aside
		want                   []string
	}{
		{"nothing offered", "1 | 1 | 5", "", nil},
		{"nothing sold", "", "1 | 1 | b\n1 | 2 | a\n1 | 3 | a", []string{"a", "b"}},
		{"sold elsewhere only", "1 | 2 | 5", "1 | 1 | a", []string{"a"}},
		{"offered elsewhere only", "", "2 | 1 | a", nil},
		{"sold here of a product that is offered elsewhere", "2 | 1 | 5", "1 | 1 | a\n2 | 2 | a", nil},
		{"sold and given back", "1 | 1 | 5\n1 | 1 | -5", "1 | 1 | a", []string{"a"}},
		{"one product's returns outweigh the other's sales", "1 | 1 | 5\n2 | 1 | -6", "1 | 1 | a\n1 | 2 | a", []string{"a"}},
		{"NULL in the middle", "1 | 1 | 0\nNULL | 1 | 5\n1 | NULL | 5\n1 | 1 | NULL\n2 | 1 | 5",
			"1 | 1 | a\nNULL | 3 | b\n1 | NULL | c\n1 | 4 | NULL\n1 | 2 | d", []string{"a", "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := database{"Orders": rows(c.orders)}
			for _, p := range rows(c.products) {
				db["Products"] = append(db["Products"], []string{p[0], p[1], "x", p[2]})
			}
			expect(t, c.want, native(t, ProductGroupsWithoutSales, db, 1))
		})
	}
}

func TestRandomProductGroupsWithoutSales(t *testing.T) {
	r := random(t)
	for range 500 {
		db := randomDatabase(r)
		for area := range 4 {
			expect(t, unsoldModel(db, strconv.Itoa(area)), native(t, ProductGroupsWithoutSales, db, area))
		}
		if t.Failed() {
			t.Fatalf("Orders are %v, Products are %v", db["Orders"], db["Products"])
		}
	}
}

// unsoldModel joins every order with every product.
func unsoldModel(db database, area string) []string {
	var groups []string
	sold := map[string]int{}
	for _, p := range db["Products"] {
		if p[0] == area && p[3] != "NULL" {
			groups = append(groups, p[3])
		}
		for _, o := range db["Orders"] {
			if o[1] == area && o[0] == p[1] && o[0] != "NULL" && o[2] != "NULL" {
				n, err := strconv.Atoi(o[2])
				if err != nil {
					panic(err)
				}
				sold[p[3]] += n
			}
		}
	}
	slices.Sort(groups)
	return slices.DeleteFunc(slices.Compact(groups), func(group string) bool { return sold[group] > 0 })
}
