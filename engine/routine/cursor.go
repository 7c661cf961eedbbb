package routine

import (
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// cursor is a declared cursor. Its rows are those of the moment when it is
// opened.
type cursor struct {
	query *parse.Tree
	rows  *Rows // nil: not open
	at    int
}

func (s *scope) cursor(name string) (*cursor, error) {
	for at := s; at != nil; at = at.outer {
		if c, ok := at.cursors[lower(name)]; ok {
			return c, nil
		}
	}
	return nil, mysql.NewDefaultError(mysql.ER_SP_CURSOR_MISMATCH, name)
}

func (r *run) open(in *parse.Open, s *scope) error {
	c, err := s.cursor(in.Cursor)
	if err != nil {
		return err
	}
	if c.rows != nil {
		return mysql.NewDefaultError(mysql.ER_SP_CURSOR_ALREADY_OPEN)
	}
	c.at = 0
	c.rows, err = r.p.host.Query(r.c, r.site(s), c.query, -1)
	return err
}

func (r *run) fetch(in *parse.Fetch, s *scope) error {
	c, err := s.cursor(in.Cursor)
	switch {
	case err != nil:
		return err
	case c.rows == nil:
		return mysql.NewDefaultError(mysql.ER_SP_CURSOR_NOT_OPEN)
	case len(c.rows.Types) != len(in.Into):
		return mysql.NewDefaultError(mysql.ER_SP_WRONG_NO_OF_FETCH_ARGS)
	case c.at == len(c.rows.Rows):
		return noData().err()
	}
	row := c.rows.Rows[c.at]
	c.at++
	for i, name := range in.Into {
		v, ok := s.variable(name)
		if !ok {
			return mysql.NewDefaultError(mysql.ER_SP_UNDECLARED_VAR, name)
		}
		if err := v.assign(r.c, row[i], &c.rows.Types[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) closeCursor(in *parse.Close, s *scope) error {
	c, err := s.cursor(in.Cursor)
	if err != nil {
		return err
	}
	if c.rows == nil {
		return mysql.NewDefaultError(mysql.ER_SP_CURSOR_NOT_OPEN)
	}
	c.rows = nil
	return nil
}
