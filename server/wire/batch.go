package wire

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// sendBatches sends rows that come as columns, until there are no more. They are
// encoded from the columns' vectors; what waits to be sent is bounded by the
// write buffer, and a client that does not read holds the query up.
func (c *Conn) sendBatches(r *Result, binaryRows bool) error {
	for c.out.err == nil {
		batch, err := r.NextBatch()
		if err != nil || batch == nil {
			return err
		}
		for i := 0; i < batch.N && c.out.err == nil; i++ {
			c.out.begin()
			if binaryRows {
				if c.out.buf, err = appendBinaryBatchRow(c.out.buf, r.Fields, r.Types, batch, i); err != nil {
					c.out.abandon()
					return err
				}
			} else {
				c.out.buf = appendTextBatchRow(c.out.buf, r.Types, batch, i)
			}
			c.out.end()
		}
	}
	return c.out.err
}

// appendTextBatchRow is [appendTextRow] of row i of a batch.
func appendTextBatchRow(b []byte, columns []types.Type, batch *types.Batch, i int) []byte {
	for k, v := range batch.Cols {
		if v.Null(i) {
			b = append(b, 0xfb)
			continue
		}
		b = appendVecText(b, v, i, &columns[k])
	}
	return b
}

// appendVecText appends the text of row i of a vector as a length-encoded string.
func appendVecText(b []byte, v *types.Vec, i int, t *types.Type) []byte {
	start := len(b)
	b = types.AppendText(append(b, 0), v, i, t) // nearly always a byte is enough for the length
	n := len(b) - start - 1
	if n <= 250 {
		b[start] = byte(n)
		return b
	}
	var length [9]byte
	head := mysql.AppendLengthEncodedInteger(length[:0], uint64(n))
	b = append(b, head[1:]...)
	copy(b[start+len(head):], b[start+1:start+1+n])
	copy(b[start:], head)
	return b
}

// appendBinaryBatchRow is [appendBinaryRow] of row i of a batch.
func appendBinaryBatchRow(b []byte, fields []*querypb.Field, columns []types.Type, batch *types.Batch, i int) ([]byte, error) {
	b = append(b, 0)
	nulls := len(b)
	for range (len(batch.Cols) + 7 + 2) / 8 {
		b = append(b, 0)
	}
	for k, v := range batch.Cols {
		if v.Null(i) {
			b[nulls+(k+2)/8] |= 1 << ((k + 2) % 8)
			continue
		}
		var err error
		if b, err = appendVecBinary(b, fields[k].Type, v, i, &columns[k]); err != nil {
			return b, fmt.Errorf("wire: column %s: %w", fields[k].Name, err)
		}
	}
	return b, nil
}

// unit is what the last of so many places of a second is in microseconds.
var unit = [6]int{1_000_000, 100_000, 10_000, 1_000, 100, 10}

// appendVecBinary appends row i of a vector, which is not NULL, as a value of the
// field's type.
func appendVecBinary(b []byte, field querypb.Type, v *types.Vec, i int, t *types.Type) ([]byte, error) {
	at := v.At(i)
	switch v.Kind {
	case types.Int, types.Uint:
		switch field {
		case sqltypes.Int8, sqltypes.Uint8:
			return append(b, byte(v.I[at])), nil
		case sqltypes.Int16, sqltypes.Uint16, sqltypes.Year:
			return binary.LittleEndian.AppendUint16(b, uint16(v.I[at])), nil
		case sqltypes.Int24, sqltypes.Uint24, sqltypes.Int32, sqltypes.Uint32:
			return binary.LittleEndian.AppendUint32(b, uint32(v.I[at])), nil
		case sqltypes.Int64, sqltypes.Uint64:
			return binary.LittleEndian.AppendUint64(b, uint64(v.I[at])), nil
		}
	case types.Float:
		switch field {
		case sqltypes.Float32:
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v.F[at]))), nil
		case sqltypes.Float64:
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.F[at])), nil
		}
	case types.Date, types.DateTime:
		d := types.Unpack(v.I[at])
		if t.Scale < len(unit) {
			d.Micro -= d.Micro % unit[t.Scale]
		}
		return appendDateParts(b, d.Year, d.Month, d.Day, d.Hour, d.Minute, d.Second, d.Micro), nil
	case types.String, types.JSON, types.Enum, types.Set, types.Decimal, types.Bit:
		return appendVecText(b, v, i, t), nil
	}
	// A TIME, or what is not of its field's type.
	return appendBinaryValue(b, field, string(types.AppendText(nil, v, i, t)))
}
