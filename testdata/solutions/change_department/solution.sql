-- Run a scenario for an employee: Kevin moves from Business to Engineering.

-- Before the move he is in Business, and it goes on.
START TRANSACTION;
DELETE FROM History WHERE employee_id = 1;
INSERT INTO History (history_id, employee_id, department, salary, start_date, end_date, current)
VALUES (1, 1, 'Business', 100000, '2024-10-01', NULL, 1);
COMMIT;

-- The move: the open row ends on the day on which the next one begins. Both
-- statements are one transaction, so that nobody sees him in two departments
-- or in none.
START TRANSACTION;
UPDATE History
SET end_date = '2024-11-01', current = 0
WHERE employee_id = 1 AND end_date IS NULL;
INSERT INTO History (history_id, employee_id, department, salary, start_date, end_date, current)
VALUES (2, 1, 'Engineering', 120000, '2024-11-01', NULL, 1);
COMMIT;

SELECT history_id, employee_id, department, salary, start_date, end_date, current
FROM History
WHERE employee_id = 1
ORDER BY start_date;
