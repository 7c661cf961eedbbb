package store

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

var (
	seed  = flag.Uint64("store.seed", 0, "run the model test with this seed only; 0: with random ones")
	spend = flag.Duration("store.spend", 12*time.Second, "how long the model test runs")
)

// The model test's tables have these columns and some of these indexes. The
// values are few, so that keys and transactions collide.
var (
	randomColumns = []Kind{Int, String, Float, Uint, Any}
	randomIndexes = []Index{
		{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
		{Name: "PRIMARY", Columns: []int{1, 0}, Primary: true, Compare: []func(a, b any) int{byText, byInt}},
		{Name: "u", Columns: []int{3, 0}, Unique: true, Compare: []func(a, b any) int{byUint, byInt}},
		{Name: "v", Columns: []int{4}, Unique: true, Compare: []func(a, b any) int{byDuration}},
		{Name: "f", Columns: []int{2}, Compare: []func(a, b any) int{byFloat}},
		{Name: "w", Columns: []int{1, 2, 4}, Compare: []func(a, b any) int{byText, byFloat, byDuration}},
	}
)

func byUint(a, b any) int     { return gocompare(a.(uint64), b.(uint64)) }
func byFloat(a, b any) int    { return gocompare(a.(float64), b.(float64)) }
func byDuration(a, b any) int { return gocompare(a.(time.Duration), b.(time.Duration)) }

func gocompare[T uint64 | float64 | time.Duration](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestModel runs random transactions, several at a time, and random DDL on the
// store and on the model, and compares all that can be seen.
func TestModel(t *testing.T) {
	fewAreMany(t)

	if *seed != 0 {
		newRandom(t, *seed).run()
		return
	}
	first, n := rand.Uint64(), uint64(0)
	for start := time.Now(); time.Since(start) < *spend && !t.Failed(); n++ {
		newRandom(t, first+n).run()
	}
	t.Logf("seeds %d to %d", first, first+n-1)
}

// fewAreMany has the store take a few rows for many.
func fewAreMany(t *testing.T) {
	bits, from, atOnce, numbered, rewritten, computed := segmentBits, compactFrom, compactedAtOnce, numberedRows, rewriteFrom, computedAtOnce
	inTree := treeRows
	t.Cleanup(func() {
		treeRows = inTree
		segmentBits, compactFrom, compactedAtOnce, numberedRows, rewriteFrom, computedAtOnce = bits, from, atOnce, numbered, rewritten, computed
	})
	segmentBits, compactFrom, compactedAtOnce, numberedRows, rewriteFrom, computedAtOnce = 3, 6, 24, 2, 2, 5
	treeRows = 3
}

type random struct {
	*rand.Rand
	t     *testing.T
	seed  uint64
	store *Store
	model *modelStore
	txs   []*randomTx

	disk  *memoryDisk // nil: none
	codec *testCodec
}

// randomTx is a transaction and its model.
type randomTx struct {
	*Tx
	model *modelTx
	marks []Mark
	words map[wordsOf]*Words
}

// wordsOf is a column of a table.
type wordsOf struct {
	table  TableID
	column int
}

func newRandom(t *testing.T, seed uint64) *random {
	r := &random{
		Rand: rand.New(rand.NewPCG(seed, 0)), t: t, seed: seed,
		store: New(Options{}), model: &modelStore{tables: map[TableID]*modelTable{}},
	}
	alter(t, r.store, func(d *Draft) error { return d.CreateDatabase("a", nil) })
	r.createTable("a")
	r.createTable("a")
	return r
}

func (r *random) run() {
	for range 5 {
		r.txs = append(r.txs, r.begin())
	}
	for range 200 {
		if r.t.Failed() {
			r.store.Close()
			return
		}
		i := r.IntN(len(r.txs))
		if r.IntN(40) == 0 {
			r.ddl()
		}
		if r.disk != nil && r.IntN(30) == 0 {
			r.restart()
		}
		r.step(r.txs[i])
	}
	r.txs = append(r.txs, r.begin())
	for _, tx := range r.txs {
		r.look(tx)
	}
	r.measure()
}

func (r *random) begin() *randomTx {
	return &randomTx{Tx: r.store.Begin(), model: r.model.begin(), words: map[wordsOf]*Words{}}
}

// fail reports what store and model disagree on.
func (r *random) fail(what string, want, got any) {
	r.t.Helper()
	r.t.Errorf("seed %d: %s: model %v, store %v", r.seed, what, want, got)
}

// failed tells whether an operation failed, and checks that it did as the model
// says: with an error, or a duplicate in an index.
func (r *random) failed(what string, err error, want error, index string) bool {
	r.t.Helper()
	var duplicate *DuplicateError
	switch {
	case index != "":
		if !errors.As(err, &duplicate) || duplicate.Index != index {
			r.fail(what, "duplicate in "+index, err)
		}
	case !errors.Is(err, want):
		r.fail(what, want, err)
	}
	return err != nil
}

// table is one of the transaction's; none: 0.
func (r *random) table(tables map[TableID]*modelTable) TableID {
	ids := slices.Sorted(maps.Keys(tables))
	if len(ids) == 0 {
		return 0
	}
	return ids[r.IntN(len(ids))]
}

func (r *random) value(k Kind) any {
	if r.IntN(5) == 0 {
		return nil
	}
	switch k {
	case Int:
		return int64(r.IntN(20) - 5)
	case Uint:
		return uint64(r.IntN(8))
	case Float:
		return float64(r.IntN(6)) / 4
	case String:
		return string([]byte{"aAbBcdef"[r.IntN(8)], "xyz"[r.IntN(3)]})
	}
	return time.Duration(r.IntN(40))
}

func (r *random) row(def *Definition) Row {
	row := make(Row, len(randomColumns))
	for i, k := range randomColumns {
		row[i] = r.value(k)
		for x := def.primary(); x != nil && slices.Contains(x.Columns, i) && row[i] == nil; {
			row[i] = r.value(k)
		}
	}
	return row
}

// step does something in a transaction.
func (r *random) step(tx *randomTx) {
	id := r.table(tx.model.snapshot)
	if id == 0 {
		tx.Rollback()
		tx.model.rollback()
		tx.marks = nil
		r.refresh(tx)
		return
	}
	switch n := r.IntN(100); {
	case n < 8:
		r.whole(tx, id)
	case n < 60:
		r.statement(tx, id)
	case n < 70:
		tx.marks = append(tx.marks, tx.Mark())
		tx.model.mark()
	case n < 78:
		if len(tx.marks) > 0 {
			to := r.IntN(len(tx.marks))
			tx.Undo(tx.marks[to])
			tx.marks = tx.marks[:to]
			tx.model.undo(to)
		}
	case n < 82:
		tx.Rollback()
		tx.model.rollback()
		tx.marks = nil
		clear(tx.words)
	case n < 90:
		tx.marks = nil
		clear(tx.words)
		if r.disk != nil {
			r.disk.fails, r.disk.written = r.IntN(6) == 0, r.IntN(2) == 0
		}
		err := tx.Commit(nil)
		if r.disk != nil {
			r.disk.fails = false
		}
		if errors.Is(err, errFails) {
			tx.model.rollback()
			return
		}
		index, want := tx.model.commit()
		if !r.failed("commit", err, want, index) {
			r.look(tx)
		}
	case n < 95:
		r.refresh(tx)
	default:
		r.look(tx)
	}
}

func (r *random) refresh(tx *randomTx) {
	if !tx.Written() {
		tx.marks = nil
		tx.Refresh()
		tx.model.rollback()
		tx.model.refresh()
	}
}

// statement changes some rows of a table while a cursor goes through it.
func (r *random) statement(tx *randomTx, id TableID) {
	def := tx.model.snapshot[id].def
	reverse := r.IntN(4) == 0
	before := tx.model.scan(id)
	if reverse {
		slices.Reverse(before)
	}
	c := tx.Scan(id, reverse)
	n := r.IntN(6)
	for i := 0; c.Next(); i++ {
		if i >= len(before) || !reflect.DeepEqual(before[i].row, c.Row()) {
			r.fail("row of a scan", before[min(i, len(before)-1)].row, c.Row())
			return
		}
		if n == 0 || r.IntN(len(before)) > 2 {
			continue
		}
		n--
		r.change(tx, id, c.ID(), before[i])
		if r.IntN(2) == 0 {
			r.insert(tx, id, r.row(def))
		}
	}
	for range n {
		r.insert(tx, id, r.row(def))
	}
}

// whole changes many rows of a table at once, where the store takes them so.
func (r *random) whole(tx *randomTx, id TableID) {
	def := tx.model.snapshot[id].def
	before := tx.model.scan(id)
	var ids []RowID
	var old []modelRow
	share := 1 + r.IntN(3)
	for i, c := 0, tx.Scan(id, false); c.Next(); i++ {
		if r.IntN(share) == 0 {
			ids, old = append(ids, c.ID()), append(old, before[i])
		}
	}
	if r.IntN(3) == 0 {
		done, err := tx.Remove(id, ids)
		if err != nil {
			r.fail("remove", nil, err)
		}
		for i := range old {
			if done {
				r.failed("remove", nil, tx.model.delete(id, old[i]), "")
			}
		}
		return
	}
	var columns []int
	var values []Values
	to := make([]Row, len(old))
	for i := range to {
		to[i] = slices.Clone(old[i].row)
	}
	for c, kind := range def.Columns {
		if r.IntN(3) > 0 {
			continue
		}
		var v Values
		for i := range to {
			if r.IntN(4) > 0 {
				to[i][c] = r.value(kind)
			}
			v.Append(kind, to[i][c], i)
		}
		columns, values = append(columns, c), append(values, v)
	}
	if len(columns) == 0 {
		return
	}
	changed, done, err := tx.Replace(id, ids, columns, values)
	if err != nil {
		r.fail("replace", nil, err)
	}
	for i := range old {
		if !done || reflect.DeepEqual(old[i].row, to[i]) {
			continue
		}
		changed--
		if index, _, err := tx.model.update(id, old[i], to[i]); index != "" || err != nil {
			r.fail("replace", fmt.Sprint(index, err), nil)
		}
	}
	if done && changed != 0 {
		r.fail("changed rows too many", 0, changed)
	}
}

func (r *random) insert(tx *randomTx, id TableID, row Row) {
	if r.IntN(3) == 0 && r.append(tx, id, row) {
		return
	}
	_, err := tx.Insert(id, row)
	index, existing := tx.model.insert(id, row)
	r.duplicate(tx, id, err, existing)
	r.failed("insert", err, nil, index)
}

// append adds the row by columns, and up to two more behind it, where the store takes them so.
func (r *random) append(tx *randomTx, id TableID, row Row) bool {
	def := tx.model.snapshot[id].def
	rows := []Row{row}
	for range r.IntN(3) {
		rows = append(rows, r.row(def))
	}
	columns := make([]Values, len(def.Columns))
	for c, kind := range def.Columns {
		v := &columns[c]
		for i, row := range rows {
			v.Append(kind, row[c], i)
		}
		if kind == String && r.IntN(2) == 0 {
			of := wordsOf{id, c}
			if tx.words[of] == nil {
				tx.words[of] = new(Words)
			}
			*v = tx.words[of].Values(tx.words[of].Codes(nil, v.Strings, v.Nulls), v.Nulls)
		}
	}
	ok, err := tx.Append(id, columns, len(rows))
	if err != nil {
		r.fail("append", nil, err)
	}
	for i := range rows {
		if !ok {
			break
		}
		if index, _ := tx.model.insert(id, rows[i]); index != "" {
			r.fail("append of a key", index, "")
		}
	}
	return ok
}

func (r *random) change(tx *randomTx, id TableID, at RowID, old modelRow) {
	switch r.IntN(4) {
	case 0:
		r.failed("delete", tx.Delete(id, at), tx.model.delete(id, old), "")
	case 1:
		r.failed("lock", tx.Lock(id, at), tx.model.lock(id, old), "")
	default:
		row := r.row(tx.model.snapshot[id].def)
		if r.IntN(2) == 0 { // most updates do not touch the key
			row[0], row[1], row[4] = old.row[0], old.row[1], old.row[4]
		}
		updated, err := tx.Update(id, at, row)
		index, existing, want := tx.model.update(id, old, row)
		r.duplicate(tx, id, err, existing)
		if r.failed("update", err, want, index) {
			return
		}
		if got, ok := tx.Get(id, updated); !ok || !reflect.DeepEqual(row, got) {
			r.fail("updated row", row, got)
		}
	}
}

// duplicate checks which row an error calls existing.
func (r *random) duplicate(tx *randomTx, id TableID, err error, existing Row) {
	var duplicate *DuplicateError
	if !errors.As(err, &duplicate) {
		return
	}
	if got, ok := tx.Get(id, duplicate.Existing); !ok || !reflect.DeepEqual(existing, got) {
		r.fail("existing row", existing, got)
	}
}

// look compares all that a transaction sees.
func (r *random) look(tx *randomTx) {
	r.t.Helper()
	for _, id := range slices.Sorted(maps.Keys(tx.model.snapshot)) {
		table := tx.model.snapshot[id]
		if found, ok := tx.Catalog().Table(table.database, table.name); !ok || found != (Table{id, table.name, table.def}) {
			r.fail("table "+table.name, table, found)
			return
		}
		all := tx.model.scan(id)
		if tx.Rows(id) != len(all) {
			r.fail("number of rows", len(all), tx.Rows(id))
		}
		r.compare("scan", all, rows(tx.Scan(id, false)), false)
		r.compare("filled scan", all, r.filled(tx.Scan(id, false)), false)
		r.compare("scan", all, rows(tx.Scan(id, true)), true)
		r.skip(tx, id, all)
		for i := range table.def.Indexes {
			x := &table.def.Indexes[i]
			from, to := r.bound(x), r.bound(x)
			within := slices.DeleteFunc(sorted(all, x), func(m modelRow) bool {
				return !inside(x, m.row, from, 1) || !inside(x, m.row, to, -1)
			})
			reverse := r.IntN(2) == 0
			what := fmt.Sprintf("seek in %s from %v to %v", x.Name, from, to)
			seek := func() *Cursor { return tx.Seek(id, x.Name, from, to, reverse) }
			r.compare(what, within, rows(seek()), reverse)
			r.compare("filled "+what, within, r.filled(seek()), reverse)
		}
	}
}

// skip compares what is left of scans that skip, when what they do not want is left out.
func (r *random) skip(tx *randomTx, id TableID, all []modelRow) {
	r.t.Helper()
	want := Range{Column: r.IntN(len(randomColumns)), Null: r.IntN(4) == 0}
	kind := randomColumns[want.Column]
	for range r.IntN(3) {
		s := Span{r.value(kind), r.value(kind)} // NULL: open
		if kind == String || kind == Any {
			s = Span{}
		}
		want.Spans = append(want.Spans, s)
	}
	wanted := func(row Row) bool {
		x := row[want.Column]
		if x == nil {
			return want.Null
		}
		return slices.ContainsFunc(want.Spans, func(s Span) bool {
			return (s.From == nil || compareNumbers(s.From, x) <= 0) && (s.To == nil || compareNumbers(s.To, x) >= 0)
		})
	}
	within := slices.DeleteFunc(slices.Clone(all), func(m modelRow) bool { return !wanted(m.row) })
	for _, reverse := range []bool{false, true} {
		left := func(visit func(*Cursor) []Row) []Row {
			c := tx.Scan(id, reverse)
			c.Skip([]Range{want, {Column: r.IntN(len(randomColumns)), Null: true, Spans: []Span{{}}}})
			return slices.DeleteFunc(visit(c), func(row Row) bool { return !wanted(row) })
		}
		r.compare(fmt.Sprint("skipping scan for ", want), within, left(rows), reverse)
		r.compare(fmt.Sprint("filled skipping scan for ", want), within, left(r.filled), reverse)
	}
}

func (r *random) bound(x *Index) Bound {
	var key []any
	for _, c := range x.Columns[:r.IntN(len(x.Columns)+1)] {
		key = append(key, r.value(randomColumns[c]))
	}
	return Bound{key, r.IntN(2) == 0}
}

// inside tells whether a row is on the side of a bound that is wanted.
func inside(x *Index, row Row, b Bound, side int) bool {
	if b.Key == nil {
		return true
	}
	prefix := Index{Columns: x.Columns[:len(b.Key)], Compare: x.Compare}
	limit := make(Row, len(row))
	for i, c := range prefix.Columns {
		limit[c] = b.Key[i]
	}
	c := prefix.modelCompare(row, limit)
	return c == side || c == 0 && !b.Exclusive
}

func (r *random) compare(what string, model []modelRow, got []Row, reverse bool) {
	r.t.Helper()
	want := []Row{}
	for _, m := range model {
		want = append(want, m.row)
	}
	if reverse {
		slices.Reverse(want)
	}
	if !reflect.DeepEqual(want, got) {
		r.t.Errorf("seed %d: %s, reverse %v (-model +store):\n%s", r.seed, what, reverse, gocmp.Diff(want, got))
	}
}

// filled are the rows that a cursor has yet to visit, by Run, Fill and Next in turn.
func (r *random) filled(c *Cursor) []Row {
	columns := r.Perm(len(randomColumns))
	all := []Row{}
	for {
		before, ended := len(all), c.Over()
		if r.IntN(4) == 0 && c.Next() {
			all = append(all, c.Row())
		}
		values := make([]Values, len(columns))
		n := 1 + r.IntN(12)
		got, over, from := 0, false, len(all)
		run := r.IntN(2) == 0
		if run {
			got = c.Run(columns, values, n)
		} else {
			got = c.Fill(columns, values, n, 0)
			over = got < n
		}
		for i := range got {
			row := make(Row, len(columns))
			for k, column := range columns {
				v := &values[k]
				switch {
				case v.Nulls != nil && v.Nulls[i]:
				case randomColumns[column] == Int:
					row[column] = v.Ints[i]
				case randomColumns[column] == Uint:
					row[column] = uint64(v.Ints[i])
				case randomColumns[column] == Float:
					row[column] = v.Floats[i]
				case v.Codes != nil:
					row[column] = c.Dictionary(column).Strings[v.Codes[i]]
				case randomColumns[column] == String:
					row[column] = v.Strings[i]
				default:
					row[column] = v.Anys[i]
				}
			}
			all = append(all, row)
		}
		if run && c.reverse {
			slices.Reverse(all[from:])
		}
		if ended && len(all) > before {
			r.t.Errorf("seed %d: a cursor that was over has %v", r.seed, all[before:])
		}
		if over {
			return all
		}
	}
}

// measure compares the memory that was counted on the way with that of a new
// count.
func (r *random) measure() {
	r.store.Close()
	root := r.store.root.Load()
	if counted, measured := r.store.Memory(), root.measure(); counted != measured {
		r.fail("memory", measured, counted)
	}
}

// definition has some of the indexes, at most one of them primary.
func (r *random) definition() *Definition {
	def := &Definition{Columns: randomColumns}
	for _, x := range randomIndexes {
		if r.IntN(3) == 0 && (!x.Primary || def.primary() == nil) {
			def.Indexes = append(def.Indexes, x)
		}
	}
	return def
}

func (r *random) createTable(database string) {
	name, def := fmt.Sprint("t", r.IntN(4)), r.definition()
	err := r.store.Alter(func(d *Draft) error {
		id, err := d.CreateTable(database, name, def)
		if err == nil {
			r.model.tables[id] = &modelTable{id: id, database: database, name: name, def: def}
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrExists) {
		r.fail("create", nil, err)
	}
}
