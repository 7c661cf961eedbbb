package bind_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// FuzzBind: whatever parses is bound, or refused by MySQL's error or as not
// ours. The seeds are the statements of testdata/sql/select over these tables'
// names.
func FuzzBind(f *testing.F) {
	files, err := filepath.Glob("../../testdata/sql/select/*.slt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n\n") {
			lines := strings.Split(block, "\n")
			for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
				lines = lines[1:]
			}
			if len(lines) > 1 {
				sql, _, _ := strings.Cut(strings.Join(lines[1:], "\n"), "\n----")
				f.Add(sql)
			}
		}
	}
	c := catalog{}
	for _, name := range []string{"t", "u", "s", "n", "a", "b", "orders", "parent"} {
		c[name] = table(name, []plan.Key{{Name: "PRIMARY", Columns: []int{0}, Unique: true, Primary: true}}, []string{"id", "k", "s", "a", "b", "x", "g", "day"},
			ints(1, 2), ints(10, nil), texts("a", "B"), ints(1, 1), ints(nil, 1), ints(0, 1), ints(3, 4), texts("2024-01-01", nil))
	}
	f.Fuzz(func(t *testing.T, sql string) {
		if len(sql) > 4000 {
			return
		}
		tree, err := parse.Query(sql, 0)
		if err != nil {
			return
		}
		for _, mode := range []types.Mode{0, types.OnlyFullGroupBy | types.StrictTrans} {
			env := &types.Env{Zone: time.UTC, Now: time.Unix(1700000000, 0), DivPrecisionIncrement: 4, Connection: types.DefaultCollation, Warn: func(uint16, string) {}, Mode: mode}
			b := &bind.Binder{Catalog: c, Database: "test", Context: &expr.Context{
				Context: context.Background(), Env: env, Session: &session{map[string]types.Value{}}, Outer: map[expr.ColumnID]types.Value{},
			}}
			node, err := b.Query(tree)
			var my *mysql.MyError
			if err != nil && !errors.As(err, &my) && !errors.Is(err, bind.ErrUnsupported) {
				t.Fatalf("%T %v\n%s", err, err, sql)
			}
			if err == nil && node == nil {
				t.Fatal("neither a plan nor an error")
			}
		}
	})
}
