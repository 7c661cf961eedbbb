CREATE TABLE Employees (employee_id INT PRIMARY KEY, name VARCHAR(255), age INT, address VARCHAR(255), DOB DATETIME);
CREATE TABLE History (history_id INT PRIMARY KEY, employee_id INT, department VARCHAR(255), salary FLOAT, start_date DATETIME, end_date DATETIME, current BOOL, KEY (employee_id));
CREATE TABLE Products (area INT, product_id INT, name VARCHAR(255), product_group VARCHAR(255));
CREATE TABLE Orders (product_id INT, sell_in_area INT, sold_unit INT);
CREATE TABLE Logins (logtime DATETIME, user_id VARCHAR(64));
