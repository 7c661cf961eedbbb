package parse

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/types"
)

// Routine is CREATE FUNCTION, CREATE PROCEDURE or CREATE TRIGGER (MySQL manual 15.1.17, 15.1.22).
type Routine struct {
	Function       bool     // otherwise a procedure, or a trigger
	Trigger        *Trigger // nil: it is none
	IfNotExists    bool
	Definer        string // as written; "" where there is none
	Database, Name string
	Params         []Parameter
	Returns        *types.FieldType // a function's
	ReturnsText    string
	Deterministic  bool
	DataAccess     string // "CONTAINS SQL", "NO SQL", "READS SQL DATA" or "MODIFIES SQL DATA"
	Security       string // "DEFINER" or "INVOKER"
	Comment        string
	Body           Instruction
	BodyText       string

	characteristics []characteristic
}

// Trigger is what CREATE TRIGGER says but for its name and its body.
type Trigger struct {
	Before               bool   // otherwise AFTER
	Event                string // INSERT, UPDATE or DELETE
	Database, Table      string
	Order                string // FOLLOWS or PRECEDES; "" where there is none
	Other                string // the trigger that it follows or precedes
	tableStart, tableEnd int    // where the table's name is in the statement
	orderStart, orderEnd int    // where Order and Other are
}

// Named reports which of the names in a body mean the trigger's rows: NEW where an event gives
// a row, OLD where it takes one.
func (t *Trigger) Named(row string) bool {
	return strings.EqualFold(row, "NEW") && t.Event != "DELETE" || strings.EqualFold(row, "OLD") && t.Event != "INSERT"
}

// Unordered is the statement of a trigger without its place among others.
func (r *Routine) Unordered(text string) string {
	t := r.Trigger
	return text[:t.orderStart] + text[t.orderEnd:]
}

// OnTable is the statement of a trigger with another table.
func (r *Routine) OnTable(text, table string) string {
	t := r.Trigger
	return text[:t.tableStart] + "`" + strings.ReplaceAll(table, "`", "``") + "`" + text[t.tableEnd:]
}

// Parameter is a parameter of a routine.
type Parameter struct {
	Mode     string // "IN", "OUT" or "INOUT"
	Name     string
	Type     *types.FieldType
	TypeText string
}

// Instruction is a statement of a routine's body (MySQL manual 13.6). Expressions
// in it are trees of SELECT expression: see [Tree.Expression].
type Instruction interface{ instruction() }

// The statements of routines.
type (
	// Block is [label:] BEGIN … END. Its declarations come in this order.
	Block struct {
		Label      string
		Variables  []Variable
		Conditions []NamedCondition
		Cursors    []Cursor
		Handlers   []Handler
		Body       []Instruction
	}
	// If is IF … END IF.
	If struct {
		Branches []Branch
		Else     []Instruction
	}
	// Case is CASE … END CASE. Without operand the branches' conditions are
	// truth values; with one they are compared with it. No branch and no ELSE
	// is error 1339.
	Case struct {
		Operand  *Tree
		Branches []Branch
		Else     []Instruction
		HasElse  bool
	}
	// While is [label:] WHILE … DO … END WHILE.
	While struct {
		Label     string
		Condition *Tree
		Body      []Instruction
	}
	// Repeat is [label:] REPEAT … UNTIL … END REPEAT.
	Repeat struct {
		Label string
		Body  []Instruction
		Until *Tree
	}
	// Loop is [label:] LOOP … END LOOP.
	Loop struct {
		Label string
		Body  []Instruction
	}
	// Leave is LEAVE label.
	Leave struct{ Label string }
	// Iterate is ITERATE label.
	Iterate struct{ Label string }
	// Return is RETURN expression.
	Return struct{ Value *Tree }
	// Set is SET target = expression, ….
	Set struct{ Assignments []Assignment }
	// Open is OPEN cursor.
	Open struct{ Cursor string }
	// Fetch is FETCH cursor INTO variable, ….
	Fetch struct {
		Cursor string
		Into   []string
	}
	// Close is CLOSE cursor.
	Close struct{ Cursor string }
	// Signal is SIGNAL or RESIGNAL. A RESIGNAL may be without condition.
	Signal struct {
		Again     bool // RESIGNAL
		Condition *Condition
		Items     []Assignment // MESSAGE_TEXT and such
	}
	// SQL is any other statement. Tree is nil where TiDB's grammar lacks it.
	SQL struct {
		Text string
		Tree *Tree
	}
)

// Branch is WHEN or IF condition THEN statements.
type Branch struct {
	Condition *Tree
	Body      []Instruction
}

// Variable is DECLARE name type [DEFAULT expression].
type Variable struct {
	Name     string
	Type     *types.FieldType
	TypeText string
	Default  *Tree // nil where there is none: NULL
}

// Condition is what SIGNAL raises and a handler handles: one of its fields is set.
type Condition struct {
	Number   string // MySQL's error number
	State    string // SQLSTATE
	Name     string // a declared condition's
	Warning  bool   // SQLWARNING
	NotFound bool   // NOT FOUND
	Error    bool   // SQLEXCEPTION
}

// NamedCondition is DECLARE name CONDITION FOR value.
type NamedCondition struct {
	Name string
	Condition
}

// Cursor is DECLARE name CURSOR FOR query.
type Cursor struct {
	Name  string
	Query *Tree
}

// Handler is DECLARE CONTINUE or EXIT HANDLER FOR conditions statement.
type Handler struct {
	Exit       bool
	Conditions []Condition
	Body       Instruction
}

// Assignment is target = value.
type Assignment struct {
	Target string // without @ and scope
	User   bool   // @target
	System bool   // @@target, or with a scope
	Scope  string // "GLOBAL", "SESSION", "PERSIST", "NEW" … in capitals; "" where there is none
	Word   string // "DEFAULT" or "ON" in place of a value, of a system variable; DEFAULT of a local one is NULL
	Value  *Tree
}

func (*Block) instruction()   {}
func (*If) instruction()      {}
func (*Case) instruction()    {}
func (*While) instruction()   {}
func (*Repeat) instruction()  {}
func (*Loop) instruction()    {}
func (*Leave) instruction()   {}
func (*Iterate) instruction() {}
func (*Return) instruction()  {}
func (*Set) instruction()     {}
func (*Open) instruction()    {}
func (*Fetch) instruction()   {}
func (*Close) instruction()   {}
func (*Signal) instruction()  {}
func (*SQL) instruction()     {}

// Expression is the expression of a tree that is SELECT expression, and nil for
// other trees.
func (t *Tree) Expression() ast.ExprNode {
	s, ok := t.Node.(*ast.SelectStmt)
	if !ok || s.Fields == nil || len(s.Fields.Fields) != 1 {
		return nil
	}
	return s.Fields.Fields[0].Expr
}
