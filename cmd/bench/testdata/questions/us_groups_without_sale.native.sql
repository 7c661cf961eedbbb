SELECT product_group FROM product_groups_without_sales(1) ORDER BY product_group
