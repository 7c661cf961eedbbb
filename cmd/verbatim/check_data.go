package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/tables/store/disk"
)

func newCheckData() *cobra.Command {
	return &cobra.Command{
		Use:   "check-data DIR",
		Short: "Verify a data directory",
		Long: `Verify a data directory that no server uses: the checksums of all that is kept,
that no key is there twice, that foreign keys find their rows, and that rows
are not against a CHECK. It prints how many rows each table has, and changes
nothing.`,
		Example: `  verbatim check-data data`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			tables, err := check(c.Context(), args[0])
			w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, t := range tables {
				fmt.Fprintf(w, "%s.%s\t%d rows\t%d keys\t%d foreign keys\t%d checks\n", t.Database, t.Name, t.Rows, t.Keys, t.ForeignKeys, t.Checks)
			}
			if err := errors.Join(err, w.Flush()); err != nil {
				return failed(err)
			}
			return nil
		},
	}
}

// check verifies a data directory.
func check(ctx context.Context, path string) (_ []engine.Table, err error) {
	dir, err := disk.Open(path, disk.Options{Exists: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := dir.Verify(); err != nil {
		return nil, err
	}
	e, err := engine.Load(dir, engine.Options{})
	if err != nil {
		return nil, err
	}
	tables, err := e.Check(ctx)
	return tables, errors.Join(err, e.Close())
}
