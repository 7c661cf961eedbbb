package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/wal"
)

// Pebble's log is files of records in chunks, none of them across a block of 32 KB. A chunk
// begins with its checksum (4 bytes), its length (2), its type (1), the log's number (4: a
// file that is used again has old chunks behind the new ones) and the offset up to which
// the log was synced when the chunk was written (8).

const (
	logBlock    = 32 << 10
	chunkHeader = 19
	firstType   = 9 // of those with the synced offset
	lastType    = 12
)

// logNumber tells which log a file is of, and whether it is of one.
func logNumber(name string) (uint32, bool) {
	digits, rest, _ := strings.Cut(name, ".")
	digits, _, _ = strings.Cut(digits, "-")
	n, err := strconv.ParseUint(digits, 10, 64)
	return uint32(n), err == nil && rest == "log"
}

// checkTail looks at what the log has behind the offset where Pebble has stopped to read it.
// A write that was not acknowledged when the process or the machine ended is cut off, with a
// warning. What a later chunk says was synced was acknowledged: that is damage. Pebble looks
// for such chunks too, but not in the block that has the offset.
func (d *Dir) checkTail(at wal.Offset) error {
	number, ok := logNumber(d.fs.PathBase(at.PhysicalFile))
	if !ok {
		return nil
	}
	f, err := d.fs.Open(at.PhysicalFile)
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	defer f.Close()
	tail, err := io.ReadAll(io.NewSectionReader(f, at.Physical, 2*logBlock)) // behind it Pebble looks
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	torn := false
	for i := range tail {
		chunk := tail[i:]
		if len(chunk) < 11 || chunk[6] < firstType || chunk[6] > lastType || binary.LittleEndian.Uint32(chunk[7:]) != number {
			continue
		}
		torn = true
		length := chunkHeader + int(binary.LittleEndian.Uint16(chunk[4:]))
		if length > len(chunk) || binary.LittleEndian.Uint32(chunk) != checksum(chunk[6:length]) {
			continue
		}
		if synced := binary.LittleEndian.Uint64(chunk[11:]); synced > uint64(at.Physical) {
			return fmt.Errorf("disk: %s: the log is damaged at offset %d: it was synced up to offset %d", at.PhysicalFile, at.Physical, synced)
		}
	}
	if torn {
		d.logger.Warn("the log ends in the middle of a record, which is cut off: its write was not acknowledged",
			"file", at.PhysicalFile, "offset", at.Physical)
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is that of a chunk, as LevelDB masks it.
func checksum(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// logs are the files of an instance's log. What was written last can be taken back: a commit
// that has failed must not come again behind a crash. It is in the newest file, since Pebble
// begins another one before a write and not within it; those before end as they must. The
// disk may be full: nothing is added to it for that.
type logs struct {
	vfs.FS
	mu     sync.Mutex // held while a log is written
	ended  bool
	newest *logFile
}

// logFile is one of them.
type logFile struct {
	vfs.File
	logs    *logs
	name    string
	written int64 // bytes
	kept    int64 // those that were acknowledged
}

// Create implements vfs.FS.
func (l *logs) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return l.begin(name, func() (vfs.File, error) { return l.FS.Create(name, category) })
}

// ReuseForWrite implements vfs.FS.
func (l *logs) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return l.begin(to, func() (vfs.File, error) { return l.FS.ReuseForWrite(from, to, category) })
}

// Unwrap implements vfs.FS.
func (l *logs) Unwrap() vfs.FS { return l.FS }

// begin opens a file that may be a log's.
func (l *logs) begin(name string, open func() (vfs.File, error)) (vfs.File, error) {
	if _, ok := logNumber(l.PathBase(name)); !ok {
		return open()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f := &logFile{logs: l, name: name}
	l.newest = f // also where it fails: the one before has its end
	var err error
	f.File, err = open()
	return f, err
}

// Write implements vfs.File.
func (f *logFile) Write(b []byte) (int, error) {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	if f.logs.ended {
		return 0, errEnded
	}
	n, err := f.File.Write(b)
	f.written += int64(n)
	return n, err
}

// keep says that what is written was acknowledged.
func (l *logs) keep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest.kept = l.newest.written
}

// takeBack ends the writing of logs, and puts zeros, which end a log, in the place of what
// was not acknowledged.
func (l *logs) takeBack() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	at, end := l.newest.kept, l.newest.written
	if at == end {
		return nil
	}
	f, err := l.OpenReadWrite(l.newest.name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	for zeros := make([]byte, 1<<20); at < end && err == nil; at += int64(len(zeros)) {
		_, err = f.WriteAt(zeros[:min(int64(len(zeros)), end-at)], at)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
