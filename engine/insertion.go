package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	tidbmode "github.com/pingcap/tidb/pkg/parser/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// insertion adds rows to a table as INSERT and REPLACE do: it converts what they are
// given to what the columns take, fills in defaults and AUTO_INCREMENT, checks NULL and
// CHECK, and writes what comes of it (manual 15.2.7, 15.2.12).
type insertion struct {
	x               *execution
	b               *bind.Binder
	target          *storage.Target
	columns         []int         // that the statement gives, in its order
	view            *insertedView // that it names instead of the table; nil: none
	ignore, replace bool
	alone           bool             // one row of values: no mode lets its NULL pass
	loads           bool             // LOAD DATA
	duplicate       *duplicateUpdate // ON DUPLICATE KEY UPDATE; nil: none
	sequence        uint64           // LAST_INSERT_ID() before the statement

	failed      *error // a warning that is an error in strict mode
	zeroIsValue bool   // NO_AUTO_VALUE_ON_ZERO
	defaults    []types.Value
	dynamic     []int // columns whose default each row computes
	checks      checks
	generated   *formulas // nil: no column is generated
	triggers    *triggers // nil: there are none
	late        *formulas // defaults that are made of the row's other columns, in each row
	chosen      *formulas // and in this one, by DEFAULT
	required    []int     // columns without a value that a trigger may give
	before      bool      // there are triggers before the row is written

	warnings  []rowWarning   // that wait for rows to be written
	words     *storage.Words // that its rows have all; nil: they have none
	rows      *storage.Rows  // that wait to be written; nil: each is at once
	written   *storage.Rows  // empty again, for the next ones; nil: there are none
	row       []types.Value  // in the making
	generates bool           // its AUTO_INCREMENT value
	numbered  bool           // rows that wait have values of theirs for it
	records   int
	affected  uint64
	displaced uint64 // rows that REPLACE has taken away, or ON DUPLICATE KEY UPDATE changed
	copied    int
	sequel    uint64   // the row's generated value; 0: none
	spare     []uint64 // generated values of rows that ON DUPLICATE KEY UPDATE did not insert: the next ones' (handler::restore_auto_increment)
	first     uint64   // the first generated value of a row that was written; 0: none
	last      uint64   // the last given value of the AUTO_INCREMENT column
}

// insertion is for a statement that inserts into the table; nil where the table is
// go-mysql-server's to write, or there is none.
func (x *execution) insertion(b *bind.Binder, table *tidb.TableName, columns []*tidb.ColumnName, ignore bool) (*insertion, error) {
	database := table.Schema.O
	if database == "" {
		database = x.database()
	}
	session := x.session.session
	target := session.Target(x.ctx, database, table.Name.O)
	if target == nil && strings.EqualFold(database, tables.Database) {
		if alias, ok := tables.FindAlias(table.Name.O); ok && !x.session.engine.parser.exists(x.ctx, database, table.Name.O) {
			target = session.Target(x.ctx, database, alias.Name)
		}
	}
	var view *insertedView
	if target == nil {
		var err error
		if view, err = x.insertedView(b, database, table.Name.O, columns); err != nil || view == nil {
			return nil, err
		}
		if target = session.Target(x.ctx, view.Target.Database, view.Target.Name); target == nil {
			return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "INSERT into this view")
		}
	}
	if err := x.writes(target.Database, target.Name); err != nil {
		return nil, err
	}
	in := &insertion{
		x: x, b: b, target: target, view: view, ignore: ignore, row: make([]types.Value, len(target.Columns)),
		sequence: b.Context.Session.LastInsertID(),
	}
	var err error
	if in.columns, err = in.named(table, columns); err != nil {
		return nil, err
	}
	if !target.Temporary() {
		if in.triggers, err = x.triggersOf(target.Database, target.Name, target.Columns); err != nil {
			return nil, err
		}
		in.before = in.triggers.has(true, insertEvent)
	}
	env := b.Context.Env
	env.Note = x.note
	if ignore {
		env.Mode &^= types.StrictTrans | types.StrictAll
		in.failed = new(error)
	} else {
		in.failed = strict(env)
	}
	if target.AutoIncrement >= 0 {
		in.zeroIsValue = b.Mode&tidbmode.ModeNoAutoValueOnZero != 0
	}
	return in, nil
}

// named are the positions of the columns that the statement names, all where it names
// none.
func (in *insertion) named(table *tidb.TableName, columns []*tidb.ColumnName) ([]int, error) {
	all := in.target.Columns
	at := make([]int, 0, len(all))
	if len(columns) == 0 {
		if in.view != nil {
			return in.view.Given, nil
		}
		for i := range all {
			at = append(at, i)
		}
		return at, nil
	}
	for _, c := range columns {
		i := in.column(c.Name.O)
		if i < 0 || c.Table.O != "" && !strings.EqualFold(c.Table.O, table.Name.O) && !strings.EqualFold(c.Table.O, in.target.Name) {
			return nil, mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, columnText(c), "field list")
		}
		if slices.Contains(at, i) {
			return nil, mysql.NewDefaultError(mysql.ER_FIELD_SPECIFIED_TWICE, c.Name.O)
		}
		at = append(at, i)
	}
	return at, nil
}

// column is the position of the column that the statement calls so; -1: there is none.
func (in *insertion) column(name string) int {
	if in.view != nil {
		return slices.IndexFunc(in.view.Names, func(shown string) bool { return strings.EqualFold(shown, name) })
	}
	return slices.IndexFunc(in.target.Columns, func(c storage.TargetColumn) bool { return strings.EqualFold(c.Name, name) })
}

// shown are the columns as the statement calls them.
func (in *insertion) shown() []plan.Column {
	columns := planColumns(in.target.Columns)
	if in.view != nil {
		for i := range columns {
			columns[i].Name = in.view.Names[i]
		}
	}
	return columns
}

func columnText(c *tidb.ColumnName) string {
	text := c.Name.O
	if c.Table.O != "" {
		text = c.Table.O + "." + text
	}
	if c.Schema.O != "" {
		text = c.Schema.O + "." + text
	}
	return text
}

// prepare computes the defaults of the columns that the statement does not give. It is
// error 1364, in strict mode, where one has none.
func (in *insertion) prepare() error {
	in.defaults = make([]types.Value, len(in.row))
	for i := range in.target.Columns {
		if slices.Contains(in.columns, i) {
			continue
		}
		c := &in.target.Columns[i]
		switch {
		case c.AutoIncrement, c.Generated != nil:
		case c.Required() && in.before:
			in.required = append(in.required, i)
			in.defaults[i] = types.Zero(&c.T)
		case c.Required():
			code, text := uint16(mysql.ER_NO_DEFAULT_FOR_FIELD), fmt.Sprintf("Field '%s' doesn't have a default value", c.Name)
			if in.view != nil {
				code = mysql.ER_NO_DEFAULT_FOR_VIEW_FIELD
				text = fmt.Sprintf("Field of view '%s.%s' underlying table doesn't have a default value", in.view.Database, in.view.Name)
			}
			if err := in.refuse(code, text); err != nil {
				return err
			}
			in.defaults[i] = types.Zero(&c.T)
		case c.Dynamic():
			if err := in.defaultLate(&in.late, i); err != nil {
				return err
			}
		case c.Column.Default != nil && !c.Column.Default.IsLiteral():
			in.dynamic = append(in.dynamic, i)
		default:
			v, err := in.defaultOf(i)
			if err != nil {
				return err
			}
			in.defaults[i] = v
		}
	}
	var err error
	d := in.definition()
	if in.target.Generates {
		if in.generated, err = d.generated(); err != nil {
			return err
		}
	}
	if in.checks, err = d.checks(in.target.Checks); err != nil {
		return err
	}
	return in.view.prepare(in)
}

func (in *insertion) definition() *definition {
	return &definition{in.b, in.target.Database, in.target.Name, in.target.Columns}
}

// plain tells whether a row's values are kept as they are given, and nothing is to be computed of
// them or done beside.
func (in *insertion) plain() bool {
	return in.target.Plain && in.triggers == nil && len(in.dynamic) == 0 && len(in.checks.all) == 0
}

// refuse is an error in strict mode, and else a warning.
func (in *insertion) refuse(code uint16, text string) error {
	if in.b.Context.Mode&(types.StrictTrans|types.StrictAll) != 0 {
		return mysql.NewError(code, text)
	}
	in.b.Context.Warn(code, text)
	return nil
}

// begin begins a row.
func (in *insertion) begin() error {
	copy(in.row, in.defaults)
	in.records++
	in.chosen = nil
	auto := in.target.AutoIncrement
	in.generates = auto >= 0 && !slices.Contains(in.columns, auto)
	for _, c := range in.dynamic {
		var err error
		if in.row[c], err = in.target.Default(c); err != nil {
			return err
		}
	}
	return nil
}

// set gives a column of the row a value of the type.
func (in *insertion) set(column int, v types.Value, from *types.Type) error {
	c := &in.target.Columns[column]
	auto := column == in.target.AutoIncrement
	if c.Generated != nil {
		return generatedGiven(c.Name, in.target.Name)
	}
	if v.IsNull() {
		if auto {
			in.generates = true
			return nil
		}
		if !c.Nullable && !in.before {
			text := fmt.Sprintf("Column '%s' cannot be null", c.Name)
			if in.alone && !in.ignore {
				return mysql.NewError(mysql.ER_BAD_NULL_ERROR, text)
			}
			if err := in.refuse(mysql.ER_BAD_NULL_ERROR, text); err != nil {
				return err
			}
			v = types.Zero(&c.T)
		}
		in.row[column] = v
		return nil
	}
	name := c.Name
	if c.T.Kind == types.JSON {
		name = in.target.Name + "." + name
	}
	v, err := types.Store(in.b.Context.Env, v, from, &c.T, name, in.records)
	if err != nil {
		return err
	}
	in.row[column] = v
	if auto {
		if in.generates = isZero(v) && !in.zeroIsValue; !in.generates {
			in.last = uint64(v.I)
		}
	}
	return nil
}

func isZero(v types.Value) bool { return v.I == 0 && v.F == 0 && v.D.IsZero() }

// end writes the row, or has it wait.
func (in *insertion) end() error {
	if err := in.complete(); err != nil {
		return err
	}
	if *in.failed != nil {
		return *in.failed
	}
	if err := in.checks.of(in.row); err != nil {
		return in.ignored(err)
	}
	in.sequel = 0
	if in.generates {
		if err := in.generate(); err != nil {
			return err
		}
	} else {
		in.spare = nil
	}
	if in.rows == nil {
		row, err := in.target.Encode(in.row)
		if err != nil {
			return err
		}
		copied := in.copied
		if err = in.write(row); in.copied > copied && in.first == 0 {
			in.first = in.sequel
		}
		return err
	}
	if in.first == 0 {
		in.first = in.sequel
	}
	if err := in.rows.Add(in.row); err != nil {
		in.rows.Drop()
		return err
	}
	in.numbered = in.numbered || !in.generates
	if in.rows.N < writtenRows {
		return nil
	}
	return in.flush()
}

// complete computes what is made of the row's values, and lets triggers have a say in them. NULL is
// refused behind them (manual 27.3.1).
func (in *insertion) complete() error {
	for _, late := range []*formulas{in.late, in.chosen} {
		if late == nil {
			continue
		}
		if err := late.of(in.row, in.records); err != nil {
			return err
		}
	}
	if in.generated != nil {
		if err := in.generated.of(in.row, in.records); err != nil {
			return err
		}
	}
	if !in.before {
		return nil
	}
	auto := in.target.AutoIncrement
	if in.generates {
		in.row[auto] = types.Zero(&in.target.Columns[auto].T)
	}
	given := make([]bool, len(in.row))
	if err := in.triggers.fire(true, insertEvent, nil, in.row, func(c int) { given[c] = true }); err != nil {
		return err
	}
	if auto >= 0 && given[auto] {
		v := in.row[auto]
		if in.generates = v.IsNull() || isZero(v) && !in.zeroIsValue; !in.generates {
			in.last = uint64(v.I)
		}
	}
	for i := range in.row {
		c := &in.target.Columns[i]
		if !in.row[i].IsNull() || c.Nullable || c.Generated != nil || i == auto {
			continue
		}
		text := fmt.Sprintf("Column '%s' cannot be null", c.Name)
		if in.alone && !in.ignore {
			return mysql.NewError(mysql.ER_BAD_NULL_ERROR, text)
		}
		if err := in.refuse(mysql.ER_BAD_NULL_ERROR, text); err != nil {
			return err
		}
		in.row[i] = types.Zero(&c.T)
	}
	for _, c := range in.required {
		if !given[c] {
			text := fmt.Sprintf("Field '%s' doesn't have a default value", in.target.Columns[c].Name)
			if err := in.refuse(mysql.ER_NO_DEFAULT_FOR_FIELD, text); err != nil {
				return err
			}
		}
	}
	if in.generated == nil {
		return nil
	}
	return in.generated.of(in.row, in.records)
}

// erDefaultAsValue is MySQL's error about DEFAULT(column) of an expression.
const erDefaultAsValue = 3773

// generatedGiven is MySQL's error 3105.
func generatedGiven(column, table string) error {
	return mysql.NewError(erNonDefaultForGenerated,
		fmt.Sprintf("The value specified for generated column '%s' in table '%s' is not allowed.", column, table))
}

// writtenRows is how many rows are written together.
const writtenRows = 8192

// rowWarning is a warning of a row behind so many of those that wait.
type rowWarning struct {
	behind int
	say    func(uint16, string)
	code   uint16
	text   string
}

// warnInOrder has the duplicates among rows that wait warned of before the rows behind them are.
func (in *insertion) warnInOrder() {
	env := in.b.Context.Env
	behind := func(say func(uint16, string)) func(uint16, string) {
		return func(code uint16, text string) {
			if in.rows == nil || in.rows.N == 0 {
				say(code, text)
				return
			}
			in.warnings = append(in.warnings, rowWarning{in.rows.N, say, code, text})
		}
	}
	env.Warn, env.Note = behind(env.Warn), behind(env.Note)
}

// warn says what waits for no more than so many rows to be written.
func (in *insertion) warn(written int) {
	n := 0
	for ; n < len(in.warnings) && in.warnings[n].behind <= written; n++ {
		w := &in.warnings[n]
		w.say(w.code, w.text)
	}
	in.warnings = append(in.warnings[:0], in.warnings[n:]...)
}

// newRows is no rows yet, that can wait.
func (in *insertion) newRows() *storage.Rows {
	if in.words != nil {
		return in.words.NewRows(0)
	}
	return in.target.NewRows()
}

// flush writes the rows that wait.
func (in *insertion) flush() error {
	rows := in.rows
	if rows == nil || rows.N == 0 {
		return nil
	}
	if in.rows, in.numbered = in.written, false; in.rows == nil {
		in.rows = in.newRows()
	}
	in.written = nil
	rows.Seal()
	defer func() {
		rows.Reset()
		in.written = rows
	}()
	return in.append(rows)
}

// append writes rows behind those that were written.
func (in *insertion) append(rows *storage.Rows) error {
	ok, err := in.target.Append(rows)
	if err != nil {
		return err
	}
	if ok {
		in.copied += rows.N
		in.affected += uint64(rows.N)
		in.x.session.session.Rows += rows.N
		in.warn(rows.N)
		return nil
	}
	for i := range rows.N {
		if i%1024 == 1023 && in.x.ctx.Err() != nil {
			return in.x.ctx.Err()
		}
		in.warn(i)
		if err := in.write(rows.Row(i)); err != nil {
			return err
		}
	}
	in.warn(rows.N)
	return nil
}

// write writes a row by itself.
func (in *insertion) write(row store.Row) error {
	for {
		err := in.target.Insert(row)
		var duplicate *store.DuplicateError
		switch {
		case err == nil:
			in.copied++
			in.affected++
			in.x.session.session.Rows++
			return in.triggers.fire(false, insertEvent, nil, in.row, nil)
		case !errors.As(err, &duplicate):
			return in.ignored(err)
		case in.duplicate != nil:
			return in.duplicate.update(duplicate.Existing)
		case !in.replace:
			return in.ignored(in.target.Duplicate(duplicate))
		}
		if err := in.view.replaces(in, duplicate.Existing); err != nil {
			return err
		}
		if in.leaves(duplicate) && in.target.Same(duplicate, row) {
			in.copied++
			in.affected++
			return in.triggers.fire(false, insertEvent, nil, in.row, nil)
		}
		if err := in.displace(duplicate); err != nil {
			return err
		}
		in.displaced++
		in.affected++
	}
}

// leaves tells whether REPLACE leaves a row that is in the way where it is, as long as it is the
// same (manual 15.2.12).
func (in *insertion) leaves(d *store.DuplicateError) bool {
	return in.target.Last(d) && !in.triggers.has(true, deleteEvent) && !in.triggers.has(false, deleteEvent) && !in.target.Referenced()
}

// displace takes away a row that is in the way.
func (in *insertion) displace(d *store.DuplicateError) error {
	var old []types.Value
	if in.triggers != nil {
		var err error
		if old, err = in.target.Existing(d); err != nil {
			return err
		}
	}
	if err := in.triggers.fire(true, deleteEvent, old, nil, nil); err != nil {
		return err
	}
	if err := in.target.Delete(d); err != nil {
		return err
	}
	return in.triggers.fire(false, deleteEvent, old, nil, nil)
}

// generate gives the AUTO_INCREMENT column its next value: the type's last one again and again
// where there are no more, as InnoDB does, which then is a duplicate (innobase_next_autoinc).
func (in *insertion) generate() error {
	if in.numbered { // what is written says which value is the next
		if err := in.flush(); err != nil {
			return err
		}
	}
	c := &in.target.Columns[in.target.AutoIncrement]
	next := in.target.TakeAutoIncrement()
	if len(in.spare) > 0 {
		in.spare = append(in.spare, next)
		next, in.spare = in.spare[0], in.spare[1:]
	}
	quiet := *in.b.Context.Env
	quiet.Mode &^= types.StrictTrans | types.StrictAll
	quiet.Warn, quiet.Note = func(uint16, string) {}, nil
	if next == math.MaxUint64 { // no value, to MySQL (handler::update_auto_increment)
		return mysql.NewDefaultError(mysql.ER_AUTOINC_READ_FAILED)
	}
	v, err := types.Store(&quiet, types.UintValue(next), &types.TypeUint, &c.T, c.Name, in.records)
	if err != nil {
		return mysql.NewDefaultError(mysql.ER_AUTOINC_READ_FAILED)
	}
	in.row[in.target.AutoIncrement] = v
	if in.sequel = next; v.Kind == types.Int || v.Kind == types.Uint {
		in.sequel = uint64(v.I)
	}
	return nil
}

// ignored makes a warning of an error that IGNORE leaves out a row for (manual 7.1.11,
// “Comparison of the IGNORE Keyword and Strict SQL Mode”).
func (in *insertion) ignored(err error) error {
	if !in.ignore || ofTrigger(err) {
		return err
	}
	var my *mysql.MyError
	if !errors.As(in.x.wording().mysqlError(err), &my) {
		return err
	}
	switch my.Code {
	case mysql.ER_DUP_ENTRY, mysql.ER_NO_REFERENCED_ROW_2, mysql.ER_VIEW_CHECK_FAILED, erCheckConstraintViolated:
		in.b.Context.Warn(my.Code, my.Message)
		return nil
	}
	return err
}

// table is the target's row for expressions to read.
func (in *insertion) table(tree *parse.Tree) *bind.Row {
	if in.view != nil {
		row := in.b.Row(tree, in.view.Database, in.view.alias, in.shown())
		row.Changes(in.view.Target, in.view.Relation)
		return row
	}
	row := rowOf(in.b, tree, in.target.Database, in.target.Name, in.target.Columns)
	row.Changes(&bind.Relation{Database: in.target.Database, Name: in.target.Name}, nil)
	return row
}

// batch is the row as a batch.
func (in *insertion) batch() *types.Batch { return oneRow(in.target.Columns, in.row) }

// atomic executes the statement: it takes back its rows where that ends in an error.
func (in *insertion) atomic(f func() error) error {
	undo := in.x.session.session.Mark() // also of what functions write elsewhere
	if in.duplicate != nil {
		defer in.x.session.session.Follow()()
		if err := in.duplicate.w.follow(in.x.ctx, false); err != nil {
			return err
		}
	}
	// The warnings of IGNORE come in the order of the rows.
	if !in.alone && in.duplicate == nil && in.triggers == nil && (!in.ignore || in.loads || !in.target.Unique()) {
		in.rows = in.newRows()
	}
	err := f()
	if e := in.flush(); e != nil {
		err = e // of a row before the one that f failed at
	}
	if err != nil {
		undo()
	}
	return err
}

// result is the statement's answer (Sql_cmd_insert_values::execute_inner). info: it says
// how many records there were.
func (in *insertion) result(info bool) *Result {
	r := &Result{AffectedRows: in.affected, InsertID: in.first}
	id := in.b.Context.Session.LastInsertID()
	switch {
	case in.first > 0 && in.view.hides(in.target.AutoIncrement):
	case in.first > 0:
		in.x.ctx.SetLastQueryInfoInt(sql.LastInsertId, int64(in.first))
	case id != in.sequence: // LAST_INSERT_ID(id), as of a sequence
		r.InsertID = id
	case in.copied > 0:
		r.InsertID = in.last
	}
	in.x.ctx.SetLastQueryInfoInt(sql.RowCount, int64(in.affected))
	if info {
		duplicates := in.displaced
		if in.ignore {
			duplicates = uint64(in.records - in.copied)
		}
		r.Info = fmt.Sprintf("Records: %d  Duplicates: %d  Warnings: %d", in.records, duplicates, in.x.session.Warnings())
	}
	return r
}

// beginInsert begins a statement that inserts: it makes its binder, and its transaction.
func (x *execution) beginInsert(args []bind.Argument) (*bind.Binder, error) {
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	if !x.prepares && (x.stored == nil || x.stored.running[anyFunction] == 0) {
		x.ctx.ClearWarnings()
	}
	return x.binder(args)
}
