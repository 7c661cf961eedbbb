package storage

import (
	"slices"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// routineAt finds a function or procedure by its name, in any letter case.
func routineAt(m *databaseMeta, function bool, name string) int {
	return slices.IndexFunc(m.routines, func(r bridge.StoredRoutine) bool {
		return r.Function == function && strings.EqualFold(r.Name, name)
	})
}

// Routine finds a stored function or procedure.
func (d *Database) Routine(ctx *sql.Context, function bool, name string) (bridge.StoredRoutine, bool) {
	m := d.meta(ctx)
	if i := routineAt(m, function, name); i >= 0 {
		return m.routines[i], true
	}
	return bridge.StoredRoutine{}, false
}

// Routines implements bridge.RoutineDatabase.
func (d *Database) Routines(ctx *sql.Context) []bridge.StoredRoutine { return d.meta(ctx).routines }

// CreateRoutine keeps a routine: MySQL's error 1304 where there is one of its name.
func (d *Database) CreateRoutine(ctx *sql.Context, r bridge.StoredRoutine) error {
	return d.change(ctx, func(m *databaseMeta) error {
		if routineAt(m, r.Function, r.Name) >= 0 {
			return mysql.NewDefaultError(mysql.ER_SP_ALREADY_EXISTS, r.Kind(), r.Name)
		}
		m.routines = append(m.routines, r)
		return nil
	})
}

// AlterRoutine keeps a routine in the place of that of its name, if there is one still.
func (d *Database) AlterRoutine(ctx *sql.Context, r bridge.StoredRoutine) error {
	return d.change(ctx, func(m *databaseMeta) error {
		if i := routineAt(m, r.Function, r.Name); i >= 0 {
			m.routines[i] = r
		}
		return nil
	})
}

// DropRoutine forgets a routine; false where there is none.
func (d *Database) DropRoutine(ctx *sql.Context, function bool, name string) (found bool, err error) {
	if routineAt(d.meta(ctx), function, name) < 0 {
		return false, nil
	}
	err = d.change(ctx, func(m *databaseMeta) error {
		if i := routineAt(m, function, name); i >= 0 {
			found = true
			m.routines = slices.Delete(m.routines, i, i+1)
		}
		return nil
	})
	return found, err
}

// GetStoredProcedure implements sql.StoredProcedureDatabase: for triggers, which
// go-mysql-server runs. It knows the procedures that its parser understands.
func (d *Database) GetStoredProcedure(ctx *sql.Context, name string) (sql.StoredProcedureDetails, bool, error) {
	r, ok := d.Routine(ctx, false, name)
	if !ok || !r.Planner {
		return sql.StoredProcedureDetails{}, false, nil
	}
	return details(r), true, nil
}

func details(r bridge.StoredRoutine) sql.StoredProcedureDetails {
	return sql.StoredProcedureDetails{
		Name: r.Name, CreateStatement: r.Statement, CreatedAt: r.Created, ModifiedAt: r.Created, SqlMode: r.Mode,
	}
}

// GetStoredProcedures implements sql.StoredProcedureDatabase.
func (d *Database) GetStoredProcedures(ctx *sql.Context) ([]sql.StoredProcedureDetails, error) {
	var all []sql.StoredProcedureDetails
	for _, r := range d.meta(ctx).routines {
		if !r.Function && r.Planner {
			all = append(all, details(r))
		}
	}
	return all, nil
}

// SaveStoredProcedure implements sql.StoredProcedureDatabase.
func (d *Database) SaveStoredProcedure(ctx *sql.Context, p sql.StoredProcedureDetails) error {
	return d.CreateRoutine(ctx, bridge.StoredRoutine{
		Name: p.Name, Statement: p.CreateStatement, Mode: p.SqlMode, Created: p.CreatedAt.Truncate(time.Second), Planner: true,
	})
}

// DropStoredProcedure implements sql.StoredProcedureDatabase.
func (d *Database) DropStoredProcedure(ctx *sql.Context, name string) error {
	found, err := d.DropRoutine(ctx, false, name)
	if err == nil && !found {
		err = sql.ErrStoredProcedureDoesNotExist.New(name)
	}
	return err
}
