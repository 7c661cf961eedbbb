package disk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2"
)

// Pebble's manifest says which sorted files there are: edits, one after the other, in chunks
// as the log's, with a header of checksum, length and type. Where Pebble cannot read on, it
// takes the rest for an edit that a crash has cut off, and would delete what that named.

const (
	manifestHeader = 7
	fullChunk      = 1
	firstChunk     = 2
	lastChunk      = 4
)

// checkManifest finds damage that Pebble would take for the end.
func (d *Dir) checkManifest(name string) error {
	all, err := d.readFile(name)
	if err != nil {
		return err
	}
	at := 0
	for at < len(all) {
		if rest := logBlock - at%logBlock; rest < manifestHeader {
			at += rest
			continue
		}
		n, ok := editChunk(all[at:])
		if !ok {
			break
		}
		at += n
	}
	if at >= len(all) || !damagedEnd(all[at:]) {
		return nil
	}
	return fmt.Errorf("disk: %s: the manifest is damaged at offset %d", d.fs.PathJoin(d.path, d.fs.PathBase(name)), at)
}

// editChunk is the length of the chunk, with its header, that bytes begin with.
func editChunk(b []byte) (n int, ok bool) {
	if len(b) < manifestHeader || b[6] < fullChunk || b[6] > lastChunk {
		return 0, false
	}
	n = manifestHeader + int(binary.LittleEndian.Uint16(b[4:]))
	return n, n <= len(b) && binary.LittleEndian.Uint32(b) == checksum(b[6:n])
}

// damagedEnd tells whether bytes that begin with no whole chunk are damaged. A crash cuts the
// last edit off, or leaves zeros where a page of it was not written: no other edit begins
// behind it, and it is not there to its end.
func damagedEnd(b []byte) bool {
	const page = 4096
	for i := 1; i < len(b); i++ {
		if _, ok := editChunk(b[i:]); ok && (b[i+6] == fullChunk || b[i+6] == firstChunk) {
			return true
		}
	}
	if len(b) < manifestHeader || len(b) > page || len(bytes.TrimRight(b, "\x00")) == 0 {
		return false
	}
	whole := manifestHeader+int(binary.LittleEndian.Uint16(b[4:])) == len(b) && b[len(b)-1] != 0
	return whole || binary.LittleEndian.Uint32(b) == checksum(b[6:]) // its length is damaged
}

// checkOptions says which file it is whose options Pebble does not understand.
func (d *Dir) checkOptions(name string) error {
	if name == "" {
		return nil
	}
	text, err := d.readFile(name)
	if err != nil {
		return err
	}
	var o pebble.Options
	o.EnsureDefaults()
	if err := o.CheckCompatibility(d.path, string(text)); err != nil {
		return fmt.Errorf("disk: %s is damaged: %w", name, err)
	}
	return nil
}

func (d *Dir) readFile(name string) ([]byte, error) {
	f, err := d.fs.Open(name)
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("disk: %s: %w", name, err)
	}
	return all, nil
}
