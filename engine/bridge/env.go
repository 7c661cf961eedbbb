package bridge

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// modes are sql_mode's bits as expressions heed them.
var modes = []struct {
	parser tidb.SQLMode
	mode   types.Mode
}{
	{tidb.ModeStrictTransTables, types.StrictTrans},
	{tidb.ModeStrictAllTables, types.StrictAll},
	{tidb.ModeNoZeroDate, types.NoZeroDate},
	{tidb.ModeNoZeroInDate, types.NoZeroInDate},
	{tidb.ModeAllowInvalidDates, types.AllowInvalidDates},
	{tidb.ModeErrorForDivisionByZero, types.ErrorForDivisionByZero},
	{tidb.ModeNoUnsignedSubtraction, types.NoUnsignedSubtraction},
	{tidb.ModePadCharToFullLength, types.PadCharToFullLength},
	{tidb.ModeRealAsFloat, types.RealAsFloat},
	{tidb.ModeHighNotPrecedence, types.HighNotPrecedence},
	{tidb.ModeOnlyFullGroupBy, types.OnlyFullGroupBy},
	{tidb.ModeANSIQuotes, types.ANSIQuotes},
	{tidb.ModePipesAsConcat, types.PipesAsConcat},
	{tidb.ModeIgnoreSpace, types.IgnoreSpace},
	{tidb.ModeNoBackslashEscapes, types.NoBackslashEscapes},
}

// timeTruncateFractional is a mode that TiDB does not know.
const timeTruncateFractional = "TIME_TRUNCATE_FRACTIONAL"

// ParserMode is the session's sql_mode for the parser, with the modes that ANSI and
// TRADITIONAL stand for (manual 5.1.11).
func ParserMode(ctx *sql.Context) parse.SQLMode {
	mode, _ := sqlMode(sessionText(ctx, "sql_mode"))
	return mode
}

// knownMode is a text of sql_mode and what it says.
type knownMode struct {
	text     string
	mode     parse.SQLMode
	truncate bool
}

// lastMode is the sql_mode that was asked for last: nearly all sessions have the same,
// and each statement asks several times.
var lastMode atomic.Pointer[knownMode]

func sqlMode(text string) (mode parse.SQLMode, truncate bool) {
	if known := lastMode.Load(); known != nil && known.text == text {
		return known.mode, known.truncate
	}
	defer func() { lastMode.Store(&knownMode{text, mode, truncate}) }()
	for _, m := range strings.Split(tidb.FormatSQLModeStr(text), ",") {
		mode |= tidb.Str2SQLMode[m]
		truncate = truncate || m == timeTruncateFractional
	}
	return mode, truncate
}

// sessionText is a session variable's text; "" where there is none.
func sessionText(ctx *sql.Context, variable string) string {
	v, err := ctx.GetSessionVariable(ctx, variable)
	if err != nil {
		return ""
	}
	s, _ := v.(string)
	return s
}

// Env is what a statement's expressions know of its session. Warnings become the
// session's.
func Env(ctx *sql.Context) *types.Env {
	e := &types.Env{
		Zone:                  Zone(ctx),
		Now:                   ctx.QueryTime(),
		DivPrecisionIncrement: 4,
		Connection:            connectionCollation(ctx),
		Ended:                 ctx.Err,
	}
	session := ctx.Session
	e.Warn = func(code uint16, text string) {
		session.Warn(&sql.Warning{Level: "Warning", Code: int(code), Message: text})
	}
	mode, truncate := sqlMode(sessionText(ctx, "sql_mode"))
	for _, m := range modes {
		if mode&m.parser != 0 {
			e.Mode |= m.mode
		}
	}
	if truncate {
		e.Mode |= types.TimeTruncateFractional
	}
	if v, err := ctx.GetSessionVariable(ctx, "div_precision_increment"); err == nil {
		if n, ok := integer(v); ok {
			e.DivPrecisionIncrement = int(n)
		} else if n, ok := v.(uint64); ok {
			e.DivPrecisionIncrement = int(n)
		}
	}
	return e
}

func connectionCollation(ctx *sql.Context) types.Collation {
	if c, ok := types.ByName(sessionText(ctx, "collation_connection")); ok {
		return c
	}
	return types.DefaultCollation
}

// Zone is the session's time zone (manual 7.1.15).
func Zone(ctx *sql.Context) *time.Location {
	name := sessionText(ctx, "time_zone")
	if name == "" {
		return time.Local
	}
	if zone, ok := builtin.Zone(name); ok {
		return zone
	}
	return time.UTC
}
