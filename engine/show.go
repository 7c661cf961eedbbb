package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// shownAgain is a SHOW of go-mysql-server's whose rows are put right.
type shownAgain struct {
	sql.Node
	builder sql.NodeExecBuilder
	correct func(*sql.Context, []sql.Row)
}

var _ sql.ExecSourceRel = shownAgain{}

// RowIter implements sql.ExecSourceRel.
func (s shownAgain) RowIter(ctx *sql.Context, row sql.Row) (sql.RowIter, error) {
	source, err := s.builder.Build(ctx, s.Node, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, source)
	if err != nil {
		return nil, err
	}
	s.correct(ctx, rows)
	return sql.RowsToRowIter(rows...), nil
}

// shown has SHOW say what MySQL says.
func (e *Engine) shown(node sql.Node) (sql.Node, error) {
	node, _, err := transform.Node(node, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		switch show := n.(type) {
		case *plan.ShowColumns:
			return shownAgain{n, e.analyzer.ExecBuilder, func(ctx *sql.Context, rows []sql.Row) { correctColumns(ctx, show, rows) }}, transform.NewTree, nil
		case *plan.ShowIndexes:
			return shownAgain{n, e.analyzer.ExecBuilder, func(_ *sql.Context, rows []sql.Row) { correctIndexes(show, rows) }}, transform.NewTree, nil
		case *plan.ShowCreateTable:
			return shownAgain{n, e.analyzer.ExecBuilder, func(_ *sql.Context, rows []sql.Row) { correctTable(show, rows) }}, transform.NewTree, nil
		case *plan.ShowCreateDatabase:
			return shownAgain{n, e.analyzer.ExecBuilder, correctDatabase}, transform.NewTree, nil
		}
		return n, transform.SameTree, nil
	})
	return node, err
}

// correctColumns puts right SHOW COLUMNS and DESCRIBE: a type does not tell its
// collation, which SHOW FULL COLUMNS does, and a default no quotes (manual
// 13.7.7.5).
func correctColumns(ctx *sql.Context, show *plan.ShowColumns, rows []sql.Row) {
	const typeAt, collationAt, defaultAt, privilegesAt = 1, 2, 4, 7
	for i, c := range show.TargetSchema() {
		row, value := rows[i], defaultAt
		if show.Full {
			row[collationAt], row[privilegesAt] = nil, "select,insert,update,references"
			value++
		}
		row[value], row[value+1] = nil, bridge.ColumnExtra(c)
		if text, ok := bridge.ColumnDefault(ctx, c); ok {
			row[value] = text
		}
		if t, ok := c.Type.(sql.TypeWithCollation); ok {
			row[typeAt] = withMembers(t.StringWithTableCollation(t.Collation()), c.Type)
			if show.Full && !types.IsBinaryType(c.Type) {
				row[collationAt] = t.Collation().Name()
			}
		}
	}
}

// correctTable puts right SHOW CREATE TABLE.
func correctTable(show *plan.ShowCreateTable, rows []sql.Row) {
	if show.IsView || len(rows) == 0 {
		return
	}
	lines := strings.Split(rows[0][1].(string), "\n")
	for _, c := range show.TargetSchema() {
		column := "  " + sql.QuoteIdentifier(c.Name) + " "
		for i, line := range lines {
			if strings.HasPrefix(line, column) {
				lines[i] = withMembers(line, c.Type)
				break
			}
		}
	}
	rows[0][1] = strings.Join(lines, "\n")
}

// withMembers is a text in which the members of an ENUM or SET are written as literals:
// quotes in them are doubled.
func withMembers(text string, t sql.Type) string {
	var members []string
	switch t := t.(type) {
	case sql.EnumType:
		members = t.Values()
	case sql.SetType:
		members = t.Values()
	default:
		return text
	}
	plain := strings.Join(members, "','")
	for i, m := range members {
		members[i] = strings.ReplaceAll(m, "'", "''")
	}
	return strings.Replace(text, "('"+plain+"')", "('"+strings.Join(members, "','")+"')", 1)
}

// correctIndexes puts right SHOW INDEX: the values are in ascending order, and of some
// columns only the first characters (manual 15.7.7.22).
func correctIndexes(show *plan.ShowIndexes, rows []sql.Row) {
	const nameAt, sequenceAt, collationAt, partAt = 2, 3, 5, 7
	prefixes := make(map[any][]uint16)
	for _, index := range show.IndexesToShow {
		prefixes[index.ID()] = index.PrefixLengths()
	}
	for _, row := range rows {
		row[collationAt], row[partAt] = "A", nil
		part, err := strconv.Atoi(fmt.Sprint(row[sequenceAt]))
		if lengths := prefixes[row[nameAt]]; err == nil && part <= len(lengths) && lengths[part-1] > 0 {
			row[partAt] = int64(lengths[part-1])
		}
	}
}

// correctDatabase puts right SHOW CREATE DATABASE (manual 13.7.7.6).
func correctDatabase(_ *sql.Context, rows []sql.Row) {
	for _, row := range rows {
		row[1] = row[1].(string) + " /*!80016 DEFAULT ENCRYPTION='N' */"
	}
}
