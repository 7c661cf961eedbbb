package exec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// ExplainRow is a row of EXPLAIN FORMAT=TRADITIONAL (manual 8.8.2): a table of the plan. A text that is ""
// and a number that is negative are NULL: unknown, or nothing to say.
type ExplainRow struct {
	ID         int // of the query block; 0: NULL, of a UNION RESULT
	SelectType string
	Table      string
	Access     string // the column type: ALL, const, ref, …
	Key        string
	KeyLength  string
	Ref        string
	Rows       int64
	Filtered   float64
	Extra      string
}

// ExplainTable is a plan as a row for each table, in the order in which a query block reads them, the blocks
// within another behind it. The plan is what the optimizer has left: a derived table is a block only
// where it was not merged.
func ExplainTable(c *expr.Context, n plan.Node) []ExplainRow {
	t := &explainTable{c: c, ctes: map[*plan.CTE]int{}, shown: map[any]bool{}}
	t.block(n, "PRIMARY")
	if len(t.blocks) == 1 {
		t.blocks[0].setType("SIMPLE")
	}
	var rows []ExplainRow
	for _, b := range t.blocks {
		rows = append(rows, b.rows...)
	}
	return rows
}

type explainTable struct {
	c      *expr.Context
	blocks []*explainBlock
	last   int // id
	ctes   map[*plan.CTE]int
	shown  map[any]bool // queries of subqueries
}

// explainBlock is a query block: SELECT, or the result of a set operation.
type explainBlock struct {
	id         int
	selectType string
	rows       []ExplainRow
	temporary  bool
	filesort   bool
	inner      []func() // the blocks within it
}

func (b *explainBlock) setType(t string) {
	b.selectType = t
	for i := range b.rows {
		b.rows[i].SelectType = t
	}
}

// add adds a row of the block.
func (b *explainBlock) add(r ExplainRow) {
	r.ID, r.SelectType = b.id, b.selectType
	b.rows = append(b.rows, r)
}

// extra adds to the Extra of a row.
func (b *explainBlock) extra(row int, text string) {
	if row < 0 || row >= len(b.rows) || strings.Contains(b.rows[row].Extra, text) {
		return
	}
	if b.rows[row].Extra != "" {
		text = b.rows[row].Extra + "; " + text
	}
	b.rows[row].Extra = text
}

// block adds the block of a query, and those within it. It returns its number.
func (t *explainTable) block(n plan.Node, selectType string) int {
	if set, over := setOperation(n); set != nil {
		return t.setOperation(set, over, selectType)
	}
	t.last++
	b := &explainBlock{id: t.last, selectType: selectType}
	t.blocks = append(t.blocks, b)
	t.node(b, n, stageLimit)
	if b.temporary {
		b.extra(0, "Using temporary")
	}
	if b.filesort {
		b.extra(0, "Using filesort")
	}
	for _, inner := range b.inner {
		inner()
	}
	return b.id
}

// setOperation is the set operation that a query is, and what is done with its rows.
func setOperation(n plan.Node) (set *plan.SetOp, over []plan.Node) {
	for {
		switch m := n.(type) {
		case *plan.SetOp:
			return m, over
		case *plan.Sort, *plan.Limit, *plan.Project, *plan.Distinct:
			over = append(over, n)
			n = n.Children()[0]
		default:
			return nil, nil
		}
	}
}

// setOperation adds the blocks of a set operation, then its result where that is kept: of UNION ALL
// it is not.
func (t *explainTable) setOperation(set *plan.SetOp, over []plan.Node, selectType string) int {
	word := [...]string{plan.Union: "UNION", plan.Intersect: "INTERSECT", plan.Except: "EXCEPT"}[set.Kind]
	distinct := !set.All || set.Kind != plan.Union
	var operands []plan.Node
	var collect func(n plan.Node)
	collect = func(n plan.Node) {
		if s, ok := n.(*plan.SetOp); ok && s.Kind == set.Kind {
			distinct = distinct || !s.All
			collect(s.Left)
			collect(s.Right)
			return
		}
		operands = append(operands, n)
	}
	collect(set)
	var ids []string
	first := 0
	for i, operand := range operands {
		kind := selectType
		if i > 0 {
			kind = word
			if strings.HasPrefix(selectType, "DEPENDENT ") || strings.HasPrefix(selectType, "UNCACHEABLE ") {
				kind = selectType[:strings.IndexByte(selectType, ' ')+1] + word
			}
		}
		id := t.block(operand, kind)
		if i == 0 {
			first = id
		}
		ids = append(ids, fmt.Sprint(id))
	}
	sorted := slices.ContainsFunc(over, func(n plan.Node) bool { _, ok := n.(*plan.Sort); return ok })
	if distinct || sorted {
		b := &explainBlock{selectType: word + " RESULT"}
		b.add(ExplainRow{Table: fmt.Sprintf("<%s%s>", strings.ToLower(word), strings.Join(ids, ",")), Access: "ALL", Rows: -1, Filtered: -1, Extra: "Using temporary"})
		if sorted {
			b.extra(0, "Using filesort")
		}
		t.blocks = append(t.blocks, b)
	}
	return first
}

// The stages of a block, from its result to its tables: what is read goes down them.
const (
	stageLimit = iota
	stageSort
	stageWindow
	stageGroup
	stageTables
)

// node adds the rows of what a block reads. A node of an earlier stage is of a block of its own.
func (t *explainTable) node(b *explainBlock, n plan.Node, stage int) {
	derived := func() {
		at := len(b.rows)
		b.add(ExplainRow{Access: "ALL", Rows: -1, Filtered: -1})
		b.inner = append(b.inner, func() { b.rows[at].Table = fmt.Sprintf("<derived%d>", t.block(n, "DERIVED")) })
	}
	below := func(child plan.Node, own, next int) bool {
		if stage > own {
			derived()
			return false
		}
		t.node(b, child, next)
		t.subqueries(b, n)
		return true
	}
	switch n := n.(type) {
	case *plan.Limit:
		below(n.Child, stageLimit, stageSort)
	case *plan.Sort:
		if below(n.Child, stageSort, stageSort) {
			b.filesort = true
		}
	case *plan.Distinct:
		if below(n.Child, stageSort, stageSort) {
			b.temporary = true
		}
	case *plan.Window:
		if below(n.Child, stageWindow, stageWindow) {
			b.filesort = b.filesort || len(n.Partition)+len(n.Order) > 0
		}
	case *plan.Aggregate:
		if below(n.Child, stageGroup, stageTables) {
			b.temporary = b.temporary || len(n.Keys) > 0
		}
	case *plan.SetOp:
		derived()
	case *plan.Project:
		t.node(b, n.Child, stage)
		t.subqueries(b, n)
	case *plan.Filter:
		t.node(b, n.Child, stage)
		if stage == stageTables || !holds[*plan.Aggregate](n.Child) {
			b.extra(len(b.rows)-1, "Using where")
		}
		t.subqueries(b, n)
	case *plan.Join:
		t.join(b, n)
	default:
		t.table(b, n)
		t.subqueries(b, n)
	}
}

// holds tells whether a node of the type is in a block before its tables.
func holds[T plan.Node](n plan.Node) bool {
	for {
		if _, ok := n.(T); ok {
			return true
		}
		children := n.Children()
		if len(children) != 1 {
			return false
		}
		n = children[0]
	}
}

func (t *explainTable) join(b *explainBlock, n *plan.Join) {
	t.node(b, n.Left, stageTables)
	right := len(b.rows)
	t.node(b, n.Right, stageTables)
	if right == len(b.rows) {
		return
	}
	if n.On != nil {
		b.extra(right, "Using where")
	}
	switch n.Kind {
	case plan.Anti, plan.AntiNull:
		b.extra(right, "Not exists")
	case plan.Semi:
		if right > 0 {
			b.extra(right, "FirstMatch("+b.rows[right-1].Table+")")
		}
	}
	if s, ok := tableOf(n.Right).(*plan.Scan); !n.Lateral && (!ok || s.Lookup == nil) {
		b.extra(right, "Using join buffer (hash join)")
	}
	t.subqueries(b, n)
}

// tableOf is what a node filters.
func tableOf(n plan.Node) plan.Node {
	for {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		n = f.Child
	}
}

// table adds the row of a node that reads nothing of the plan.
func (t *explainTable) table(b *explainBlock, n plan.Node) {
	switch n := n.(type) {
	case *plan.Scan:
		b.add(scanRow(t.c, n))
	case *plan.Values:
		b.add(ExplainRow{Rows: -1, Filtered: -1, Extra: "No tables used"})
	case *plan.TableFunction:
		b.add(ExplainRow{Table: aliasOf(n, n.Name), Access: "ALL", Rows: -1, Filtered: -1, Extra: "Table function: " + n.Name})
	case *plan.JSONTable:
		b.add(ExplainRow{Table: aliasOf(n, "json_table"), Access: "ALL", Rows: -1, Filtered: -1, Extra: "Table function: json_table; Using temporary"})
	case *plan.Ref:
		at := len(b.rows)
		if n.Working {
			b.add(ExplainRow{Table: n.CTE.Name, Access: "ALL", Rows: -1, Filtered: -1, Extra: "Recursive"})
			return
		}
		b.add(ExplainRow{Access: "ALL", Rows: -1, Filtered: -1})
		b.inner = append(b.inner, func() {
			id, ok := t.ctes[n.CTE]
			if !ok {
				id = t.cte(n.CTE)
			}
			b.rows[at].Table = fmt.Sprintf("<derived%d>", id)
		})
	}
}

// cte adds the blocks of a common table expression.
func (t *explainTable) cte(c *plan.CTE) int {
	id := t.block(c.Query, "DERIVED")
	t.ctes[c] = id
	if c.Step != nil {
		t.block(c.Step, "UNION")
	}
	return id
}

// aliasOf is what the statement calls a table.
func aliasOf(n plan.Node, name string) string {
	if columns := n.Columns(); len(columns) > 0 && columns[0].Table != "" {
		return columns[0].Table
	}
	return name
}

func (t *explainTable) subqueries(b *explainBlock, n plan.Node) {
	for _, e := range n.Exprs() {
		expr.Walk(e, func(e expr.Expr) bool {
			s, ok := e.(*plan.Subquery)
			if !ok || t.shown[s.Query] {
				return true
			}
			t.shown[s.Query] = true
			selectType := map[repetition]string{
				once: "SUBQUERY", dependent: "DEPENDENT SUBQUERY", uncacheable: "UNCACHEABLE SUBQUERY",
			}[repetitionOf(s)]
			b.inner = append(b.inner, func() { t.block(s.Query, selectType) })
			return true
		})
	}
}

// scanRow is the row of a table that is stored.
func scanRow(c *expr.Context, n *plan.Scan) ExplainRow {
	r := ExplainRow{Table: n.Name, Access: "ALL", Rows: n.Table.RowCount(c), Filtered: -1}
	if n.Alias != "" {
		r.Table = n.Alias
	}
	l := n.Lookup
	if l == nil {
		return r
	}
	if n.Reverse {
		r.Extra = "Backward index scan"
	}
	r.Key, r.Rows = l.Key, -1
	keys := n.Table.Keys()
	at := slices.IndexFunc(keys, func(k plan.Key) bool { return k.Name == l.Key })
	if at < 0 {
		return r
	}
	key := keys[at]
	used := len(l.Equal)
	constant := true
	var refs []string
	for _, e := range l.Equal {
		if column, ok := e.(*expr.Column); ok {
			refs = append(refs, column.Name)
			constant = false
			continue
		}
		ref := "const"
		expr.Walk(e, func(e expr.Expr) bool {
			if _, ok := e.(*expr.Column); ok {
				ref, constant = "func", false
			}
			return true
		})
		refs = append(refs, ref)
	}
	switch {
	case l.Bounds() == 0:
		r.Access, r.Rows, used = "index", n.Table.RowCount(c), len(key.Columns)
	case l.From != nil || l.To != nil:
		r.Access = "range"
		used++
	case key.Unique && used == len(key.Columns) && constant:
		r.Access, r.Rows = "const", 1
	case key.Unique && used == len(key.Columns):
		r.Access, r.Rows = "eq_ref", 1
	default:
		r.Access = "ref"
	}
	if r.Access != "range" && r.Access != "index" {
		r.Ref = strings.Join(refs, ",")
	}
	length := 0
	for _, position := range key.Columns[:min(used, len(key.Columns))] {
		i := slices.Index(n.Pos, position)
		if i < 0 {
			return r // the column is not read, and nobody knows its type
		}
		length += keyLength(&n.Cols[i].T)
	}
	r.KeyLength = fmt.Sprint(length)
	return r
}

// keyLength is how many bytes a column takes in a key of InnoDB's (manual 11.7).
func keyLength(t *types.Type) int {
	n := 8
	fraction := (t.Scale + 1) / 2
	switch t.Kind {
	case types.Int, types.Uint:
		switch t.Protocol {
		case types.ProtocolTiny, types.ProtocolYear:
			n = 1
		case types.ProtocolShort:
			n = 2
		case types.ProtocolInt24:
			n = 3
		case types.ProtocolLong:
			n = 4
		}
	case types.Float:
		if t.Protocol == types.ProtocolFloat {
			n = 4
		}
	case types.Decimal:
		group := func(digits int) int { return digits/9*4 + (digits%9+1)/2 }
		n = group(t.Length-t.Scale) + group(t.Scale)
	case types.Date:
		n = 3
	case types.Time:
		n = 3 + fraction
	case types.DateTime:
		n = 5 + fraction
		if t.IsTimestamp() {
			n = 4 + fraction
		}
	case types.Enum:
		n = 1
		if len(t.Members) > 255 {
			n = 2
		}
	case types.Set:
		n = (len(t.Members) + 7) / 8
	case types.Bit:
		n = (t.Length + 7) / 8
	case types.String:
		n = t.Length * t.Collation.MaxBytes()
		if t.Protocol != types.ProtocolString {
			n += 2
		}
	}
	if t.Nullable {
		n++
	}
	return n
}
