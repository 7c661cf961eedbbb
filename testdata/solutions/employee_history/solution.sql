-- Show an employee's history: where Kevin worked, for what, from when to when.
-- An open end_date means that he still works there.
SELECT e.name, h.department, h.salary, h.start_date, h.end_date
FROM Employees e
JOIN History h ON h.employee_id = e.employee_id
WHERE e.name = 'Kevin'
ORDER BY h.start_date, h.history_id;
