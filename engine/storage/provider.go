// Package storage is go-mysql-server's view of the store: databases, tables and
// indexes whose rows are the store's, sessions whose transactions are. It is the
// one place where the two meet.
package storage

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// Provider provides the databases of a store.
type Provider struct{ store *store.Store }

var _ sql.CollatedDatabaseProvider = (*Provider)(nil)

// NewProvider makes a provider of the databases of s.
func NewProvider(s *store.Store) *Provider { return &Provider{store: s} }

// Store is where the databases are.
func (p *Provider) Store() *store.Store { return p.store }

// catalog is the catalog that the session sees.
func (p *Provider) catalog(ctx *sql.Context) store.Catalog {
	if s, ok := ctx.Session.(*Session); ok {
		return s.transaction().Catalog()
	}
	return p.store.Begin().Catalog()
}

// Database implements sql.DatabaseProvider.
func (p *Provider) Database(ctx *sql.Context, name string) (sql.Database, error) {
	for _, n := range p.catalog(ctx).Databases() {
		if strings.EqualFold(n, name) {
			return &Database{provider: p, name: n}, nil
		}
	}
	return nil, sql.ErrDatabaseNotFound.New(name)
}

// HasDatabase implements sql.DatabaseProvider.
func (p *Provider) HasDatabase(ctx *sql.Context, name string) bool {
	_, ok := p.catalog(ctx).Database(name)
	return ok
}

// AllDatabases implements sql.DatabaseProvider.
func (p *Provider) AllDatabases(ctx *sql.Context) []sql.Database {
	var all []sql.Database
	for _, n := range p.catalog(ctx).Databases() {
		all = append(all, &Database{provider: p, name: n})
	}
	return all
}

// CreateDatabase implements sql.MutableDatabaseProvider.
func (p *Provider) CreateDatabase(ctx *sql.Context, name string) error {
	return p.CreateCollatedDatabase(ctx, name, DefaultCollation)
}

// CreateCollatedDatabase implements sql.CollatedDatabaseProvider.
func (p *Provider) CreateCollatedDatabase(ctx *sql.Context, name string, collation sql.CollationID) error {
	return p.alter(ctx, func(d *store.Draft) error {
		return d.CreateDatabase(name, &databaseMeta{collation: collation})
	})
}

// DropDatabase implements sql.MutableDatabaseProvider.
func (p *Provider) DropDatabase(ctx *sql.Context, name string) error {
	return p.alter(ctx, func(d *store.Draft) error { return d.DropDatabase(name) })
}

func (p *Provider) alter(ctx *sql.Context, f func(*store.Draft) error) error {
	if s, ok := ctx.Session.(*Session); ok {
		return s.alter(ctx, f)
	}
	return p.store.Alter(f)
}
