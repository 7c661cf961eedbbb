package storage

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// triggerAt finds a trigger by its name, in any letter case.
func triggerAt(m *databaseMeta, name string) int {
	return slices.IndexFunc(m.triggers, func(t bridge.StoredTrigger) bool { return strings.EqualFold(t.Name, name) })
}

// Triggers implements bridge.TriggerDatabase.
func (d *Database) Triggers(ctx *sql.Context) []bridge.StoredTrigger { return d.meta(ctx).triggers }

// Trigger finds a trigger.
func (d *Database) Trigger(ctx *sql.Context, name string) (bridge.StoredTrigger, bool) {
	m := d.meta(ctx)
	if i := triggerAt(m, name); i >= 0 {
		return m.triggers[i], true
	}
	return bridge.StoredTrigger{}, false
}

// Triggers are those of a table, in the order in which they are executed.
func (s *Session) Triggers(database, table string) (all []bridge.StoredTrigger) {
	d, _ := s.transaction().Catalog().Database(database)
	m, ok := d.(*databaseMeta)
	if !ok {
		return nil
	}
	for i := range m.triggers {
		if strings.EqualFold(m.triggers[i].Table, table) {
			all = append(all, m.triggers[i])
		}
	}
	return all
}

// CreateTrigger keeps a trigger: behind the others, or as order says, FOLLOWS or PRECEDES,
// beside another one for the same event at the same time. The errors are MySQL's 1359 where
// there is one of its name, and 3011 where there is no such other.
func (d *Database) CreateTrigger(ctx *sql.Context, t bridge.StoredTrigger, order, other string) error {
	return d.change(ctx, func(m *databaseMeta) error {
		if triggerAt(m, t.Name) >= 0 {
			return mysql.NewDefaultError(mysql.ER_TRG_ALREADY_EXISTS)
		}
		at := len(m.triggers)
		if order != "" {
			beside := triggerAt(m, other)
			if beside < 0 || !strings.EqualFold(m.triggers[beside].Table, t.Table) || m.triggers[beside].Event != t.Event || m.triggers[beside].Before != t.Before {
				return mysql.NewError(erNoReferencedTrigger,
					"Referenced trigger '"+other+"' for the given action time and event type does not exist.")
			}
			if at = beside; order == "FOLLOWS" {
				at++
			}
		}
		m.triggers = slices.Insert(m.triggers, at, t)
		return nil
	})
}

// erNoReferencedTrigger is MySQL's error about the trigger that FOLLOWS or PRECEDES names.
const erNoReferencedTrigger = 3011

// DropTrigger forgets a trigger; false where there is none.
func (d *Database) DropTrigger(ctx *sql.Context, name string) (found bool, err error) {
	if triggerAt(d.meta(ctx), name) < 0 {
		return false, nil
	}
	err = d.change(ctx, func(m *databaseMeta) error {
		if i := triggerAt(m, name); i >= 0 {
			found = true
			m.triggers = slices.Delete(m.triggers, i, i+1)
		}
		return nil
	})
	return found, err
}

// dropTriggers forgets those of a table that is gone.
func (d *Database) dropTriggers(draft *store.Draft, table string) error {
	return d.ofTable(draft, table, func(t bridge.StoredTrigger) (bridge.StoredTrigger, bool, error) { return t, false, nil })
}

// renameTriggers has a table's triggers follow its new name.
func (d *Database) renameTriggers(draft *store.Draft, from, to string) error {
	return d.ofTable(draft, from, func(t bridge.StoredTrigger) (bridge.StoredTrigger, bool, error) {
		r, _, err := t.Parse()
		if err == nil {
			t.Table, t.Statement = to, r.OnTable(t.Statement, to)
		}
		return t, true, err
	})
}

// ofTable changes the triggers of a table: f tells what becomes of one, and whether it stays.
func (d *Database) ofTable(draft *store.Draft, table string, f func(bridge.StoredTrigger) (bridge.StoredTrigger, bool, error)) error {
	found, _ := draft.Catalog().Database(d.name)
	m, ok := found.(*databaseMeta)
	if !ok || !slices.ContainsFunc(m.triggers, func(t bridge.StoredTrigger) bool { return strings.EqualFold(t.Table, table) }) {
		return nil
	}
	next := *m
	next.triggers = nil
	for _, t := range m.triggers {
		stays := true
		if strings.EqualFold(t.Table, table) {
			var err error
			if t, stays, err = f(t); err != nil {
				return err
			}
		}
		if stays {
			next.triggers = append(next.triggers, t)
		}
	}
	return draft.SetDatabase(d.name, &next)
}
