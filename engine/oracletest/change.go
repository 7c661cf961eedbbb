package oracletest

import (
	"fmt"
	"strings"
)

// Change is an UPDATE or DELETE.
type Change struct {
	From    *From
	Targets []*From
	Sets    []string // the columns that are assigned; none of a DELETE
	Values  []*Expr
	Where   []*Expr
	Tail    string // ORDER BY and LIMIT
}

// SQL spells the statement.
func (c *Change) SQL() string {
	text := "UPDATE " + c.From.SQL() + " SET "
	if len(c.Sets) == 0 {
		var names []string
		for _, t := range c.Targets {
			names = append(names, t.Alias)
		}
		text = "DELETE " + strings.Join(names, ", ") + " FROM " + c.From.SQL()
	}
	for i, name := range c.Sets {
		if i > 0 {
			text += ", "
		}
		text += name + " = " + c.Values[i].SQL()
	}
	if len(c.Where) > 0 {
		text += " WHERE " + conjunction(c.Where)
	}
	return text + c.Tail
}

// Change is the next UPDATE or DELETE. Its values come from the row that they are for
// where there are several tables: of the rows that match the plan decides which is the
// first.
func (g *Generator) Change() *Change {
	g.alias, g.ctes = 0, nil
	c := &Change{}
	tables := []int{1, 1, 1, 2, 2, 3}[g.r.IntN(6)]
	var s *scope
	for len(c.Targets) == 0 {
		c.From, s = g.from(tables, 2, tables > 1)
		for _, f := range c.From.tables() {
			if g.named(f) != nil && (len(c.Targets) == 0 || g.chance(3)) {
				c.Targets = append(c.Targets, f)
			}
		}
	}
	s.columns = qualified(s.columns)
	for range []int{0, 1, 1, 2}[g.r.IntN(4)] {
		c.Where = append(c.Where, g.expr(s, Bool, 2))
	}
	if g.chance(3) {
		return c
	}
	for _, f := range c.Targets {
		t := g.named(f)
		own := &scope{flat: tables > 1}
		for _, column := range t.Columns {
			own.columns = append(own.columns, node(column.Type, f.Alias+"."+column.Name))
		}
		for range []int{1, 1, 2, 3}[g.r.IntN(4)] {
			column := t.Columns[1+g.r.IntN(len(t.Columns)-1)]
			if tables > 1 && column.Name == "k" { // tables are joined by it, and MariaDB looks at the join again
				continue
			}
			if tables == 1 && t.Keys != "" && g.chance(8) {
				column = t.Columns[0]
			}
			value := g.expr(own, column.Type, 2)
			if column.Enum {
				value = node(Binary, g.pick("'lo'", "'mid'", "'hi'", "NULL"))
			}
			c.Sets, c.Values = append(c.Sets, f.Alias+"."+column.Name), append(c.Values, value)
			if tables > 1 {
				break
			}
		}
	}
	if t := g.named(c.From); t != nil && t.Keys != "" && g.chance(3) {
		c.Tail = " ORDER BY " + c.From.Alias + ".id" + g.pick("", " DESC")
		if g.chance(2) {
			c.Tail += fmt.Sprintf(" LIMIT %d", g.r.IntN(5))
		}
	}
	return c
}

// named is the table that a reference names; nil of what is none.
func (g *Generator) named(f *From) *Table {
	for _, t := range g.Tables {
		if t.Name == f.Table {
			return t
		}
	}
	return nil
}

// tables are the tables that are joined.
func (f *From) tables() []*From {
	if f.Left == nil {
		return []*From{f}
	}
	return append(f.Left.tables(), f.Right.tables()...)
}
