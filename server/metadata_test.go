package server

import (
	"fmt"
	"testing"

	"github.com/go-mysql-org/go-mysql/client"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// metadata is a column as a result tells of it: type, length, decimals, character set
// and flags.
func metadata(f *mysql.Field) string {
	flags := ""
	for _, b := range []struct {
		flag uint16
		name string
	}{
		{mysql.NOT_NULL_FLAG, "not null"}, {mysql.PRI_KEY_FLAG, "primary"}, {mysql.UNIQUE_KEY_FLAG, "unique"},
		{1 << 3, "multiple"}, {mysql.BLOB_FLAG, "blob"}, {mysql.UNSIGNED_FLAG, "unsigned"},
		{mysql.ZEROFILL_FLAG, "zerofill"}, {mysql.BINARY_FLAG, "binary"}, {mysql.ENUM_FLAG, "enum"},
		{mysql.AUTO_INCREMENT_FLAG, "auto"}, {mysql.TIMESTAMP_FLAG, "timestamp"}, {mysql.SET_FLAG, "set"},
		{1 << 12, "no default"}, {1 << 14, "part"},
	} {
		if f.Flag&b.flag != 0 {
			flags += ", " + b.name
		}
	}
	return fmt.Sprintf("%d(%d,%d) %d%s", f.Type, f.ColumnLength, f.Decimal, f.Charset, flags)
}

const metadataTable = `CREATE TABLE kinds (
	id INT PRIMARY KEY AUTO_INCREMENT, u INT UNSIGNED UNIQUE, t TINYINT, b BOOLEAN, s SMALLINT, m MEDIUMINT, l BIGINT NOT NULL, bu BIGINT UNSIGNED,
	n DECIMAL(6,2), nu DECIMAL(5,0), f FLOAT, d DOUBLE, y YEAR, bits BIT(8),
	c CHAR(3), v VARCHAR(5), latin VARCHAR(5) CHARACTER SET latin1, bin VARCHAR(5) COLLATE utf8mb4_bin, tx TEXT, mt MEDIUMTEXT,
	vb VARBINARY(7), bl BLOB, e ENUM('small','medium'), st SET('a','b','c'),
	da DATE, dt DATETIME, dt3 DATETIME(3), ti TIME, ts TIMESTAMP NULL, j JSON, KEY (v))`

// A result's columns are described as MySQL 8 describes them: what a driver makes of
// a value follows from this. A column of a table has no BINARY flag where it is a number,
// an expression has.
func TestMetadata(t *testing.T) {
	s := start(t, Config{})
	c, err := client.Connect(s.Addr().String(), "root", "", "interview")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, setup := range []string{"SET NAMES utf8mb4", metadataTable, "INSERT INTO kinds (l) VALUES (1)"} {
		if _, err := c.Execute(setup); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ expr, want string }{
		// literals
		{"1", "8(2,0) 63, not null, binary"},
		{"-12", "8(3,0) 63, not null, binary"},
		{"18446744073709551615", "8(20,0) 63, not null, unsigned, binary"},
		{"1.5", "246(4,1) 63, not null, binary"},
		{"TRUE", "8(1,0) 63, not null, binary"},
		{"NULL", "6(0,0) 63, binary"},
		{"'abc'", "253(12,31) 255, not null"},
		{"x'4142'", "253(2,31) 63, not null, binary"},
		{"DATE '2024-02-29'", "10(10,0) 63, not null, binary"},
		{"TIMESTAMP '2024-02-29 10:11:12.25'", "12(22,2) 63, not null, binary"},
		// columns
		{"id", "3(11,0) 63, not null, primary, auto, part"},
		{"u", "3(10,0) 63, unique, unsigned, part"},
		{"t", "1(4,0) 63"},
		{"b", "1(1,0) 63"},
		{"s", "2(6,0) 63"},
		{"m", "9(9,0) 63"},
		{"l", "8(20,0) 63, not null, no default"},
		{"bu", "8(20,0) 63, unsigned"},
		{"n", "246(8,2) 63"},
		{"nu", "246(6,0) 63"},
		{"f", "4(12,31) 63"},
		{"d", "5(22,31) 63"},
		{"y", "13(4,0) 63, unsigned, zerofill"},
		{"bits", "16(8,0) 63, unsigned"},
		{"c", "254(12,0) 255"},
		{"v", "253(20,0) 255, multiple, part"},
		{"latin", "253(20,0) 255"},
		{"bin", "253(20,0) 255, binary"},
		{"tx", "252(262140,0) 255, blob"},
		{"vb", "253(7,0) 63, binary"},
		{"bl", "252(65535,0) 63, blob, binary"},
		{"e", "254(24,0) 255, enum"},
		{"st", "254(20,0) 255, set"},
		{"da", "10(10,0) 63, binary"},
		{"dt", "12(19,0) 63, binary"},
		{"dt3", "12(23,3) 63, binary"},
		{"ts", "7(19,0) 63, binary"},
		{"j", "245(4294967295,0) 63, blob, binary"},
		// operators
		{"id + 1", "8(12,0) 63, not null, binary"},
		{"u + 1", "8(11,0) 63, unsigned, binary"},
		{"id / 2", "246(16,4) 63, binary"},
		{"n * 2", "246(9,2) 63, binary"},
		{"n + 1.255", "246(10,3) 63, binary"},
		{"d + 1", "5(23,31) 63, binary"},
		{"id = 1", "8(1,0) 63, not null, binary"},
		{"v LIKE 'a%'", "8(1,0) 63, binary"},
		{"v IN ('a', 'b')", "8(1,0) 63, binary"},
		{"id & 1", "8(21,0) 63, not null, unsigned, binary"},
		// aggregates
		{"COUNT(*)", "8(21,0) 63, not null, binary"},
		{"SUM(id)", "246(33,0) 63, binary"},
		{"SUM(n)", "246(30,2) 63, binary"},
		{"SUM(d)", "5(23,31) 63, binary"},
		{"AVG(id)", "246(16,4) 63, binary"},
		{"AVG(n)", "246(12,6) 63, binary"},
		{"MAX(v)", "253(20,31) 255"},
		{"MIN(id)", "3(11,0) 63, binary"},
		{"MAX(da)", "10(10,0) 63, binary"},
		{"MAX(e)", "254(24,31) 255"},
		{"BIT_AND(id)", "8(21,0) 63, not null, unsigned, binary"},
		{"STDDEV(id)", "5(23,31) 63, binary"},
		// functions
		{"CONCAT('a', 'bc')", "253(12,31) 255, not null"},
		{"CONCAT(v, c)", "253(32,31) 255"},
		{"UPPER(v)", "253(20,31) 255"},
		{"LENGTH(v)", "8(10,0) 63, binary"},
		{"LEFT(v, 2)", "253(8,31) 255"},
		{"NOW()", "12(19,0) 63, not null, binary"},
		{"NOW(3)", "12(23,3) 63, not null, binary"},
		{"CURDATE()", "10(10,0) 63, not null, binary"},
		{"CURTIME()", "11(10,0) 63, not null, binary"},
		{"DATE(dt)", "10(10,0) 63, binary"},
		{"da + INTERVAL 1 DAY", "10(10,0) 63, binary"},
		{"da + INTERVAL 1 HOUR", "12(19,0) 63, binary"},
		{"IFNULL(v, 'abcdefg')", "253(28,31) 255, not null"},
		{"COALESCE(id, 0)", "8(11,0) 63, not null, binary"},
		{"IF(id, 1, 2)", "8(2,0) 63, not null, binary"},
		{"CASE WHEN id THEN 'a' ELSE 'bcd' END", "253(12,31) 255, not null"},
		{"CASE WHEN id THEN 'a' END", "253(4,31) 255"},
		{"ROUND(n, 1)", "246(8,1) 63, binary"},
		{"CAST(id AS CHAR(10))", "253(40,31) 255, not null"},
		{"CAST(v AS SIGNED)", "8(21,0) 63, binary"},
		{"CAST(v AS DECIMAL(8,3))", "246(10,3) 63, binary"},
		{"JSON_EXTRACT(j, '$')", "245(4294967295,31) 63, binary"},
		{"ROW_NUMBER() OVER ()", "8(21,0) 63, not null, unsigned, binary"},
	} {
		r, err := c.Execute("SELECT " + test.expr + " FROM kinds")
		if err != nil {
			t.Errorf("%s: %v", test.expr, err)
			continue
		}
		if got := metadata(r.Fields[0]); got != test.want {
			t.Errorf("%s: %s, not %s", test.expr, got, test.want)
		}
		st, err := c.Prepare("SELECT " + test.expr + " FROM kinds")
		if err != nil {
			t.Errorf("%s: %v", test.expr, err)
			continue
		}
		if r, err = st.Execute(); err != nil {
			t.Errorf("%s: %v", test.expr, err)
		} else if got := metadata(r.Fields[0]); got != test.want {
			t.Errorf("%s, prepared: %s, not %s", test.expr, got, test.want)
		}
		st.Close()
	}
}

// A column names the table that it comes from, by which clients look for its keys. What
// the statement makes is none.
func TestTableMetadata(t *testing.T) {
	s := start(t, Config{})
	c, err := client.Connect(s.Addr().String(), "root", "", "interview")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, test := range []struct{ query, want string }{
		{"SELECT user_id FROM Logins AS l", "interview Logins l"},
		{"SELECT user_id FROM Consecutive_Login_Users()", "  Consecutive_Login_Users"},
		{"SELECT user_id FROM interview.consecutive_login_users()", "  consecutive_login_users"},
		{"SELECT user_id FROM consecutive_login_users() AS f", "  f"},
		{"SELECT a FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) AS j", "  j"},
		{"SELECT 1", "  "},
	} {
		r, err := c.Execute(test.query)
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		if f := r.Fields[0]; fmt.Sprintf("%s %s %s", f.Schema, f.OrgTable, f.Table) != test.want {
			t.Errorf("%s: %q %q %q, not %q", test.query, f.Schema, f.OrgTable, f.Table, test.want)
		}
	}
}
