package script

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"github.com/verbatim-sql/verbatim/engine"
)

// InProcess opens a session of the engine. LOAD DATA LOCAL reads files of this
// process, relative names from its working directory.
func InProcess(e *engine.Engine) Target {
	return &inProcess{session: e.NewSession(engine.Client{
		User:    "root",
		Address: "localhost",
		LoadInfile: func(name string) (io.ReadCloser, error) {
			return os.Open(name)
		},
	})}
}

// inProcess is a [Target] in this process.
type inProcess struct {
	session *engine.Session
}

func (p *inProcess) Close() error {
	p.session.Close()
	return nil
}

func (p *inProcess) Execute(ctx context.Context, text string, each func(*Result) error) (err error) {
	answer, err := p.session.Query(ctx, text)
	if err != nil {
		return err
	}
	// Closing commits: where that fails the statement has failed, and a count
	// of rows must not have been told.
	if answer.Fields == nil {
		if err := answer.Close(); err != nil {
			return err
		}
		return each(&Result{Affected: answer.AffectedRows, Info: answer.Info, Warnings: p.session.Warnings})
	}
	for ; answer != nil && answer.Fields != nil; answer = answer.Following {
		err = each(&Result{Columns: columns(answer.Fields), Rows: rowsOf(answer), Warnings: p.session.Warnings})
		if closeErr := answer.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func columns(fields []*querypb.Field) []Column {
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = Column{Name: f.Name, Numeric: numeric(f.Type)}
	}
	return columns
}

func numeric(t querypb.Type) bool {
	return sqltypes.IsIntegral(t) || sqltypes.IsFloat(t) || t == sqltypes.Decimal || t == sqltypes.Null
}

func rowsOf(answer *engine.Result) Rows {
	return func(yield func([][]byte, error) bool) {
		row := make([][]byte, len(answer.Fields))
		for {
			values, err := answer.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, v := range values {
				switch {
				case v.IsNull():
					row[i] = nil
				case v.Len() == 0:
					row[i] = []byte{} // not NULL, whatever the slice below it is
				default:
					row[i] = v.Raw()
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
