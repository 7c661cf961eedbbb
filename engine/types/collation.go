package types

import "github.com/dolthub/go-mysql-server/sql"

// Collation is a collation's number, as in MySQL's protocol.
type Collation uint16

// Collations that have a meaning of their own here.
const (
	Binary           = Collation(sql.Collation_binary)
	DefaultCollation = Collation(sql.Collation_utf8mb4_0900_ai_ci)
	JSONCollation    = Collation(sql.Collation_utf8mb4_bin)
)

// Name is e.g. utf8mb4_0900_ai_ci.
func (c Collation) Name() string { return sql.CollationID(c).Name() }

// MaxBytes is how many bytes a character takes at most.
func (c Collation) MaxBytes() int { return int(sql.CollationID(c).CharacterSet().MaxLength()) }
