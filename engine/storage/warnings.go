package storage

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
)

// warnings are what the session's last statement warned of, in the order in which it
// did. Like MySQL's diagnostics area it keeps max_error_count of them and counts all.
type warnings struct {
	kept   []*sql.Warning
	counts counts
	last   counts // of the statement before
	locked bool
	shown  bool // they are being shown, and not of this statement
}

// counts are how many warnings a statement gave, errors among them, and how many errors.
type counts struct{ warnings, errors int }

// maxErrorCount is how many warnings are kept: the default of max_error_count.
const maxErrorCount = 1024

// duplicateIndex is the code of MySQL's warning of an index that is there already.
const duplicateIndex = 1831

// Warn implements sql.Session. Go-mysql-server takes any index of as many columns as another for a duplicate.
func (s *Session) Warn(w *sql.Warning) {
	if w.Code == duplicateIndex && !s.duplicates {
		return
	}
	if s.warnings.counts.warnings++; len(s.warnings.kept) < maxErrorCount {
		s.warnings.kept = append(s.warnings.kept, w)
	}
}

// Fail adds the error that ended the statement, which is kept in any case.
func (s *Session) Fail(code int, text string) {
	if len(s.warnings.kept) == maxErrorCount {
		s.warnings.kept = s.warnings.kept[:maxErrorCount-1]
	}
	s.Warn(&sql.Warning{Level: "Error", Code: code, Message: text})
	s.warnings.counts.errors++
}

// Warnings implements sql.Session: the first that was given is the first, while
// [sql.BaseSession] has the last one first.
func (s *Session) Warnings() []*sql.Warning { return append([]*sql.Warning(nil), s.warnings.kept...) }

// LockWarnings implements sql.Session.
func (s *Session) LockWarnings() { s.warnings.locked = true }

// UnlockWarnings implements sql.Session.
func (s *Session) UnlockWarnings() { s.warnings.locked = false }

// ClearWarnings implements sql.Session.
func (s *Session) ClearWarnings() {
	if !s.warnings.locked {
		s.warnings = warnings{last: s.warnings.counts}
	}
}

// ClearWarningCount implements sql.Session: the statement shows the warnings of the one
// before, and has none of its own.
func (s *Session) ClearWarningCount() { s.warnings.shown = true }

// WarningCount implements sql.Session: as the protocol has it, at most 65535.
func (s *Session) WarningCount() uint16 {
	if s.warnings.shown {
		return 0
	}
	return uint16(min(s.warnings.counts.warnings, math.MaxUint16))
}

// Counts are how many warnings, errors among them, and how many errors the last statement
// gave; before: the one before it, while one runs that has cleared them.
func (s *Session) Counts(before bool) (warnings, errors int) {
	c := s.warnings.counts
	if before {
		c = s.warnings.last
	}
	return c.warnings, c.errors
}
