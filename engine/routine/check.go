package routine

import (
	"iter"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Check refuses what MySQL refuses when a routine is made. systemVariable tells
// whether there is one of that name: a SET of a name that is no variable of the
// routine is of such. columns are those of a trigger's table.
func Check(r *parse.Routine, database string, systemVariable func(name string) bool, columns []string) error {
	c := &checker{routine: r, known: systemVariable, columns: columns}
	seen := map[string]bool{}
	for _, p := range r.Params {
		if seen[lower(p.Name)] {
			return mysql.NewDefaultError(mysql.ER_SP_DUP_PARAM, p.Name)
		}
		seen[lower(p.Name)] = true
		if _, err := Declared(p.Type, p.Name, types.DefaultCollation); err != nil {
			return err
		}
	}
	if r.Function {
		if _, err := Declared(r.Returns, r.Name, types.DefaultCollation); err != nil {
			return err
		}
	}
	if err := c.instruction(r.Body, &names{vars: seen}); err != nil {
		return err
	}
	if r.Function && !c.returns {
		return mysql.NewDefaultError(mysql.ER_SP_NORETURN, database+"."+r.Name)
	}
	return nil
}

type checker struct {
	routine *parse.Routine
	known   func(string) bool
	columns []string
	returns bool
}

// within is what MySQL calls a routine that is part of a statement; "" of a procedure.
func within(r *parse.Routine) string {
	switch {
	case r.Trigger != nil:
		return "trigger"
	case r.Function:
		return "function"
	}
	return ""
}

// names is what is declared around an instruction.
type names struct {
	outer      *names
	vars       map[string]bool
	cursors    map[string]bool
	conditions map[string]parse.Condition
	label      string
	loop       bool
	barrier    bool // a handler: labels beyond it are not to be left for
}

func (n *names) variable(name string) bool {
	for ; n != nil; n = n.outer {
		if n.vars[lower(name)] {
			return true
		}
	}
	return false
}

func (n *names) cursor(name string) bool {
	for ; n != nil; n = n.outer {
		if n.cursors[lower(name)] {
			return true
		}
	}
	return false
}

func (n *names) condition(name string) (parse.Condition, bool) {
	for ; n != nil; n = n.outer {
		if c, ok := n.conditions[lower(name)]; ok {
			return c, true
		}
	}
	return parse.Condition{}, false
}

// target finds a label; with loop that of a loop.
func (n *names) target(label string, loop bool) bool {
	for ; n != nil && !n.barrier; n = n.outer {
		if n.label != "" && strings.EqualFold(n.label, label) && (n.loop || !loop) {
			return true
		}
	}
	return false
}

func (n *names) labelled(label string, loop bool) (*names, error) {
	if label != "" && n.target(label, false) {
		return nil, mysql.NewDefaultError(mysql.ER_SP_LABEL_REDEFINE, label)
	}
	return &names{outer: n, label: label, loop: loop}, nil
}

func (c *checker) list(list []parse.Instruction, n *names) error {
	for _, in := range list {
		if err := c.instruction(in, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) loop(label string, body []parse.Instruction, n *names) error {
	inner, err := n.labelled(label, true)
	if err != nil {
		return err
	}
	return c.list(body, inner)
}

func (c *checker) instruction(in parse.Instruction, n *names) error {
	if err := c.rows(in); err != nil {
		return err
	}
	switch in := in.(type) {
	case *parse.Block:
		return c.block(in, n)
	case *parse.If:
		for _, b := range in.Branches {
			if err := c.list(b.Body, n); err != nil {
				return err
			}
		}
		return c.list(in.Else, n)
	case *parse.Case:
		for _, b := range in.Branches {
			if err := c.list(b.Body, n); err != nil {
				return err
			}
		}
		return c.list(in.Else, n)
	case *parse.While:
		return c.loop(in.Label, in.Body, n)
	case *parse.Repeat:
		return c.loop(in.Label, in.Body, n)
	case *parse.Loop:
		return c.loop(in.Label, in.Body, n)
	case *parse.Leave:
		if !n.target(in.Label, false) {
			return mysql.NewDefaultError(mysql.ER_SP_LILABEL_MISMATCH, "LEAVE", in.Label)
		}
	case *parse.Iterate:
		if !n.target(in.Label, true) {
			return mysql.NewDefaultError(mysql.ER_SP_LILABEL_MISMATCH, "ITERATE", in.Label)
		}
	case *parse.Return:
		if !c.routine.Function {
			return mysql.NewDefaultError(mysql.ER_SP_BADRETURN)
		}
		c.returns = true
	case *parse.Set:
		for _, a := range in.Assignments {
			if c.routine.Trigger != nil && !a.User && !a.System && a.Scope != "" {
				if err := c.assigned(a); err != nil {
					return err
				}
				continue
			}
			if !a.User && !a.System && a.Scope == "" && !n.variable(a.Target) && !c.known(a.Target) {
				return mysql.NewDefaultError(mysql.ER_UNKNOWN_SYSTEM_VARIABLE, a.Target)
			}
			if within(c.routine) != "" && !a.User && strings.EqualFold(a.Target, "autocommit") && !n.variable(a.Target) {
				return mysql.NewDefaultError(mysql.ER_SP_CANT_SET_AUTOCOMMIT)
			}
		}
	case *parse.Open:
		return c.cursor(in.Cursor, n)
	case *parse.Close:
		return c.cursor(in.Cursor, n)
	case *parse.Fetch:
		if err := c.cursor(in.Cursor, n); err != nil {
			return err
		}
		for _, name := range in.Into {
			if !n.variable(name) {
				return mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, name)
			}
		}
	case *parse.Signal:
		return c.signal(in, n)
	case *parse.SQL:
		return c.sql(in, n)
	}
	return nil
}

func (c *checker) cursor(name string, n *names) error {
	if !n.cursor(name) {
		return mysql.NewDefaultError(mysql.ER_SP_CURSOR_MISMATCH, name)
	}
	return nil
}

func (c *checker) block(b *parse.Block, outer *names) error {
	n, err := outer.labelled(b.Label, false)
	if err != nil {
		return err
	}
	n.vars, n.cursors, n.conditions = map[string]bool{}, map[string]bool{}, map[string]parse.Condition{}
	for _, v := range b.Variables {
		if n.vars[lower(v.Name)] {
			return mysql.NewDefaultError(mysql.ER_SP_DUP_VAR, v.Name)
		}
		n.vars[lower(v.Name)] = true
		if _, err := Declared(v.Type, v.Name, types.DefaultCollation); err != nil {
			return err
		}
	}
	for _, d := range b.Conditions {
		if _, ok := n.conditions[lower(d.Name)]; ok {
			return mysql.NewDefaultError(mysql.ER_SP_DUP_COND, d.Name)
		}
		if err := checkCondition(d.Condition); err != nil {
			return err
		}
		n.conditions[lower(d.Name)] = d.Condition
	}
	for _, d := range b.Cursors {
		if n.cursors[lower(d.Name)] {
			return mysql.NewDefaultError(mysql.ER_SP_DUP_CURS, d.Name)
		}
		n.cursors[lower(d.Name)] = true
		if d.Query == nil {
			continue
		}
		switch d.Query.Node.(type) {
		case *ast.SelectStmt, *ast.SetOprStmt:
		default:
			return mysql.NewDefaultError(mysql.ER_SP_BAD_CURSOR_QUERY)
		}
		if len(d.Query.Into) > 0 {
			return mysql.NewDefaultError(mysql.ER_SP_BAD_CURSOR_SELECT)
		}
	}
	handled := map[parse.Condition]bool{}
	for _, h := range b.Handlers {
		for _, condition := range h.Conditions {
			if condition.Name != "" {
				var ok bool
				if condition, ok = n.condition(condition.Name); !ok {
					return mysql.NewDefaultError(mysql.ER_SP_COND_MISMATCH, h.Conditions[0].Name)
				}
			}
			if err := checkCondition(condition); err != nil {
				return err
			}
			if handled[condition] {
				return mysql.NewDefaultError(mysql.ER_SP_DUP_HANDLER)
			}
			handled[condition] = true
		}
		if err := c.instruction(h.Body, &names{outer: n, barrier: true}); err != nil {
			return err
		}
	}
	return c.list(b.Body, n)
}

// checkCondition refuses what is no SQLSTATE, or that of success.
func checkCondition(c parse.Condition) error {
	switch {
	case c.Number == "0":
		return mysql.NewDefaultError(mysql.ER_WRONG_VALUE, "CONDITION", "0")
	case c.Number != "" || c.Name != "" || c.Warning || c.NotFound || c.Error:
		return nil
	}
	good := len(c.State) == 5 && !strings.HasPrefix(c.State, "00")
	for _, b := range c.State {
		good = good && (b >= '0' && b <= '9' || b >= 'A' && b <= 'Z')
	}
	if !good {
		return mysql.NewDefaultError(mysql.ER_SP_BAD_SQLSTATE, c.State)
	}
	return nil
}

func (c *checker) signal(in *parse.Signal, n *names) error {
	seen := map[string]bool{}
	for _, a := range in.Items {
		if seen[lower(a.Target)] {
			return mysql.NewDefaultError(mysql.ER_DUP_SIGNAL_SET, strings.ToUpper(a.Target))
		}
		seen[lower(a.Target)] = true
	}
	if in.Condition == nil {
		return nil
	}
	condition := *in.Condition
	if condition.Name != "" {
		var ok bool
		if condition, ok = n.condition(condition.Name); !ok {
			return mysql.NewDefaultError(mysql.ER_SP_COND_MISMATCH, in.Condition.Name)
		}
	}
	if condition.State == "" {
		return mysql.NewDefaultError(mysql.ER_SIGNAL_BAD_CONDITION_TYPE)
	}
	return checkCondition(condition)
}

// notInRoutines are the statements that no routine may have, notInFunctions those
// that commit.
var (
	notInRoutines  = map[string]bool{"USE": true, "LOCK": true, "UNLOCK": true, "LOAD": true}
	notInFunctions = map[string]bool{
		"COMMIT": true, "ROLLBACK": true, "START": true, "BEGIN": true, "CREATE": true, "DROP": true, "ALTER": true,
		"RENAME": true, "TRUNCATE": true, "ANALYZE": true, "GRANT": true, "REVOKE": true,
	}
	dynamic = map[string]bool{"PREPARE": true, "EXECUTE": true, "DEALLOCATE": true}
	answers = map[string]bool{"SHOW": true, "EXPLAIN": true, "DESCRIBE": true, "DESC": true, "CHECK": true}
)

// sql checks a statement that is not the routine's own.
func (c *checker) sql(in *parse.SQL, n *names) error {
	next, stop := iter.Pull(parse.Tokens(in.Text))
	defer stop()
	first, _ := next()
	second, _ := next()
	first, second = strings.ToUpper(first), strings.ToUpper(second)
	if notInRoutines[first] {
		what := first
		switch first {
		case "LOCK", "UNLOCK":
			what = "LOCK"
		case "LOAD":
			what = "LOAD DATA"
		}
		return mysql.NewDefaultError(mysql.ER_SP_BADSTATEMENT, what)
	}
	if second == "PROCEDURE" || second == "FUNCTION" {
		switch first {
		case "CREATE":
			return mysql.NewDefaultError(mysql.ER_SP_NO_RECURSIVE_CREATE, second)
		case "DROP", "ALTER":
			return mysql.NewDefaultError(mysql.ER_SP_NO_DROP_SP, second)
		}
	}
	if in.Tree != nil {
		for _, to := range in.Tree.Into {
			if !to.User && !n.variable(to.Name) {
				return mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, to.Name)
			}
		}
	}
	if second == "TRIGGER" && first == "CREATE" {
		return mysql.NewDefaultError(mysql.ER_SP_NO_RECURSIVE_CREATE, second)
	}
	kind := within(c.routine)
	if kind == "" {
		return nil
	}
	if err := Forbidden(in.Text, kind); err != nil {
		return err
	}
	if in.Tree != nil && len(in.Tree.Into) == 0 {
		switch in.Tree.Node.(type) {
		case *ast.SelectStmt, *ast.SetOprStmt:
			return mysql.NewDefaultError(mysql.ER_SP_NO_RETSET, kind)
		}
	}
	return nil
}

// Forbidden is MySQL's error about a statement that no function and no trigger may execute, be
// it by a procedure: what commits, dynamic SQL, and what answers rows. kind is function or trigger.
func Forbidden(text, kind string) error {
	next, stop := iter.Pull(parse.Tokens(text))
	defer stop()
	first, _ := next()
	second, _ := next()
	first, second = strings.ToUpper(first), strings.ToUpper(second)
	switch {
	case dynamic[first]:
		return mysql.NewDefaultError(mysql.ER_STMT_NOT_ALLOWED_IN_SF_OR_TRG, "Dynamic SQL")
	case answers[first]:
		return mysql.NewDefaultError(mysql.ER_SP_NO_RETSET, kind)
	case notInFunctions[first] && second != "TEMPORARY" && !(first == "ROLLBACK" && strings.Contains(strings.ToUpper(text), " TO ")):
		return mysql.NewDefaultError(mysql.ER_COMMIT_NOT_ALLOWED_IN_SF_OR_TRG)
	}
	return nil
}
