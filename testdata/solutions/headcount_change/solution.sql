-- The change of the head count between consecutive years: one year's head
-- count joined with the next year's. Counted are the employees who are there on
-- 31 December: who had started by then and had not left.
WITH RECURSIVE Years AS (
    SELECT 2018 AS y
    UNION ALL
    SELECT y + 1 FROM Years WHERE y < 2024
), HeadCount AS (
    SELECT y, COUNT(DISTINCT h.employee_id) AS people
    FROM Years
    LEFT JOIN History h
        ON YEAR(h.start_date) <= y
        AND (h.end_date IS NULL OR YEAR(h.end_date) > y)
    GROUP BY y
)
SELECT this_year.y AS from_year, next_year.y AS to_year,
    this_year.people AS headcount, next_year.people AS next_headcount,
    next_year.people - this_year.people AS difference
FROM HeadCount this_year
JOIN HeadCount next_year ON next_year.y = this_year.y + 1
ORDER BY this_year.y;
