package parse

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
)

// What MySQL 8's grammar has, and ours on top of it.
func TestQueryParses(t *testing.T) {
	for _, sql := range []string{
		"SELECT 1", "SELECT 1;", "(SELECT 1)", "((SELECT 1) UNION (SELECT 2)) ORDER BY 1 LIMIT 1", "TABLE t ORDER BY a LIMIT 2 OFFSET 1",
		"VALUES ROW(1,2), ROW(3,4) ORDER BY column_0", "SELECT * FROM (VALUES ROW(1,2)) AS t(a, b)", "SELECT * FROM (SELECT 1, 2) t(a,b)",
		"SELECT * FROM t, LATERAL (SELECT t.a) AS l(x) WHERE x > 1", "SELECT * FROM ((SELECT 1) UNION (SELECT 2)) AS u (x)",
		"SELECT * FROM (TABLE t) x", "SELECT * FROM (a JOIN b ON a.x = b.x) LEFT JOIN (c, d) ON 1",
		"SELECT a year, b AS account, c date, d user, e status, f AS `rank` FROM t year JOIN account USING (account)",
		"SELECT array, until, ilike FROM tablesample AS array WHERE t.array = current_role", "SELECT 1 AS value, 2 AS type, 3 AS name, 4 AS level",
		"SELECT a SOUNDS LIKE b, NOT a SOUNDS LIKE 'x' FROM t", "SELECT 1 MEMBER OF ('[1]'), doc->'$.a', doc->>'$.b' FROM t",
		"SELECT JSON_VALUE(d, '$.a'), JSON_VALUE((SELECT f FROM f(1) x), '$.a' RETURNING DECIMAL(4,2) DEFAULT 1.5 ON EMPTY ERROR ON ERROR) x FROM t",
		"SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (n FOR ORDINALITY, a INT PATH '$.a' DEFAULT '1' ON EMPTY NULL ON ERROR, e INT EXISTS PATH '$.e', NESTED PATH '$.x[*]' COLUMNS (y VARCHAR(10) COLLATE utf8mb4_bin PATH '$'))) AS j",
		"EXPLAIN SELECT 1", "EXPLAIN FORMAT=TREE SELECT 1", "EXPLAIN FORMAT = traditional SELECT 1", "EXPLAIN ANALYZE FORMAT=TREE SELECT 1", "EXPLAIN ANALYZE SELECT * FROM f(1)", "DESCRIBE FORMAT='json' SELECT 1",
		"SELECT a, COUNT(*) FROM t GROUP BY a WITH ROLLUP HAVING GROUPING(a) = 0", "SELECT GROUP_CONCAT(DISTINCT a ORDER BY b DESC SEPARATOR ';') FROM t",
		"SELECT SUM(a) OVER w, LAG(a, 1, 0) OVER (ORDER BY b), FIRST_VALUE(a) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (PARTITION BY b)",
		"SELECT SUM(a) OVER (ORDER BY d RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND UNBOUNDED FOLLOWING) FROM t",
		"WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c", "WITH a AS (SELECT * FROM f(1)), b AS (SELECT * FROM a, g(2) x) SELECT * FROM b",
		"SELECT 1 INTERSECT SELECT 1 EXCEPT SELECT 2", "SELECT * FROM t WHERE (a, b) IN (SELECT 1, 2) AND c = ANY (SELECT 1) AND d >= ALL (TABLE u)",
		"SELECT * FROM t WHERE ROW(1,2) = (SELECT 1, 2) FOR UPDATE OF t SKIP LOCKED", "SELECT * FROM t FOR SHARE NOWAIT", "SELECT * FROM t LOCK IN SHARE MODE",
		"SELECT @a := @a + 1, @@global.sql_mode, @`x y`, @'z' FROM t", "SELECT DATE '2020-01-01', TIME '10:00', TIMESTAMP '2020-01-01 00:00:00', {d '2020-01-01'}",
		"SELECT d + INTERVAL 1 DAY, INTERVAL 1 DAY + d, DATE_ADD(d, INTERVAL '1:1' MINUTE_SECOND), EXTRACT(YEAR FROM d), TRIM(LEADING 'x' FROM s), SUBSTRING(s FROM 1 FOR 2), POSITION('a' IN s) FROM t",
		"SELECT CAST(a AS SIGNED), CAST(b AS DECIMAL(10,2)), CONVERT(c, CHAR(3)), CONVERT(d USING utf8mb4), CAST(e AS JSON), CAST(f AS YEAR), CAST(g AS DOUBLE), BINARY h FROM t",
		"SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, CASE WHEN a THEN b END end, IF(a, b, c), a IS NOT TRUE, a <=> b, a XOR b, a DIV b, a MOD b, ~a, a << 1 FROM t",
		"SELECT a REGEXP 'x', a RLIKE 'y', a NOT LIKE 'b' ESCAPE '|', a NOT BETWEEN 1 AND 2, a COLLATE utf8mb4_bin, _utf8mb4'x', N'y', x'0F', 0x0f, b'01', 'a' 'b' FROM t",
		"SELECT * FROM t PARTITION (p0) AS x USE INDEX (a) IGNORE INDEX FOR ORDER BY (b), f(1) y NATURAL JOIN g(2) z STRAIGHT_JOIN h() k",
		"SELECT /*+ MAX_EXECUTION_TIME(1000) */ SQL_NO_CACHE STRAIGHT_JOIN DISTINCT a FROM t", "SELECT ALL a FROM t", "SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 5, 10",
		"SELECT /*!50000 1 + */ 2 /*!99999 garbage ( */ /*T! x */", "SELECT 1 -- x\n, 2 # y\n", "SELECT * FROM t WHERE MATCH (a) AGAINST ('x' IN BOOLEAN MODE)",
		"SELECT schema(), database(), user(), year(d), rank() OVER () FROM t", "SELECT VALUES(a) FROM t", "SELECT DEFAULT(a) FROM t", "SELECT CURRENT_TIMESTAMP(6), NOW(), UTC_DATE, LOCALTIME FROM DUAL WHERE 1",
		"SELECT * FROM t WHERE EXISTS (SELECT * FROM f(t.a) x) GROUP BY a DESC", "SELECT t.* , s.t.* FROM s.t", "SELECT .5, 1.e3, 1e3, t.1a FROM t",
		"INSERT INTO t SELECT * FROM f(1)", "CREATE VIEW v AS SELECT * FROM f(1) x", "CREATE TABLE t AS SELECT * FROM f(1) x",
		"UPDATE t JOIN f(1) x ON t.a = x.a SET t.b = 1", "DELETE t FROM t JOIN f(2) x ON t.a = x.a",
		"SELECT * FROM t INTO OUTFILE '/tmp/x'", "SELECT a FROM t INTO DUMPFILE '/tmp/x'",
		"SELECT REGEXP_LIKE(a, 'b'), WEIGHT_STRING(a AS CHAR(3)), CHAR(65 USING utf8mb4), GET_FORMAT(DATE, 'USA'), TIMESTAMPDIFF(DAY, a, b), JSON_ARRAYAGG(a), JSON_OBJECTAGG(a, b), ANY_VALUE(a), BIT_XOR(a), STDDEV_POP(a) FROM t",
		"SELECT NTH_VALUE(a, 2) FROM FIRST RESPECT NULLS OVER (ORDER BY b), CUME_DIST() OVER w, NTILE(4) OVER w FROM t WINDOW w AS (ORDER BY a), w2 AS (w)",
		"SELECT * FROM t1 LEFT OUTER JOIN t2 USING (a, b) CROSS JOIN t3 INNER JOIN t4 ON 1 RIGHT JOIN t5 ON 1 NATURAL LEFT JOIN t6",
		"SELECT COUNT(DISTINCT a, b), SUM(DISTINCT a), COUNT(ALL a) FROM t LIMIT ? OFFSET ?",
	} {
		if _, err := Query(sql, 0); err != nil {
			t.Errorf("%s\n\t%v", sql, err)
		}
	}
}

// What is refused, with what the error quotes.
func TestQueryRefuses(t *testing.T) {
	for _, c := range []struct{ sql, near string }{
		{"SELEC 1", "'SELEC 1' at line 1"},
		{"SELECT 1\nFORM x\nWHERE y", "'x\nWHERE y' at line 2"},
		{"SELECT * FROM", "'' at line 1"},
		{"SELECT 1 1", "'1' at line 1"},
		{"SELECT 1; SELECT 2", "'SELECT 2' at line 1"},
		{"SELECT * FROM f(1 2) x", "'2) x' at line 1"},
		{"SELECT * FROM f(g(1), ) x", "') x' at line 1"},
		{"SELECT * FROM f(1\n, (SELECT * FORM t)) x", "'FORM t)) x' at line 2"},
		{"SELEC * FROM f(1 2) x", "'SELEC * FROM f(1 2) x' at line 1"},
		{"SELECT * FROM f(1", "'' at line 1"},
		{"SELECT * FROM f(1) x WHERE ORDER", "'ORDER' at line 1"},
		{"SELECT * FROM f(1) x y", "'y' at line 1"},
		{"SELECT 'abc", "''abc' at line 1"},
		{"SELECT 1 1 'abc", "'1 'abc' at line 1"},
		{"SELECT a rank FROM t", "'rank FROM t' at line 1"},
		{"SELECT a AS system FROM t", "'system FROM t' at line 1"},
		{"SELECT function FROM t", "'function FROM t' at line 1"},
		{"SELECT 1 INTO @a, ", "'' at line 1"},
		{"SELECT JSON_VALUE(a, '$' RETURNING SIGNED x ON EMPTY)", "'x ON EMPTY)' at line 1"},
		{"SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a INT)) t", "')) t' at line 1"},
		{"SELECT * FROM t WHERE ) " + strings.Repeat("a", 90), "') " + strings.Repeat("a", 78) + "' at line 1"},
		{"CREATE FUNCTION f() RETURNS INT RETURN 1 +", "'' at line 1"},
		{"CREATE FUNCTION f() RETURNS INT\nBEGIN\n RETURN 1 1;\nEND", "'1;\nEND' at line 3"},
		{"CREATE PROCEDURE p()\nBEGIN\n IF x THEN SELECT 1; END;\nEND", "';\nEND' at line 3"},
	} {
		_, err := Query(c.sql, 0)
		var my *mysql.MyError
		want := "for the right syntax to use near " + c.near
		if !errors.As(err, &my) || my.Code != mysql.ER_PARSE_ERROR || my.State != "42000" || !strings.HasSuffix(my.Message, want) {
			t.Errorf("%q: %v, want near %s", c.sql, err, c.near)
		}
	}
	for code, list := range map[uint16][]string{
		mysql.ER_EMPTY_QUERY:             {"", " ; ", "-- only a comment", "/* nothing */;"},
		mysql.ER_UNKNOWN_CHARACTER_SET:   {"SELECT CONVERT(a USING nonsense)"},
		mysql.ER_STACK_OVERRUN_NEED_MORE: {"SELECT " + strings.Repeat("(", 100000) + "1", "SELECT 1" + strings.Repeat(" AND 1", 100000), "SELECT " + strings.Repeat("NOT ", 100000) + "1", "SELECT " + strings.Repeat("CASE WHEN ", 60000)},
	} {
		for _, sql := range list {
			_, err := Query(sql, 0)
			var my *mysql.MyError
			if !errors.As(err, &my) || my.Code != code {
				t.Errorf("%.40q: %v, want %d", sql, err, code)
			}
		}
	}
	for _, sql := range []string{"SELECT 1" + strings.Repeat(" OR a = 1", 10000), "SELECT 1" + strings.Repeat(" UNION SELECT 1", 100000), "SELECT 1 IN (" + strings.Repeat("1,", 100000) + "1)"} {
		if _, err := Query(sql, 0); err != nil {
			t.Errorf("%.40q: %v", sql, err)
		}
	}
}

// finder collects what tests look at.
type finder struct {
	fields, tables, params, literals []string
	sources                          []*ast.TableSource
}

func (f *finder) Enter(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.SelectField:
		f.fields = append(f.fields, n.OriginalText())
	case *ast.TableName:
		f.tables = append(f.tables, n.Name.L)
	case *ast.TableSource:
		f.sources = append(f.sources, n)
	case *Param:
		f.params = append(f.params, fmt.Sprint(n.Ordinal, "@", n.Offset))
	case *Literal:
		f.literals = append(f.literals, fmt.Sprintf("%d:%s", n.Kind, n.sql()))
	}
	return n, false
}

func (f *finder) Leave(n ast.Node) (ast.Node, bool) { return n, true }

func find(t *testing.T, sql string) (*Tree, *finder) {
	t.Helper()
	tree, err := Query(sql, 0)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	f := &finder{}
	tree.Node.Accept(f)
	return tree, f
}

// A column is named by what was written, whatever was replaced.
func TestFieldText(t *testing.T) {
	for sql, want := range map[string][]string{
		"SELECT a  +  1 /* x */, array, (SELECT x FROM f(1, 'a') g), b SOUNDS LIKE  c FROM f(2)z, array": {"a  +  1", "array", "(SELECT x FROM f(1, 'a') g)", "x", "b SOUNDS LIKE  c"},
		"SELECT 1/*a*/+2, /*!50000 3 + */ 4":                                  {"1+2", "3 +  4"},
		"SELECT JSON_VALUE(a, '$' RETURNING SIGNED NULL ON ERROR) , 2 FROM t": {"JSON_VALUE(a, '$' RETURNING SIGNED NULL ON ERROR)", "2"},
		"SELECT x + 1 INTO @a FROM f(1) t":                                    {"x + 1"},
		"SELECT x + 1 FROM (SELECT 1) AS t(x)":                                {"x + 1", "1"},
	} {
		if _, f := find(t, sql); !cmp.Equal(want, f.fields) {
			t.Errorf("%s: %q", sql, f.fields)
		}
	}
}

func TestTableFunctions(t *testing.T) {
	tree, f := find(t, "SELECT ?, (SELECT 1 FROM g(?)) FROM F(?, (SELECT * FROM h(?) y)) x, d.`k`(1) WHERE a = ?")
	text := func(name string) string { return tree.Text[tree.Functions[name].Offset:tree.Functions[name].End] }
	var got []string
	for _, name := range f.tables {
		got = append(got, text(name))
	}
	if want := []string{"g(?)", "F(?, (SELECT * FROM h(?) y))", "d.`k`(1)"}; !cmp.Equal(want, got) && !cmp.Equal([]string{want[1], want[2], want[0]}, got) {
		t.Errorf("functions %q", got)
	}
	if tree.Params != 5 || len(tree.Functions) != 4 {
		t.Errorf("%d params, %d functions", tree.Params, len(tree.Functions))
	}
	ordinals := map[string]bool{}
	for _, p := range f.params {
		ordinals[p] = true
	}
	for _, fn := range tree.Functions {
		for _, a := range fn.Args {
			inner := &finder{}
			a.Accept(inner)
			for _, p := range inner.params {
				ordinals[p] = true
			}
		}
	}
	n := 0
	for i, c := range tree.Text {
		if c == '?' {
			if !ordinals[fmt.Sprint(n, "@", i)] {
				t.Errorf("no parameter %d at %d: %v", n, i, ordinals)
			}
			n++
		}
	}
}

func TestLiterals(t *testing.T) {
	_, f := find(t, "SELECT NULL, TRUE, 1, 18446744073709551615, 18446744073709551616, 1.50, 1e3, 'a''b', _latin1'x', x'0f', b'101', 0xF")
	want := []string{"0:NULL", "1:TRUE", "2:1", "3:18446744073709551615", "4:18446744073709551616", "4:1.50", "5:1e+03", "6:'a''b'", "6:_latin1'x'", "7:x'0f'", "8:x'05'", "7:x'0f'"}
	if !cmp.Equal(want, f.literals) {
		t.Error(cmp.Diff(want, f.literals))
	}
}

func TestQueryParts(t *testing.T) {
	tree, _ := find(t, "SELECT a, b FROM t INTO @x, `y`")
	if want := []IntoTarget{{"x", true}, {"y", false}}; !cmp.Equal(want, tree.Into) {
		t.Error(tree.Into)
	}
	_, f := find(t, "SELECT * FROM (VALUES ROW(1,2)) AS `t t`(a, B)")
	if s := f.sources[0]; s.AsName.O != "t t" || len(s.ColumnNames) != 2 || s.ColumnNames[1].O != "B" {
		t.Errorf("%v %v", s.AsName, s.ColumnNames)
	}
	tree, _ = find(t, "SELECT * FROM JSON_TABLE(d, '$[*]' COLUMNS (n FOR ORDINALITY, a DECIMAL(4,1) PATH '$.a' DEFAULT '7' ON EMPTY ERROR ON ERROR, NESTED '$.b' COLUMNS (c INT EXISTS PATH '$'))) j")
	for _, fn := range tree.Functions {
		j := fn.JSON
		if j == nil || j.Path != "$[*]" || len(j.Columns) != 3 || !j.Columns[0].Ordinality || *j.Columns[1].OnEmpty.Default != "7" ||
			!j.Columns[1].OnError.Error || j.Columns[1].Type.GetDecimal() != 1 || !j.Columns[2].Nested[0].Exists {
			t.Errorf("%+v", j)
		}
	}
	tree, _ = find(t, "EXPLAIN FORMAT=TREE SELECT 1")
	if x := tree.Node.(*ast.ExplainStmt); x.Format != "TREE" {
		t.Error(x.Format)
	}
}

func TestRoutine(t *testing.T) {
	tree, err := Query(`CREATE DEFINER=root@localhost FUNCTION getNthHighestSalary(N INT) RETURNS INT DETERMINISTIC READS SQL DATA COMMENT 'x'
BEGIN
  DECLARE M, K INT DEFAULT 0; DECLARE done BOOL; DECLARE c CURSOR FOR SELECT a FROM t;
  DECLARE CONTINUE HANDLER FOR NOT FOUND, 1062 SET done = TRUE;
  SET M = N - 1, @x := 2;
  OPEN c;
  l: LOOP FETCH c INTO K; IF done THEN LEAVE l; ELSEIF K > 3 THEN ITERATE l; ELSE SET K = 1; END IF; END LOOP l;
  CLOSE c;
  WHILE M < 0 DO SET M = M + 1; END WHILE; REPEAT SET M = 1; UNTIL M = 1 END REPEAT;
  CASE M WHEN 1 THEN SELECT MAX(a) INTO K FROM f(M) z; ELSE BEGIN END; END CASE;
  IF N < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF;
  RETURN (SELECT DISTINCT salary FROM Employee ORDER BY salary DESC LIMIT M, 1);
END`, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := tree.Routine
	b := r.Body.(*Block)
	if !r.Function || r.Name != "getNthHighestSalary" || len(r.Params) != 1 || !r.Deterministic || r.DataAccess != "READS SQL DATA" ||
		r.Comment != "x" || r.ReturnsText != "INT" || len(b.Variables) != 3 || len(b.Handlers) != 1 || len(b.Body) != 9 {
		t.Errorf("%+v %+v", r, b)
	}
	value := b.Body[8].(*Return).Value
	f := &finder{}
	value.Node.Accept(f)
	if value.Expression() == nil || len(f.params) != 1 || !strings.HasPrefix(f.params[0], "-1") {
		t.Errorf("%v", f)
	}
	for _, sql := range []string{
		"CREATE FUNCTION f(a INT, b VARCHAR(20) CHARACTER SET utf8mb4) RETURNS VARCHAR(10) CHARACTER SET utf8mb4 NO SQL RETURN CONCAT(a, b)",
		"CREATE FUNCTION IF NOT EXISTS d.f() RETURNS DECIMAL(10,2) RETURN CASE WHEN 1 THEN 2 END;",
		"CREATE PROCEDURE p(IN a INT, OUT b INT, INOUT c TEXT) SELECT a, c INTO b, @d",
		"CREATE PROCEDURE p() BEGIN PREPARE s FROM 'SELECT ?'; EXECUTE s USING @a; DEALLOCATE PREPARE s; INSERT INTO t VALUES (1); CALL q(1, @a); COMMIT; END",
		"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; SET SESSION sql_mode = '', @@global.x = ON; END",
	} {
		if _, err := Query(sql, 0); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestModes(t *testing.T) {
	if tree, err := Query(`SELECT "a" FROM "f"(1) "x y"`, modeANSIQuotes); err != nil || len(tree.Functions) != 1 {
		t.Error(err)
	}
	if _, err := Query(`SELECT 'a\', b FROM f(1) x`, modeNoBackslashEscapes); err != nil {
		t.Error(err)
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"SELECT 1", "SELEC 1", "SELECT 'a", "WITH a AS (SELECT 1) SELECT * FROM f(?, @x) a", "/*", "--", "`", "\x00", "SELECT é FORM", "SELECT * FROM (SELECT 1) t(a), d.f(1)",
		"SELECT JSON_VALUE(a, '$' RETURNING SIGNED NULL ON EMPTY)", "SELECT * FROM JSON_TABLE('', '$' COLUMNS(a INT PATH '$', NESTED '$' COLUMNS (b FOR ORDINALITY))) j", "SELECT a SOUNDS LIKE b INTO @a, c /*!50000 + 1*/",
		"CREATE FUNCTION f(a INT) RETURNS INT BEGIN DECLARE x INT DEFAULT 1; l: LOOP LEAVE l; END LOOP; IF a THEN RETURN 1; END IF; CASE a WHEN 1 THEN SET a = 2; END CASE; END",
		"CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; FETCH c INTO a; SIGNAL SQLSTATE '1' SET a = 1; SELECT 1 LIMIT n; END", "SELECT array, until FROM t PARTITION (p) USE INDEX (a)", "EXPLAIN FORMAT=TREE SELECT 1"} {
		f.Add(s, uint8(0))
		f.Add(s+"#", uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, modes uint8) {
		mode := SQLMode(0)
		for i, m := range []SQLMode{modeANSIQuotes, modeNoBackslashEscapes} {
			if modes>>i&1 == 1 {
				mode |= m
			}
		}
		_, err := Query(text, mode)
		var my *mysql.MyError
		if err != nil && !errors.As(err, &my) {
			t.Errorf("%q: not a MySQL error: %v", text, err)
		}
	})
}

func BenchmarkQuery(b *testing.B) {
	for name, sql := range map[string]string{"short": "SELECT a, b FROM t WHERE a = 1 AND b > 'x' ORDER BY a LIMIT 10", "function": "SELECT * FROM f(?, 2) x WHERE a = ?"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Query(sql, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// MySQL's reserved words are no names, all others are.
func TestWords(t *testing.T) {
	for _, k := range parser.Keywords {
		if words[k.Word]&reserved != 0 || k.Word == "SQL_CACHE" || k.Word == "SQL_NO_CACHE" || k.Word == "SQL_BUFFER_RESULT" { // options behind SELECT
			continue
		}
		for _, sql := range []string{"SELECT %s AS %[1]s FROM t", "SELECT 1 %[1]s, t.%[1]s + %[1]s", "SELECT a FROM %[1]s JOIN t AS %[1]s USING (%[1]s) WHERE %[1]s.%[1]s = 1", "SELECT a FROM t %[1]s", "SELECT a FROM t ORDER BY %[1]s LIMIT 1", "WITH %[1]s (%[1]s) AS (SELECT 1) SELECT * FROM (SELECT 1) %[1]s (%[1]s)"} {
			sql = fmt.Sprintf(sql, k.Word)
			if _, err := Query(sql, 0); err != nil {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	for w := range strings.FieldsSeq(reservedWords) {
		for _, sql := range []string{"SELECT 1 AS %s", "SELECT a FROM %s"} {
			sql = fmt.Sprintf(sql, w)
			if _, err := Query(sql, 0); err == nil && sql != "SELECT a FROM DUAL" {
				t.Errorf("%s: no error", sql)
			}
		}
		if _, err := Query(fmt.Sprintf("SELECT t.%s, `%[1]s` FROM d.%[1]s", w), 0); err != nil {
			t.Errorf("%s: %v", w, err)
		}
	}
}
