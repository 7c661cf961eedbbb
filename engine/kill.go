package engine

import (
	"fmt"
	"strconv"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// kill refuses to kill a connection that is not there. A connection is ended before its
// statement is, which go-mysql-server does first: what that answers then, as SLEEP its 1, is not
// to reach the client.
func (x *execution) kill(n *ast.Kill) error {
	v, ok := n.ConnID.(*ast.SQLVal)
	if !ok {
		return nil
	}
	id, err := strconv.ParseUint(string(v.Val), 10, 32)
	e := x.session.engine
	e.mu.Lock()
	s, ok := e.sessions[uint32(id)]
	e.mu.Unlock()
	if err != nil || !ok {
		return mysql.NewError(mysql.ER_NO_SUCH_THREAD, fmt.Sprintf("Unknown thread id: %s", v.Val))
	}
	if n.Connection && s.client.Kill != nil {
		s.client.Kill()
	}
	return nil
}

// killComputed is KILL of an expression, as CONNECTION_ID(), with its value in the place of
// it (manual 15.7.8.4); "" where it is a number. What follows KILL is given as words.
func (x *execution) killComputed(text string, words []string) (string, error) {
	kind := ""
	if w := strings.ToUpper(words[0]); w == "QUERY" || w == "CONNECTION" {
		if kind, words = w, words[1:]; len(words) == 0 {
			return "", parse.SyntaxErrorAt(text, len(text))
		}
	}
	if _, err := strconv.ParseUint(words[0], 10, 64); err == nil {
		return "", nil
	}
	after := parse.From(text, "KILL")[len("KILL"):]
	if kind != "" {
		after = parse.From(after, kind)[len(kind):]
	}
	tree, err := parse.Query("SELECT ("+after+")", 0)
	if err != nil {
		return "", parse.SyntaxErrorAt(text, strings.Index(text, words[0]))
	}
	b, err := x.beginQuery(tree, nil)
	if err != nil {
		return "", err
	}
	node, err := b.Query(tree)
	if err != nil {
		return "", err
	}
	row, err := onlyRow(x.planned(b, node))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("KILL %s %d", kind, row[0].I), nil
}
