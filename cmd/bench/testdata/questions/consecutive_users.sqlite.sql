WITH d AS (SELECT DISTINCT user_id, date(logtime) AS day FROM Logins),
g AS (SELECT user_id, julianday(day) - julianday(LAG(day) OVER (PARTITION BY user_id ORDER BY day)) AS gap FROM d) SELECT COUNT(*) FROM (SELECT DISTINCT user_id FROM g WHERE gap = 1) t
