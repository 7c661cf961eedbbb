package engine

import (
	"errors"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The events of triggers.
const (
	insertEvent = "INSERT"
	updateEvent = "UPDATE"
	deleteEvent = "DELETE"
)

// triggers are those of a table, for one statement. The nil ones are none.
type triggers struct {
	x       *execution
	context *expr.Context
	all     []*trigger
}

// trigger is a trigger made ready.
type trigger struct {
	bridge.StoredTrigger
	program  *routine.Program
	old, new []*routine.Variable // nil where the event has no such row
}

// triggersOf are those of a table; nil where it has none.
func (x *execution) triggersOf(database, table string, columns []storage.TargetColumn) (*triggers, error) {
	stored := x.session.session.Triggers(database, table)
	if len(stored) == 0 {
		return nil, nil
	}
	db, err := x.routines(database)
	if err != nil {
		return nil, err
	}
	t := &triggers{x: x, context: x.exprContext()}
	names, kinds := make([]string, len(columns)), make([]types.Type, len(columns))
	for i := range columns {
		names[i], kinds[i] = columns[i].Name, columns[i].T
	}
	for _, s := range stored {
		parsed, mode, err := x.parsedTrigger(s)
		if err != nil {
			return nil, err
		}
		p, err := routine.New(&routineHost{x: x}, parsed, db.Name(), types.Collation(db.GetCollation(x.ctx)), mode)
		if err != nil {
			return nil, err
		}
		p.SQLMode = s.Mode
		one := &trigger{StoredTrigger: s, program: p}
		if s.Event != insertEvent {
			one.old = p.Row("OLD", names, kinds)
		}
		if s.Event != deleteEvent {
			one.new = p.Row("NEW", names, kinds)
		}
		t.all = append(t.all, one)
	}
	return t, nil
}

// has tells whether there is one for an event; before, or after it.
func (t *triggers) has(before bool, event string) bool {
	if t == nil {
		return false
	}
	for _, one := range t.all {
		if one.Before == before && one.Event == event {
			return true
		}
	}
	return false
}

// fire runs the triggers for an event on a row. Those before it may give columns of the new row
// other values: given is told which.
func (t *triggers) fire(before bool, event string, old, row []types.Value, given func(column int)) error {
	if !t.has(before, event) {
		return nil
	}
	defer t.x.aside()()
	for _, one := range t.all {
		if one.Before != before || one.Event != event {
			continue
		}
		set(one.old, old)
		set(one.new, row)
		if err := one.program.Fire(t.context); err != nil {
			return triggerError{t.x.wording().mysqlError(err)}
		}
		if !before || row == nil {
			continue
		}
		for i, v := range one.new {
			if v.Assigned {
				row[i] = v.V
				if given != nil {
					given(i)
				}
			}
		}
	}
	return nil
}

func set(to []*routine.Variable, row []types.Value) {
	for i, v := range to {
		v.V, v.Assigned = row[i], false
	}
}

// triggerError is an error of a trigger's, which IGNORE does not make a warning of.
type triggerError struct{ error }

func (e triggerError) Unwrap() error { return e.error }

func ofTrigger(err error) bool {
	var t triggerError
	return errors.As(err, &t)
}

// aside keeps what a statement within the statement changes of the session's state: LAST_INSERT_ID(),
// ROW_COUNT() and how go-mysql-server reads tables. back puts it back (manual 27.3.1).
func (x *execution) aside() (back func()) {
	s := x.session.session
	locking, keyed, defining, rows := s.Locking, s.KeyedRows, s.Defining, s.Rows
	id, count := s.GetLastQueryInfoInt(sql.LastInsertId), s.GetLastQueryInfoInt(sql.RowCount)
	return func() {
		s.Locking, s.KeyedRows, s.Defining, s.Rows = locking, keyed, defining, rows
		s.SetLastQueryInfoInt(sql.LastInsertId, id)
		s.SetLastQueryInfoInt(sql.RowCount, count)
	}
}

// usedTable is a table that a statement uses.
type usedTable struct{ database, name string }

// uses notes that the statement reads or writes a table.
func (x *execution) uses(database, table string) {
	x.used = append(x.used, usedTable{database, table})
}

// refuseUsed is MySQL's error 1442 where a statement around this one, in whose trigger or function
// it is, uses the table that it is to write.
func (x *execution) refuseUsed(database, table string) error {
	for at := x.within; at != nil; at = at.within {
		for _, u := range at.used {
			if strings.EqualFold(u.database, database) && strings.EqualFold(u.name, table) {
				return mysql.NewDefaultError(mysql.ER_CANT_UPDATE_USED_TABLE_IN_SF_OR_TRG, u.name)
			}
		}
	}
	return nil
}

// writes notes that the statement writes a table, if it may.
func (x *execution) writes(database, table string) error {
	if err := x.refuseUsed(database, table); err != nil {
		return err
	}
	x.uses(database, table)
	return nil
}

// parsedTrigger is a trigger's statement as a session keeps it.
func (x *execution) parsedTrigger(t bridge.StoredTrigger) (*parse.Routine, parse.SQLMode, error) {
	mode := t.ParserMode()
	k := treeKey{t.Statement, mode}
	if tree := x.session.trees.find(k); tree != nil {
		return tree.Routine, mode, nil
	}
	parsed, _, err := t.Parse()
	if err == nil {
		x.session.trees.keep(k, &parse.Tree{Text: t.Statement, Routine: parsed})
	}
	return parsed, mode, err
}
