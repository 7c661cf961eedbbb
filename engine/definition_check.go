package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	tidbmysql "github.com/pingcap/tidb/pkg/parser/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Limits of definitions (manual 10.4.7, 15.1.15 and 17.21).
const (
	maxNameLength = 64
	maxKeyParts   = 16
	maxKeyLength  = 3072 // bytes of InnoDB's index keys
	maxRowLength  = 65535

	maxTableComment  = 2048
	maxColumnComment = 1024
)

// tableDefinition is a table's definition in CREATE TABLE, as far as it is checked before the table is made: go-mysql-server has
// few of MySQL's errors.
type tableDefinition struct {
	name    string
	columns []*definedColumn
	primary bool
	autoKey bool // the AUTO_INCREMENT column is the first of a key
	keys    map[string]bool
	checks  map[string]bool
	unnamed int // of the CHECKs
	env     *types.Env
	charset types.Collation
}

// definedColumn is a column in a definition.
type definedColumn struct {
	*tidb.ColumnDef
	t        types.Type
	geometry bool
	auto     bool
	notNull  bool
	null     bool // said to be NULL
}

// checkCreate is MySQL's error of a CREATE TABLE whose definition it refuses (mysql_prepare_create_table of sql_table.cc and
// Create_field::init).
func (x *execution) checkCreate() error {
	tree, err := parse.Query(x.text, bridge.ParserMode(x.ctx))
	if err != nil {
		return refusedName(err)
	}
	n, ok := tree.Node.(*tidb.CreateTableStmt)
	if !ok || n.ReferTable != nil {
		return nil
	}
	return x.checkTable(n)
}

// checkAlter is MySQL's error of ALTER TABLE's columns by themselves.
func (x *execution) checkAlter() error {
	tree, err := parse.Query(x.text, bridge.ParserMode(x.ctx))
	if err != nil {
		return refusedName(err)
	}
	n, ok := tree.Node.(*tidb.AlterTableStmt)
	if !ok {
		return nil
	}
	for _, spec := range n.Specs {
		d, err := x.newDefinition(n.Table.Name.O, spec.Options)
		if err != nil {
			return err
		}
		if spec.Tp == tidb.AlterTableRenameTable {
			if err := checkTableName(spec.NewTable.Name.O); err != nil {
				return err
			}
		}
		if spec.Tp == tidb.AlterTableAlterColumn {
			continue
		}
		for _, c := range spec.NewColumns {
			if err := d.addColumn(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// refusedName is the parser's error of a name that means nothing, as a character set's; nil of others, which may be of
// what go-mysql-server's grammar has beside ours.
func refusedName(err error) error {
	var refused *mysql.MyError
	if errors.As(err, &refused) && (refused.Code == mysql.ER_UNKNOWN_CHARACTER_SET || refused.Code == mysql.ER_UNKNOWN_COLLATION) {
		return err
	}
	return nil
}

func (x *execution) checkTable(n *tidb.CreateTableStmt) error {
	d, err := x.newDefinition(n.Table.Name.O, n.Options)
	if err != nil {
		return err
	}
	for _, c := range n.Cols {
		if err := d.addColumn(c); err != nil {
			return err
		}
	}
	database := n.Table.Schema.O
	if database == "" {
		database = x.database()
	}
	if n.TemporaryKeyword == tidb.TemporaryNone && x.session.engine.parser.exists(x.ctx, database, n.Table.Name.O) {
		if n.IfNotExists {
			return nil // as the statement will say
		}
		return mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, n.Table.Name.O)
	}
	if len(d.columns) == 0 && n.Select == nil {
		return mysql.NewError(erNoVisibleColumn, "A table must have at least one visible column.")
	}
	if n.Select != nil { // the keys may be on the query's columns
		return nil
	}
	if err := d.check(n); err != nil {
		return err
	}
	for _, fk := range d.foreignKeys(database, n) {
		if err := x.checkForeignKey(fk); err != nil {
			return err
		}
	}
	return nil
}

// newDefinition checks a table's name and options.
func (x *execution) newDefinition(name string, options []*tidb.TableOption) (*tableDefinition, error) {
	if err := checkTableName(name); err != nil {
		return nil, err
	}
	d := &tableDefinition{name: name, keys: make(map[string]bool), checks: make(map[string]bool), env: bridge.Env(x.ctx), charset: types.DefaultCollation}
	for _, o := range options {
		switch o.Tp {
		case tidb.TableOptionEngine:
			if !knownEngine(o.StrValue) {
				return nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_STORAGE_ENGINE, o.StrValue)
			}
		case tidb.TableOptionComment:
			if len([]rune(o.StrValue)) > maxTableComment {
				return nil, mysql.NewDefaultError(mysql.ER_TOO_LONG_TABLE_COMMENT, name, maxTableComment)
			}
		case tidb.TableOptionCharset:
			if c, ok := types.DefaultOf(o.StrValue); ok {
				d.charset = c
			}
		case tidb.TableOptionCollate:
			if c, ok := types.ByName(o.StrValue); ok {
				d.charset = c
			}
		}
	}
	return d, nil
}

// knownEngine tells whether MySQL 8.0 has a storage engine of the name (SHOW ENGINES); tables are the same in all.
func knownEngine(name string) bool {
	switch strings.ToUpper(name) {
	case "INNODB", "MYISAM", "MEMORY", "HEAP", "CSV", "ARCHIVE", "BLACKHOLE", "MERGE", "MRG_MYISAM", "FEDERATED", "NDB", "NDBCLUSTER", "INNOBASE":
		return true
	}
	return false
}

func checkTableName(name string) error {
	switch {
	case name == "" || strings.HasSuffix(name, " "):
		return mysql.NewDefaultError(mysql.ER_WRONG_TABLE_NAME, name)
	case len([]rune(name)) > maxNameLength:
		return mysql.NewDefaultError(mysql.ER_TOO_LONG_IDENT, name)
	}
	return nil
}

// addColumn checks a column by itself.
func (d *tableDefinition) addColumn(n *tidb.ColumnDef) error {
	c := &definedColumn{ColumnDef: n, geometry: n.Tp.GetType() == tidbmysql.TypeGeometry}
	name := n.Name.Name.O
	switch {
	case name == "" || strings.HasSuffix(name, " "):
		return mysql.NewDefaultError(mysql.ER_WRONG_COLUMN_NAME, name)
	case len([]rune(name)) > maxNameLength:
		return mysql.NewDefaultError(mysql.ER_TOO_LONG_IDENT, name)
	}
	if err := c.checkType(name); err != nil {
		return err
	}
	if !c.geometry && n.Tp.GetType() != tidbmysql.TypeNull {
		var err error
		if c.t, err = routine.Declared(n.Tp, name, d.charset); err != nil {
			return err
		}
	}
	d.columns = append(d.columns, c)
	for _, o := range n.Options {
		switch o.Tp {
		case tidb.ColumnOptionPrimaryKey:
			if d.primary {
				return mysql.NewDefaultError(mysql.ER_MULTIPLE_PRI_KEY)
			}
			d.primary, c.notNull = true, true
		case tidb.ColumnOptionNotNull:
			c.notNull, c.null = true, false
		case tidb.ColumnOptionNull:
			c.null = true
		case tidb.ColumnOptionAutoIncrement:
			c.auto = true
		case tidb.ColumnOptionComment:
			if text, _, ok := literalOf(o.Expr); ok && len([]rune(text.S)) > maxColumnComment {
				return mysql.NewDefaultError(mysql.ER_TOO_LONG_FIELD_COMMENT, name, maxColumnComment)
			}
		}
	}
	for _, o := range n.Options {
		switch o.Tp {
		case tidb.ColumnOptionDefaultValue:
			if err := d.checkDefault(c, name, o.Expr); err != nil {
				return err
			}
		case tidb.ColumnOptionOnUpdate:
			if digits, ok := currentTimestamp(o.Expr); ok && (c.t.Kind != types.DateTime || digits != c.t.Scale) {
				return mysql.NewDefaultError(mysql.ER_INVALID_ON_UPDATE, name)
			}
		}
	}
	if number := c.t.Kind == types.Int && !c.t.IsYear() || c.t.Kind == types.Uint || c.t.Kind == types.Float; c.auto && !number {
		return mysql.NewDefaultError(mysql.ER_WRONG_FIELD_SPEC, name)
	}
	return nil
}

// checkType checks lengths and members that a declaration of a type has.
func (c *definedColumn) checkType(name string) error {
	tp := c.Tp
	wide := func(most int) error {
		if tp.GetFlen() > most {
			return mysql.NewError(mysql.ER_TOO_BIG_DISPLAYWIDTH, fmt.Sprintf("Display width out of range for column '%s' (max = %d)", name, most))
		}
		return nil
	}
	collation := tp.GetCollate()
	for _, o := range c.Options {
		if o.Tp == tidb.ColumnOptionCollate {
			collation = o.StrValue
		}
	}
	if set := tp.GetCharset(); set != "" && collation != "" && set != "binary" {
		if set == "utf8" {
			set = "utf8mb3"
		}
		if of, ok := types.ByName(collation); ok && of.Charset() != set {
			return mysql.NewDefaultError(mysql.ER_COLLATION_CHARSET_MISMATCH, collation, set)
		}
	}
	switch tp.GetType() {
	case tidbmysql.TypeTiny, tidbmysql.TypeShort, tidbmysql.TypeInt24, tidbmysql.TypeLong, tidbmysql.TypeLonglong:
		return wide(255)
	case tidbmysql.TypeBit:
		return wide(64)
	case tidbmysql.TypeDatetime, tidbmysql.TypeTimestamp, tidbmysql.TypeDuration:
		if tp.GetDecimal() > 6 {
			return mysql.NewError(mysql.ER_TOO_BIG_PRECISION, fmt.Sprintf("Too-big precision %d specified for '%s'. Maximum is 6.", tp.GetDecimal(), name))
		}
	case tidbmysql.TypeFloat, tidbmysql.TypeDouble:
		switch {
		case tp.GetDecimal() < 0 && tp.GetFlen() > 53:
			return mysql.NewDefaultError(mysql.ER_WRONG_FIELD_SPEC, name)
		case tp.GetDecimal() > types.MaxScale:
			return mysql.NewError(mysql.ER_TOO_BIG_SCALE, fmt.Sprintf("Too big scale %d specified for column '%s'. Maximum is %d.", tp.GetDecimal(), name, types.MaxScale))
		case tp.GetDecimal() >= 0 && tp.GetFlen() < tp.GetDecimal():
			return mysql.NewDefaultError(mysql.ER_M_BIGGER_THAN_D, name)
		}
	case tidbmysql.TypeEnum, tidbmysql.TypeSet:
		kind := "ENUM"
		if tp.GetType() == tidbmysql.TypeSet {
			kind = "SET"
		}
		seen := make(map[string]bool)
		for _, m := range tp.GetElems() {
			m = strings.TrimRight(m, " ")
			if kind == "SET" && strings.Contains(m, ",") {
				return mysql.NewDefaultError(mysql.ER_ILLEGAL_VALUE_FOR_TYPE, "set", m)
			}
			if key := strings.ToLower(m); seen[key] {
				return mysql.NewDefaultError(mysql.ER_DUPLICATED_VALUE_IN_TYPE, name, m, kind)
			} else {
				seen[key] = true
			}
		}
	}
	return nil
}

// currentTimestamp is the digits of a CURRENT_TIMESTAMP; false where the expression is none.
func currentTimestamp(e tidb.ExprNode) (digits int, ok bool) {
	call, is := e.(*tidb.FuncCallExpr)
	if !is {
		return 0, false
	}
	switch call.FnName.L {
	case "current_timestamp", "now", "localtime", "localtimestamp":
	default:
		return 0, false
	}
	if len(call.Args) == 1 {
		if v, is := call.Args[0].(tidb.ValueExpr); is {
			if n, is := v.GetValue().(int64); is {
				digits = int(n)
			}
		}
	}
	return digits, true
}

// checkDefault checks a column's default: a literal must be a value of its type.
func (d *tableDefinition) checkDefault(c *definedColumn, name string, e tidb.ExprNode) error {
	invalid := mysql.NewDefaultError(mysql.ER_INVALID_DEFAULT, name)
	if digits, ok := currentTimestamp(e); ok {
		if c.t.Kind != types.DateTime || digits != c.t.Scale {
			return invalid
		}
		return nil
	}
	value, text, ok := literalOf(e)
	if !ok {
		return nil
	}
	if c.auto {
		return invalid
	}
	if value.Kind == types.Null {
		if c.notNull {
			return invalid
		}
		return nil
	}
	if c.geometry || c.t.Kind == types.JSON || c.t.Protocol == types.ProtocolBlob {
		return mysql.NewError(mysql.ER_BLOB_CANT_HAVE_DEFAULT, fmt.Sprintf("BLOB, TEXT, GEOMETRY or JSON column '%s' can't have a default value", name))
	}
	env := *d.env
	env.Mode |= types.StrictAll | types.StrictTrans
	env.Warn, env.Note = func(uint16, string) {}, nil
	if c.t.Kind != types.Null {
		if _, err := types.Store(&env, value, &text, &c.t, name, 1); err != nil {
			return invalid
		}
	}
	return nil
}

// literalOf is the value of a literal, and its type; false of another expression.
func literalOf(e tidb.ExprNode) (types.Value, types.Type, bool) {
	if minus, ok := e.(*tidb.UnaryOperationExpr); ok {
		v, t, ok := literalOf(minus.V)
		if !ok || v.Kind != types.Int {
			return v, t, false
		}
		return types.IntValue(-v.I), t, true
	}
	v, ok := e.(tidb.ValueExpr)
	if !ok {
		return types.Value{}, types.TypeNull, false
	}
	switch x := v.GetValue().(type) {
	case nil:
		return types.Value{}, types.TypeNull, true
	case int64:
		return types.IntValue(x), types.TypeInt, true
	case uint64:
		return types.UintValue(x), types.TypeUint, true
	case string:
		return types.StringValue(x), types.TypeString(len(x), types.DefaultCollation, types.CoerceLiteral), true
	}
	return types.Value{}, types.TypeNull, false
}

func (d *tableDefinition) column(name tidb.CIStr) *definedColumn {
	for _, c := range d.columns {
		if c.Name.Name.L == name.L {
			return c
		}
	}
	return nil
}

// check checks the columns beside each other, and the keys.
func (d *tableDefinition) check(n *tidb.CreateTableStmt) error {
	seen := make(map[string]bool)
	autos := 0
	for _, c := range d.columns {
		if seen[c.Name.Name.L] {
			return mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, c.Name.Name.O)
		}
		seen[c.Name.Name.L] = true
		if c.auto {
			autos++
		}
		for _, o := range c.Options {
			switch o.Tp {
			case tidb.ColumnOptionCheck:
				if err := d.addCheck(o.ConstraintName, o.Expr, c.Name.Name.L); err != nil {
					return err
				}
			case tidb.ColumnOptionPrimaryKey, tidb.ColumnOptionUniqKey:
				if err := d.checkPart(&tidb.IndexPartSpecification{Column: c.Name}, o.Tp == tidb.ColumnOptionPrimaryKey); err != nil {
					return err
				}
				d.autoKey = d.autoKey || c.auto
			}
		}
	}
	for _, k := range n.Constraints {
		if err := d.addKey(k); err != nil {
			return err
		}
	}
	if autos > 1 || autos == 1 && !d.autoKey {
		return mysql.NewDefaultError(mysql.ER_WRONG_AUTO_KEY)
	}
	length := 0
	for _, c := range d.columns {
		if c.t.Kind == types.String && c.t.Protocol != types.ProtocolBlob {
			bytes := c.t.Length * c.t.Collation.MaxBytes()
			if length += bytes; c.t.Protocol != types.ProtocolString {
				length += 1
				if bytes > 255 {
					length++
				}
			}
		}
	}
	if length > maxRowLength {
		return mysql.NewDefaultError(mysql.ER_TOO_BIG_ROWSIZE, maxRowLength)
	}
	return nil
}

// addKey checks a key.
func (d *tableDefinition) addKey(k *tidb.Constraint) error {
	primary := k.Tp == tidb.ConstraintPrimaryKey
	switch k.Tp {
	case tidb.ConstraintPrimaryKey:
		if d.primary {
			return mysql.NewDefaultError(mysql.ER_MULTIPLE_PRI_KEY)
		}
		d.primary = true
	case tidb.ConstraintCheck:
		return d.addCheck(k.Name, k.Expr, "")
	case tidb.ConstraintForeignKey:
		for _, p := range k.Keys {
			if p.Column != nil && d.column(p.Column.Name) == nil {
				return keyColumnMissing(p.Column.Name.O)
			}
		}
		return nil
	case tidb.ConstraintFulltext:
		return mysql.NewDefaultError(mysql.ER_TABLE_CANT_HANDLE_FT)
	case tidb.ConstraintKey, tidb.ConstraintIndex, tidb.ConstraintUniq, tidb.ConstraintUniqKey, tidb.ConstraintUniqIndex:
	default:
		return nil
	}
	if name := strings.ToLower(k.Name); name != "" && !primary {
		if name == "primary" {
			return mysql.NewDefaultError(mysql.ER_WRONG_NAME_FOR_INDEX, k.Name)
		}
		if d.keys[name] {
			return mysql.NewDefaultError(mysql.ER_DUP_KEYNAME, k.Name)
		}
		d.keys[name] = true
	}
	return d.checkParts(k.Keys, primary)
}

func keyColumnMissing(name string) error {
	return mysql.NewError(mysql.ER_KEY_COLUMN_DOES_NOT_EXITS, fmt.Sprintf("Key column '%s' doesn't exist in table", name))
}

func (d *tableDefinition) checkParts(parts []*tidb.IndexPartSpecification, primary bool) error {
	if len(parts) > maxKeyParts {
		return mysql.NewDefaultError(mysql.ER_TOO_MANY_KEY_PARTS, maxKeyParts)
	}
	seen := make(map[string]bool)
	for i, p := range parts {
		if p.Column == nil {
			continue
		}
		if d.column(p.Column.Name) == nil {
			return keyColumnMissing(p.Column.Name.O)
		}
		if seen[p.Column.Name.L] {
			return mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, p.Column.Name.O)
		}
		seen[p.Column.Name.L] = true
		if err := d.checkPart(p, primary); err != nil {
			return err
		}
		d.autoKey = d.autoKey || i == 0 && d.column(p.Column.Name).auto
	}
	return nil
}

// checkPart checks a column of a key.
func (d *tableDefinition) checkPart(p *tidb.IndexPartSpecification, primary bool) error {
	c := d.column(p.Column.Name)
	if primary && c.null {
		return mysql.NewDefaultError(mysql.ER_PRIMARY_CANT_HAVE_NULL)
	}
	return checkKeyPart(c.Name.Name.O, &c.t, c.geometry, max(p.Length, 0))
}

// erJSONUsedAsKey is the number of MySQL's error of an index on a JSON column.
const erJSONUsedAsKey = 3152

// erNoVisibleColumn is the number of MySQL's error about a table without columns.
const erNoVisibleColumn = 4028

// checkKeyPart checks a column of a type in a key, of which it is so many characters; 0: whole.
func checkKeyPart(name string, t *types.Type, geometry bool, prefix int) error {
	if geometry {
		return nil
	}
	text := t.Kind == types.String
	blob := text && t.Protocol == types.ProtocolBlob
	switch {
	case t.Kind == types.JSON:
		return mysql.NewError(erJSONUsedAsKey, fmt.Sprintf("JSON column '%s' supports indexing only via generated columns on a specified JSON path.", name))
	case blob && prefix == 0:
		return mysql.NewDefaultError(mysql.ER_BLOB_KEY_WITHOUT_LENGTH, name)
	case prefix > 0 && (!text || !blob && prefix > t.Length):
		return mysql.NewDefaultError(mysql.ER_WRONG_SUB_KEY)
	case text:
		length := t.Length
		if prefix > 0 {
			length = prefix
		}
		if length*t.Collation.MaxBytes() > maxKeyLength {
			return mysql.NewDefaultError(mysql.ER_TOO_LONG_KEY, maxKeyLength)
		}
	}
	return nil
}

// columnOf is a table's column by its name.
func columnOf(t sql.Table, name string) *sql.Column {
	if i := t.Schema().IndexOfColName(name); i >= 0 {
		return t.Schema()[i]
	}
	return nil
}
