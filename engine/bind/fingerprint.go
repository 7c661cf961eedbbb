package bind

import (
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// fingerprint is a text that two expressions share only if they compute the
// same.
func fingerprint(e expr.Expr) string {
	var b strings.Builder
	write(&b, e)
	return b.String()
}

func write(b *strings.Builder, e expr.Expr) {
	switch e := e.(type) {
	case *expr.Column:
		fmt.Fprintf(b, "#%d", e.ID)
		return
	case *expr.Literal:
		fmt.Fprintf(b, "%d:%d:%q", e.T.Kind, e.T.Collation, types.AppendValue(nil, e.V, &e.T))
		return
	case *expr.Call:
		b.WriteString(e.F.Name)
		if e.F.Volatile {
			fmt.Fprintf(b, "@%p", e)
		}
		fmt.Fprintf(b, ":%s:%d", e.T.SQL(), e.T.Collation) // COLLATE has its collation there
		if options, ok := e.Data.(fmt.Stringer); ok {
			b.WriteString(options.String())
		}
	case *expr.Convert:
		fmt.Fprintf(b, "convert:%t:%s:%d", e.Explicit, e.T.SQL(), e.T.Collation)
	case *expr.Truth:
		b.WriteString("truth")
	case *plan.Subquery:
		fmt.Fprintf(b, "subquery@%p", e.Query)
	default:
		fmt.Fprintf(b, "%T@%p", e, e)
	}
	b.WriteByte('(')
	for i, c := range e.Children() {
		if i > 0 {
			b.WriteByte(',')
		}
		write(b, c)
	}
	b.WriteByte(')')
}
