package storage

import (
	"context"
	"errors"
	"fmt"
)

// Checked is a table that was checked.
type Checked struct {
	Database, Name string
	Rows           int
	Keys           int // indexes, the primary key's among them
	ForeignKeys    int
	Checks         int
}

// Check goes through all tables and tells which rows have no parent that a foreign
// key wants, the first of each, and which CHECKs are violated, as the function finds out.
func (p *Provider) Check(ctx context.Context, violated func(database, table, expression string) (bool, error)) ([]Checked, error) {
	tx := p.store.Begin()
	catalog := tx.Catalog()
	all := tablesByID(catalog)
	var checked []Checked
	var wrong []error
	for _, database := range catalog.Databases() {
		for _, name := range catalog.Tables(database) {
			t, _ := catalog.Table(database, name)
			child := all[t.ID]
			checked = append(checked, Checked{database, name, tx.Rows(t.ID), len(t.Definition.Indexes), len(child.meta.foreign), len(child.meta.checks)})
			for _, c := range child.meta.checks {
				if !c.Enforced {
					continue
				}
				if bad, err := violated(database, name, c.CheckExpression); err != nil {
					wrong = append(wrong, fmt.Errorf("storage: %s.%s: CHECK %s: %w", database, name, c.Name, err))
				} else if bad {
					wrong = append(wrong, fmt.Errorf("storage: %s.%s: CHECK %s is violated", database, name, c.Name))
				}
			}
			for _, fk := range child.meta.foreign {
				if !fk.IsResolved {
					continue
				}
				parent, ok := all.named(fk.ParentDatabase, fk.ParentTable)
				for c, n := tx.Scan(t.ID, false), 0; c.Next(); n++ {
					if n%4096 == 0 && ctx.Err() != nil {
						return nil, ctx.Err()
					}
					key, some := child.key(c.Row(), fk.Columns)
					if some && (!ok || !parent.has(tx, fk.ParentColumns, key)) {
						wrong = append(wrong, fmt.Errorf("storage: %s.%s: foreign key %s: no row of %s has the key %s", database, name, fk.Name, fk.ParentTable, shown(key)))
						break
					}
				}
			}
		}
	}
	return checked, errors.Join(wrong...)
}
