package disk

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/verbatim-sql/verbatim/tables/store"
)

var logins = flag.Int("disk.logins", 10_000_000, "how many logins the benchmark of the start has")

// definition is of the tests' tables: a number and a text.
var definition = &store.Definition{
	Columns: []store.Kind{store.Int, store.String},
	Indexes: []store.Index{{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{
		func(a, b any) int { return int(a.(int64) - b.(int64)) },
	}}},
}

// codec knows that one definition.
type codec struct{}

func (codec) EncodeDatabase(any) ([]byte, error)                 { return nil, nil }
func (codec) DecodeDatabase([]byte) (any, error)                 { return nil, nil }
func (codec) EncodeDefinition(*store.Definition) ([]byte, error) { return nil, nil }
func (codec) DecodeDefinition([]byte) (*store.Definition, error) { return definition, nil }
func (codec) AppendValue(b []byte, _ any) ([]byte, error)        { return b, errors.ErrUnsupported }
func (codec) Value([]byte) (any, error)                          { return nil, errors.ErrUnsupported }

func open(t testing.TB, path string, o Options) (*Dir, *store.Store) {
	t.Helper()
	dir, s, err := tryOpen(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func tryOpen(path string, o Options) (*Dir, *store.Store, error) {
	dir, err := Open(path, o)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Load(dir, codec{}, store.Options{})
	if err == nil && !dir.Born() {
		s = store.New(store.Options{})
		err = s.Alter(func(d *store.Draft) error {
			err := d.CreateDatabase("a", nil)
			for _, name := range []string{"t", "u"} {
				if err == nil {
					_, err = d.CreateTable("a", name, definition)
				}
			}
			return err
		})
	}
	if err == nil {
		err = dir.Keep()
	}
	if err == nil {
		err = s.Keep(dir, codec{})
	}
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	return dir, s, nil
}

// rowsOf is what a table has.
func rowsOf(s *store.Store, name string) map[int64]string {
	tx := s.Begin()
	t, _ := tx.Catalog().Table("a", name)
	all := map[int64]string{}
	for c := tx.Scan(t.ID, false); c.Next(); {
		all[c.Value(0).(int64)] = c.Value(1).(string)
	}
	return all
}

// put writes a row to both tables, in one transaction.
func put(s *store.Store, key int64, value string) error {
	tx := s.Begin()
	for _, name := range []string{"t", "u"} {
		t, _ := tx.Catalog().Table("a", name)
		c := tx.Seek(t.ID, "PRIMARY", store.Bound{Key: []any{key}}, store.Bound{Key: []any{key}}, false)
		var err error
		if c.Next() {
			_, err = tx.Update(t.ID, c.ID(), store.Row{key, value})
		} else {
			_, err = tx.Insert(t.ID, store.Row{key, value})
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit(nil)
}

// TestTornTail: what is left of a write that was cut off is cut off, with a warning.
func TestTornTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	dir, s := open(t, path, Options{})
	for i := range int64(10) {
		if err := put(s, i, "value"); err != nil {
			t.Fatal(err)
		}
	}
	copied := copyDir(t, path) // as a kill leaves it
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	log, end := newestLog(t, copied)
	if err := os.Truncate(log, end-3); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	dir, s = open(t, copied, Options{Logger: slog.New(slog.NewTextHandler(&said, nil))})
	defer dir.Close()
	if got := len(rowsOf(s, "t")); got != 9 || !strings.Contains(said.String(), log) {
		t.Errorf("%d rows, and it said %q", got, said.String())
	}
}

// TestDamage flips bytes all over each file of a directory that a kill has left. The start
// ends with the file's name and the offset, and nothing is changed; or it has every row, where
// the bytes say nothing. Only a log's last record looks as if a crash had cut it off.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	dir, s := open(t, path, Options{})
	for i := range int64(100) {
		if err := put(s, i, strings.Repeat("value", 10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	dir, s = open(t, path, Options{}) // writes a sorted file of the log
	for i := range int64(100) {
		if err := put(s, 100+i, strings.Repeat("value", 10)); err != nil {
			t.Fatal(err)
		}
	}
	rows := rowsOf(s, "t")
	killed := copyDir(t, path)
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	refused := map[string]int{}
	entries, err := os.ReadDir(killed)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(killed, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		kind := filepath.Ext(e.Name())
		if kind == "" {
			kind, _, _ = strings.Cut(e.Name(), "-")
		}
		end := len(bytes.TrimRight(content, "\x00")) // of a log there are zeros behind it
		for at := 0; at < end; at += max(1, end/25) {
			copied := copyDir(t, killed)
			damaged := bytes.Clone(content)
			damaged[at] ^= 0xff
			if err := os.WriteFile(filepath.Join(copied, e.Name()), damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			before := copyDir(t, copied)
			var said bytes.Buffer
			dir, s, err := tryOpen(copied, Options{Logger: slog.New(slog.NewTextHandler(&said, nil))})
			if err == nil {
				got := rowsOf(s, "t")
				cut := kind == ".log" && len(got) == len(rows)-1 && strings.Contains(said.String(), "cut off")
				if !maps.Equal(got, rows) && !cut {
					t.Errorf("%s, byte %d: it has %d rows of %d, and said %q", e.Name(), at, len(got), len(rows), said.String())
				}
				if err := dir.Close(); err != nil {
					t.Error(err)
				}
				continue
			}
			refused[kind]++
			name, _, _ := strings.Cut(e.Name(), ".")
			offset := strings.Contains(err.Error(), "offset") || strings.Contains(err.Error(), "block ") || strings.Contains(err.Error(), "magic number") // which ends a file
			if !strings.Contains(err.Error(), name) || !offset && kind != "OPTIONS" {
				t.Errorf("%s, byte %d: %v", e.Name(), at, err)
			}
			sameFiles(t, before, copied)
		}
	}
	for _, kind := range []string{".sst", ".log", "MANIFEST", "OPTIONS"} {
		if refused[kind] == 0 {
			t.Errorf("no damage of a %s file was found", kind)
		}
	}
}

// TestInUse: a second process, or the same one, is refused at once.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	dir, _ := open(t, path, Options{})
	defer dir.Close()
	if _, err := Open(path, Options{}); !errors.Is(err, ErrInUse) {
		t.Error(err)
	}
}

// TestFormat: what this release does not know it refuses by name, older or newer, and leaves
// it as it is.
func TestFormat(t *testing.T) {
	for _, format := range []string{"0", "2"} {
		path := filepath.Join(t.TempDir(), "data")
		dir, _ := open(t, path, Options{})
		if err := dir.instance.db.Set([]byte(formatKey), []byte(format), pebble.Sync); err != nil {
			t.Fatal(err)
		}
		if err := dir.Close(); err != nil {
			t.Fatal(err)
		}
		before := copyDir(t, path)
		if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "format "+format) {
			t.Error(err)
		}
		sameFiles(t, before, path)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(other, Options{}); err == nil || !strings.Contains(err.Error(), "no data directory") {
		t.Error(err)
	}
}

// TestBackup: a backup that is made between commits is one moment, and one that is
// damaged makes no directory.
func TestBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	dir, s := open(t, path, Options{})
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for i := int64(0); ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := put(s, i, "value"); err != nil {
				stopped <- err
				return
			}
		}
	}()
	var backup bytes.Buffer
	for len(rowsOf(s, "t")) < 20 {
	}
	if err := dir.Backup(&backup); err != nil {
		t.Fatal(err)
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	restored := filepath.Join(t.TempDir(), "restored")
	if err := Restore(bytes.NewReader(backup.Bytes()), restored, nil); err != nil {
		t.Fatal(err)
	}
	dir, s = open(t, restored, Options{})
	if a, b := rowsOf(s, "t"), rowsOf(s, "u"); len(a) < 20 || !maps.Equal(a, b) {
		t.Errorf("restored: %d and %d rows", len(a), len(b))
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(backup.Bytes())
	at := bytes.Index(damaged, []byte("value"))
	damaged[at]++
	for name, content := range map[string][]byte{"damaged": damaged, "cut": backup.Bytes()[:backup.Len()/2]} {
		to := filepath.Join(t.TempDir(), name)
		err := Restore(bytes.NewReader(content), to, nil)
		if _, missing := os.Stat(to); err == nil || missing == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// newestLog finds the log that was written last, and where its records end.
func newestLog(t *testing.T, path string) (string, int64) {
	t.Helper()
	logs, _ := filepath.Glob(filepath.Join(path, "*.log"))
	for i := len(logs) - 1; i >= 0; i-- {
		content, err := os.ReadFile(logs[i])
		if err != nil {
			t.Fatal(err)
		}
		if end := len(bytes.TrimRight(content, "\x00")); end > 100 {
			return logs[i], int64(end)
		}
	}
	t.Fatal("no log")
	return "", 0
}

func copyDir(t *testing.T, path string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(path)); err != nil {
		t.Fatal(err)
	}
	return to
}

func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	list := func(path string) map[string]string {
		all := map[string]string{}
		entries, _ := os.ReadDir(path)
		for _, e := range entries {
			content, _ := os.ReadFile(filepath.Join(path, e.Name()))
			all[e.Name()] = string(content)
		}
		return all
	}
	if !maps.Equal(list(a), list(b)) {
		t.Errorf("the files of %s were changed", b)
	}
}

// BenchmarkLogins is a start with 10 million logins in no order, within a year, of 500,000
// users, some of whom come often.
func BenchmarkLogins(b *testing.B) {
	rows := *logins
	if testing.Short() {
		rows = 100_000
	}
	def := &store.Definition{Columns: []store.Kind{store.Int, store.String}}
	definition = def
	path := filepath.Join(b.TempDir(), "data")
	dir, s := open(b, path, Options{})
	r := rand.New(rand.NewPCG(1, 2))
	start, users := int64(1_704_067_200), float64(rows/20)
	for done := 0; done < rows; {
		tx := s.Begin()
		t, _ := tx.Catalog().Table("a", "t")
		for range min(500_000, rows-done) {
			at := (start + r.Int64N(366*86_400)) * 1_000_000
			user := fmt.Sprintf("user_%07d", int(users*math.Pow(r.Float64(), 1.5)))
			if _, err := tx.Insert(t.ID, store.Row{at, user}); err != nil {
				b.Fatal(err)
			}
			done++
		}
		if err := tx.Commit(nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := dir.Close(); err != nil {
		b.Fatal(err)
	}
	size := int64(0)
	files, _ := os.ReadDir(path)
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
	}
	b.ResetTimer()
	for range b.N {
		dir, s := open(b, path, Options{})
		b.StopTimer()
		tx := s.Begin()
		if t, _ := tx.Catalog().Table("a", "t"); tx.Rows(t.ID) != rows {
			b.Fatal(tx.Rows(t.ID))
		}
		if err := dir.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(size)/float64(rows), "bytes/row")
}
