package engine

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// What of a session's trees is kept: each generation up to so many, of texts that
// are not longer. Prepared statements are executed from their text, too.
const (
	keptTrees = 128
	keptText  = 16 << 10
)

// treeKey is what a tree depends on.
type treeKey struct {
	text string
	mode parse.SQLMode
}

// trees are statements that a session has parsed. A tree is for the session's
// goroutine: visitors of TiDB's nodes write to them, if only what was there.
// There are two generations, so that what is used again stays.
type trees struct{ young, old map[treeKey]*parse.Tree }

func (t *trees) find(k treeKey) *parse.Tree {
	if tree := t.young[k]; tree != nil {
		return tree
	}
	tree := t.old[k]
	if tree != nil {
		t.keep(k, tree)
	}
	return tree
}

func (t *trees) keep(k treeKey, tree *parse.Tree) {
	if t.young == nil || len(t.young) >= keptTrees {
		t.young, t.old = make(map[treeKey]*parse.Tree), t.young
	}
	t.young[k] = tree
}

// parsed is a statement's tree by our parser, which may be that of an earlier
// execution: it may not be changed.
func (x *execution) parsed(text string) (*parse.Tree, error) {
	k := treeKey{text, x.session.variables().parser}
	if tree := x.session.trees.find(k); tree != nil {
		return tree, nil
	}
	tree, err := parse.Query(text, k.mode)
	if err == nil && len(text) <= keptText && unchanged(tree.Node) {
		x.session.trees.keep(k, tree)
	}
	return tree, err
}

// unchanged tells whether the execution of a statement leaves its tree as it is:
// not that of CREATE VIEW, nor of INSERT … SELECT, whose names it resolves in place.
func unchanged(n tidb.StmtNode) bool {
	switch n := n.(type) {
	case *tidb.InsertStmt:
		return n.Select == nil
	case *tidb.UpdateStmt, *tidb.DeleteStmt:
		return true
	}
	return isQuery(n)
}
