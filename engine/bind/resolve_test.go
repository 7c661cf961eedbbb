package bind

import (
	"context"
	"errors"
	"strings"
	"testing"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// scope is a session in the interview's database, where somebody has made a
// table Login and a view employee.
func scopeOf(mode Mode) Scope {
	return Scope{Database: "interview", Functions: mode, Exists: func(database, name string) bool {
		switch strings.ToLower(name) {
		case "employees", "history", "orders", "products", "logins", "login", "employee":
			return strings.EqualFold(database, "interview")
		}
		return false
	}}
}

func resolve(text string, mode Mode) (string, error) {
	stmt, err := parse.One(context.Background(), text, ast.ParserOptions{})
	if err != nil {
		return "", err
	}
	err = Resolve(context.Background(), stmt, scopeOf(mode))
	return ast.String(stmt), err
}

// A table's singular becomes the table where nothing else has that name.
func TestAliases(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"select * from Product", "select * from Products as Product"},
		{"select * from PRODUCT p", "select * from Products as p"},
		{"select * from interview.product", "select * from interview.Products as product"},
		{"select interview.product.name from interview.product", "select product.`name` from interview.Products as product"},
		{"select * from other.product", "select * from other.product"},
		{"select * from (`Order` o join Product on 1 = 1), (select 1 from Product) d",
			"select * from (Orders as o join Products as Product on 1 = 1), (select 1 from Products as Product) as d"},
		{"select * from Login join Employee on true", "select * from Login join Employee on true"},
		{"select (select 1 from Product) from dual where exists (select 1 from Product)",
			"select (select 1 from Products as Product) where exists (select 1 from Products as Product)"},
		{"select 1 from Product union select 1 from Product order by (select 1 from Product)",
			"select 1 from Products as Product union select 1 from Products as Product order by (select 1 from Products as Product) asc"},
		{"with Product as (select 1 from Product) select * from Product", "with Product as (select 1 from Products as Product) select * from Product"},
		{"with recursive Product as (select 1 from Product) select * from Product", "with recursive Product as (select 1 from Product) select * from Product"},
		{"with a as (select 1 from Product), Product as (select 2) select * from a, Product, interview.Product p",
			"with a as (select 1 from Products as Product), Product as (select 2) select * from a, Product, interview.Products as p"},
		{"insert into Product values (1) on duplicate key update Product.name = 1", "insert into Products values (1) on duplicate key update Products.name = 1"},
		{"insert into `Order` select * from Product", "insert into Orders select * from Products as Product"},
		{"update Product set Product.name = 1", "update Products as Product set Product.name = 1"},
		{"delete from Product where Product.area = 1", "delete from Products as Product where Product.area = 1"},
		{"create table Product (a int)", "create table Product (\n\ta int\n)"},
		{"create view v as select * from Product", "create view v as select * from Products as Product"},
		{"create table c as select * from Product", "create table c as select * from Products as Product"},
		{"drop table Product", "drop table Product"},
		{"truncate table Product", "truncate table Product"},
		{"explain select * from Product", "explain select * from Products as Product"},
		{"show tables", "show tables"},
	} {
		if got, err := resolve(c.text, Auto); err != nil || !strings.EqualFold(got, c.want) {
			t.Errorf("%s:\n%s, not\n%s (%v)", c.text, got, c.want, err)
		}
	}
}

// A table function becomes its SELECT, or a call with all arguments.
func TestTableFunctions(t *testing.T) {
	got, err := resolve("select * from Login_Streaks() s join headcount(?, @b) on 1 = 1", Native)
	for _, want := range []string{
		"verbatim_result('login_streaks', 3, s.days) as days from login_streaks(1) as s) as s join (select",
		"from headcount(:v1, @b, 'year_end') as headcount) as headcount on 1 = 1",
	} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s (%v)", want, got, err)
		}
	}
	got, err = resolve("with Logins as (select 1 as x) select * from login_streaks(?)", SQL)
	for _, want := range []string{
		"with `Logins (CTE)` as (select 1 x)",
		"from interview.Logins as Logins",
		"verbatim_argument('login_streaks', 0, ",
		"as login_streaks",
	} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s (%v)", want, got, err)
		}
	}
	for text, code := range map[string]uint16{
		"select * from login_streaks(1, 2)":                      mysql.ER_SP_WRONG_NO_OF_ARGS,
		"select * from headcount(1)":                             mysql.ER_SP_WRONG_NO_OF_ARGS,
		"select * from Logins l join login_streaks(l.user_id) s": mysql.ER_WRONG_ARGUMENTS,
		"select * from login_streaks(count(*))":                  mysql.ER_WRONG_ARGUMENTS,
		"select * from login_streaks(default)":                   mysql.ER_WRONG_ARGUMENTS,
		"select * from login_streaks(*)":                         mysql.ER_WRONG_ARGUMENTS,
		"select * from nope(1)":                                  mysql.ER_SP_DOES_NOT_EXIST,
		"select 1 into outfile 'x'":                              mysql.ER_OPTION_PREVENTS_STATEMENT,
		"select * from (select 1) d into dumpfile 'x'":           mysql.ER_OPTION_PREVENTS_STATEMENT,
		"load data infile 'x' into table t":                      mysql.ER_OPTION_PREVENTS_STATEMENT,
	} {
		_, err := resolve(text, Auto)
		var my *mysql.MyError
		if !errors.As(err, &my) || my.Code != code {
			t.Errorf("%s: %v, not %d", text, err, code)
		}
	}
}

// Whatever parses is resolved without a panic, in every mode.
func FuzzResolve(f *testing.F) {
	for _, text := range []string{
		"select * from Product p, login_streaks(?) s where exists (select 1 from Login)",
		"with recursive a as (select 1 from Product union all select 2 from a) select * from a limit 1",
		"insert into Product select * from headcount(@a, 2, 'x') on duplicate key update name = (select 1)",
		"update Product p left join login_streaks() using (a) set p.x = 1 order by 1", "delete p from Product p", "show columns from Product",
		"create view v as table Product", "call p((select 1 from Product))", "explain delete from Product", "values row(1)", "set @a = (select 1)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, mode := range []Mode{Auto, SQL, Native} {
			_, _ = resolve(text, mode)
		}
	})
}
