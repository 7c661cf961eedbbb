package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/tables/store/disk"
)

func newBackup() *cobra.Command {
	var dataDir string
	c := &cobra.Command{
		Use:   "backup --data-dir DIR FILE",
		Short: "Write a backup of a data directory",
		Long: `Write a backup of a data directory to a file: a tar archive with the checksums
of what is in it.

A backup is what there is at one moment. Where a server uses the directory, it
goes on meanwhile and writes the backup itself.`,
		Example: `  verbatim backup --data-dir data monday.tar`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := backup(dataDir, args[0]); err != nil {
				return failed(err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dataDir, "data-dir", "", "the data `directory`")
	must(c.MarkFlagRequired("data-dir"))
	must(c.MarkFlagDirname("data-dir"))
	return c
}

// backup writes a backup; the file is there when the backup is complete.
func backup(dataDir, file string) (err error) {
	f, err := os.CreateTemp(dirOf(file), ".backup-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	dir, err := disk.Open(dataDir, disk.Options{Exists: true})
	switch {
	case errors.Is(err, disk.ErrInUse):
		err = disk.FetchBackup(dataDir, f)
	case err == nil:
		if err = dir.Verify(); err == nil {
			err = dir.Keep()
		}
		if err == nil {
			err = dir.Backup(f)
		}
		err = errors.Join(err, dir.Close())
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = disk.Verify(f, nil)
	}
	if err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
