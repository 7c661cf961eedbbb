WITH RECURSIVE y AS (SELECT 1990 AS yr UNION ALL SELECT yr + 1 FROM y WHERE yr < 2024),
h AS (SELECT y.yr, COUNT(DISTINCT x.employee_id) AS headcount FROM y LEFT JOIN History x ON YEAR(x.start_date) <= y.yr AND (x.end_date IS NULL OR YEAR(x.end_date) > y.yr) GROUP BY y.yr) SELECT yr, headcount, headcount - LAG(headcount) OVER (ORDER BY yr) AS diff FROM h ORDER BY yr
