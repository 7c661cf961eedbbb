package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"

	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Directory is where an engine's databases are kept: package disk's Dir.
type Directory interface {
	store.Disk
	Born() bool  // something is kept there
	Keep() error // makes it one that can be written
}

// Open makes an engine whose databases are kept in a directory: what a statement
// has changed is there when it ends. Where nothing is kept yet it begins with the
// interview's database. The directory stays the caller's to close, after Close.
func Open(d Directory, o Options) (*Engine, error) {
	if !d.Born() {
		e, err := New(o)
		if err == nil {
			err = d.Keep()
		}
		if err == nil {
			err = e.storage.Store().Keep(d, storage.Codec{})
		}
		return e, err
	}
	e, err := Load(d, o)
	if err != nil {
		return nil, err
	}
	if err := d.Keep(); err != nil {
		return nil, err
	}
	return e, e.storage.Store().Keep(d, storage.Codec{})
}

// Load makes an engine in memory with the databases that are kept somewhere, which
// is only read.
func Load(r store.Reader, o Options) (*Engine, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	s, err := store.Load(r, storage.Codec{}, o.store())
	if err != nil {
		return nil, err
	}
	e := newEngine(o, s)
	session := e.NewSession(Client{})
	defer session.Close()
	ctx := session.context(context.Background(), "")
	return e, e.storage.Resolve(func(database, table string, schema sql.Schema) (resolved sql.Schema, err error) {
		defer func() {
			if r := recover(); r != nil { // how the planner ends
				err = fmt.Errorf("a default is not understood: %v", r)
			}
		}()
		return planbuilder.New(ctx, e.analyzer.Catalog, nil, e.parser).ResolveSchemaDefaults(database, table, schema), nil
	})
}

// Table is a table that Check has looked at.
type Table = storage.Checked

// Check verifies foreign keys and CHECKs, and counts rows; keys have been when they were
// loaded. It returns what it finds wrong, too.
func (e *Engine) Check(ctx context.Context) ([]Table, error) {
	session := e.NewSession(Client{})
	defer session.Close()
	return e.storage.Check(ctx, func(database, table, expression string) (violated bool, err error) {
		r, err := session.Query(ctx, fmt.Sprintf("SELECT 1 FROM %s.%s WHERE NOT (%s) LIMIT 1", quoted(database), quoted(table), expression))
		if err != nil {
			return false, err
		}
		if _, err = r.Next(); err == nil {
			violated = true
		} else if err == io.EOF {
			err = nil
		}
		return violated, errors.Join(err, r.Close())
	})
}
