// Package disk keeps a store in a directory, by Pebble: a log-structured store
// whose write-ahead log tells a torn tail from damage, and which reaches its files
// through an interface that tests make fail.
//
// Pebble ends the process where its log cannot be written. Here the instance ends
// instead: its way to the files is shut, and the next write opens another one.
package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"

	cockroach "github.com/cockroachdb/errors"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/cockroachdb/pebble/v2/wal"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// Format is the version of what is kept in a directory: the keys and values of
// package store's. A change of them counts it up, and brings a migration.
const Format = 1

const (
	formatKey = "f" // has the format: it is written with the first keys
	lastKey   = "n" // has the number of the last write
)

const (
	memTable = 16 << 20 // what Pebble gathers before it writes sorted files
	cache    = 8 << 20  // of blocks: all is read once, at the start
)

// ErrInUse says that another process has the directory open.
var ErrInUse = errors.New("disk: the directory is in use by another process")

// Dir is an open data directory. Nobody else can open it meanwhile.
type Dir struct {
	path   string
	fs     vfs.FS
	logger *slog.Logger
	lock   io.Closer
	born   bool // it has a format

	mu       sync.Mutex
	last     uint64    // the number of the last write
	instance *instance // nil: a write has failed, the next opens it again
}

var _ store.Disk = (*Dir)(nil)

// Options of a directory.
type Options struct {
	Logger *slog.Logger // nil: slog.Default()
	FS     vfs.FS       // nil: the operating system's
	Exists bool         // a directory that is not there is an error, and none is made
}

// Open locks a directory, makes it where there is none, and opens it to be read:
// until [Dir.Keep] nothing of it is changed, whatever is found.
func Open(path string, o Options) (_ *Dir, err error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	d := &Dir{path: path, fs: o.FS, logger: o.Logger}
	names, err := d.fs.List(path)
	if err != nil && (o.Exists || !errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("disk: %w", err)
	}
	if err != nil {
		if err := d.fs.MkdirAll(path, 0o755); err != nil {
			return nil, fmt.Errorf("disk: %w", err)
		}
	}
	desc, err := pebble.Peek(path, d.fs)
	if err != nil {
		return nil, fmt.Errorf("disk: %s: %w", path, err)
	}
	if !desc.Exists && (o.Exists || foreign(names)) {
		return nil, fmt.Errorf("disk: %s is no data directory", path)
	}
	if d.lock, err = d.fs.Lock(d.fs.PathJoin(path, "LOCK")); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrInUse, path)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if !desc.Exists {
		return d, nil
	}
	if err := errors.Join(d.checkManifest(desc.ManifestFilename), d.checkOptions(desc.OptionsFilename)); err != nil {
		return nil, err
	}
	if d.instance, err = d.open(true); err != nil {
		return nil, err
	}
	return d, d.checkFormat()
}

// foreign tells whether a directory has files that are nobody's leftovers.
func foreign(names []string) bool {
	for _, n := range names {
		if n != "LOCK" && !strings.HasSuffix(n, ".dbtmp") && !strings.HasSuffix(n, ".log") && !strings.HasPrefix(n, "MANIFEST-") && n != socketName {
			return true
		}
	}
	return false
}

// checkFormat refuses what this release cannot read.
func (d *Dir) checkFormat() error {
	value, closer, err := d.instance.db.Get([]byte(formatKey))
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		it, err := d.instance.db.NewIter(nil)
		if err != nil {
			return d.damaged(err)
		}
		if it.First() {
			err = fmt.Errorf("disk: %s is a database of another program", d.path)
		} else {
			err = d.damaged(it.Error()) // nil: it was not finished when it was made
		}
		return errors.Join(err, it.Close())
	case err != nil:
		return d.damaged(err)
	}
	defer closer.Close()
	format, err := strconv.Atoi(string(value))
	if err != nil || format != Format {
		return fmt.Errorf("disk: %s has format %s, which this release does not read: it reads format %d", d.path, value, Format)
	}
	d.born = true
	d.last, err = d.lastWrite(d.instance)
	return err
}

// Verify reads all that there is and compares it with its checksums.
func (d *Dir) Verify() error {
	if d.instance == nil {
		return nil
	}
	return d.damaged(d.instance.db.CheckLevels(nil))
}

// Born tells whether something is kept there.
func (d *Dir) Born() bool { return d.born }

// Keep makes the directory one that can be written.
func (d *Dir) Keep() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.instance != nil {
		if err := d.instance.run(d.instance.db.Close); err != nil {
			return d.damaged(err)
		}
	}
	var err error
	d.instance, err = d.open(false)
	if err == nil && !d.born {
		// The first log of a directory is in an older format, which cannot tell a
		// torn tail from damage. The second is not.
		err = d.instance.run(d.instance.db.Close)
		if err == nil {
			d.instance, err = d.open(false)
		}
	}
	return err
}

// Close ends the use of the directory.
func (d *Dir) Close() (err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.instance != nil && d.instance.err() == nil {
		if e := d.instance.run(d.instance.db.Close); e != nil {
			err = fmt.Errorf("disk: %w", e)
		}
	}
	d.instance = nil
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
		d.lock = nil
	}
	return err
}

// Scan implements store.Disk.
func (d *Dir) Scan(from, until []byte, f func(key, value []byte) error) error {
	if d.instance == nil {
		return nil // a directory that is yet to be born
	}
	it, err := d.instance.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: until})
	if err != nil {
		return d.damaged(err)
	}
	for it.First(); it.Valid(); it.Next() {
		value, err := it.ValueAndErr()
		if err == nil {
			err = f(it.Key(), value)
		} else {
			err = d.damaged(err)
		}
		if err != nil {
			return errors.Join(err, it.Close())
		}
	}
	if err := it.Close(); err != nil {
		return d.damaged(err)
	}
	return nil
}

// Write implements store.Disk.
func (d *Dir) Write(writes []store.Write) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.instance != nil && d.instance.err() != nil {
		d.instance = nil
	}
	if d.instance == nil {
		i, err := d.open(false)
		if err != nil {
			return err
		}
		d.logger.Info("the data directory is open again", "dir", d.path)
		d.instance = i
	}
	i := d.instance
	b := i.db.NewBatch()
	for _, w := range writes {
		var err error
		if w.Until != nil {
			err = b.DeleteRange(w.Key, w.Until, nil)
		} else {
			err = b.Set(w.Key, w.Value, nil)
		}
		if err != nil {
			return fmt.Errorf("disk: %w", err)
		}
	}
	if !d.born {
		if err := b.Set([]byte(formatKey), []byte(strconv.Itoa(Format)), nil); err != nil {
			return fmt.Errorf("disk: %w", err)
		}
	}
	d.last++
	if err := b.Set([]byte(lastKey), binary.AppendUvarint(nil, d.last), nil); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	if err := i.run(func() error { return i.db.Apply(b, pebble.Sync) }); err != nil {
		d.instance = nil
		d.logger.Error("the data directory cannot be written: the server is read-only until it can", "dir", d.path, "error", err.Error())
		if e := d.takeBack(i); e != nil {
			return fmt.Errorf("disk: %w: %w: %w", err, store.ErrInDoubt, e)
		}
		return fmt.Errorf("disk: %w", err)
	}
	i.logs.keep()
	d.born = true
	return nil
}

// takeBack takes the last write back, which has failed, and looks whether it is gone: Pebble
// may have made sorted files of it already.
func (d *Dir) takeBack(i *instance) error {
	if err := i.logs.takeBack(); err != nil {
		return err
	}
	again, err := d.open(true)
	if err != nil {
		return err
	}
	last, err := d.lastWrite(again)
	if err == nil && last == d.last {
		err = errors.New("it is there")
	}
	return errors.Join(err, again.run(again.db.Close))
}

// lastWrite is the number of the last write that is there.
func (d *Dir) lastWrite(i *instance) (uint64, error) {
	value, closer, err := i.db.Get([]byte(lastKey))
	if errors.Is(err, pebble.ErrNotFound) {
		return 0, nil // of an earlier release, which had none
	}
	if err != nil {
		return 0, d.damaged(err)
	}
	last, _ := binary.Uvarint(value)
	return last, closer.Close()
}

// errEnded stands for what the logger knows.
var errEnded = errors.New("disk: Pebble has ended")

// instance is Pebble on the directory, until it fails.
type instance struct {
	db     *pebble.DB
	once   sync.Once
	failed chan struct{} // closed behind cause
	cause  error

	logs    logs
	stopped wal.Offset // where the newest log ended
}

func (d *Dir) open(readOnly bool) (*instance, error) {
	i := &instance{failed: make(chan struct{}), logs: logs{FS: d.fs}}
	gate := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if i.err() != nil && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			select {} // who gets an error in the background tries again, without a pause
		}
		return nil
	})
	blocks := pebble.NewCache(cache)
	defer blocks.Unref()
	o := &pebble.Options{
		FS:                 locked{errorfs.Wrap(&i.logs, gate)},
		ReadOnly:           readOnly,
		FormatMajorVersion: pebble.FormatNewest,
		Cache:              blocks,
		MemTableSize:       memTable,
		Logger:             logger{d.logger, i},
		EventListener: &pebble.EventListener{
			BackgroundError: i.fail,
			DataCorruption:  func(c pebble.DataCorruptionInfo) { d.logger.Error("damage", "in", c.String()) },
		},
	}
	err := i.run(func() (err error) {
		i.db, err = pebble.Open(d.path, o)
		return err
	})
	if err != nil {
		return nil, d.damaged(err)
	}
	if readOnly {
		if err := d.checkTail(i.stopped); err != nil {
			return nil, errors.Join(err, i.run(i.db.Close))
		}
	}
	return i, nil
}

// locked is files of a directory that is locked: an instance that has failed may
// never let go of a lock of its own.
type locked struct{ vfs.FS }

// Lock implements vfs.FS.
func (locked) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// damaged is an error of Pebble's with the details that it keeps for itself: the
// file and the offset.
func (d *Dir) damaged(err error) error {
	if err == nil {
		return nil
	}
	if details := cockroach.GetAllDetails(err); len(details) > 0 {
		return fmt.Errorf("disk: %s: %w (%s)", d.path, err, strings.Join(details, "; "))
	}
	return fmt.Errorf("disk: %s: %w", d.path, err)
}

// err is why the instance ended; nil while it has not.
func (i *instance) err() error {
	select {
	case <-i.failed:
		return i.cause
	default:
		return nil
	}
}

// fail ends the instance: none of its goroutines can touch a file any more.
func (i *instance) fail(err error) {
	i.once.Do(func() {
		i.cause = err
		close(i.failed)
	})
}

// run calls f, which may end in the logger. An error ends the instance.
func (i *instance) run(f func() error) error {
	done := make(chan error, 1)
	go func() {
		err := errEnded
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
				if e, ok := r.(error); ok {
					err = e
				}
			}
			done <- err
		}()
		err = f()
	}()
	var err error
	select {
	case err = <-done:
	case <-i.failed: // a write in the background has failed, for which f may wait
	}
	if err == nil {
		return i.err()
	}
	i.fail(err)
	return i.err()
}

// logger is what Pebble has to say.
type logger struct {
	*slog.Logger
	instance *instance
}

// Infof implements pebble.Logger.
func (l logger) Infof(format string, args ...any) {
	for _, a := range args {
		if at, ok := a.(wal.Offset); ok {
			l.instance.stopped = at
		}
	}
	l.Debug("pebble: " + fmt.Sprintf(format, args...))
}

// Errorf implements pebble.Logger.
func (l logger) Errorf(format string, args ...any) { l.Warn("pebble: " + fmt.Sprintf(format, args...)) }

// Fatalf implements pebble.Logger: it does not return, and neither does the
// process end.
func (l logger) Fatalf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	for _, a := range args {
		if e, ok := a.(error); ok {
			err = e
		}
	}
	l.instance.fail(err)
	runtime.Goexit()
}
