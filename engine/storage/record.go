package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Codec keeps definitions as JSON, and values of which the store knows nothing
// behind a letter that tells their type. Fields may be added; a change of their
// meaning is a new store format.
type Codec struct{}

var _ store.Codec = Codec{}

// databaseRecord is a database.
type databaseRecord struct {
	Collation string          `json:"collation,omitempty"`
	Views     []viewRecord    `json:"views,omitempty"`
	Triggers  []triggerRecord `json:"triggers,omitempty"`
	Routines  []routineRecord `json:"routines,omitempty"`
}

type viewRecord struct {
	Name      string `json:"name"`
	Query     string `json:"query"`
	Statement string `json:"statement"`
	Mode      string `json:"sql_mode"`
}

type triggerRecord struct {
	Name      string    `json:"name"`
	Statement string    `json:"statement"`
	Created   time.Time `json:"created"`
	Mode      string    `json:"sql_mode"`
}

type routineRecord struct {
	Name      string    `json:"name"`
	Function  bool      `json:"function,omitempty"`
	Statement string    `json:"statement"`
	Mode      string    `json:"sql_mode"`
	Created   time.Time `json:"created"`
	Planner   bool      `json:"planner,omitempty"`
}

// tableRecord is a table's definition.
type tableRecord struct {
	Columns   []columnRecord     `json:"columns"`
	Primary   []int              `json:"primary,omitempty"`
	Collation string             `json:"collation"`
	Comment   string             `json:"comment,omitempty"`
	Indexes   []indexRecord      `json:"indexes,omitempty"`
	Checks    []checkRecord      `json:"checks,omitempty"`
	Foreign   []foreignKeyRecord `json:"foreign_keys,omitempty"`
}

type columnRecord struct {
	Name          string            `json:"name"`
	Type          typeRecord        `json:"type"`
	Table         string            `json:"table"`
	Database      string            `json:"database,omitempty"`
	Nullable      bool              `json:"nullable,omitempty"`
	Packed        bool              `json:"packed,omitempty"` // kept as codecOf has the type; a DECIMAL or JSON is boxed else
	UTC           bool              `json:"utc,omitempty"`    // of a TIMESTAMP; one of a directory of before is kept as it was written
	AutoIncrement bool              `json:"auto_increment,omitempty"`
	Comment       string            `json:"comment,omitempty"`
	Extra         string            `json:"extra,omitempty"`
	Default       *expressionRecord `json:"default,omitempty"`
	Generated     *expressionRecord `json:"generated,omitempty"`
	OnUpdate      *expressionRecord `json:"on_update,omitempty"`
}

// expressionRecord is a default: a text or bytes as they are, or an expression's SQL.
type expressionRecord struct {
	Text          *string `json:"text,omitempty"`
	Bytes         []byte  `json:"bytes,omitempty"`
	SQL           string  `json:"sql,omitempty"`
	Literal       bool    `json:"literal,omitempty"`
	Parenthesized bool    `json:"parenthesized,omitempty"`
}

type indexRecord struct {
	Name       string        `json:"name"`
	Columns    []indexColumn `json:"columns"`
	Constraint byte          `json:"constraint,omitempty"` // as go-mysql-server numbers them: 1 UNIQUE
	Comment    string        `json:"comment,omitempty"`
}

type indexColumn struct {
	Name   string `json:"name"`
	Length int64  `json:"length,omitempty"`
}

type checkRecord struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
	Enforced   bool   `json:"enforced"`
}

type foreignKeyRecord struct {
	Name           string   `json:"name"`
	Database       string   `json:"database"`
	Table          string   `json:"table"`
	Columns        []string `json:"columns"`
	ParentDatabase string   `json:"parent_database"`
	ParentTable    string   `json:"parent_table"`
	ParentColumns  []string `json:"parent_columns"`
	OnUpdate       string   `json:"on_update"`
	OnDelete       string   `json:"on_delete"`
	Resolved       bool     `json:"resolved"`
}

// EncodeDatabase implements store.Codec.
func (Codec) EncodeDatabase(x any) ([]byte, error) {
	m, ok := x.(*databaseMeta)
	if !ok {
		m = new(databaseMeta)
	}
	r := databaseRecord{}
	if m.collation != sql.Collation_Unspecified {
		r.Collation = m.collation.Name()
	}
	for _, v := range m.views {
		r.Views = append(r.Views, viewRecord{v.Name, v.TextDefinition, v.CreateViewStatement, v.SqlMode})
	}
	for _, t := range m.triggers {
		r.Triggers = append(r.Triggers, triggerRecord{t.Name, t.Statement, t.Created, t.Mode})
	}
	for _, f := range m.routines {
		r.Routines = append(r.Routines, routineRecord{f.Name, f.Function, f.Statement, f.Mode, f.Created, f.Planner})
	}
	return json.Marshal(r)
}

// DecodeDatabase implements store.Codec.
func (Codec) DecodeDatabase(b []byte) (any, error) {
	var r databaseRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	m := new(databaseMeta)
	var err error
	if m.collation, err = collationNamed(r.Collation); err != nil {
		return nil, err
	}
	for _, v := range r.Views {
		m.views = append(m.views, sql.ViewDefinition{Name: v.Name, TextDefinition: v.Query, CreateViewStatement: v.Statement, SqlMode: v.Mode})
	}
	for _, t := range r.Triggers {
		trigger, err := bridge.NewStoredTrigger(t.Statement, t.Mode, t.Created)
		if err != nil {
			return nil, fmt.Errorf("storage: trigger %s: %w", t.Name, err)
		}
		m.triggers = append(m.triggers, trigger)
	}
	for _, f := range r.Routines {
		m.routines = append(m.routines, bridge.StoredRoutine{Name: f.Name, Function: f.Function, Statement: f.Statement, Mode: f.Mode, Created: f.Created, Planner: f.Planner})
	}
	return m, nil
}

func collationNamed(name string) (sql.CollationID, error) {
	if name == "" {
		return sql.Collation_Unspecified, nil
	}
	return sql.ParseCollation("", name, false)
}

// EncodeDefinition implements store.Codec.
func (Codec) EncodeDefinition(d *store.Definition) ([]byte, error) {
	m := d.Meta.(*meta)
	r := tableRecord{Primary: m.schema.PkOrdinals, Collation: m.collation.Name(), Comment: m.comment}
	for _, c := range m.columns {
		t, err := newTypeRecord(c.Type)
		if err != nil {
			return nil, fmt.Errorf("storage: column %s: %w", c.Name, err)
		}
		r.Columns = append(r.Columns, columnRecord{
			Name: c.Name, Type: t, Table: c.Source, Database: c.DatabaseSource, Nullable: c.Nullable, Packed: c.codec.kind != store.Any,
			UTC: c.instant, AutoIncrement: c.AutoIncrement, Comment: c.Comment, Extra: c.Extra,
			Default: newExpressionRecord(c.Default), Generated: newExpressionRecord(c.Generated), OnUpdate: newExpressionRecord(c.OnUpdate),
		})
	}
	for _, x := range m.indexes {
		i := indexRecord{Name: x.Name, Constraint: byte(x.Constraint), Comment: x.Comment}
		for _, c := range x.Columns {
			i.Columns = append(i.Columns, indexColumn(c))
		}
		r.Indexes = append(r.Indexes, i)
	}
	for _, c := range m.checks {
		r.Checks = append(r.Checks, checkRecord{c.Name, c.CheckExpression, c.Enforced})
	}
	for _, f := range m.foreign {
		r.Foreign = append(r.Foreign, foreignKeyRecord{
			f.Name, f.Database, f.Table, f.Columns, f.ParentDatabase, f.ParentTable, f.ParentColumns,
			string(f.OnUpdate), string(f.OnDelete), f.IsResolved,
		})
	}
	return json.Marshal(r)
}

// DecodeDefinition implements store.Codec. Expressions in it are not resolved: see
// [Provider.Resolve].
func (Codec) DecodeDefinition(b []byte) (*store.Definition, error) {
	var r tableRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	m := &meta{comment: r.Comment}
	var err error
	if m.collation, err = collationNamed(r.Collation); err != nil {
		return nil, err
	}
	schema := make(sql.Schema, len(r.Columns))
	for i, c := range r.Columns {
		t, err := c.Type.sqlType()
		if err != nil {
			return nil, fmt.Errorf("storage: column %s: %w", c.Name, err)
		}
		schema[i] = &sql.Column{
			Name: c.Name, Type: t, Source: c.Table, DatabaseSource: c.Database, Nullable: c.Nullable,
			AutoIncrement: c.AutoIncrement, Comment: c.Comment, Extra: c.Extra,
			Default: c.Default.value(t, c.Nullable), Generated: c.Generated.value(t, c.Nullable), OnUpdate: c.OnUpdate.value(t, c.Nullable),
		}
	}
	for _, i := range r.Primary {
		if i < 0 || i >= len(schema) {
			return nil, fmt.Errorf("storage: the primary key has a column %d of %d", i, len(schema))
		}
		schema[i].PrimaryKey = true
	}
	m = m.withSchema(sql.NewPrimaryKeySchema(schema, r.Primary...))
	for i, c := range m.columns {
		if (c.t.Kind == types.Decimal || c.t.Kind == types.JSON) && !r.Columns[i].Packed {
			m.columns[i].codec = boxed
		}
		m.columns[i].instant = r.Columns[i].UTC
	}
	m.instants = m.hasInstants()
	for _, x := range r.Indexes {
		def := sql.IndexDef{Name: x.Name, Constraint: sql.IndexConstraint(x.Constraint), Comment: x.Comment}
		for _, c := range x.Columns {
			if schema.IndexOfColName(c.Name) < 0 {
				return nil, fmt.Errorf("storage: index %s has an unknown column %s", x.Name, c.Name)
			}
			def.Columns = append(def.Columns, sql.IndexColumn(c))
		}
		m.indexes = append(m.indexes, def)
	}
	for _, c := range r.Checks {
		m.checks = append(m.checks, sql.CheckDefinition{Name: c.Name, CheckExpression: c.Expression, Enforced: c.Enforced})
	}
	for _, f := range r.Foreign {
		m.foreign = append(m.foreign, sql.ForeignKeyConstraint{
			Name: f.Name, Database: f.Database, Table: f.Table, Columns: f.Columns,
			ParentDatabase: f.ParentDatabase, ParentTable: f.ParentTable, ParentColumns: f.ParentColumns,
			OnUpdate: sql.ForeignKeyReferentialAction(f.OnUpdate), OnDelete: sql.ForeignKeyReferentialAction(f.OnDelete), IsResolved: f.Resolved,
		})
	}
	return m.definition(), nil
}

func newExpressionRecord(d *sql.ColumnDefaultValue) *expressionRecord {
	if d == nil || d.Expr == nil {
		return nil
	}
	r := &expressionRecord{Literal: d.Literal, Parenthesized: d.Parenthesized}
	if l, ok := d.Expr.(*expression.Literal); ok {
		switch v := l.Value().(type) {
		case string:
			r.Text = &v
			return r
		case []byte:
			r.Bytes = v
			return r
		}
	}
	r.SQL = d.Expr.String()
	return r
}

// value is the default of a column of the type, an expression as its SQL.
func (r *expressionRecord) value(t sql.Type, nullable bool) *sql.ColumnDefaultValue {
	if r == nil {
		return nil
	}
	var e sql.Expression
	switch {
	case r.Text != nil:
		e = expression.NewLiteral(*r.Text, gms.LongText)
	case r.Bytes != nil:
		e = expression.NewLiteral(r.Bytes, gms.LongBlob)
	case r.Parenthesized:
		e = &sql.UnresolvedColumnDefault{ExprString: "(" + r.SQL + ")"}
	default:
		e = &sql.UnresolvedColumnDefault{ExprString: r.SQL}
	}
	return &sql.ColumnDefaultValue{Expr: e, OutType: t, Literal: r.Literal, Parenthesized: r.Parenthesized, ReturnNil: nullable}
}

// Resolve resolves the expressions in definitions that were loaded: f returns a
// table's columns with expressions of their SQL. Nobody may use the provider yet.
func (p *Provider) Resolve(f func(database, table string, schema sql.Schema) (sql.Schema, error)) error {
	catalog := p.store.Begin().Catalog()
	for _, database := range catalog.Databases() {
		for _, name := range catalog.Tables(database) {
			t, _ := catalog.Table(database, name)
			m := t.Definition.Meta.(*meta)
			resolved, err := f(database, name, m.schema.Schema)
			if err != nil {
				return fmt.Errorf("storage: table %s.%s: %w", database, name, err)
			}
			for i, c := range resolved {
				to := m.columns[i].Column
				to.Default, to.Generated, to.OnUpdate = c.Default, c.Generated, c.OnUpdate
			}
			m.plain = m.isPlain()
		}
	}
	return nil
}

// The letters of values.
const (
	decimalValue  = 'd'
	jsonValue     = 'j'
	geometryValue = 'g'
	textValue     = 's'
)

// AppendValue implements store.Codec.
func (Codec) AppendValue(b []byte, x any) ([]byte, error) {
	switch x := x.(type) {
	case decimal.Decimal:
		return append(append(b, decimalValue), x.StringFixed(max(0, -x.Exponent()))...), nil
	case sql.JSONWrapper:
		v, err := bridge.FromGMS(x, &types.TypeJSON)
		return append(append(b, jsonValue), v.S...), err
	case gms.GeometryValue:
		return append(append(b, geometryValue), x.Serialize()...), nil
	case string:
		return append(append(b, textValue), x...), nil
	}
	return nil, fmt.Errorf("storage: a %T cannot be kept", x)
}

// Value implements store.Codec.
func (Codec) Value(b []byte) (any, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("storage: a value without a type")
	}
	switch text := string(b[1:]); b[0] {
	case decimalValue:
		return decimal.NewFromString(text)
	case jsonValue:
		return bridge.ToGMS(types.JSONValue(text), &types.TypeJSON)
	case geometryValue:
		g, _, err := gms.GeometryType{}.Convert(context.Background(), []byte(text))
		return g, err
	case textValue:
		return text, nil
	}
	return nil, fmt.Errorf("storage: a value of unknown type %q", b[0])
}
