package parse

import (
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// maxDepth is how deep expressions and queries may be nested. What goes through
// a tree after us recurses, and a stack that is used up ends the process.
const maxDepth = 2000

// checkDepth refuses a deeper tree, with MySQL's error 1436. A level takes at
// least a character of text.
func checkDepth(text string, tree ast.SQLNode) error {
	if len(text) <= maxDepth {
		return nil
	}
	return depth(tree, maxDepth)
}

func depth(node ast.SQLNode, left int) error {
	if left == 0 {
		return mysql.NewError(mysql.ER_STACK_OVERRUN_NEED_MORE, "Thread stack overrun: the statement is nested too deeply")
	}
	var with *ast.With
	switch n := node.(type) {
	case *ast.Select:
		with = n.With
	case *ast.SetOp:
		with = n.With
	}
	if with != nil { // which ast.Walk leaves out
		for _, cte := range with.Ctes {
			if err := depth(cte.Expr, left-1); err != nil {
				return err
			}
		}
	}
	itself := true
	return ast.Walk(func(child ast.SQLNode) (bool, error) {
		if itself {
			itself = false
			return true, nil
		}
		return false, depth(child, left-1)
	}, node)
}
