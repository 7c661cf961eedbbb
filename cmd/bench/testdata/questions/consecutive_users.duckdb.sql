WITH d AS (SELECT DISTINCT user_id, CAST(logtime AS DATE) AS day FROM Logins),
g AS (SELECT user_id, date_diff('day', LAG(day) OVER (PARTITION BY user_id ORDER BY day), day) AS gap FROM d) SELECT COUNT(*) FROM (SELECT DISTINCT user_id FROM g WHERE gap = 1) t
