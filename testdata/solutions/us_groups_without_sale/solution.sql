-- get all product_groups whose US sold_unit > 0
WITH HasUSSellGroup AS (
    SELECT p.product_group
    FROM Orders o JOIN Product p ON o.product_id = p.product_id
    WHERE o.sell_in_area = 1
    GROUP BY p.product_group
    HAVING SUM(o.sold_unit) > 0
-- get all product_groups who covers US market
), CoverUSGroup AS (
    SELECT DISTINCT product_group
    FROM Product
    WHERE area = 1
)

-- get all product_groups that covers US market but has no sell
SELECT product_group
FROM CoverUSGroup
WHERE product_group NOT IN (
    SELECT * FROM HasUSSellGroup
)
