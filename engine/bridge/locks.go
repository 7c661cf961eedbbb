package bridge

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// takesLock tells of functions whose first argument is a user-level lock's name (manual 14.14).
func takesLock(name string) bool {
	switch name {
	case "get_lock", "is_free_lock", "is_used_lock", "release_lock":
		return true
	}
	return false
}

// mostLockName is how many characters the name has at most.
const mostLockName = 64

// erUserLockWrongName is MySQL's error about such names.
const erUserLockWrongName = 3057

// lockName is the name as go-mysql-server is to have it, which tells letter case apart.
func lockName(v types.Value) (types.Value, error) {
	if n := utf8.RuneCountInString(v.S); n == 0 || n > mostLockName {
		name := v.S
		if v.IsNull() {
			name = "NULL"
		}
		return v, &mysql.MyError{Code: erUserLockWrongName, State: "42000", Message: fmt.Sprintf("Incorrect user-level lock name '%.192s'.", name)}
	}
	return types.StringValue(strings.ToLower(v.S)), nil
}

// namedLock are the arguments of such a function: the name is a text, and read when the function is called.
func namedLock(r *expr.Resolver, args []expr.Expr) (given, read []expr.Expr) {
	if len(args) == 0 {
		return args, args
	}
	args[0] = r.Want(args[0], expr.Text)
	read = append([]expr.Expr{&expr.Column{T: types.TypeString(mostLockName, types.DefaultCollation, types.CoerceImplicit)}}, args[1:]...)
	return args, read
}
