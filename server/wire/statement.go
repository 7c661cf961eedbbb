package wire

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// statement is a prepared statement and what the client has sent for its next
// execution.
type statement struct {
	*Statement
	types []paramType    // as last sent, a client does so once; nil: never
	long  map[int][]byte // parameters that came by COM_STMT_SEND_LONG_DATA
	size  int            // of long, in bytes
}

type paramType struct {
	typ      byte // MYSQL_TYPE_*
	unsigned bool
}

func (c *Conn) prepare(ctx context.Context, sql string) error {
	st, err := c.session.Prepare(ctx, sql)
	if err != nil {
		return err
	}
	if st.Params > math.MaxUint16 {
		st.Close()
		return mysql.NewDefaultError(mysql.ER_PS_MANY_PARAM)
	}
	c.lastID++
	c.statements[c.lastID] = &statement{Statement: st}
	c.out.begin()
	b := append(c.out.buf, mysql.OK_HEADER)
	b = binary.LittleEndian.AppendUint32(b, c.lastID)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(st.Fields)))
	b = binary.LittleEndian.AppendUint16(b, uint16(st.Params))
	b = append(b, 0)
	c.out.buf = binary.LittleEndian.AppendUint16(b, c.session.Warnings())
	c.out.end()
	if st.Params > 0 {
		c.columns(slices.Repeat([]*querypb.Field{{Name: "?", Type: sqltypes.VarChar}}, st.Params))
	}
	if len(st.Fields) > 0 {
		c.columns(st.Fields)
	}
	return nil
}

// execute answers COM_STMT_EXECUTE. A cursor that the client asks for is not
// opened: the rows follow, as MySQL does it for statements that allow none.
func (c *Conn) execute(ctx context.Context, payload []byte) error {
	st, d, err := c.statement(payload, "mysqld_stmt_execute")
	if err != nil {
		return err
	}
	args, err := st.arguments(&d, c.in.limit)
	if err != nil {
		return err
	}
	r, err := st.Query(ctx, args)
	if err != nil {
		return err
	}
	return c.sendResult(r, true, false)
}

// sendLongData keeps a part of a parameter. The command has no answer: what is
// wrong with it, the execution tells.
func (c *Conn) sendLongData(payload []byte) {
	st, d, err := c.statement(payload, "mysqld_stmt_send_long_data")
	if err != nil {
		return
	}
	i := int(d.uint16())
	if d.bad || i >= st.Params {
		return
	}
	if st.size += len(d.data); st.size > c.in.limit {
		return
	}
	if st.long == nil {
		st.long = make(map[int][]byte)
	}
	st.long[i] = append(st.long[i], d.data...)
}

func (c *Conn) resetStatement(payload []byte) error {
	st, _, err := c.statement(payload, "mysqld_stmt_reset")
	if err != nil {
		return err
	}
	st.long, st.size = nil, 0
	c.ok(&Result{}, false)
	return nil
}

// statement finds the statement that a command is for, and returns what follows
// its id. The error names the command by MySQL's function.
func (c *Conn) statement(payload []byte, function string) (*statement, decoder, error) {
	d := decoder{data: payload}
	id := d.uint32()
	if d.bad {
		return nil, d, d.err()
	}
	st, ok := c.statements[id]
	if !ok {
		name := strconv.FormatUint(uint64(id), 10)
		return nil, d, mysql.NewDefaultError(mysql.ER_UNKNOWN_STMT_HANDLER, len(name), name, function)
	}
	return st, d, nil
}

// arguments takes the arguments out of COM_STMT_EXECUTE, from after the
// statement's id, and forgets the long ones, which may have so many bytes. They share
// no memory with the packet.
func (st *statement) arguments(d *decoder, limit int) ([]sqltypes.Value, error) {
	long, size := st.long, st.size
	st.long, st.size = nil, 0
	if size > limit {
		return nil, mysql.NewError(mysql.ER_UNKNOWN_ERROR, "Parameter of prepared statement which is set through "+
			"mysql_send_long_data() is longer than 'max_allowed_packet' bytes")
	}
	d.bytes(1 + 4) // flags, which ask for a cursor, and the iteration count, always 1
	if st.Params == 0 {
		return nil, d.err()
	}
	nulls := d.bytes(uint64(st.Params+7) / 8)
	if d.uint8() == 1 {
		types := make([]paramType, st.Params)
		for i := range types {
			types[i] = paramType{typ: d.uint8(), unsigned: d.uint8()&mysql.PARAM_UNSIGNED != 0}
		}
		st.types = types
	}
	d.bad = d.bad || st.types == nil
	if d.bad {
		return nil, d.err()
	}
	d.data = slices.Clone(d.data)
	args := make([]sqltypes.Value, st.Params)
	for i := range args {
		switch data, ok := long[i]; {
		case ok:
			args[i] = sqltypes.MakeTrusted(stringType(st.types[i].typ), data)
		case nulls[i/8]&(1<<(i%8)) == 0:
			args[i] = st.types[i].value(d)
		}
	}
	return args, d.err()
}

// value takes an argument.
func (p paramType) value(d *decoder) sqltypes.Value {
	switch p.typ {
	case mysql.MYSQL_TYPE_NULL:
		return sqltypes.NULL
	case mysql.MYSQL_TYPE_TINY:
		n := d.uint8()
		return p.integer(uint64(n), int64(int8(n)))
	case mysql.MYSQL_TYPE_SHORT, mysql.MYSQL_TYPE_YEAR:
		n := d.uint16()
		return p.integer(uint64(n), int64(int16(n)))
	case mysql.MYSQL_TYPE_INT24, mysql.MYSQL_TYPE_LONG:
		n := d.uint32()
		return p.integer(uint64(n), int64(int32(n)))
	case mysql.MYSQL_TYPE_LONGLONG:
		n := d.uint64()
		return p.integer(n, int64(n))
	case mysql.MYSQL_TYPE_FLOAT:
		// MySQL takes it as a DOUBLE, all its digits included.
		return float(d, float64(math.Float32frombits(d.uint32())))
	case mysql.MYSQL_TYPE_DOUBLE:
		return float(d, math.Float64frombits(d.uint64()))
	case mysql.MYSQL_TYPE_DATE, mysql.MYSQL_TYPE_DATETIME, mysql.MYSQL_TYPE_TIMESTAMP:
		return p.date(d)
	case mysql.MYSQL_TYPE_TIME:
		return clock(d)
	case mysql.MYSQL_TYPE_DECIMAL, mysql.MYSQL_TYPE_NEWDECIMAL:
		return sqltypes.MakeTrusted(sqltypes.Decimal, d.bytes(d.length()))
	case mysql.MYSQL_TYPE_VARCHAR, mysql.MYSQL_TYPE_VAR_STRING, mysql.MYSQL_TYPE_STRING, mysql.MYSQL_TYPE_ENUM,
		mysql.MYSQL_TYPE_SET, mysql.MYSQL_TYPE_JSON, mysql.MYSQL_TYPE_BIT, mysql.MYSQL_TYPE_GEOMETRY,
		mysql.MYSQL_TYPE_TINY_BLOB, mysql.MYSQL_TYPE_BLOB, mysql.MYSQL_TYPE_MEDIUM_BLOB, mysql.MYSQL_TYPE_LONG_BLOB:
		return sqltypes.MakeTrusted(stringType(p.typ), d.bytes(d.length()))
	}
	d.bad = true
	return sqltypes.NULL
}

// stringType is the type of an argument that is sent as a string.
func stringType(typ byte) querypb.Type {
	switch typ {
	case mysql.MYSQL_TYPE_TINY_BLOB, mysql.MYSQL_TYPE_BLOB, mysql.MYSQL_TYPE_MEDIUM_BLOB, mysql.MYSQL_TYPE_LONG_BLOB,
		mysql.MYSQL_TYPE_BIT, mysql.MYSQL_TYPE_GEOMETRY:
		return sqltypes.VarBinary
	}
	return sqltypes.VarChar
}

func (p paramType) integer(unsigned uint64, signed int64) sqltypes.Value {
	if p.unsigned {
		return sqltypes.NewUint64(unsigned)
	}
	return sqltypes.NewInt64(signed)
}

// float refuses what is no number in MySQL.
func float(d *decoder, x float64) sqltypes.Value {
	d.bad = d.bad || math.IsNaN(x) || math.IsInf(x, 0)
	return sqltypes.NewFloat64(x)
}

// date takes what appendBinaryDate appends.
func (p paramType) date(d *decoder) sqltypes.Value {
	length := d.uint8()
	b := decoder{data: d.bytes(uint64(length))}
	var year uint16
	var month, day, hour, minute, second uint8
	var micro uint32
	if length > 0 {
		year, month, day = b.uint16(), b.uint8(), b.uint8()
	}
	if length > 4 {
		hour, minute, second = b.uint8(), b.uint8(), b.uint8()
	}
	if length > 7 {
		micro = b.uint32()
	}
	d.bad = d.bad || b.bad || len(b.data) > 0 ||
		year > 9999 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59 || micro > 999_999
	text := fmt.Appendf(nil, "%04d-%02d-%02d", year, month, day)
	if p.typ == mysql.MYSQL_TYPE_DATE {
		return sqltypes.MakeTrusted(sqltypes.Date, text)
	}
	text = fmt.Appendf(text, " %02d:%02d:%02d", hour, minute, second)
	if micro != 0 {
		text = fmt.Appendf(text, ".%06d", micro)
	}
	if p.typ == mysql.MYSQL_TYPE_TIMESTAMP {
		return sqltypes.MakeTrusted(sqltypes.Timestamp, text)
	}
	return sqltypes.MakeTrusted(sqltypes.Datetime, text)
}

// clock takes what appendBinaryTime appends.
func clock(d *decoder) sqltypes.Value {
	length := d.uint8()
	b := decoder{data: d.bytes(uint64(length))}
	var negative, hour, minute, second uint8
	var days, micro uint32
	if length > 0 {
		negative, days = b.uint8(), b.uint32()
		hour, minute, second = b.uint8(), b.uint8(), b.uint8()
	}
	if length > 8 {
		micro = b.uint32()
	}
	d.bad = d.bad || b.bad || len(b.data) > 0 ||
		negative > 1 || days > 34 || hour > 23 || minute > 59 || second > 59 || micro > 999_999
	var text []byte
	if negative == 1 {
		text = append(text, '-')
	}
	text = fmt.Appendf(text, "%02d:%02d:%02d", days*24+uint32(hour), minute, second)
	if micro != 0 {
		text = fmt.Appendf(text, ".%06d", micro)
	}
	return sqltypes.MakeTrusted(sqltypes.Time, text)
}
