package engine

import (
	"errors"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/routine"
)

// triggerStatement executes CREATE TRIGGER, DROP TRIGGER and SHOW CREATE TRIGGER (manual 15.1.22,
// 15.1.34 and 15.7.7.11); nil where it is none of them.
func (x *execution) triggerStatement(s parse.RoutineStatement) (*Result, error) {
	switch s.Verb {
	case "CREATE":
		return x.createTrigger(x.text)
	case "DROP":
		return x.dropTrigger(s)
	case "SHOW CREATE":
		return x.showCreateTrigger(s)
	}
	return nil, nil
}

func (x *execution) createTrigger(text string) (*Result, error) {
	tree, err := parse.Query(text, bridge.ParserMode(x.ctx))
	if err != nil {
		return nil, err
	}
	r := tree.Routine
	if err := x.defines(); err != nil {
		return nil, err
	}
	on := r.Trigger
	database := on.Database
	if database == "" {
		database = r.Database
	}
	if r.Database != "" && on.Database != "" && r.Database != on.Database {
		return nil, mysql.NewDefaultError(mysql.ER_TRG_IN_WRONG_SCHEMA)
	}
	db, err := x.routines(database)
	if errors.Is(err, errNoRoutines) {
		return nil, mysql.NewDefaultError(mysql.ER_NO_TRIGGERS_ON_SYSTEM_SCHEMA)
	}
	if err != nil {
		return nil, err
	}
	target := x.session.session.Target(x.ctx, db.Name(), on.Table)
	if target == nil {
		if _, view, err := db.GetViewDefinition(x.ctx, on.Table); view || err != nil {
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_OBJECT, db.Name(), on.Table, "BASE TABLE")
		}
		return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, db.Name(), on.Table)
	}
	if target.Temporary() {
		return nil, mysql.NewDefaultError(mysql.ER_TRG_ON_VIEW_OR_TEMP_TABLE, on.Table)
	}
	columns := make([]string, len(target.Columns))
	for i := range columns {
		columns[i] = target.Columns[i].Name
	}
	known := systemVariables(bridge.NewSession(x.ctx, Version))
	if err := routine.Check(r, db.Name(), known, columns); err != nil {
		return nil, err
	}
	t, err := bridge.NewStoredTrigger(tree.Text, x.session.session.SQLMode(x.ctx), time.Now().UTC().Truncate(10*time.Millisecond))
	if err != nil {
		return nil, err
	}
	t.Table = target.Name
	err = db.CreateTrigger(x.ctx, t, on.Order, on.Other)
	var my *mysql.MyError
	if r.IfNotExists && errors.As(err, &my) && my.Code == mysql.ER_TRG_ALREADY_EXISTS {
		x.note(mysql.ER_TRG_ALREADY_EXISTS, my.Message)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return new(Result), x.end(nil)
}

func (x *execution) dropTrigger(s parse.RoutineStatement) (*Result, error) {
	if err := x.defines(); err != nil {
		return nil, err
	}
	db, err := x.routines(s.Database)
	if err != nil && !errors.Is(err, errNoRoutines) {
		return nil, err
	}
	found := false
	if db != nil {
		if found, err = db.DropTrigger(x.ctx, s.Name); err != nil {
			return nil, err
		}
	}
	if !found {
		missing := mysql.NewDefaultError(mysql.ER_TRG_DOES_NOT_EXIST)
		if !s.IfExists {
			return nil, missing
		}
		x.note(missing.Code, missing.Message)
	}
	return new(Result), x.end(nil)
}

// showCreateTriggerSchema are MySQL's columns of SHOW CREATE TRIGGER.
var showCreateTriggerSchema = func() (schema sql.Schema) {
	for _, name := range []string{
		"Trigger", "sql_mode", "SQL Original Statement", "character_set_client", "collation_connection", "Database Collation",
	} {
		schema = append(schema, &sql.Column{Name: name, Type: types.LongText, Nullable: true})
	}
	return append(schema, &sql.Column{Name: "Created", Type: types.MustCreateDatetimeType(sqltypes.Timestamp, 2), Nullable: true})
}()

func (x *execution) showCreateTrigger(s parse.RoutineStatement) (*Result, error) {
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	db, err := x.routines(s.Database)
	if err != nil && !errors.Is(err, errNoRoutines) {
		return nil, err
	}
	if db == nil {
		return nil, mysql.NewDefaultError(mysql.ER_TRG_DOES_NOT_EXIST)
	}
	t, ok := db.Trigger(x.ctx, s.Name)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_TRG_DOES_NOT_EXIST)
	}
	row := make(sql.Row, len(showCreateTriggerSchema))
	row[0], row[1], row[2], row[6] = t.Name, t.Mode, t.Statement, t.Created
	if err := x.characterSets(row[3:6]); err != nil {
		return nil, err
	}
	return newResult(x, showCreateTriggerSchema, sql.RowsToRowIter(row)), nil
}
