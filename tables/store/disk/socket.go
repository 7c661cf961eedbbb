package disk

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

// A process that serves a directory gives backups of it to whoever may open the
// directory's socket.

const socketName = "backup.sock"

// BackupServer gives backups until it is closed.
type BackupServer struct {
	dir      *Dir
	listener net.Listener
	done     chan struct{}
}

// ServeBackups begins to give backups of the directory.
func (d *Dir) ServeBackups() (*BackupServer, error) {
	path := filepath.Join(d.path, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("disk: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	s := &BackupServer{d, l, make(chan struct{})}
	go s.serve()
	return s, nil
}

// serve gives one backup after the other.
func (s *BackupServer) serve() {
	defer close(s.done)
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		if err := errors.Join(s.dir.Backup(c), c.Close()); err != nil {
			s.dir.logger.Error("the backup failed", "error", err)
		}
	}
}

// Close ends it, behind the backup that is being written.
func (s *BackupServer) Close() error {
	err := s.listener.Close()
	<-s.done
	return err
}

// FetchBackup copies a backup from the process that serves the directory.
func FetchBackup(path string, w io.Writer) error {
	c, err := net.Dial("unix", filepath.Join(path, socketName))
	if err != nil {
		return fmt.Errorf("disk: the process that uses %s gives no backup: %w", path, err)
	}
	defer c.Close()
	if _, err := io.Copy(w, c); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	return nil
}
