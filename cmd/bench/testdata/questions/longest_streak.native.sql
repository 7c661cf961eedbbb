SELECT user_id, MAX(days) AS streak FROM login_streaks() GROUP BY user_id ORDER BY streak DESC, user_id LIMIT 10
