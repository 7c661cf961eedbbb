package engine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

var (
	warningsSchema = sql.Schema{
		{Name: "Level", Type: types.MustCreateStringWithDefaults(sqltypes.VarChar, 7)},
		{Name: "Code", Type: types.Uint32},
		{Name: "Message", Type: types.MustCreateStringWithDefaults(sqltypes.VarChar, 512)},
	}
	warningCountSchema = sql.Schema{{Name: "@@session.warning_count", Type: types.Int64}}
	errorCountSchema   = sql.Schema{{Name: "@@session.error_count", Type: types.Int64}}
)

// showWarnings executes SHOW WARNINGS, SHOW ERRORS and SHOW COUNT(*) of them (manual
// 13.7.7.17 and .42): they show what the statement before gave, and clear nothing.
func (x *execution) showWarnings(n *ast.Show) (*Result, error) {
	errorsOnly := strings.EqualFold(n.Type, "errors")
	s := x.session.session
	schema, rows := warningsSchema, []sql.Row(nil)
	warnings, errors := s.Counts(false)
	switch {
	case n.CountStar && errorsOnly:
		schema, rows = errorCountSchema, []sql.Row{{int64(errors)}}
	case n.CountStar:
		schema, rows = warningCountSchema, []sql.Row{{int64(warnings)}}
	default:
		for _, w := range s.Warnings() {
			if !errorsOnly || w.Level == "Error" {
				rows = append(rows, sql.Row{w.Level, uint32(w.Code), w.Message})
			}
		}
		offset, count, err := limitOf(n.Limit)
		if err != nil {
			return nil, err
		}
		rows = rows[min(offset, len(rows)):]
		rows = rows[:min(count, len(rows))]
	}
	s.ClearWarningCount()
	return newResult(x, schema, sql.RowsToRowIter(rows...)), nil
}

// limitOf are a LIMIT's numbers.
func limitOf(l *ast.Limit) (offset, count int, err error) {
	const all = int(^uint(0) >> 1)
	if l == nil {
		return 0, all, nil
	}
	number := func(e ast.Expr, none int) (int, error) {
		if e == nil {
			return none, nil
		}
		v, ok := e.(*ast.SQLVal)
		if !ok {
			return 0, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "LIMIT")
		}
		i, err := strconv.Atoi(string(v.Val))
		if err != nil {
			return 0, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "LIMIT")
		}
		return i, nil
	}
	if offset, err = number(l.Offset, 0); err != nil {
		return 0, 0, err
	}
	count, err = number(l.Rowcount, all)
	return offset, count, err
}

// failed adds a statement's error to its warnings, which are those that were not there
// before it.
func (s *Session) failed(err *mysql.MyError, before []*sql.Warning) {
	fresh := slices.DeleteFunc(s.session.Warnings(), func(w *sql.Warning) bool { return slices.Contains(before, w) })
	s.session.ClearWarnings()
	for _, w := range fresh {
		s.session.Warn(w)
	}
	s.session.Fail(int(err.Code), err.Message)
}
