package parse

import (
	"context"
	"errors"
	"strings"
	"testing"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// A syntax error quotes what follows from the token at which the parser gave
// up, and names its line, as MySQL does.
func TestSyntaxError(t *testing.T) {
	const words = "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near "
	for _, c := range []struct{ text, near string }{
		{"SELEC 1", "'SELEC 1' at line 1"},
		{"SELECT 1\nFORM x\nWHERE y", "'x\nWHERE y' at line 2"},
		{"SELECT * FROM", "'' at line 1"},
		{"SELECT 1 1", "'1' at line 1"},
		{"SELECT 'a' FROM t GROUP 'a'", "''a'' at line 1"},
		{"SELECT * FROM t WHERE ) " + strings.Repeat("a", 90),
			"') " + strings.Repeat("a", 78) + "' at line 1"},
	} {
		_, err := One(context.Background(), c.text, ast.ParserOptions{})
		var my *mysql.MyError
		if !errors.As(err, &my) || my.Code != mysql.ER_PARSE_ERROR || my.State != "42000" || my.Message != words+c.near {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	for _, empty := range []string{"", " ; ", "-- only a comment", "/* nothing */;"} {
		_, err := One(context.Background(), empty, ast.ParserOptions{})
		var my *mysql.MyError
		if !errors.As(err, &my) || my.Code != mysql.ER_EMPTY_QUERY {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

// First leaves a compound statement whole, which a split at semicolons would not.
func TestFirst(t *testing.T) {
	for _, c := range []struct{ text, first, rest string }{
		{"SELECT 1", "SELECT 1", ""},
		{"SELECT 1;", "SELECT 1;", ""},
		{"SELECT 1; SELECT 2", "SELECT 1", " SELECT 2"},
		{"SELECT ';' ; SELECT 2;", "SELECT ';' ", " SELECT 2;"},
		{"CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END; SELECT 3", "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", " SELECT 3"},
		{"SELEC 1; SELECT 2", "SELEC 1; SELECT 2", ""},
		{"SELECT 1 FROM; SELECT 2", "SELECT 1 FROM; SELECT 2", ""},
		{"SELECT * FROM f('a;', 2) /* ; */; SELECT 2", "SELECT * FROM f('a;', 2) /* ; */", " SELECT 2"},
		{"SELECT 1 EXCEPT (VALUES ROW(1)) -- ;\n; SELECT 2", "SELECT 1 EXCEPT (VALUES ROW(1)) -- ;\n", " SELECT 2"},
		{
			"CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC BEGIN IF n > 1 THEN SET n = 1; END IF; RETURN CASE n WHEN 1 THEN 2 END; END; SELECT f(1); SELECT 2",
			"CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC BEGIN IF n > 1 THEN SET n = 1; END IF; RETURN CASE n WHEN 1 THEN 2 END; END", " SELECT f(1); SELECT 2",
		},
		{"CREATE DEFINER = a@b FUNCTION f() RETURNS INT RETURN 1; SELECT 2", "CREATE DEFINER = a@b FUNCTION f() RETURNS INT RETURN 1", " SELECT 2"},
		{"CREATE TABLE t AS SELECT 1 AS `function`; SELECT 2", "CREATE TABLE t AS SELECT 1 AS `function`", " SELECT 2"},
		{
			"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET new.a = 1; SET new.b = 2; END; SELECT 2",
			"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET new.a = 1; SET new.b = 2; END", " SELECT 2",
		},
	} {
		first, rest := First(context.Background(), c.text, 0, ast.ParserOptions{})
		if Trim(first) != Trim(c.first) || Trim(rest) != Trim(c.rest) {
			t.Errorf("%q: %q, %q", c.text, first, rest)
		}
	}
}

func FuzzOne(f *testing.F) {
	for _, s := range []string{"SELECT 1", "SELEC 1", "SELECT 'a", "WITH a AS (SELECT 1) SELECT * FROM f(?, @x) a", "/*", "--", "`", "\x00", "SELECT é FORM"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := One(context.Background(), text, ast.ParserOptions{})
		var my *mysql.MyError
		if err != nil && !errors.As(err, &my) {
			t.Errorf("%q: not a MySQL error: %v", text, err)
		}
		First(context.Background(), text, 0, ast.ParserOptions{})
	})
}
