package bind_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rows is a table in memory.
type rows struct {
	cols []*types.Vec
	keys []plan.Key
}

func (r *rows) Open(_ *expr.Context, a plan.Access) (plan.Rows, error) {
	b := &types.Batch{N: r.cols[0].Len()}
	for _, c := range a.Columns {
		b.Cols = append(b.Cols, r.cols[c])
	}
	return &once{b}, nil
}
func (r *rows) Keys() []plan.Key             { return r.keys }
func (r *rows) RowCount(*expr.Context) int64 { return int64(r.cols[0].Len()) }

type once struct{ b *types.Batch }

func (o *once) Next() (*types.Batch, error) {
	b := o.b
	o.b = nil
	if b == nil || b.N == 0 {
		return nil, nil
	}
	return b, nil
}
func (o *once) Close() {}

type catalog map[string]*bind.Relation

func (c catalog) Relation(database, name string) (*bind.Relation, error) {
	if r, ok := c[strings.ToLower(name)]; ok {
		return r, nil
	}
	return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, name)
}
func (c catalog) Exists(_, name string) bool                       { return c[strings.ToLower(name)] != nil }
func (c catalog) Routine(_, _ string) (bind.StoredFunction, error) { return nil, nil }

type session struct{ vars map[string]types.Value }

func (s *session) UserVariable(name string) (types.Value, types.Type) {
	v := s.vars[name]
	t := types.TypeNull
	if v.Kind == types.Int {
		t = types.TypeInt
	}
	return v, t
}
func (s *session) SetUserVariable(name string, v types.Value, _ types.Type) { s.vars[name] = v }
func (s *session) SystemVariable(_, name string) (types.Value, types.Type, error) {
	if name == "group_concat_max_len" || name == "cte_max_recursion_depth" {
		return types.IntValue(1024), types.TypeInt, nil
	}
	return types.Value{}, types.TypeNull, mysql.NewDefaultError(mysql.ER_UNKNOWN_SYSTEM_VARIABLE, name)
}
func (s *session) Database() string       { return "test" }
func (s *session) User() string           { return "root@localhost" }
func (s *session) ConnectionID() uint32   { return 1 }
func (s *session) LastInsertID() uint64   { return 0 }
func (s *session) SetLastInsertID(uint64) {}
func (s *session) FoundRows() uint64      { return 0 }
func (s *session) RowCount() int64        { return 0 }
func (s *session) Version() string        { return "8" }

func ints(values ...any) *types.Vec {
	b := types.NewBuilder(&types.TypeInt)
	for _, v := range values {
		if v == nil {
			b.Append(types.Value{})
		} else {
			b.Append(types.IntValue(int64(v.(int))))
		}
	}
	return b.Vec()
}

func texts(values ...any) *types.Vec {
	b := types.NewBuilder(&types.Type{Kind: types.String})
	for _, v := range values {
		if v == nil {
			b.Append(types.Value{})
		} else {
			b.Append(types.StringValue(v.(string)))
		}
	}
	return b.Vec()
}

func table(name string, keys []plan.Key, cols []string, vecs ...*types.Vec) *bind.Relation {
	r := &bind.Relation{Database: "test", Name: name, Table: &rows{vecs, keys}}
	for i, c := range cols {
		t := types.TypeInt.WithNullable(true)
		if vecs[i].Kind == types.String {
			t = types.TypeString(20, types.DefaultCollation, types.CoerceImplicit).WithNullable(true)
		}
		r.Columns = append(r.Columns, plan.Column{Name: c, OrgName: c, T: t})
	}
	return r
}

// run answers a query with a line for each row, "|" between the values.
func run(t *testing.T, c catalog, text string, mode types.Mode) (string, error) {
	t.Helper()
	tree, err := parse.Query(text, 0)
	if err != nil {
		return "", err
	}
	env := &types.Env{Zone: time.UTC, Now: time.Unix(1700000000, 0), DivPrecisionIncrement: 4, Connection: types.DefaultCollation, Warn: func(uint16, string) {}, Mode: mode}
	ctx := &expr.Context{Context: context.Background(), Env: env, Session: &session{map[string]types.Value{}}, Outer: map[expr.ColumnID]types.Value{}}
	b := &bind.Binder{Catalog: c, Database: "test", Context: ctx, Arguments: []bind.Argument{}}
	node, err := b.Query(tree)
	if err != nil {
		return "", err
	}
	if b.Assigns {
		ctx.BatchSize = 1
	}
	op, err := exec.Run(ctx, node)
	if err != nil {
		return "", err
	}
	defer op.Close()
	var out strings.Builder
	for {
		batch, err := op.Next()
		if err != nil {
			return "", err
		}
		if batch == nil {
			return out.String(), nil
		}
		for i := range batch.N {
			for j, col := range node.Columns() {
				if j > 0 {
					out.WriteByte('|')
				}
				if batch.Cols[j].Null(i) {
					out.WriteString("NULL")
				} else {
					out.Write(types.AppendText(nil, batch.Cols[j], i, &col.T))
				}
			}
			out.WriteByte('\n')
		}
	}
}

func TestQuery(t *testing.T) {
	c := catalog{
		"t": table("t", []plan.Key{{Name: "PRIMARY", Columns: []int{0}, Unique: true, Primary: true}}, []string{"id", "g", "s"},
			ints(1, 2, 3, 4), ints(10, nil, 10, 20), texts("a", "B", nil, "b")),
		"u": table("u", nil, []string{"id", "x"}, ints(1, 1, nil, 5), ints(7, 8, 9, nil)),
	}
	for _, q := range []struct{ sql, want string }{
		{"SELECT 1, 'a', NULL, 1.50, 1/3", "1|a|NULL|1.50|0.3333\n"},
		{"SELECT id FROM t WHERE g = 10 ORDER BY id DESC", "3\n1\n"},
		{"SELECT s, COUNT(*) FROM t GROUP BY s ORDER BY s", "NULL|1\na|1\nB|2\n"},
		{"SELECT g, SUM(id) AS n FROM t GROUP BY g HAVING n > 2 ORDER BY n", "10|4\n20|4\n"},
		{"SELECT t.id, x FROM t LEFT JOIN u USING (id) ORDER BY 1, 2", "1|7\n1|8\n2|NULL\n3|NULL\n4|NULL\n"},
		{"SELECT id, ROW_NUMBER() OVER (PARTITION BY g ORDER BY id DESC) AS rn FROM t ORDER BY id", "1|2\n2|1\n3|1\n4|1\n"},
		{"SELECT g, SUM(COUNT(*)) OVER (ORDER BY g) FROM t GROUP BY g ORDER BY g", "NULL|1\n10|3\n20|4\n"},
		{"SELECT id FROM t WHERE id NOT IN (SELECT id FROM u)", ""},
		{"SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", "1\n"},
		{"SELECT id, (SELECT MAX(x) FROM u WHERE u.id = t.id) FROM t ORDER BY id", "1|8\n2|NULL\n3|NULL\n4|NULL\n"},
		{"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n", "1\n2\n3\n"},
		{"SELECT g, COUNT(*), GROUPING(g) FROM t GROUP BY g WITH ROLLUP", "NULL|1|0\n10|2|0\n20|1|0\nNULL|4|1\n"},
		{"SELECT DISTINCT g AS x FROM t ORDER BY 1", "NULL\n10\n20\n"},
		{"SELECT @r := @r + 1, id FROM t, (SELECT @r := 0) i ORDER BY id", "1|1\n2|2\n3|3\n4|4\n"},
		{"SELECT id FROM t UNION SELECT x FROM u ORDER BY id LIMIT 3", "NULL\n1\n2\n"},
		{"SELECT a.id FROM t a, LATERAL (SELECT COUNT(*) AS n FROM u WHERE u.id = a.id) b WHERE b.n > 0", "1\n"},
		{"SELECT j.a FROM JSON_TABLE('[{\"a\":1},{\"a\":2}]', '$[*]' COLUMNS (a INT PATH '$.a')) j", "1\n2\n"},
		{"VALUES ROW(1,'x'), ROW(2,'y')", "1|x\n2|y\n"},
		{"SELECT id FROM t WHERE g > ALL (SELECT id FROM t)", "1\n3\n4\n"},
		{"SELECT (SELECT SUM(t.id)) FROM t", "10\n"},
	} {
		got, err := run(t, c, q.sql, 0)
		if err != nil || got != q.want {
			t.Errorf("%s:\n%s(%v), want\n%s", q.sql, got, err, q.want)
		}
	}
}
