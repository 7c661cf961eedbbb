// Package spill keeps batches of rows in temporary files, where a statement may not hold them in memory. A file lives
// as long as the operator that writes it; who looks into the directory does not see it, where the system can
// remove an open file, and nothing is left of a process that is killed.
package spill

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Dir is where the files are made.
type Dir struct {
	// Path is the directory; "": that of the system.
	Path string
	// Create is how a file is made; nil: in Path, by a name of its own, for this user alone.
	Create func() (Storage, error)
}

// Storage is what a file is kept in.
type Storage interface {
	WriteAt(p []byte, at int64) (int, error)
	ReadAt(p []byte, at int64) (int, error)
	Close() error
	Name() string
}

// MySQL's errors of files (mysys_err.h).
const (
	errCreate = 1 // EE_CANTCREATEFILE
	errRead   = 2 // EE_READ
	errWrite  = 3 // EE_WRITE, of a full disk too
)

// temporary is a file that is gone with its last user.
type temporary struct {
	*os.File
	removed bool
}

// Close implements Storage.
func (t temporary) Close() error {
	err := t.File.Close()
	if !t.removed {
		err = errors.Join(err, os.Remove(t.Name()))
	}
	return err
}

func (d *Dir) create() (Storage, error) {
	if d != nil && d.Create != nil {
		return d.Create()
	}
	path := ""
	if d != nil {
		path = d.Path
	}
	f, err := os.CreateTemp(path, "verbatim-*.tmp") // O_EXCL, 0600
	if err != nil {
		return nil, err
	}
	return temporary{f, os.Remove(f.Name()) == nil}, nil // on Windows an open file stays
}

// File is a temporary file of batches of the same columns. One goroutine at a time may write to it; several may read.
type File struct {
	storage Storage
	types   []*types.Type
	size    int64
	buf     []byte

	dicts map[*types.Dict]int // of columns, which stay in memory: they are the tables'
	known []*types.Dict
}

// Extent is where a batch is in its file.
type Extent struct {
	at     int64
	length int
	Rows   int
	Bytes  int64 // in memory
}

// Size is how many bytes it has in the file.
func (e Extent) Size() int { return e.length }

// New makes a file for batches of the types. Its error is MySQL's 1, "Can't create/write to file".
func (d *Dir) New(ts []*types.Type) (*File, error) {
	s, err := d.create()
	if err != nil {
		name := os.TempDir()
		if d != nil && d.Path != "" {
			name = d.Path
		}
		return nil, failure(errCreate, "Can't create/write to file '%s' (%s)", name, err)
	}
	return &File{storage: s, types: ts, dicts: map[*types.Dict]int{}}, nil
}

// Types are those of the columns.
func (f *File) Types() []*types.Type { return f.types }

// Size is how many bytes were written.
func (f *File) Size() int64 {
	if f == nil {
		return 0
	}
	return f.size
}

// Write adds a batch. Its error is MySQL's 3, "Error writing file", as where the disk is full.
func (f *File) Write(b *types.Batch) (Extent, error) {
	buf := binary.LittleEndian.AppendUint32(f.buf[:0], uint32(b.N))
	for _, v := range b.Cols {
		buf = f.appendVec(buf, v, b.N)
	}
	f.buf = buf
	if _, err := f.storage.WriteAt(buf, f.size); err != nil {
		return Extent{}, failure(errWrite, "Error writing file '%s' (%s)", f.storage.Name(), err)
	}
	e := Extent{at: f.size, length: len(buf), Rows: b.N, Bytes: b.Bytes()}
	f.size += int64(len(buf))
	return e, nil
}

// buffers are what batches were read into.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Read is a batch that was written. Its error is MySQL's 2, "Error reading file".
func (f *File) Read(e Extent) (*types.Batch, error) {
	room := buffers.Get().(*[]byte)
	defer buffers.Put(room)
	*room = slices.Grow((*room)[:0], e.length)[:e.length]
	buf := *room // nothing of the batch is in it
	if _, err := f.storage.ReadAt(buf, e.at); err != nil {
		return nil, failure(errRead, "Error reading file '%s' (%s)", f.storage.Name(), err)
	}
	r := reader{buf: buf, f: f}
	b := &types.Batch{N: int(r.uint32()), Cols: make([]*types.Vec, len(f.types))}
	for i, t := range f.types {
		b.Cols[i] = r.vec(t, b.N)
	}
	return b, nil
}

// Close removes the file. It may be called again, and of nil.
func (f *File) Close() {
	if f == nil || f.storage == nil {
		return
	}
	_ = f.storage.Close() // nobody wants what is in it
	f.storage = nil
}

// failure is MySQL's error of a file.
func failure(code uint16, format, name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		name = path.Path
	}
	var errno syscall.Errno
	reason := err.Error()
	if errors.As(err, &errno) {
		text := errno.Error() // MySQL has the C library's texts
		reason = fmt.Sprintf("OS errno %d - %s", int(errno), strings.ToUpper(text[:1])+text[1:])
	}
	return mysql.NewError(code, fmt.Sprintf(format, name, reason))
}
