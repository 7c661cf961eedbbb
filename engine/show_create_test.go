package engine

import (
	"strings"
	"testing"
)

// SHOW CREATE TABLE is a statement that makes the same table in another database.
func TestShowCreateTableMakesTheTable(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	defer s.Close()
	run := func(query string) string {
		t.Helper()
		text, err := all(s.Query(t.Context(), query))
		if err != nil {
			t.Fatalf("%v: %s", err, query)
		}
		return text
	}
	shown := func(table string) string {
		t.Helper()
		_, text, _ := strings.Cut(run("SHOW CREATE TABLE "+table), "\n"+table+"\t")
		return text
	}
	tables := []struct{ name, definition string }{
		{"parents", "CREATE TABLE parents (a INT, b VARCHAR(10), c INT NOT NULL, PRIMARY KEY (a, b), UNIQUE KEY uc (c)) COMMENT='it''s'\n"},
		{"every", "CREATE TABLE every (\n" +
			" id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, t1 TINYINT, t1u TINYINT UNSIGNED DEFAULT '3', bo BOOLEAN DEFAULT TRUE, s SMALLINT NOT NULL DEFAULT -5, m MEDIUMINT, i INT DEFAULT 0, b BIGINT,\n" +
			" f FLOAT DEFAULT 1.5, d DOUBLE, n DECIMAL(20,5) NOT NULL DEFAULT 1.5, y YEAR DEFAULT 2020, bi BIT(5) DEFAULT b'101', bit1 BIT,\n" +
			" da DATE DEFAULT '2020-01-02', ti TIME(2) DEFAULT '10:11:12.5', dt DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), ts TIMESTAMP NULL DEFAULT NULL, ts2 TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,\n" +
			" ch CHAR(3) DEFAULT 'a''b', vc VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT 'x\\\\y', vb VARBINARY(10) DEFAULT 'ab', bn BINARY(4), tt TINYTEXT, te TEXT, mt MEDIUMTEXT COLLATE utf8mb4_bin, lt LONGTEXT,\n" +
			" tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB, en ENUM('a','b''c','d,e') DEFAULT 'b''c', se SET('x','y') DEFAULT 'x,y', js JSON, js2 JSON DEFAULT (JSON_ARRAY(1,2)), num FLOAT(7,3) UNSIGNED, zf INT(5) ZEROFILL, pt POINT, ge GEOMETRY, \n" +
			" g1 INT GENERATED ALWAYS AS (i + 1) VIRTUAL, g2 VARCHAR(30) GENERATED ALWAYS AS (CONCAT(ch, '-', vc)) STORED COMMENT 'gen', ex INT DEFAULT (1 + 2), ex2 VARCHAR(40) DEFAULT (UUID()), ex3 VARCHAR(5) DEFAULT (CONCAT('a','b')), txd TEXT DEFAULT ('abc'), g3 INT AS (CASE WHEN i > 1 AND s < 2 THEN 1 ELSE 0 END) NOT NULL,\n" +
			" pa INT, pb VARCHAR(10), `we``ird` INT COMMENT 'a \"quote\" and \\\\ and ''',\n" +
			" PRIMARY KEY (id), UNIQUE KEY u (t1, s DESC), KEY pre (te(10), vc(3) DESC), KEY de (i DESC, b) COMMENT 'idx', KEY inv (b),\n" +
			" CONSTRAINT ck1 CHECK (i > 0 OR i IS NULL), CHECK (ch <> 'it''s') NOT ENFORCED, CONSTRAINT ck3 CHECK (vc REGEXP '^[a-z]+\\\\.' OR s IN (1,2,3) OR d BETWEEN 1 AND 2),\n" +
			" CONSTRAINT fk1 FOREIGN KEY (pa, pb) REFERENCES parents (a, b) ON DELETE SET NULL ON UPDATE CASCADE\n" +
			") DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='table''s \\\\ comment' AUTO_INCREMENT=100\n"},
	}
	var first []string
	for _, table := range tables {
		run(table.definition)
		first = append(first, shown(table.name))
	}
	run("CREATE DATABASE other COLLATE latin1_bin")
	run("USE other")
	for i, table := range tables {
		run(first[i])
		if second := shown(table.name); second != first[i] {
			t.Errorf("%s\nis made of\n%s", second, first[i])
		}
	}
	for _, word := range []string{
		`COMMENT='table''s \\ comment'`, "AUTO_INCREMENT=100", "`pre` (`te`(10),`vc`(3))", "`ti` time(2) DEFAULT '10:11:12.50'",
		"COLLATE utf8mb4_unicode_ci DEFAULT 'a''b'", "`num` float(7,3) unsigned", "`zf` int(5) unsigned zerofill",
	} {
		if !strings.Contains(first[1], word) {
			t.Errorf("%s: not in\n%s", word, first[1])
		}
	}
}
