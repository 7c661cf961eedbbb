package engine

import (
	"slices"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// refused are the warnings that strict mode makes errors of in statements that
// write (manual 7.1.11, “Strict SQL Mode”), those that expressions give.
var refused = []uint16{
	mysql.ER_TRUNCATED_WRONG_VALUE, mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, mysql.ER_WRONG_VALUE_FOR_TYPE,
	mysql.ER_WARN_DATA_OUT_OF_RANGE, mysql.ER_CUT_VALUE_GROUP_CONCAT, mysql.ER_DIVISION_BY_ZERO,
	mysql.WARN_DATA_TRUNCATED, mysql.ER_DATA_TOO_LONG, mysql.ER_DATETIME_FUNCTION_OVERFLOW,
	erInvalidArgumentForLogarithm,
}

const erInvalidArgumentForLogarithm = 3020

// strict has an environment keep the first of its warnings that is an error in
// strict mode.
func strict(env *types.Env) *error {
	first := new(error)
	if env.Mode&(types.StrictTrans|types.StrictAll) == 0 {
		return first
	}
	warn := env.Warn
	env.Warn = func(code uint16, text string) {
		switch {
		case !slices.Contains(refused, code):
			warn(code, text)
		case *first == nil:
			*first = mysql.NewError(code, text)
		}
	}
	return first
}
