package tables

// Orders are what was sold of a product in an area.
var Orders = &Table{
	Name:        "Orders",
	Alias:       "Order",
	Description: "How many units of a product were sold in an area, an order a row. No key.",
	Columns: []Column{
		{"product_id", Int, "The product; one of Products, which is not enforced."},
		{"sell_in_area", Int, "The area that it was sold in; 1 is the US."},
		{"sold_unit", Int, "How many units were sold."},
	},
	Notes: "Product 104 was never sold.",
	Examples: []Example{{
		SQL:    "SELECT sell_in_area, SUM(sold_unit) AS sold FROM Orders GROUP BY sell_in_area ORDER BY sell_in_area",
		Result: "sell_in_area\tsold\n1\t15\n2\t7\n3\t8\n",
	}},
}
