package builtin

import (
	"fmt"
	"math"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// miscellaneousFunctions fit nowhere else (manual 14.21 and 14.23).
var miscellaneousFunctions = []*expr.Function{
	{
		Name: "name_const", Min: 2, Max: 2, KeepNull: true, Description: "The second argument, a literal; its column has the first for a name.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			name, ok := r.Constant(args[0])
			if ok {
				_, ok = r.Constant(args[1])
			}
			if !ok || name.IsNull() {
				return types.Type{}, mysql.NewError(mysql.ER_WRONG_ARGUMENTS, "Incorrect arguments to NAME_CONST")
			}
			return *args[1].Type(), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) { return args[1], nil },
	},
	inUnits("format_bytes", "A number of bytes in units that people read, 16.00 EiB.", []scaleUnit{
		{1 << 60, "EiB"}, {1 << 50, "PiB"}, {1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"},
	}, 4, "bytes"),
	inUnits("format_pico_time", "A number of picoseconds in units that people read, 3.50 ns.", []scaleUnit{
		{86400e12, "d"}, {3600e12, "h"}, {60e12, "min"}, {1e12, "s"}, {1e9, "ms"}, {1e6, "us"}, {1e3, "ns"},
	}, 3, "ps"),
}

// scaleUnit is a unit and how many of the smallest it is.
type scaleUnit struct {
	size float64
	name string
}

// inUnits is a function that spells a number in the largest unit of which it is one, with
// two places; in the smallest, with none and the width. (The performance schema's
// pfs_format functions.)
func inUnits(name, description string, units []scaleUnit, width int, smallest string) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Real}, Result: resultText(17), Description: description,
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			x := args[0].F
			for _, u := range units {
				if math.Abs(x) < u.size {
					continue
				}
				x /= u.size
				const most = 100000 // from here on with an exponent
				if math.Abs(x) >= most {
					return types.StringValue(fmt.Sprintf("%4.2e %s", x, u.name)), nil
				}
				return types.StringValue(fmt.Sprintf("%4.2f %s", x, u.name)), nil
			}
			return types.StringValue(fmt.Sprintf("%*d %s", width, int64(x), smallest)), nil
		},
	}
}
