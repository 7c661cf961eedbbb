package bridge

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// NewSession is a session of go-mysql-server's for our expressions: variables and counts
// are those that its statements have, too. version is what VERSION() says.
func NewSession(ctx *sql.Context, version string) expr.Session {
	return &session{ctx: ctx, version: version}
}

type session struct {
	ctx     *sql.Context
	version string
}

// UserVariable implements expr.Session. A variable is an integer, a decimal, a double or a
// text (manual 9.4).
func (s *session) UserVariable(name string) (types.Value, types.Type) {
	t, x, err := s.ctx.GetUserVariable(s.ctx, name)
	if err != nil || x == nil {
		return types.Value{}, types.TypeNull
	}
	if t == nil {
		t = gms.ApproximateTypeFromValue(x)
	}
	from := TypeOf(t, true)
	var v types.Value
	if from.Kind == types.Decimal { // go-mysql-server's type may have fewer places than the value
		v, from, err = natural(x)
	} else {
		v, err = FromGMS(x, &from)
	}
	if err != nil {
		return types.Value{}, types.TypeNull
	}
	return s.variable(v, &from)
}

// variable is a value as a user variable keeps it.
func (s *session) variable(v types.Value, from *types.Type) (types.Value, types.Type) {
	var t types.Type
	switch from.Kind {
	case types.Null:
		return types.Value{}, types.TypeNull
	case types.Int:
		t = types.TypeInt
	case types.Uint, types.Bit:
		t = types.TypeUint
	case types.Float:
		t = types.TypeDouble
	case types.Decimal:
		t = *from
	case types.JSON:
		t = types.TypeString(longText, types.JSONCollation, types.CoerceImplicit)
	default:
		t = types.TypeString(longText, from.Collation, types.CoerceImplicit)
		// A text that go-mysql-server has set is of its constant collation; it was a literal.
		if !from.IsText() || from.Collation == types.Collation(sql.Collation_Default) {
			t.Collation = connectionCollation(s.ctx)
		}
	}
	t.Nullable, t.Coercibility = true, types.CoerceImplicit
	v, err := types.Convert(nil, v, from, &t)
	if err != nil {
		return types.Value{}, types.TypeNull
	}
	return v, t
}

// SetUserVariable implements expr.Session.
func (s *session) SetUserVariable(name string, v types.Value, t types.Type) {
	if v.IsNull() {
		_ = s.ctx.SetUserVariable(s.ctx, name, nil, gms.Null)
		return
	}
	v, t = s.variable(v, &t)
	// Their errors are those of dates, which a variable never is, and of sessions
	// other than go-mysql-server's own.
	if x, err := ToGMS(v, &t); err == nil {
		_ = s.ctx.SetUserVariable(s.ctx, name, x, SQLType(&t))
	}
}

// counter counts the warnings of the statement before.
type counter interface {
	Counts(before bool) (warnings, errors int)
}

// TimestampVariable is the variable that NOW() and its like have their time from, in seconds; where it is 0, it is the time at
// which the statement began, and reads so (manual 7.1.8).
const TimestampVariable = "timestamp"

// SystemVariable implements expr.Session.
func (s *session) SystemVariable(scope, name string) (types.Value, types.Type, error) {
	name = strings.ToLower(name)
	if c, ok := s.ctx.Session.(counter); ok && scope != "global" && (name == "warning_count" || name == "error_count") {
		n, errors := c.Counts(true)
		if name == "error_count" {
			n = errors
		}
		return types.IntValue(int64(n)), types.TypeInt, nil
	}
	v, global, ok := sql.SystemVariables.GetGlobal(name)
	if !ok {
		return types.Value{}, types.Type{}, mysql.NewDefaultError(mysql.ER_UNKNOWN_SYSTEM_VARIABLE, name)
	}
	m, isMySQL := v.(*sql.MysqlSystemVariable)
	sessionOnly := isMySQL && m.Scope != nil && m.Scope.IsSessionOnly()
	value := global
	switch {
	case scope == "session" && v.IsGlobalOnly():
		return types.Value{}, types.Type{}, mysql.NewDefaultError(mysql.ER_INCORRECT_GLOBAL_LOCAL_VAR, name, "GLOBAL")
	case scope == "global" && sessionOnly:
		return types.Value{}, types.Type{}, mysql.NewDefaultError(mysql.ER_INCORRECT_GLOBAL_LOCAL_VAR, name, "SESSION")
	case scope != "global" && !v.IsGlobalOnly():
		var err error
		if value, err = s.ctx.GetSessionVariable(s.ctx, name); err != nil {
			return types.Value{}, types.Type{}, err
		}
	}
	t := TypeOf(v.GetType(), true)
	if name == TimestampVariable && value == float64(0) {
		value = float64(s.ctx.QueryTime().UnixMicro()) / 1e6
	}
	x, err := FromGMS(value, &t)
	return x, t, err
}

// Database implements expr.Session.
func (s *session) Database() string { return s.ctx.GetCurrentDatabase() }

// User implements expr.Session.
func (s *session) User() string {
	c := s.ctx.Client()
	return c.User + "@" + c.Address
}

// ConnectionID implements expr.Session.
func (s *session) ConnectionID() uint32 { return s.ctx.ID() }

// LastInsertID implements expr.Session.
func (s *session) LastInsertID() uint64 {
	return uint64(s.ctx.GetLastQueryInfoInt(sql.LastInsertId))
}

// SetLastInsertID implements expr.Session.
func (s *session) SetLastInsertID(id uint64) {
	s.ctx.SetLastQueryInfoInt(sql.LastInsertId, int64(id))
}

// FoundRows implements expr.Session.
func (s *session) FoundRows() uint64 { return uint64(s.ctx.GetLastQueryInfoInt(sql.FoundRows)) }

// RowCount implements expr.Session.
func (s *session) RowCount() int64 { return s.ctx.GetLastQueryInfoInt(sql.RowCount) }

// Version implements expr.Session.
func (s *session) Version() string { return s.version }
