-- The users who logged in on at least two consecutive calendar days.
-- What counts is the date, not the hours between: 23:00 and 01:00 the next day
-- are consecutive days. Several logins of a day are one day.
SELECT DISTINCT today.user_id
FROM Logins today
JOIN Logins tomorrow
    ON tomorrow.user_id = today.user_id
    AND DATEDIFF(tomorrow.logtime, today.logtime) = 1
ORDER BY today.user_id;
