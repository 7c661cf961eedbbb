package parse

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// written are ways of writing a file.
var written = []Infile{
	{Fields: "\t", Lines: "\n", Escaped: '\\'},
	{Fields: ",", Lines: "\n", Escaped: '\\', Enclosed: '"'},
	{Fields: ",", Lines: "\n", Escaped: '"', Enclosed: '"'},
	{Fields: ",", Lines: "\r\n", Enclosed: '"'},
	{Fields: ",,", Lines: ";;", Escaped: '\\', Enclosed: '"'},
	{Fields: ",", Lines: ",", Escaped: '\\'},
	{Fields: ",", Lines: "", Enclosed: '"'},
	{Fields: ";\n", Lines: "\n", Escaped: '\\'},
	{Fields: "\n;", Lines: "\n", Enclosed: '"'},
	{Fields: ",", Lines: "\n", Starting: "a"},
	{Fields: ",", Lines: "\n", Escaped: '\n'},
	{Fields: "a", Lines: "ba", Enclosed: 'b'},
}

// linesOf are the lines of a file that is read whole, or by pieces of a size.
func linesOf(t *testing.T, f *Infile, file string, most, skip, size int) (lines []string) {
	p := f.Pieces(iotest.HalfReader(strings.NewReader(file)), most)
	if size > 0 {
		p.size = size
	} else {
		p.size = len(file) + 1
	}
	for range skip {
		if err := p.Skip(); err != nil {
			t.Fatal(err)
		}
	}
	read := f.Reader()
	for {
		piece, err := p.Next(nil)
		if err != nil {
			t.Fatal(err)
		}
		if piece == nil {
			return lines
		}
		read.Reset(piece)
		for {
			row, cut := read.Next(most)
			if row == nil {
				break
			}
			lines = append(lines, fmt.Sprintf("%#v %t", row, cut))
		}
	}
}

// TestPieces reads random files whole and by pieces.
func TestPieces(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		checkPieces(t, &written[r.IntN(len(written))], random(r), 1+r.IntN(3), r.IntN(2)*r.IntN(3), 1+r.IntN(12))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestPlainFields reads random files with and without what reads fields that stand there as they are.
func TestPlainFields(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		f, file, most := &written[r.IntN(len(written))], random(r), 1+r.IntN(4)
		plainly, otherwise := f.Reader(), f.Reader()
		otherwise.plain = false
		plainly.Reset([]byte(file))
		otherwise.Reset([]byte(file))
		for {
			row, cut := plainly.Next(most)
			want, wantCut := otherwise.Next(most)
			if cut != wantCut || !cmp.Equal(row, want) || plainly.Pos() != otherwise.Pos() {
				t.Fatalf("seed %d: %+v, %q, %d fields: %+v %t up to %d, and otherwise %+v %t up to %d",
					seed, f, file, most, row, cut, plainly.Pos(), want, wantCut, otherwise.Pos())
			}
			if row == nil {
				break
			}
			if !plainly.plain {
				continue
			}
			if field, ascii, next := plainly.PlainField(plainly.Pos()); next > 0 && ascii == strings.Contains(field.Text, "ä") {
				t.Fatalf("seed %d: %q is ASCII: %t", seed, field.Text, ascii)
			}
		}
	}
}

func random(r *rand.Rand) string {
	signs := []string{"a", "b", "ä", "something", ",", "\n", "\r\n", ";", "\"", "\\", "N", "NULL", "\t", ",\"", "\"\n", ";;"}
	if r.IntN(3) == 0 {
		signs = signs[:8] // nothing enclosed or escaped
	}
	var b strings.Builder
	for range r.IntN(60) {
		b.WriteString(signs[r.IntN(len(signs))])
	}
	return b.String()
}

func checkPieces(t *testing.T, f *Infile, file string, most, skip, size int) {
	whole, pieces := linesOf(t, f, file, most, skip, 0), linesOf(t, f, file, most, skip, size)
	if !slices.Equal(whole, pieces) {
		t.Errorf("%+v, %q, %d fields, %d skipped, pieces of %d: %s", f, file, most, skip, size, cmp.Diff(whole, pieces))
	}
}

func FuzzPieces(f *testing.F) {
	f.Add(uint8(1), "1,\"a\n\",\\N\n2,\"\"\"", uint8(2), uint8(3))
	f.Fuzz(func(t *testing.T, way uint8, file string, most, size uint8) {
		checkPieces(t, &written[int(way)%len(written)], file, 1+int(most)%5, 0, 1+int(size))
	})
}

// TestPiecesOfABrokenFile tells the error of a file that ends before its end.
func TestPiecesOfABrokenFile(t *testing.T) {
	f := &Infile{Fields: ",", Lines: "\n"}
	p := f.Pieces(io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), 1)
	if _, err := p.Next(nil); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
}
