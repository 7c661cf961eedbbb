package bridge

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	gmsplan "github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidbast "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// NewCatalog is go-mysql-server's catalog as a statement of the context's session sees it:
// temporary tables before others, tables before views. What was looked up stays for the
// statement.
func NewCatalog(ctx *sql.Context, catalog sql.Catalog) bind.Catalog {
	return &statementCatalog{ctx: ctx, catalog: catalog}
}

type statementCatalog struct {
	ctx       *sql.Context
	catalog   sql.Catalog
	databases map[string]sql.Database
	relations map[relationName]*bind.Relation
}

// relationName is a table's or view's name in lower case.
type relationName struct{ database, name string }

// Relation implements bind.Catalog.
func (c *statementCatalog) Relation(database, name string) (*bind.Relation, error) {
	key := relationName{strings.ToLower(database), strings.ToLower(name)}
	if r, ok := c.relations[key]; ok {
		return r, nil
	}
	db, err := c.database(database)
	if err != nil {
		return nil, err
	}
	r, err := c.find(db, name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, name)
	}
	if c.relations == nil {
		c.relations = make(map[relationName]*bind.Relation)
	}
	c.relations[key] = r
	return r, nil
}

// Exists implements bind.Catalog.
func (c *statementCatalog) Exists(database, name string) bool {
	_, err := c.Relation(database, name)
	return err == nil
}

// Routine implements bind.Catalog: there are no stored functions.
func (c *statementCatalog) Routine(string, string) (bind.StoredFunction, error) { return nil, nil }

func (c *statementCatalog) database(name string) (sql.Database, error) {
	key := strings.ToLower(name)
	if db, ok := c.databases[key]; ok {
		return db, nil
	}
	db, err := c.catalog.Database(c.ctx, name)
	if err != nil {
		return nil, mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, name)
	}
	if c.databases == nil {
		c.databases = make(map[string]sql.Database)
	}
	c.databases[key] = db
	return db, nil
}

// find is nil where there is neither a table nor a view.
func (c *statementCatalog) find(db sql.Database, name string) (*bind.Relation, error) {
	t, ok, err := db.GetTableInsensitive(c.ctx, name)
	if err != nil {
		return nil, err
	}
	if ok {
		return c.table(db, t)
	}
	views, ok := db.(sql.ViewDatabase)
	if !ok {
		return nil, nil
	}
	v, ok, err := views.GetViewDefinition(c.ctx, name)
	if err != nil || !ok {
		return nil, err
	}
	view, err := c.view(v)
	return &bind.Relation{Database: db.Name(), Name: v.Name, View: view}, err
}

func (c *statementCatalog) table(db sql.Database, t sql.Table) (*bind.Relation, error) {
	if _, ok := t.(*information_schema.ColumnsTable); ok {
		t = columnsTable() // it keeps what it finds
	}
	if assigned, ok := t.(sql.CatalogTable); ok {
		t = assigned.AssignCatalog(c.catalog)
	}
	if columns, ok := t.(*information_schema.ColumnsTable); ok {
		if _, err := columns.AllColumns(c.ctx); err != nil {
			return nil, err
		}
	}
	if r, ok := t.(routinesTable); ok {
		t = r.AssignProcedures(map[string][]*gmsplan.Procedure{})
	}
	r := &bind.Relation{Database: db.Name(), Name: t.Name()}
	if s, ok := t.(ScanTable); ok {
		r.Table = s.Scan(c.ctx)
	} else {
		r.Table = GMSTable(c.ctx, t)
	}
	keys := r.Table.Keys()
	r.Columns = make([]plan.Column, 0, len(t.Schema()))
	for i, column := range t.Schema() {
		r.Columns = append(r.Columns, plan.Column{
			Name: column.Name, OrgName: column.Name, T: TypeOf(column.Type, column.Nullable),
			Flags: columnFlags(column, i, keys),
		})
	}
	r.Default = func(name string) (types.Value, error) {
		i := t.Schema().IndexOfColName(name)
		if i < 0 {
			return types.Value{}, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, name)
		}
		return c.defaultOf(t.Schema()[i], &r.Columns[i].T)
	}
	return r, nil
}

// erDefaultExpression is the number of MySQL's error for DEFAULT(column) of an expression.
const erDefaultExpression = 3773

func (c *statementCatalog) defaultOf(column *sql.Column, t *types.Type) (types.Value, error) {
	switch d := column.Default; {
	case d != nil && !d.IsLiteral():
		return types.Value{}, mysql.NewError(erDefaultExpression, "DEFAULT function cannot be used with default value expressions")
	case d != nil:
		v, err := d.Eval(c.ctx, nil)
		if err != nil {
			return types.Value{}, err
		}
		return FromGMS(v, t)
	case column.AutoIncrement:
		return types.IntValue(0), nil
	case !column.Nullable:
		return types.Value{}, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, column.Name)
	}
	return types.Value{}, nil
}

// columnFlags are the flags of column i: of keys other than the primary one the first
// column has one (open_binary_frm).
func columnFlags(c *sql.Column, i int, keys []plan.Key) plan.Flags {
	var flags plan.Flags
	for _, k := range keys {
		if slices.Contains(k.Columns, i) {
			flags |= plan.PartOfKey
		}
		switch {
		case k.Primary:
			if slices.Contains(k.Columns, i) {
				flags |= plan.PrimaryKey
			}
		case k.Columns[0] != i:
		case k.Unique && len(k.Columns) == 1:
			flags |= plan.UniqueKey
		default:
			flags |= plan.MultipleKey
		}
	}
	if c.AutoIncrement {
		flags |= plan.AutoIncrement
	}
	if !c.Nullable && c.Default == nil && c.Generated == nil && !c.AutoIncrement {
		flags |= plan.NoDefault
	}
	return flags
}

// view is a view's SELECT, and what its statement says of it.
func (c *statementCatalog) view(v sql.ViewDefinition) (*bind.View, error) {
	mode, _ := sqlMode(v.SqlMode)
	view := &bind.View{Query: v.TextDefinition, Mode: mode}
	tree, err := parse.Query(v.CreateViewStatement, mode)
	if err != nil {
		return nil, err
	}
	create, ok := tree.Node.(*tidbast.CreateViewStmt)
	if !ok {
		return view, nil
	}
	for _, column := range create.Cols {
		view.Columns = append(view.Columns, column.O)
	}
	view.TempTable = create.Algorithm == tidbast.AlgorithmTemptable
	switch {
	case !tree.HasCheckOption():
	case create.CheckOption == tidbast.CheckOptionLocal:
		view.Check = bind.Local
	default:
		view.Check = bind.Cascaded
	}
	return view, nil
}
