package builtin

import (
	"strconv"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// systemCollation is that of the names that the server gives.
var systemCollation = func() types.Collation {
	c, _ := types.ByName("utf8mb3_general_ci")
	return c
}()

// informationFunctions tell of the session and the server (manual 14.15). SLEEP, the
// locks, CHARSET and its like are elsewhere.
var informationFunctions = []*expr.Function{
	systemText("database", "The name of the default database, or NULL.", 64, true, databaseName),
	systemText("schema", "The name of the default database, or NULL.", 64, true, databaseName),
	systemText("user", "The client's user and host.", 288, false, userName),
	systemText("session_user", "The client's user and host.", 288, false, userName),
	systemText("system_user", "The client's user and host.", 288, false, userName),
	systemText("current_user", "The account as which the client is logged in.", 288, false, userName),
	systemText("current_role", "The roles that are active: NONE.", 65535/3, false, func(expr.Session) string { return "NONE" }),
	systemText("version", "The server's version.", 60, false, expr.Session.Version),
	systemText("icu_version", "The version of ICU, whose regular expressions these are.", 60, false, func(expr.Session) string { return "73.1" }),
	sessionNumber("connection_id", "The number of the connection.", typeUint(21), func(s expr.Session) int64 { return int64(s.ConnectionID()) }),
	sessionNumber("ps_current_thread_id", "The number of the connection's thread.", typeUint(21), func(s expr.Session) int64 { return int64(s.ConnectionID()) }),
	sessionNumber("found_rows", "How many rows the statement before gave.", typeInt(21), func(s expr.Session) int64 { return int64(s.FoundRows()) }),
	sessionNumber("row_count", "How many rows the statement before changed.", typeInt(21), expr.Session.RowCount),
	{
		Name: "last_insert_id", Min: 0, Max: 1, Params: []expr.Want{expr.Integer}, KeepNull: true, Volatile: true,
		Description: "The first AUTO_INCREMENT value of the last INSERT; with an argument, that, which it then is.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			t := types.TypeUint
			t.Nullable = len(args) > 0 && args[0].Type().Nullable
			return t, nil
		},
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if len(args) == 0 {
				return types.UintValue(c.Session.LastInsertID()), nil
			}
			c.Session.SetLastInsertID(uint64(args[0].I)) // of NULL it is 0
			if args[0].IsNull() {
				return types.Value{}, nil
			}
			return types.UintValue(uint64(args[0].I)), nil
		},
	},
	{
		Name: "benchmark", Min: 2, Max: 2, Volatile: true, Description: "Evaluates an expression so many times; 0.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			return typeInt(1).WithNullable(true), []expr.Expr{r.Want(args[0], expr.Integer), args[1]}, nil
		},
		Lazy: benchmark,
	},
}

func databaseName(s expr.Session) string { return s.Database() }

func userName(s expr.Session) string { return s.User() }

func typeUint(length int) types.Type {
	t := types.TypeUint
	t.Length = length
	return t
}

// systemText is a function that gives a text of the session in the system's character
// set; "" is NULL where it may be.
func systemText(name, description string, length int, mayNull bool, text func(expr.Session) string) *expr.Function {
	return &expr.Function{
		Name: name, MayNull: mayNull, Description: description,
		Result: resultType(types.TypeString(length, systemCollation, types.CoerceSystem)),
		Scalar: func(c *expr.Context, _ *expr.Call, _ []types.Value) (types.Value, error) {
			s := text(c.Session)
			if mayNull && s == "" {
				return types.Value{}, nil
			}
			return types.StringValue(s), nil
		},
	}
}

// sessionNumber is a function that gives a number of the session.
func sessionNumber(name, description string, t types.Type, number func(expr.Session) int64) *expr.Function {
	return &expr.Function{
		Name: name, Description: description, Result: resultType(t),
		Scalar: func(c *expr.Context, _ *expr.Call, _ []types.Value) (types.Value, error) {
			return types.Value{Kind: t.Kind, I: number(c.Session)}, nil
		},
	}
}

// benchmark evaluates its second argument for each row of its own, so that constants are
// evaluated each time, too. A negative count is NULL, with warning 1411.
func benchmark(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	counts, err := call.Args[0].Eval(c, b)
	if err != nil {
		return nil, err
	}
	out := types.NewVec(&call.T, b.N)
	for i := range b.N {
		count := counts.Value(i)
		if count.IsNull() || count.I < 0 {
			if !count.IsNull() {
				warnFunction(c, "count", strconv.FormatInt(count.I, 10), "benchmark")
			}
			out.SetNull(i)
			continue
		}
		row := b.Slice(i, i+1)
		for range count.I {
			if c.Context != nil && c.Err() != nil {
				return nil, c.Err()
			}
			if _, err := call.Args[1].Eval(c, row); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
