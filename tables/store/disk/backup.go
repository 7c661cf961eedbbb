package disk

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// A backup is a tar archive of a data directory at one moment, and at its end the
// files' checksums, as sha256sum has them.

// sumsName is the last file of a backup.
const sumsName = "SHA256SUMS"

// Backup writes a backup of what is kept at this moment. Commits go on meanwhile.
func (d *Dir) Backup(w io.Writer) (err error) {
	d.mu.Lock()
	i := d.instance
	d.mu.Unlock()
	if i == nil || i.err() != nil {
		return errors.New("disk: there is nothing to back up")
	}
	snapshot := d.fs.PathJoin(d.path, fmt.Sprintf("backup-%d", time.Now().UnixNano()))
	if err := i.db.Checkpoint(snapshot, pebble.WithFlushedWAL()); err != nil {
		return errors.Join(fmt.Errorf("disk: %w", err), d.fs.RemoveAll(snapshot))
	}
	defer func() { err = errors.Join(err, d.fs.RemoveAll(snapshot)) }()
	names, err := d.fs.List(snapshot)
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	t := tar.NewWriter(w)
	var sums strings.Builder
	for _, name := range names {
		sum, err := d.archive(t, d.fs.PathJoin(snapshot, name), name)
		if err != nil {
			return fmt.Errorf("disk: %w", err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, name)
	}
	err = t.WriteHeader(&tar.Header{Name: sumsName, Size: int64(sums.Len()), Mode: 0o644})
	if err == nil {
		_, err = io.WriteString(t, sums.String())
	}
	if err == nil {
		err = t.Close()
	}
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	return nil
}

// archive appends a file to an archive, and returns its checksum.
func (d *Dir) archive(t *tar.Writer, path, name string) ([]byte, error) {
	f, err := d.fs.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o644, ModTime: info.ModTime()}); err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, err = io.CopyN(io.MultiWriter(t, sum), f, info.Size())
	return sum.Sum(nil), err
}

// Verify reads a backup to its end and compares its checksums. extract, where it is
// not nil, gets each file.
func Verify(r io.Reader, extract func(name string, content io.Reader) error) error {
	t := tar.NewReader(r)
	sums := map[string]string{}
	for {
		h, err := t.Next()
		if err != nil {
			return fmt.Errorf("disk: the backup is not complete: %w", err)
		}
		if h.Name == sumsName {
			break
		}
		if filepath.Base(h.Name) != h.Name {
			return fmt.Errorf("disk: the backup has a file %s: it is none of ours", h.Name)
		}
		sum := sha256.New()
		content := io.TeeReader(t, sum)
		if extract != nil {
			err = extract(h.Name, content)
		} else {
			_, err = io.Copy(io.Discard, content)
		}
		if err != nil {
			return fmt.Errorf("disk: the backup's %s: %w", h.Name, err)
		}
		sums[h.Name] = fmt.Sprintf("%x", sum.Sum(nil))
	}
	lines := bufio.NewScanner(t)
	for lines.Scan() {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		if got, ok := sums[name]; !ok || got != want {
			return fmt.Errorf("disk: the backup is damaged: the checksum of %s differs", name)
		}
		delete(sums, name)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("disk: the backup is not complete: %w", err)
	}
	for name := range sums {
		return fmt.Errorf("disk: the backup is damaged: there is no checksum of %s", name)
	}
	return nil
}

// Restore makes a data directory of a backup. There must be no directory of the
// path, or an empty one; it is there when all checksums were right. check, where it
// is not nil, sees the directory under another name before that.
func Restore(r io.Reader, path string, check func(path string) error) (err error) {
	if names, err := os.ReadDir(path); err == nil && len(names) > 0 {
		return fmt.Errorf("disk: %s is not empty", path)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("disk: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(path))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	made, err := os.MkdirTemp(parent, ".restore-")
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	err = Verify(r, func(name string, content io.Reader) error {
		f, err := os.Create(filepath.Join(made, name))
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Sync(), f.Close())
	})
	if err == nil && check != nil {
		err = check(made)
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("disk: %w", err)
	}
	if err := os.Rename(made, path); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	return syncDir(parent)
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	return nil
}
