WITH d AS (SELECT DISTINCT user_id, date(logtime) AS day FROM Logins),
n AS (SELECT user_id, CAST(julianday(day) AS INT) - ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY day) AS island FROM d),
s AS (SELECT user_id, island, COUNT(*) AS len FROM n GROUP BY user_id, island) SELECT user_id, MAX(len) AS streak FROM s GROUP BY user_id ORDER BY streak DESC, user_id LIMIT 10
