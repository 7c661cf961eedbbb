package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// load is LOAD DATA LOCAL INFILE (manual 15.2.9).
type load struct {
	in     *insertion
	file   *parse.Infile
	fields []loadField
	sets   []loadSet
	text   types.Type // of the fields
	decode func(string) (string, bool)
	vars   []types.Value // what the variables have in the row

	setting *converter // of what SET gives
}

// loadField says where a field goes: to a column, or else to a variable.
type loadField struct {
	column   int
	variable int // of load.vars
	name     string
}

// loadSet is an assignment of SET.
type loadSet struct {
	column int
	x      expr.Expr // nil: DEFAULT
	plain  bool      // it reads the line's variables and no columns
}

// loadData executes LOAD DATA LOCAL, and tells whether it is ours: not where the lines have
// fields of fixed lengths.
func (x *execution) loadData(tree *parse.Tree, n *tidb.LoadDataStmt) (*Result, bool, error) {
	if n.FileLocRef != tidb.FileLocClient || n.Format != nil || len(n.Options) > 0 || n.Table.Schema.O == "" && x.database() == "" {
		return nil, false, nil
	}
	if on, err := x.ctx.GetSessionVariable(x.ctx, "local_infile"); err == nil && on == int8(0) {
		return nil, true, mysql.NewError(3948, "Loading local data is disabled; this must be enabled on both the client and server sides")
	}
	b, err := x.beginInsert(nil)
	if err != nil {
		return nil, true, err
	}
	// Nobody can stop the client: what is wrong is left out, as with IGNORE.
	in, err := x.insertion(b, n.Table, n.Columns, n.OnDuplicate != tidb.OnDuplicateKeyHandlingReplace)
	if in == nil || err != nil {
		return nil, err != nil, err
	}
	in.replace = n.OnDuplicate == tidb.OnDuplicateKeyHandlingReplace
	in.loads = true
	in.words = in.target.NewWords()
	l := &load{in: in}
	if in.target.Unique() {
		in.warnInOrder()
	}
	if ours, err := l.options(n); !ours || err != nil {
		return nil, err != nil, err
	}
	if err := l.bind(tree, n); err != nil {
		return nil, true, err
	}
	if err := in.atomic(func() error { return l.run(n) }); err != nil {
		return nil, true, err
	}
	r := in.result(false)
	r.InsertID = 0 // which LAST_INSERT_ID() has
	r.Info = fmt.Sprintf("Records: %d  Deleted: %d  Skipped: %d  Warnings: %d", in.records, in.displaced, in.records-in.copied, x.session.Warnings())
	return r, true, x.end(nil)
}

// options are how the file is written.
func (l *load) options(n *tidb.LoadDataStmt) (ours bool, err error) {
	f := &parse.Infile{Fields: "\t", Lines: "\n", Escaped: '\\'}
	if l.in.b.Context.Mode&types.NoBackslashEscapes != 0 {
		f.Escaped = 0
	}
	one := func(s *string, to *byte) {
		if s != nil {
			if *to = 0; *s != "" {
				*to = (*s)[0]
			}
		}
	}
	if o := n.FieldsInfo; o != nil {
		if o.Terminated != nil {
			f.Fields = *o.Terminated
		}
		one(o.Enclosed, &f.Enclosed)
		one(o.Escaped, &f.Escaped)
		if o.DefinedNullBy != nil {
			return false, nil
		}
	}
	if o := n.LinesInfo; o != nil {
		if o.Terminated != nil {
			f.Lines = *o.Terminated
		}
		if o.Starting != nil {
			f.Starting = *o.Starting
		}
	}
	l.file = f
	collation := types.DefaultCollation
	if n.Charset != nil {
		c, ok := types.DefaultOf(strings.ToLower(*n.Charset))
		if !ok {
			return true, mysql.NewDefaultError(mysql.ER_UNKNOWN_CHARACTER_SET, *n.Charset)
		}
		if name := c.Charset(); name != "binary" && !strings.HasPrefix(name, "utf8") && name != "ascii" {
			encoder := sql.CollationID(c).CharacterSet().Encoder()
			if encoder == nil {
				return false, nil
			}
			l.decode = func(s string) (string, bool) {
				b, ok := encoder.Decode([]byte(s))
				return string(b), ok
			}
		}
	}
	l.text = types.TypeString(65535, collation, types.CoerceImplicit).WithNullable(true)
	return f.Fields != "" || f.Enclosed != 0, nil
}

// bind finds the columns and variables that fields go to, and binds SET.
func (l *load) bind(tree *parse.Tree, n *tidb.LoadDataStmt) error {
	in := l.in
	given := slices.Clone(in.columns)
	if len(n.ColumnsAndUserVars) == 0 {
		for _, c := range in.columns {
			l.fields = append(l.fields, loadField{column: c})
		}
	} else if len(n.Columns) == 0 {
		given = nil // nothing but variables
	}
	row := in.table(tree)
	next := 0
	for _, f := range n.ColumnsAndUserVars {
		if f.UserVar == nil {
			l.fields = append(l.fields, loadField{column: given[next]})
			next++
			continue
		}
		l.fields = append(l.fields, loadField{column: -1, variable: len(l.vars), name: f.UserVar.Name})
		row.Variable(f.UserVar.Name, l.text)
		l.vars = append(l.vars, types.Value{})
	}
	in.columns = given
	for _, a := range n.ColumnAssignments {
		at, err := in.named(n.Table, []*tidb.ColumnName{a.Column})
		if err != nil {
			return err
		}
		s := loadSet{column: at[0]}
		if d, ok := a.Expr.(*tidb.DefaultExpr); !ok || d.Name != nil {
			if s, err = l.bindSet(row, at[0], a.Expr); err != nil {
				return err
			}
		}
		l.sets = append(l.sets, s)
		if !slices.Contains(in.columns, s.column) {
			in.columns = append(in.columns, s.column)
		}
	}
	// What neither a field nor SET gives has its default; so has what a line lacks, and
	// columns before their SET.
	if err := in.prepare(); err != nil {
		return err
	}
	for _, c := range in.columns {
		if column := &in.target.Columns[c]; column.AutoIncrement || column.Generated != nil || column.Dynamic() {
			continue
		}
		v, err := in.defaultOf(c)
		if err != nil {
			return err
		}
		in.defaults[c] = v
	}
	return nil
}

func (l *load) bindSet(row *bind.Row, column int, n tidb.ExprNode) (loadSet, error) {
	e, err := row.Expr(n)
	if err != nil {
		return loadSet{}, err
	}
	s := loadSet{column: column, plain: !l.in.b.Assigns}
	own := row.Layout()[:len(l.in.target.Columns)]
	expr.Walk(e, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok && slices.Contains(own, c.ID) {
			s.plain = false
		}
		return true
	})
	s.x, err = exec.Place(e, row.Layout())
	return s, err
}

// run loads the file: it is read, converted by columns, and written side by side.
func (l *load) run(n *tidb.LoadDataStmt) error {
	x := l.in.x
	file, err := x.session.loadInfile(n.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	pieces := l.file.Pieces(file, len(l.fields))
	if n.IgnoreLines != nil {
		for range *n.IgnoreLines {
			if err := pieces.Skip(); err != nil {
				return err
			}
		}
	}
	if err := l.blocks(pieces); err != nil {
		return err
	}
	for _, f := range l.fields {
		if f.column < 0 {
			l.in.b.Context.Session.SetUserVariable(f.name, l.vars[f.variable], l.text)
		}
	}
	return nil
}

// lines loads lines one by one.
func (l *load) lines(text []byte) error {
	lines := l.file.Reader()
	lines.Reset(text)
	for i := 0; ; i++ {
		row, cut := lines.Next(len(l.fields))
		if row == nil {
			return nil
		}
		if i%1024 == 1023 && l.in.x.ctx.Err() != nil {
			return l.in.x.ctx.Err()
		}
		l.decoded(row)
		if err := l.line(row, cut); err != nil {
			return err
		}
	}
}

// decoded makes the fields of a line UTF-8.
func (l *load) decoded(row []parse.Field) {
	if l.decode == nil {
		return
	}
	for i := range row {
		if text, ok := l.decode(row[i].Text); ok {
			row[i].Text = text
		}
	}
}

// line loads a line by itself.
func (l *load) line(row []parse.Field, cut bool) error {
	in := l.in
	if err := in.begin(); err != nil {
		return err
	}
	if auto := in.target.AutoIncrement; auto >= 0 {
		in.generates = true // until a field or SET gives it
	}
	for k, f := range l.fields {
		if k >= len(row) {
			if err := in.refuse(mysql.ER_WARN_TOO_FEW_RECORDS, fmt.Sprintf("Row %d doesn't contain data for all columns", in.records)); err != nil {
				return err
			}
			switch {
			case f.column < 0:
				l.vars[f.variable] = types.Value{}
			case !in.row[f.column].IsNull(): // not its default, whatever the manual says
				in.row[f.column] = types.Zero(&in.target.Columns[f.column].T)
			}
			continue
		}
		v := types.StringValue(row[k].Text)
		if row[k].Null {
			v = types.Value{}
		}
		if f.column < 0 {
			l.vars[f.variable] = v
			continue
		}
		if c := &in.target.Columns[f.column]; v.IsNull() && !c.Nullable && !c.AutoIncrement {
			text := fmt.Sprintf("Column set to default value; NULL supplied to NOT NULL column '%s' at row %d", c.Name, in.records)
			if err := in.refuse(mysql.ER_WARN_NULL_TO_NOTNULL, text); err != nil {
				return err
			}
			in.row[f.column] = types.Zero(&c.T)
			continue
		}
		if err := in.set(f.column, v, &l.text); err != nil {
			return err
		}
	}
	for _, s := range l.sets {
		if s.x == nil {
			if err := in.setDefault(s.column); err != nil {
				return err
			}
			continue
		}
		batch := in.batch()
		for _, v := range l.vars {
			batch.Cols = append(batch.Cols, types.SameVec(&l.text, v, 1))
		}
		v, err := s.x.Eval(in.b.Context, batch)
		if err != nil {
			return err
		}
		if err := in.set(s.column, v.Value(0), s.x.Type()); err != nil {
			return err
		}
	}
	if cut {
		text := fmt.Sprintf("Row %d was truncated; it contained more data than there were input columns", in.records)
		if err := in.refuse(mysql.ER_WARN_TOO_MANY_RECORDS, text); err != nil {
			return err
		}
	}
	return in.end()
}
