package routine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// host is a session without tables.
type host struct {
	routines map[string]*parse.Routine
	active   map[string]bool
	vars     map[string]types.Value
	typed    map[string]types.Type
	warnings []routine.Diagnostic
	log      []string // what was executed and sent
}

func newHost() *host {
	return &host{map[string]*parse.Routine{}, map[string]bool{}, map[string]types.Value{}, map[string]types.Type{}, nil, nil}
}

func (h *host) binder(c *expr.Context, s *routine.Site) *bind.Binder {
	return &bind.Binder{Catalog: h, Database: "test", Context: c, Arguments: []bind.Argument{}, Local: s.Local}
}

func (h *host) Relation(database, name string) (*bind.Relation, error) {
	return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, name)
}
func (h *host) Exists(string, string) bool { return false }
func (h *host) Routine(_, name string) (bind.StoredFunction, error) {
	p, err := h.program(name)
	if p == nil || err != nil || !p.Routine.Function {
		return nil, err
	}
	return p, nil
}

func (h *host) program(name string) (*routine.Program, error) {
	r := h.routines[strings.ToLower(name)]
	if r == nil {
		return nil, nil
	}
	return routine.New(h, r, "test", types.DefaultCollation, 0)
}

func (h *host) Expr(c *expr.Context, s *routine.Site, tree *parse.Tree, e ast.ExprNode) (expr.Expr, error) {
	return h.binder(c, s).Expr(tree, e)
}

func (h *host) Query(c *expr.Context, s *routine.Site, tree *parse.Tree, limit int) (*routine.Rows, error) {
	node, err := h.binder(c, s).Query(tree)
	if err != nil {
		return nil, err
	}
	op, err := exec.Run(c, node)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	return drain(op, node, limit)
}

func drain(op exec.Operator, node plan.Node, limit int) (*routine.Rows, error) {
	rows := &routine.Rows{}
	for _, col := range node.Columns() {
		rows.Types = append(rows.Types, col.T)
	}
	for {
		b, err := op.Next()
		if err != nil || b == nil {
			return rows, err
		}
		for i := range b.N {
			if limit >= 0 && len(rows.Rows) == limit {
				return rows, nil
			}
			row := make([]types.Value, len(b.Cols))
			for j := range row {
				row[j] = b.Cols[j].Value(i)
			}
			rows.Rows = append(rows.Rows, row)
		}
	}
}

func (h *host) Send(c *expr.Context, s *routine.Site, tree *parse.Tree) error {
	rows, err := h.Query(c, s, tree, -1)
	if err != nil {
		return err
	}
	for _, row := range rows.Rows {
		var out []string
		for i, v := range row {
			out = append(out, show(v, &rows.Types[i]))
		}
		h.log = append(h.log, strings.Join(out, ","))
	}
	return nil
}

func show(v types.Value, t *types.Type) string {
	if v.IsNull() {
		return "NULL"
	}
	return string(types.AppendValue(nil, v, t))
}

func (h *host) Execute(_ *expr.Context, _ *routine.Site, in *parse.SQL) error {
	h.log = append(h.log, "!"+in.Text)
	return nil
}
func (h *host) SetSystem(_ *expr.Context, _ *routine.Site, a *parse.Assignment, v types.Value, t *types.Type) error {
	h.log = append(h.log, "@@"+a.Target+"="+show(v, t))
	return nil
}
func (h *host) Procedure(_ *expr.Context, _, name string) (*routine.Program, error) {
	return h.program(name)
}
func (h *host) Begin(*expr.Context) {}

func (h *host) Enter(p *routine.Program, env *types.Env) (*types.Env, func(), error) {
	if h.active[p.Name()] {
		return nil, nil, mysql.NewDefaultError(mysql.ER_SP_NO_RECURSION)
	}
	h.active[p.Name()] = true
	return env, func() { delete(h.active, p.Name()) }, nil
}
func (h *host) Warnings() []routine.Diagnostic { return h.warnings }
func (h *host) ClearWarnings()                 { h.warnings = nil }

func (h *host) UserVariable(name string) (types.Value, types.Type) {
	if t, ok := h.typed[name]; ok {
		return h.vars[name], t
	}
	return types.Value{}, types.TypeNull
}
func (h *host) SetUserVariable(name string, v types.Value, t types.Type) {
	h.vars[name], h.typed[name] = v, t
}
func (h *host) SystemVariable(_, name string) (types.Value, types.Type, error) {
	return types.IntValue(1000), types.TypeInt, nil
}
func (h *host) Database() string       { return "test" }
func (h *host) User() string           { return "root@localhost" }
func (h *host) ConnectionID() uint32   { return 1 }
func (h *host) LastInsertID() uint64   { return 0 }
func (h *host) SetLastInsertID(uint64) {}
func (h *host) FoundRows() uint64      { return 0 }
func (h *host) RowCount() int64        { return 0 }
func (h *host) Version() string        { return "8" }

func (h *host) context(ctx context.Context) *expr.Context {
	warn := func(code uint16, text string) {
		h.warnings = append(h.warnings, routine.Diagnostic{Code: code, State: "HY000", Text: text})
	}
	return &expr.Context{Context: ctx, Session: h, Outer: map[expr.ColumnID]types.Value{}, Env: &types.Env{
		Zone: time.UTC, Now: time.Unix(1700000000, 0), DivPrecisionIncrement: 4, Connection: types.DefaultCollation,
		Mode: types.StrictTrans | types.ErrorForDivisionByZero, Warn: warn,
	}}
}

// do runs statements and answers what the last one gives, or its error.
func (h *host) do(ctx context.Context, text string) (string, error) {
	tree, err := parse.Query(text, 0)
	if err != nil {
		return "", err
	}
	c := h.context(ctx)
	h.log = nil
	if r := tree.Routine; r != nil {
		known := func(name string) bool { return name == "sort_buffer_size" }
		if err := routine.Check(r, "test", known, nil); err != nil {
			return "", err
		}
		h.routines[strings.ToLower(r.Name)] = r
		return "", nil
	}
	if n, ok := tree.Node.(*ast.CallStmt); ok {
		p, err := h.program(n.Procedure.FnName.L)
		if p == nil || err != nil {
			return "", fmt.Errorf("no procedure: %w", err)
		}
		err = routine.Call(h, c, &routine.Site{}, tree, p)
		return strings.Join(h.log, ";"), err
	}
	err = h.Send(c, &routine.Site{}, tree)
	return strings.Join(h.log, ";"), err
}

func TestRoutines(t *testing.T) {
	for _, q := range []struct{ create, use, want string }{
		{"CREATE FUNCTION f(n INT) RETURNS INT BEGIN DECLARE m INT; SET m = n - 1; RETURN (SELECT m * 2); END", "SELECT f(4), F(NULL)", "6,NULL"},
		{"CREATE FUNCTION f(n INT) RETURNS BIGINT BEGIN DECLARE r BIGINT DEFAULT 1; WHILE n > 1 DO SET r = r * n, n = n - 1; END WHILE; RETURN r; END", "SELECT f(20), f(0)", "2432902008176640000,1"},
		{"CREATE FUNCTION f(x INT) RETURNS DECIMAL(4,1) RETURN x / 2 + 0.04", "SELECT f(3), f(-3)", "1.5,-1.5"},
		{"CREATE FUNCTION f(x INT) RETURNS VARCHAR(3) BEGIN CASE x WHEN 1 THEN RETURN 'one'; WHEN 2 THEN RETURN 'two'; END CASE; END", "SELECT f(1), f(2)", "one,two"},
		{"CREATE FUNCTION f(x INT) RETURNS INT BEGIN CASE x WHEN 1 THEN RETURN 1; END CASE; END", "SELECT f(2)", "ERROR 1339 (20000): Case not found for CASE statement"},
		{"CREATE FUNCTION f(x INT) RETURNS INT BEGIN IF x THEN RETURN 1; END IF; END", "SELECT f(0)", "ERROR 1321 (2F005): FUNCTION f ended without RETURN"},
		{"CREATE FUNCTION f() RETURNS TINYINT RETURN 200", "SELECT f()", "ERROR 1264 (22003): Out of range value for column 'f()' at row 1"},
		{"CREATE FUNCTION f(s VARCHAR(2)) RETURNS CHAR(2) RETURN s", "SELECT f('abc')", "ERROR 1406 (22001): Data too long for column 's' at row 1"},
		{"CREATE FUNCTION f(s INT) RETURNS INT RETURN s", "SELECT f('abc')", "ERROR 1366 (HY000): Incorrect integer value: 'abc' for column 's' at row 1"},
		{"CREATE FUNCTION f(s INT) RETURNS INT RETURN s", "SELECT f('1.5'), f(2.5), f(2.5e0)", "2,3,2"},
		{"CREATE FUNCTION f(d DATE) RETURNS DATE RETURN d + INTERVAL 1 DAY", "SELECT f('2024-02-28')", "2024-02-29"},
		{"CREATE FUNCTION f(d DATE) RETURNS DATE RETURN d", "SELECT f('x')", "ERROR 1292 (22007): Incorrect date value: 'x' for column 'd' at row 1"},
		{"CREATE FUNCTION f(n INT) RETURNS INT RETURN IF(n < 2, n, f(n - 1))", "SELECT f(3)", "ERROR 1424 (HY000): Recursive stored functions and triggers are not allowed."},
		{"CREATE PROCEDURE p(IN a INT, OUT b INT, INOUT c INT) BEGIN SET b = a + 1, c = c * 2, @u = b; SELECT a, b, c; END", "CALL p(1, @b, @c)", "1,2,NULL"},
		{"CREATE PROCEDURE p(OUT b INT) SET b = 1", "CALL p(1)", "ERROR 1414 (42000): OUT or INOUT argument 1 for routine test.p is not a variable or NEW pseudo-variable in BEFORE trigger"},
		{"CREATE PROCEDURE p(a INT) SELECT a", "CALL p()", "ERROR 1318 (42000): Incorrect number of arguments for PROCEDURE test.p; expected 1, got 0"},
		{"CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 1; BEGIN DECLARE x INT DEFAULT 2; SELECT x; END; SELECT x; END", "CALL p()", "2;1"},
		{"CREATE PROCEDURE p() BEGIN DECLARE i, t INT DEFAULT 0; a: LOOP SET i = i + 1; IF i = 3 THEN ITERATE a; END IF; IF i > 5 THEN LEAVE a; END IF; SET t = t + i; END LOOP a; SELECT t; END", "CALL p()", "12"},
		{"CREATE PROCEDURE p() BEGIN DECLARE i INT DEFAULT 0; REPEAT SET i = i + 1; UNTIL i >= 3 END REPEAT; SELECT i; END", "CALL p()", "3"},
		{"CREATE PROCEDURE p() a: BEGIN LEAVE a; SELECT 1; END", "CALL p()", ""},
		{"CREATE PROCEDURE p() BEGIN DECLARE done INT DEFAULT 0; DECLARE v, t INT DEFAULT 0; DECLARE c CURSOR FOR VALUES ROW(1), ROW(2), ROW(3); DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c; l: LOOP FETCH c INTO v; IF done THEN LEAVE l; END IF; SET t = t * 10 + v; END LOOP; CLOSE c; SELECT t; END", "CALL p()", "123"},
		{"CREATE PROCEDURE p() BEGIN DECLARE v INT; DECLARE c CURSOR FOR SELECT 1; OPEN c; FETCH c INTO v; FETCH c INTO v; END", "CALL p()", "ERROR 1329 (02000): No data - zero rows fetched, selected, or processed"},
		{"CREATE PROCEDURE p() BEGIN DECLARE v INT; DECLARE c CURSOR FOR SELECT 1; FETCH c INTO v; END", "CALL p()", "ERROR 1326 (24000): Cursor is not open"},
		{"CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; OPEN c; END", "CALL p()", "ERROR 1325 (24000): Cursor is already open"},
		{"CREATE PROCEDURE p() BEGIN DECLARE v INT; DECLARE c CURSOR FOR SELECT 1, 2; OPEN c; FETCH c INTO v; END", "CALL p()", "ERROR 1328 (HY000): Incorrect number of FETCH variables"},
		{"CREATE PROCEDURE p() BEGIN DECLARE a INT; SELECT 1, 'x' INTO a, @b; SELECT a, @b; END", "CALL p()", "1,x"},
		{"CREATE PROCEDURE p() BEGIN DECLARE a INT DEFAULT 7; SELECT 1 FROM (SELECT 1) t WHERE 1 = 0 INTO a; SELECT a; END", "CALL p()", "7"},
		{"CREATE PROCEDURE p() BEGIN DECLARE a INT; SELECT 1 UNION SELECT 2 INTO a; END", "CALL p()", "ERROR 1172 (42000): Result consisted of more than one row"},
		{"CREATE PROCEDURE p() BEGIN DECLARE a INT; SELECT 1, 2 INTO a; END", "CALL p()", "ERROR 1222 (21000): The used SELECT statements have a different number of columns"},
		{"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 @s = RETURNED_SQLSTATE, @m = MESSAGE_TEXT; SELECT @s, @m; END; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; SELECT 1; END", "CALL p()", "45000,no"},
		{"CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR 1644 SELECT 'handled'; SIGNAL SQLSTATE '45000'; SELECT 'on'; END", "CALL p()", "handled;on"},
		{"CREATE PROCEDURE p() BEGIN DECLARE mine CONDITION FOR SQLSTATE '45001'; DECLARE EXIT HANDLER FOR mine SELECT 'mine'; BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SET MESSAGE_TEXT = 'again'; SIGNAL mine; END; END", "CALL p()", "mine"},
		{"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SET MESSAGE_TEXT = 'again', MYSQL_ERRNO = 5000; SIGNAL SQLSTATE '45000'; END", "CALL p()", "ERROR 5000 (45000): again"},
		{"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SIGNAL SQLSTATE '45002'; IF TRUE THEN SIGNAL SQLSTATE '45001'; END IF; END", "CALL p()", "ERROR 1644 (45002): Unhandled user-defined exception condition"},
		{"CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR SQLWARNING SELECT 'warned'; SIGNAL SQLSTATE '01000'; SELECT 2; END", "CALL p()", "warned;2"},
		{"CREATE PROCEDURE p() BEGIN DECLARE i INT; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET i = -1; SET i = 'x'; SELECT i; END", "CALL p()", "-1"},
		{"CREATE PROCEDURE p() RESIGNAL", "CALL p()", "ERROR 1645 (0K000): RESIGNAL when handler not active"},
		{"CREATE PROCEDURE p() BEGIN SET sort_buffer_size = 1 + 1; INSERT INTO t VALUES (1); END", "CALL p()", "@@sort_buffer_size=2;!INSERT INTO t VALUES (1)"},
		{"CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 2; DO @a := x, (SELECT @b := 3); SELECT @a, @b; END", "CALL p()", "2,3"},
		{"CREATE PROCEDURE p() CALL p()", "CALL p()", "ERROR 1424 (HY000): Recursive stored functions and triggers are not allowed."},
		{"CREATE PROCEDURE p(n INT) SELECT * FROM (VALUES ROW(1), ROW(2), ROW(3)) t LIMIT n", "CALL p(2)", "1;2"},
		{"CREATE PROCEDURE p(e ENUM('a', 'b'), b BOOLEAN, y YEAR) SELECT e, b, y", "CALL p('B', TRUE, 24)", "b,1,2024"},

		{"CREATE FUNCTION f(x INT, X INT) RETURNS INT RETURN 1", "", "ERROR 1330 (42000): Duplicate parameter: X"},
		{"CREATE FUNCTION f() RETURNS INT SET @a = 1", "", "ERROR 1320 (42000): No RETURN found in FUNCTION test.f"},
		{"CREATE FUNCTION f() RETURNS INT BEGIN SELECT 1; RETURN 1; END", "", "ERROR 1415 (0A000): Not allowed to return a result set from a function"},
		{"CREATE FUNCTION f() RETURNS INT BEGIN COMMIT; RETURN 1; END", "", "ERROR 1422 (HY000): Explicit or implicit commit is not allowed in stored function or trigger."},
		{"CREATE FUNCTION f() RETURNS INT BEGIN PREPARE s FROM 'SELECT 1'; RETURN 1; END", "", "ERROR 1336 (0A000): Dynamic SQL is not allowed in stored function or trigger"},
		{"CREATE PROCEDURE p() RETURN 1", "", "ERROR 1313 (42000): RETURN is only allowed in a FUNCTION"},
		{"CREATE PROCEDURE p() BEGIN LEAVE a; END", "", "ERROR 1308 (42000): LEAVE with no matching label: a"},
		{"CREATE PROCEDURE p() a: BEGIN ITERATE a; END", "", "ERROR 1308 (42000): ITERATE with no matching label: a"},
		{"CREATE PROCEDURE p() a: BEGIN a: LOOP LEAVE a; END LOOP; END", "", "ERROR 1309 (42000): Redefining label a"},
		{"CREATE PROCEDURE p() BEGIN DECLARE a INT; DECLARE A INT; END", "", "ERROR 1331 (42000): Duplicate variable: A"},
		{"CREATE PROCEDURE p() OPEN c", "", "ERROR 1324 (42000): Undefined CURSOR: c"},
		{"CREATE PROCEDURE p() SELECT 1 INTO a", "", "ERROR 1327 (42000): Undeclared variable: a"},
		{"CREATE PROCEDURE p() SET a = 1", "", "ERROR 1193 (HY000): Unknown system variable 'a'"},
		{"CREATE PROCEDURE p() SIGNAL mine", "", "ERROR 1319 (42000): Undefined CONDITION: mine"},
		{"CREATE PROCEDURE p() SIGNAL SQLSTATE '00000'", "", "ERROR 1407 (42000): Bad SQLSTATE: '00000'"},
		{"CREATE PROCEDURE p() USE test", "", "ERROR 1314 (0A000): USE is not allowed in stored procedures"},
		{"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1051 SET @a = 1; DECLARE EXIT HANDLER FOR 1051 SET @a = 1; END", "", "ERROR 1413 (42000): Duplicate handler declared in the same block"},
	} {
		h := newHost()
		got, err := h.do(context.Background(), q.create)
		if err == nil && q.use != "" {
			got, err = h.do(context.Background(), q.use)
		}
		if err != nil {
			got = err.Error()
		}
		if got != q.want {
			t.Errorf("%s\n%s:\n%s\nwant\n%s", q.create, q.use, got, q.want)
		}
	}
}

// What OUT parameters end with is their arguments'.
func TestOut(t *testing.T) {
	h := newHost()
	for _, text := range []string{
		"CREATE PROCEDURE p(OUT b INT, INOUT c INT) SET b = 5, c = IFNULL(c, 0) + 1",
		"CREATE PROCEDURE q() BEGIN DECLARE x, y INT DEFAULT 10; CALL p(x, y); SET @x = x, @y = y; END",
		"CALL q()",
	} {
		if _, err := h.do(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := h.do(context.Background(), "SELECT @x, @y"); got != "5,11" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

// A routine without end ends with its statement.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, body := range []string{"LOOP SET @a = 1; END LOOP", "WHILE TRUE DO BEGIN END; END WHILE",
		"BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; LOOP BEGIN END; END LOOP; END"} {
		h := newHost()
		if _, err := h.do(ctx, "CREATE PROCEDURE p() "+body); err != nil {
			t.Fatal(err)
		}
		if _, err := h.do(ctx, "CALL p()"); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzRoutine runs bodies: no panic, no end that does not come.
func FuzzRoutine(f *testing.F) {
	for _, body := range []string{
		"RETURN 1", "BEGIN DECLARE a INT DEFAULT 1; WHILE a < 10 DO SET a = a + n; END WHILE; RETURN a; END",
		"BEGIN DECLARE c CURSOR FOR SELECT n; DECLARE EXIT HANDLER FOR NOT FOUND RETURN 2; OPEN c; LOOP FETCH c INTO n; END LOOP; END",
		"a: BEGIN CASE n WHEN 1 THEN LEAVE a; ELSE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'; END CASE; RETURN f(1); END",
		"BEGIN REPEAT SELECT n + 1 INTO n; UNTIL n > 5 END REPEAT; IF n THEN RETURN n; ELSEIF 0 THEN RETURN 0; ELSE RETURN NULL; END IF; END",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		h := newHost()
		if _, err := h.do(ctx, "CREATE FUNCTION f(n INT) RETURNS INT "+body); err == nil {
			_, _ = h.do(ctx, "SELECT f(1)")
		}
	})
}
