package engine

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// insertedLists are the rows of VALUES where they are nothing but literals.
type insertedLists struct {
	in     *insertion
	lists  *parse.ValueLists
	silent *silentRow
}

// insertLists executes INSERT and REPLACE of lists of literals, which are not parsed but up to
// VALUES. It tells whether the statement is one.
func (x *execution) insertLists() (*Result, bool, error) {
	if x.executionMode() == executionRow {
		return nil, false, nil
	}
	lists, ok := parse.ReadValueLists(x.text, x.session.variables().parser)
	if !ok {
		return nil, false, nil
	}
	tree, err := x.parsed(lists.Head + " ()")
	if err != nil {
		return nil, false, nil
	}
	n, ok := tree.Node.(*tidb.InsertStmt)
	if !ok || len(n.Lists) != 1 {
		return nil, false, nil
	}
	in, err := x.insertionOfValues(n, nil)
	if in == nil || err != nil {
		return nil, err != nil, err
	}
	in.alone = lists.Rows == 1
	if lists.Width != len(in.columns) {
		return nil, true, wrongValueCount(1)
	}
	l := &insertedLists{in: in, lists: lists, silent: newSilentRow(in.target, in.b.Context.Env)}
	if err := in.atomic(l.run); err != nil {
		return nil, true, err
	}
	return in.result(lists.Rows > 1), true, x.end(nil)
}

func wrongValueCount(row int) error {
	return mysql.NewError(mysql.ER_WRONG_VALUE_COUNT_ON_ROW, fmt.Sprintf("Column count doesn't match value count at row %d", row))
}

// run adds the rows: by columns where nothing is to be said of them.
func (l *insertedLists) run() error {
	in := l.in
	if err := in.prepare(); err != nil {
		return err
	}
	auto := in.target.AutoIncrement
	byColumns := in.rows != nil && in.plain() && (auto < 0 || slices.Contains(in.columns, auto))
	for row := range l.lists.Rows {
		if row%1024 == 1023 && in.x.ctx.Err() != nil {
			return in.x.ctx.Err()
		}
		if byColumns {
			if l.columns(row) {
				in.records++
				if in.rows.N++; in.rows.N >= writtenRows {
					if err := in.flush(); err != nil {
						return err
					}
				}
				continue
			}
			in.rows.Drop()
		}
		if err := l.row(row); err != nil {
			return err
		}
	}
	return nil
}

// columns adds a row where all of it is stored as it is, but for the number of rows; else some
// of it.
func (l *insertedLists) columns(row int) bool {
	in, v := l.in, l.lists
	l.silent.rows = in.rows
	for at, c := range in.columns {
		stored := false
		switch v.Kind(row, at) {
		case parse.NullLiteral:
			stored = c != in.target.AutoIncrement && l.silent.null(c)
		case parse.IntLiteral, parse.BoolLiteral:
			stored = l.silent.integer(v.Int(row, at), c)
		case parse.StringLiteral:
			if c == in.target.AutoIncrement {
				return false
			}
			text := v.Text(row, at)
			if stored = l.silent.text(text, c); !stored {
				value, from := l.value(row, at)
				stored = l.silent.store(value, &from, c)
			}
		case parse.DecimalLiteral:
			if c == in.target.AutoIncrement {
				return false
			}
			if in.target.Columns[c].T.Kind == types.Decimal {
				stored = l.silent.text(v.Text(row, at), c)
			}
			if !stored {
				value, from := l.value(row, at)
				stored = l.silent.store(value, &from, c)
			}
		default:
			value, from := l.value(row, at)
			stored = c != in.target.AutoIncrement && l.silent.store(value, &from, c)
		}
		if !stored {
			return false
		}
	}
	for c := range in.target.Columns {
		if !slices.Contains(in.columns, c) && in.rows.AddValue(c, &in.defaults[c]) != nil {
			return false
		}
	}
	if auto := in.target.AutoIncrement; auto >= 0 {
		given := v.Int(row, slices.Index(in.columns, auto))
		if given <= 0 {
			return false // it is to be generated, or a matter of its type
		}
		in.last, in.numbered = uint64(given), true
	}
	return true
}

// row adds a row by itself.
func (l *insertedLists) row(row int) error {
	in := l.in
	if err := in.begin(); err != nil {
		return err
	}
	for at, c := range in.columns {
		value, from := l.value(row, at)
		if err := in.set(c, value, &from); err != nil {
			return err
		}
		if *in.failed != nil {
			return *in.failed
		}
	}
	return in.end()
}

// value is a literal with its type, as the binder has it.
func (l *insertedLists) value(row, at int) (types.Value, types.Type) {
	v := l.lists
	switch v.Kind(row, at) {
	case parse.BoolLiteral:
		return types.IntValue(v.Int(row, at)), types.TypeBool
	case parse.IntLiteral:
		return types.IntValue(v.Int(row, at)), types.TypeInt
	case parse.DecimalLiteral:
		d, _ := types.ParseDec(v.Text(row, at))
		return types.DecimalValue(d), types.TypeDecimal(d.Precision(), d.Scale())
	case parse.FloatLiteral:
		return types.FloatValue(v.Float(row, at)), types.TypeDouble
	case parse.StringLiteral:
		s := v.Text(row, at)
		return types.StringValue(s), types.TypeString(utf8.RuneCountInString(s), l.in.b.Context.Connection, types.CoerceLiteral)
	}
	return types.Value{}, types.TypeNull
}

// silentRow adds values of a row to columns where they are stored as they are, or without a word.
type silentRow struct {
	target *storage.Target
	rows   *storage.Rows
	env    types.Env // which takes words
	clock  *types.Clock
	said   bool
}

func newSilentRow(target *storage.Target, env *types.Env) *silentRow {
	s := &silentRow{target: target, env: *env, clock: types.ClockOf(env.Zone)}
	s.env.Mode |= types.StrictAll
	s.env.Warn = func(uint16, string) { s.said = true }
	s.env.Note = s.env.Warn
	return s
}

func (s *silentRow) null(column int) bool {
	return s.target.Columns[column].Nullable && s.rows.AddValue(column, new(types.Value)) == nil
}

// integer adds an integer; of a literal.
func (s *silentRow) integer(x int64, column int) bool {
	to := &s.target.Columns[column].T
	switch to.Kind {
	case types.Int, types.Uint:
		if types.IntegerFits(x, to) {
			s.rows.AddInt(column, x)
			return true
		}
	}
	return s.store(types.IntValue(x), &types.TypeInt, column)
}

// text adds a text of the usual form; false may mean that it has another.
func (s *silentRow) text(text string, column int) bool {
	to := &s.target.Columns[column].T
	switch to.Kind {
	case types.Int, types.Uint, types.Date, types.DateTime:
		x, ok := types.TextNumber(text, to)
		if ok = ok && (!to.IsTimestamp() || s.clock.Takes(x)); ok {
			s.rows.AddInt(column, x)
		}
		return ok
	case types.Float:
		x, ok := types.TextFloat(text, to)
		if ok {
			s.rows.AddFloat(column, x)
		}
		return ok
	case types.Decimal:
		d, ok := types.TextDecimal(text, to)
		if !ok {
			return false
		}
		v := types.DecimalValue(d)
		return s.rows.AddValue(column, &v) == nil
	case types.String:
		if !types.TextFits(text, to) {
			return false
		}
		s.rows.AddString(column, text)
		return true
	}
	return false
}

// store adds a value of a type, of which it keeps no text.
func (s *silentRow) store(v types.Value, from *types.Type, column int) bool {
	s.said = false
	v, err := types.Store(&s.env, v, from, &s.target.Columns[column].T, "", 0)
	if err != nil || s.said {
		return false
	}
	v.S = strings.Clone(v.S)
	return s.rows.AddValue(column, &v) == nil
}
