package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// command runs a command and writes its answer. An error is still to be
// written, after what was written of a result.
func (c *Conn) command(ctx context.Context, packet []byte) error {
	if len(packet) == 0 {
		return mysql.NewDefaultError(mysql.ER_MALFORMED_PACKET)
	}
	payload := packet[1:]
	switch packet[0] {
	case mysql.COM_INIT_DB:
		if err := c.session.Use(ctx, string(payload)); err != nil {
			return err
		}
		c.ok(&Result{}, false)
		return nil
	case mysql.COM_QUERY:
		// mariadb-slap and mariadb-import send a NUL behind the text, where MySQL's
		// lexer ends.
		return c.query(ctx, string(bytes.TrimSuffix(payload, []byte{0})))
	case mysql.COM_FIELD_LIST:
		return c.fieldList(ctx, payload)
	case mysql.COM_PING:
		c.ok(&Result{}, false)
		return nil
	case mysql.COM_PROCESS_INFO:
		return c.query(ctx, "SHOW PROCESSLIST")
	case mysql.COM_REFRESH, mysql.COM_DEBUG:
		c.eof(false) // there is nothing to refresh, and the log has no dump
		return nil
	case mysql.COM_STATISTICS:
		c.out.begin()
		c.out.buf = append(c.out.buf, c.backend.Status()...)
		c.out.end()
		return nil
	case mysql.COM_SET_OPTION:
		return c.setOption(payload)
	case mysql.COM_RESET_CONNECTION:
		clear(c.statements)
		if err := c.session.Reset(ctx); err != nil {
			return err
		}
		c.ok(&Result{}, false)
		return nil
	case mysql.COM_CHANGE_USER:
		return c.changeUser(ctx, payload)
	case mysql.COM_PROCESS_KILL:
		d := decoder{data: payload}
		id := d.uint32()
		if d.bad {
			return d.err()
		}
		return c.query(ctx, "KILL "+strconv.FormatUint(uint64(id), 10))
	case mysql.COM_STMT_PREPARE:
		return c.prepare(ctx, string(payload))
	case mysql.COM_STMT_EXECUTE:
		return c.execute(ctx, payload)
	case mysql.COM_STMT_SEND_LONG_DATA:
		c.sendLongData(payload)
		return nil
	case mysql.COM_STMT_RESET:
		return c.resetStatement(payload)
	case mysql.COM_STMT_CLOSE:
		d := decoder{data: payload}
		id := d.uint32()
		if st, ok := c.statements[id]; ok {
			st.Close()
			delete(c.statements, id)
		}
		return nil
	}
	return mysql.NewDefaultError(mysql.ER_UNKNOWN_COM_ERROR)
}

// query runs the statements of a text, up to the first that fails. Without
// multi the text is one statement, and what follows it an error.
func (c *Conn) query(ctx context.Context, sql string) error {
	for {
		first, rest := sql, ""
		if c.multi {
			first, rest = c.session.Split(sql)
		}
		r, err := c.session.Query(ctx, first)
		if err != nil {
			return err
		}
		if err := c.sendResult(r, false, rest != ""); err != nil || rest == "" {
			return err
		}
		sql = rest
	}
}

// fieldList answers COM_FIELD_LIST, deprecated but what the mariadb client
// completes names with: a table's columns. The pattern after the table's name
// is not applied, since this client sends an empty one.
func (c *Conn) fieldList(ctx context.Context, payload []byte) error {
	d := decoder{data: payload}
	table := "`" + strings.ReplaceAll(d.text(), "`", "``") + "`"
	r, err := c.session.Query(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return err
	}
	if err := r.Rows.Close(); err != nil {
		return err
	}
	for _, f := range r.Fields {
		c.out.begin()
		c.out.buf = append(appendColumn(c.out.buf, f), 0xfb) // its default: NULL
		c.out.end()
	}
	c.eof(false)
	return nil
}

func (c *Conn) setOption(payload []byte) error {
	d := decoder{data: payload}
	switch option := d.uint16(); {
	case d.bad:
		return d.err()
	case option == mysql.MYSQL_OPTION_MULTI_STATEMENTS_ON:
		c.multi = true
	case option == mysql.MYSQL_OPTION_MULTI_STATEMENTS_OFF:
		c.multi = false
	default:
		return mysql.NewDefaultError(mysql.ER_UNKNOWN_COM_ERROR)
	}
	c.eof(false)
	return nil
}

// changeUser begins a new session with the connection's id. Like MySQL it ends
// the connection where the new user is not let in.
func (c *Conn) changeUser(ctx context.Context, payload []byte) error {
	l, err := parseChangeUser(payload, c.client.Capabilities)
	if err == nil {
		c.closeSession()
		c.changing = true
		err = c.enter(ctx, l)
		c.changing = false
	}
	c.ended = err != nil
	return err
}

// sendResult writes what a statement answers. Results that follow the first go
// only to a client that takes several.
func (c *Conn) sendResult(r *Result, binaryRows, more bool) error {
	if r.Following != nil && c.client.Capabilities&mysql.CLIENT_MULTI_RESULTS == 0 {
		return mysql.NewError(mysql.ER_SP_BADSELECT, "PROCEDURE can't return a result set in the given context")
	}
	for ; r != nil; r = r.Following {
		if err := c.sendOne(r, binaryRows, more || r.Following != nil); err != nil {
			return err
		}
	}
	return nil
}

// sendOne writes a result and closes it. The rows go out as they come; an error
// takes the place of the next one.
func (c *Conn) sendOne(r *Result, binaryRows, more bool) (err error) {
	closed := false
	defer func() { // also where a panic passes
		if !closed {
			err = errors.Join(err, r.Rows.Close())
		}
	}()
	hasRows := len(r.Fields) > 0
	if hasRows {
		if err := c.sendRows(r, binaryRows); err != nil {
			return err
		}
	}
	closed = true
	if err := r.Rows.Close(); err != nil {
		return err
	}
	if err := c.endInfile(); err != nil {
		return err
	}
	if hasRows {
		c.eof(more)
	} else {
		c.ok(r, more)
	}
	return nil
}

func (c *Conn) sendRows(r *Result, binaryRows bool) error {
	c.out.begin()
	c.out.buf = mysql.AppendLengthEncodedInteger(c.out.buf, uint64(len(r.Fields)))
	c.out.end()
	c.columns(r.Fields)
	if r.NextBatch != nil {
		return c.sendBatches(r, binaryRows)
	}
	for c.out.err == nil {
		row, err := r.Rows.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		c.out.begin()
		if binaryRows {
			c.out.buf, err = appendBinaryRow(c.out.buf, r.Fields, row)
		} else {
			c.out.buf = appendTextRow(c.out.buf, row)
		}
		if err != nil {
			c.out.abandon()
			return err
		}
		c.out.end()
	}
	return c.out.err
}

// ok appends MySQL's OK packet.
func (c *Conn) ok(r *Result, more bool) {
	c.out.begin()
	b := append(c.out.buf, mysql.OK_HEADER)
	b = mysql.AppendLengthEncodedInteger(b, r.AffectedRows)
	b = mysql.AppendLengthEncodedInteger(b, r.InsertID)
	status := len(b)
	b = c.appendStatus(b, more)
	changes := len(b)
	b = c.appendChanges(b)
	switch {
	case len(b) > changes:
		b[status+1] |= byte(mysql.SERVER_SESSION_STATE_CHANGED >> 8)
		b = slices.Insert(b, changes, appendString(nil, r.Info)...)
	case r.Info != "":
		b = appendString(b, r.Info)
	}
	c.out.buf = b
	c.out.end()
}

// eof appends the packet that ends rows.
func (c *Conn) eof(more bool) {
	c.out.begin()
	b := append(c.out.buf, mysql.EOF_HEADER)
	if c.client.Capabilities&mysql.CLIENT_DEPRECATE_EOF != 0 {
		b = c.appendStatus(append(b, 0, 0), more) // an OK packet: no affected rows, no insert id
	} else {
		b = binary.LittleEndian.AppendUint16(b, c.session.Warnings())
		b = binary.LittleEndian.AppendUint16(b, c.status(more))
	}
	c.out.buf = b
	c.out.end()
}

func (c *Conn) appendStatus(b []byte, more bool) []byte {
	b = binary.LittleEndian.AppendUint16(b, c.status(more))
	return binary.LittleEndian.AppendUint16(b, c.session.Warnings())
}

func (c *Conn) status(more bool) (status uint16) {
	if c.session.Autocommit() {
		status |= mysql.SERVER_STATUS_AUTOCOMMIT
	}
	if c.session.InTransaction() {
		status |= mysql.SERVER_STATUS_IN_TRANS
	}
	if more {
		status |= mysql.SERVER_MORE_RESULTS_EXISTS
	}
	return status
}
