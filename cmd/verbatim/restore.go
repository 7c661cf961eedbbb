package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/tables/store/disk"
)

func newRestore() *cobra.Command {
	var dataDir string
	c := &cobra.Command{
		Use:   "restore --data-dir DIR FILE",
		Short: "Make a data directory of a backup",
		Long: `Make a data directory of a backup. The directory must not be there, or be empty.

The backup's checksums, and keys, foreign keys and CHECKs of its rows, are verified
first: a backup that is damaged makes no directory.`,
		Example: `  verbatim restore --data-dir data monday.tar`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return wrongUsage("%w", err)
			}
			err = disk.Restore(f, dataDir, func(made string) error {
				_, err := check(c.Context(), made)
				return err
			})
			if err := errors.Join(err, f.Close()); err != nil {
				return failed(err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dataDir, "data-dir", "", "the data `directory` to make")
	must(c.MarkFlagRequired("data-dir"))
	must(c.MarkFlagDirname("data-dir"))
	return c
}

func dirOf(file string) string { return filepath.Dir(filepath.Clean(file)) }
