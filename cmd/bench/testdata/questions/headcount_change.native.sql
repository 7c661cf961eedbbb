SELECT year, headcount, CASE WHEN year > 1990 THEN difference END FROM headcount_change(1990, 2024) ORDER BY year
