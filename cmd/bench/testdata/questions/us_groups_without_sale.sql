WITH HasUSSellGroup AS (SELECT p.product_group FROM Orders o JOIN Products p ON o.product_id = p.product_id WHERE o.sell_in_area = 1 GROUP BY p.product_group HAVING SUM(o.sold_unit) > 0),
CoverUSGroup AS (SELECT DISTINCT product_group FROM Products WHERE area = 1) SELECT product_group FROM CoverUSGroup WHERE product_group NOT IN (SELECT * FROM HasUSSellGroup) ORDER BY product_group
