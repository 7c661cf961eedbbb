package disk

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/verbatim-sql/verbatim/tables/store"
)

var seed = flag.Uint64("disk.seed", 0, "the seed of the crash test; 0: a random one")

// faults are files that fail when they are told to.
type faults struct {
	mu    sync.Mutex // Pebble writes in the background too
	fails error      // nil: none
	left  int        // writes that succeed before
	full  bool       // only what needs room fails
	short *rand.Rand // a write that fails writes some bytes nevertheless
}

// set tells them to fail, after some writes.
func (f *faults) set(err error, after int, full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails, f.left, f.full = err, after, full
}

// MaybeError implements errorfs.Injector, but for the writes of a file.
func (f *faults) MaybeError(op errorfs.Op) error {
	if op.Kind == errorfs.OpFileWrite {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next(op.Kind, op.Path)
}

func (f *faults) String() string { return "faults" }

func (f *faults) next(kind errorfs.OpKind, path string) error {
	if f.fails == nil || kind.ReadOrWrite() != errorfs.OpIsWrite {
		return nil
	}
	if f.full {
		switch kind {
		case errorfs.OpCreate, errorfs.OpLink, errorfs.OpMkdirAll, errorfs.OpFileWrite, errorfs.OpFilePreallocate:
		default:
			return nil
		}
	}
	if f.left--; f.left >= 0 {
		return nil
	}
	return &os.PathError{Op: "write", Path: path, Err: f.fails}
}

// files are those of another file system, with the faults.
func (f *faults) files(fs vfs.FS) vfs.FS { return errorfs.Wrap(shortFS{fs, f}, f) }

type shortFS struct {
	vfs.FS
	faults *faults
}

// Create implements vfs.FS.
func (s shortFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, category)
	return shortFile{f, s.faults, name}, err
}

// ReuseForWrite implements vfs.FS.
func (s shortFS) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.ReuseForWrite(from, to, category)
	return shortFile{f, s.faults, to}, err
}

type shortFile struct {
	vfs.File
	faults *faults
	name   string
}

// Write implements vfs.File.
func (s shortFile) Write(b []byte) (int, error) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	err := s.faults.next(errorfs.OpFileWrite, s.name)
	if err != nil {
		b = b[:s.faults.short.IntN(len(b)+1)]
	}
	n, e := s.File.Write(b)
	return n, errors.Join(err, e)
}

// shortened are files after a power cut: each has, of what was not synced, so much from its
// beginning as there is by chance.
func shortened(t *testing.T, files *vfs.MemFS, r *rand.Rand) *vfs.MemFS {
	t.Helper()
	after := files.CrashClone(vfs.CrashCloneCfg{})
	names, err := after.List("data")
	if err != nil {
		t.Fatal(err)
	}
	read := func(fs vfs.FS, path string) []byte {
		f, err := fs.Open(path)
		if err != nil {
			return nil // it is gone, and that was not synced
		}
		defer f.Close()
		all, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, name := range names {
		path := after.PathJoin("data", name)
		synced, all := read(after, path), read(files, path)
		if len(all) <= len(synced) {
			continue
		}
		f, err := after.OpenReadWrite(path, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(all[:len(synced)+r.IntN(len(all)-len(synced)+1)], 0); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return after
}

// TestFaults runs commits over files that fail, write a part, or are full, and power cuts
// that keep any blocks of what was not synced, or cut it anywhere. What was acknowledged is
// there after each. What failed is not seen, nor there behind a write that succeeded; and
// where the disk takes it back it is not there behind a power cut either.
func TestFaults(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-disk.seed=%d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	files := vfs.NewCrashableMem()
	model := map[int64]string{}
	var doubtful []map[int64]string // what writes in doubt would have made, since the last that succeeded
	takenBack := 0
	for round := range 60 {
		faults := &faults{short: rand.New(rand.NewPCG(*seed, uint64(round)))}
		dir, s := open(t, "data", Options{FS: faults.files(files), Logger: quiet})
		check := func(when string) {
			t.Helper()
			for _, name := range []string{"t", "u"} {
				if got := rowsOf(s, name); !maps.Equal(got, model) {
					t.Fatalf("round %d, %s: %s has %v, not %v", round, when, name, got, model)
				}
			}
		}
		for _, d := range doubtful {
			if maps.Equal(rowsOf(s, "t"), d) {
				model = d // all of it came again
			}
		}
		doubtful = nil
		check("after the start")
		for range 20 {
			var want error
			full := false
			if r.IntN(5) == 0 {
				want = syscall.EIO
				if full = r.IntN(2) == 0; full {
					want = syscall.ENOSPC
				}
			}
			faults.set(want, r.IntN(4), full)
			key, value := int64(r.IntN(50)), strings.Repeat(fmt.Sprint(r.IntN(1000)), r.IntN(2000))
			err := put(s, key, value)
			var failed *store.WriteError
			switch {
			case err == nil:
				model[key], doubtful = value, nil
			case errors.As(err, &failed) && want != nil:
				if !errors.Is(err, want) {
					t.Fatalf("round %d: %v is not %v", round, err, want)
				}
				if errors.Is(err, store.ErrInDoubt) {
					d := maps.Clone(model)
					d[key] = value
					doubtful = append(doubtful, d)
					if full {
						t.Fatalf("round %d: a full disk takes it back: %v", round, err)
					}
				} else {
					takenBack++
				}
			default:
				t.Fatalf("round %d: %v", round, err)
			}
			check("while it runs")
			if err != nil && r.IntN(4) == 0 {
				break // with a power cut
			}
		}
		faults.set(nil, 0, false)
		if r.IntN(2) == 0 {
			files = files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: r.IntN(101), RNG: r})
		} else {
			files = shortened(t, files, r)
		}
		_ = dir.Close() // of the files of before the power cut
	}
	t.Logf("%d failures were taken back", takenBack)
}
