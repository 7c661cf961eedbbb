package tables

// Products are the products and the areas that they are for.
var Products = &Table{
	Name:        "Products",
	Alias:       "Product",
	Description: "The products, their groups, and the area that each is offered in. No key: a product may be offered in several areas.",
	Columns: []Column{
		{"area", Int, "The area that the product is offered in; 1 is the US."},
		{"product_id", Int, "The number of the product."},
		{"name", VarChar(255), "The name of the product."},
		{"product_group", VarChar(255), "The group that the product belongs to."},
	},
	Notes: "Group 3 covers the areas 1 and 3, and was sold in 3 only.",
	Examples: []Example{{
		SQL:    "SELECT DISTINCT product_group FROM Products WHERE area = 1 ORDER BY product_group",
		Result: "product_group\nGroup 1\nGroup 3\n",
	}},
}
