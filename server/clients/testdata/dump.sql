CREATE TABLE parents (id INT PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE, note TEXT) COMMENT='the parents';
INSERT INTO parents VALUES (1, 'a', NULL), (2, 'b', 'two''s "note"\n\\ with\ttab'), (3, 'c', '');
CREATE TABLE kinds (
  id INT NOT NULL AUTO_INCREMENT, ti TINYINT, tu TINYINT UNSIGNED, si SMALLINT, mi MEDIUMINT, i INT, bi BIGINT, ub BIGINT UNSIGNED,
  bo BOOLEAN, f FLOAT, d DOUBLE, dc DECIMAL(20,5), bt BIT(10), da DATE, dt DATETIME, d6 DATETIME(6), ts TIMESTAMP NULL DEFAULT NULL,
  tm TIME, t3 TIME, y YEAR, c CHAR(5), vc VARCHAR(50), tx TEXT, mt MEDIUMTEXT, b BINARY(4), vb VARBINARY(20), bl BLOB, lb LONGBLOB,
  e ENUM('small','it''s','large'), s SET('x','y','z'), j JSON, PRIMARY KEY (id), UNIQUE KEY vc_key (vc), KEY two (i, c), KEY part (tx(8))
);
INSERT INTO kinds VALUES
  (1, -128, 255, -32768, -8388608, -2147483648, -9223372036854775808, 18446744073709551615, TRUE, 1.5, 1e100, 12345.67890, b'1010101010',
   '2024-02-29', '2024-02-29 23:59:58', '2024-02-29 23:59:58.123456', '2024-02-29 23:59:58', '-12:34:56', '01:02:03', 2024,
   'abc', 'Zoë 日本 🙂', 'a''b"c\\d\n', 'm', X'00FF0A27', X'005C27220D0A1A', X'89504E470D0A1A0A00', REPEAT('\0x', 100), 'it''s', 'x,z', '{"a": [1, null, "ü\\"q"]}');
INSERT INTO kinds (id) VALUES (2);
INSERT INTO kinds VALUES
  (7, 0, 0, 0, 0, 0, 0, 0, FALSE, 0, 0, 0, b'0', '1000-01-01', '1000-01-01 00:00:00', '1000-01-01 00:00:00', '1971-01-01 00:00:00',
   '00:00:00', '-838:59:59', 1901, '', '', '', '', X'00000000', '', '', '', 'small', '', '[]');
CREATE TABLE children (
  id INT PRIMARY KEY, parent INT, code VARCHAR(10), amount INT DEFAULT 5,
  changed TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  CONSTRAINT positive CHECK (amount > 0),
  CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE ON UPDATE SET NULL,
  CONSTRAINT of_code FOREIGN KEY (code) REFERENCES parents (code)
);
INSERT INTO children VALUES (1, 1, 'a', 7, '2024-01-01 00:00:00.5'), (2, NULL, NULL, 1, '2024-01-01'), (3, 2, 'a', DEFAULT, '2024-01-02');
CREATE TABLE computed (id INT PRIMARY KEY, amount INT, twice INT GENERATED ALWAYS AS (amount * 2) STORED, thrice INT GENERATED ALWAYS AS (amount * 3) VIRTUAL);
CREATE TABLE texts (
  g VARCHAR(20) COLLATE utf8mb4_general_ci, b VARCHAR(20) COLLATE utf8mb4_bin, u VARCHAR(20) COLLATE utf8mb4_unicode_ci, KEY (g)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO texts VALUES ('É', 'é', 'ß'), (NULL, NULL, NULL), ('e', 'E', 'ss');
CREATE TABLE `odd name` (`select` INT, `back``tick` VARCHAR(5) DEFAULT 'd''f', `sp ace` INT COMMENT 'a; b');
INSERT INTO `odd name` VALUES (1, 'x', 2), (1, 'x', 2), (NULL, NULL, NULL);
CREATE TABLE empty_one (a INT);
CREATE VIEW amounts AS SELECT c.id, p.code, c.amount FROM children c LEFT JOIN parents p ON p.id = c.parent;
CREATE VIEW above AS SELECT code, SUM(amount) AS total FROM amounts GROUP BY code;
CREATE TABLE log (what VARCHAR(50));
DELIMITER //
CREATE TRIGGER logged AFTER INSERT ON parents FOR EACH ROW INSERT INTO log VALUES (CONCAT('new ', NEW.code))//
CREATE TRIGGER checked BEFORE UPDATE ON parents FOR EACH ROW BEGIN IF NEW.note IS NULL THEN SET NEW.note = 'none'; END IF; END//
CREATE PROCEDURE add_parent(n INT, OUT total INT) COMMENT 'adds; one' BEGIN INSERT INTO parents VALUES (n, CONCAT('p', n), NULL); SELECT COUNT(*) INTO total FROM parents; END//
CREATE FUNCTION doubled(n INT) RETURNS INT DETERMINISTIC RETURN n * 2//
DELIMITER ;
