package script

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	protocol "github.com/go-mysql-org/go-mysql/mysql"
	"github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Address is where a server is and as whom to log in there.
type Address struct {
	Network  string // tcp or unix
	Address  string // host:port, or the socket's path
	User     string
	Password string // never in an error
	Database string // empty: the server chooses
}

// Connect opens a session on a MySQL server. An error that the server refuses
// it with is a *mysql.MyError.
func Connect(ctx context.Context, a Address) (Target, error) {
	config := mysql.NewConfig()
	config.Net, config.Addr = a.Network, a.Address
	config.User, config.Passwd, config.DBName = a.User, a.Password, a.Database
	config.Collation = "utf8mb4_0900_ai_ci" // as the mysql client of MySQL 8
	config.Logger = &mysql.NopLogger{}      // what it would log is in the errors
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("script: cannot connect to %s: %w", a.Address, err)
	}
	db := sql.OpenDB(connector)
	conn, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("script: cannot connect to %s: %w", a.Address, serverError(ctx, err))
	}
	return &server{db: db, conn: conn}, nil
}

// server is a [Target] on a server. It tells no Info, which the driver keeps to
// itself, and no warnings, for which it would have to ask with a statement that
// changes what the script's own next one sees.
type server struct {
	db   *sql.DB
	conn *sql.Conn
}

func (s *server) Close() error {
	return errors.Join(s.conn.Close(), s.db.Close())
}

func (s *server) Execute(ctx context.Context, text string, each func(*Result) error) error {
	changes, file := inspect(text)
	if file != "" {
		mysql.RegisterLocalFile(file)
		defer mysql.DeregisterLocalFile(file)
	}
	// The driver tells the number of rows that a statement changed only where
	// it is asked for no others.
	if changes {
		done, err := s.conn.ExecContext(ctx, text)
		if err != nil {
			return serverError(ctx, err)
		}
		affected, err := done.RowsAffected()
		if err != nil {
			return serverError(ctx, err)
		}
		return each(&Result{Affected: uint64(affected)})
	}

	rows, err := s.conn.QueryContext(ctx, text)
	if err != nil {
		return serverError(ctx, err)
	}
	defer rows.Close()
	for first := true; ; first = false {
		types, err := rows.ColumnTypes()
		if err != nil {
			return serverError(ctx, err)
		}
		if len(types) > 0 {
			err = each(&Result{Columns: serverColumns(types), Rows: serverRows(ctx, rows, types)})
		} else if first {
			err = each(&Result{})
		}
		if err != nil {
			return err
		}
		if !rows.NextResultSet() {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return serverError(ctx, err)
	}
	return nil
}

// inspect tells whether the statement is one that changes rows and answers
// none, and the file that a LOAD DATA names: only that one may the server ask
// for.
func inspect(text string) (changes bool, file string) {
	var first, previous string
	with, depth := false, 0
	for token := range parse.Tokens(text) {
		if first == "" {
			// What is done comes behind WITH's tables, whose queries are in parentheses.
			switch word := strings.ToUpper(token); {
			case word == "WITH":
				with = true
				continue
			case with && word == "(":
				depth++
				continue
			case with && word == ")":
				depth--
				continue
			case with && (depth > 0 || word != "SELECT" && word != "UPDATE" && word != "DELETE"):
				continue
			}
			first = strings.ToUpper(token)
			switch first {
			case "INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD", "CREATE", "ALTER", "TRUNCATE":
			default:
				return false, ""
			}
		}
		switch {
		case first == "LOAD" && strings.EqualFold(previous, "INFILE"):
			return true, unquote(token)
		case strings.EqualFold(token, "RETURNING"): // MariaDB's
			return false, ""
		}
		previous = token
	}
	return first != "", ""
}

// unquote is what the string literal means, where a backslash stands for the
// sign after it.
func unquote(literal string) string {
	if len(literal) < 2 {
		return literal
	}
	var b strings.Builder
	body := literal[1 : len(literal)-1]
	for i := 0; i < len(body); i++ {
		if body[i] == '\\' && i+1 < len(body) {
			i++
		}
		b.WriteByte(body[i])
	}
	return b.String()
}

func serverColumns(types []*sql.ColumnType) []Column {
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i].Name = t.Name()
		switch strings.TrimPrefix(t.DatabaseTypeName(), "UNSIGNED ") {
		case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR", "DECIMAL", "FLOAT", "DOUBLE", "NULL":
			columns[i].Numeric = true
		}
	}
	return columns
}

func serverRows(ctx context.Context, rows *sql.Rows, types []*sql.ColumnType) Rows {
	return func(yield func([][]byte, error) bool) {
		values := make([]any, len(types))
		targets := make([]any, len(types))
		for i := range values {
			targets[i] = &values[i]
		}
		row := make([][]byte, len(types))
		for rows.Next() {
			if err := rows.Scan(targets...); err != nil {
				yield(nil, err)
				return
			}
			for i, v := range values {
				row[i] = serverText(v, types[i])
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, serverError(ctx, err))
		}
	}
}

// serverText is the text of a value. The driver hands out integers and floating
// point numbers in Go's types, so that a float gets MySQL's spelling here again
// (ZEROFILL's zeros are lost).
func serverText(value any, t *sql.ColumnType) []byte {
	switch v := value.(type) {
	case nil:
		return nil
	case []byte:
		return v
	case int64:
		return strconv.AppendInt(nil, v, 10)
	case uint64:
		return strconv.AppendUint(nil, v, 10)
	case float32:
		_, scale, _ := t.DecimalSize()
		return floatText(float64(v), 32, scale)
	case float64:
		_, scale, _ := t.DecimalSize()
		return floatText(v, 64, scale)
	}
	return fmt.Append(nil, value)
}

// floatText spells a number as MySQL's text protocol does: with the scale's
// digits, where it is not [math.MaxInt64] and the column has one.
func floatText(x float64, bits int, scale int64) []byte {
	if scale < math.MaxInt64 {
		return strconv.AppendFloat(nil, x, 'f', int(scale), bits)
	}
	return []byte(engine.FloatText(x, bits))
}

// serverError is the error as MySQL numbers it.
func serverError(ctx context.Context, err error) error {
	var refused *mysql.MySQLError
	switch {
	case errors.As(err, &refused):
		return &protocol.MyError{Code: refused.Number, State: string(refused.SQLState[:]), Message: refused.Message}
	case ctx.Err() != nil:
		return protocol.NewDefaultError(protocol.ER_QUERY_INTERRUPTED)
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return &protocol.MyError{Code: 2013, State: "HY000", Message: "Lost connection to MySQL server during query"}
	}
	return err
}
