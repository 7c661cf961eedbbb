package bridge

import (
	"fmt"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Definition is the definition that CREATE TABLE … SELECT gives a column of a
// query: its type, collation and nullability.
func Definition(c *plan.Column) string {
	text := columnType(&c.T)
	if (c.T.IsText() || c.T.Kind == types.String) && c.T.Collation != types.Binary {
		text += " CHARACTER SET " + c.T.Collation.Charset() + " COLLATE " + c.T.Collation.Name()
	}
	if !c.T.Nullable {
		text += " NOT NULL"
	}
	return text
}

// columnType is a type in the words of CREATE TABLE.
func columnType(t *types.Type) string {
	unsigned := ""
	switch {
	case t.Zerofill > 0 && t.Kind == types.Uint:
		unsigned = fmt.Sprintf("(%d) UNSIGNED ZEROFILL", t.Zerofill)
	case t.Zerofill > 0:
		unsigned = " UNSIGNED ZEROFILL"
	case t.Kind == types.Uint || t.Unsigned:
		unsigned = " UNSIGNED"
	}
	switch t.Kind {
	case types.Null:
		return "BINARY(0)"
	case types.Int, types.Uint:
		switch t.Protocol {
		case types.ProtocolTiny:
			if t.Length == 1 && t.Kind == types.Int { // the width that is kept, for BOOLEAN's sake
				return "TINYINT(1)"
			}
			return "TINYINT" + unsigned
		case types.ProtocolShort:
			return "SMALLINT" + unsigned
		case types.ProtocolInt24:
			return "MEDIUMINT" + unsigned
		case types.ProtocolLong:
			return "INT" + unsigned
		case types.ProtocolYear:
			return "YEAR"
		}
		// An expression of few digits is an INT (Item::create_tmp_field).
		if t.Length < 11 {
			return "INT" + unsigned
		}
		return "BIGINT" + unsigned
	case types.Float:
		name := "DOUBLE"
		if t.Protocol == types.ProtocolFloat {
			name = "FLOAT"
		}
		if t.Scale < types.NotFixed {
			name += fmt.Sprintf("(%d,%d)", max(t.Length, t.Scale+1), t.Scale)
		}
		return name + unsigned
	case types.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Length, t.Scale) + unsigned
	case types.Date:
		return "DATE"
	case types.DateTime:
		if t.IsTimestamp() {
			return fmt.Sprintf("TIMESTAMP(%d)", t.Scale)
		}
		return fmt.Sprintf("DATETIME(%d)", t.Scale)
	case types.Time:
		return fmt.Sprintf("TIME(%d)", t.Scale)
	case types.JSON:
		return "JSON"
	case types.Bit:
		return fmt.Sprintf("BIT(%d)", max(t.Length, 1))
	case types.Enum:
		return "ENUM(" + members(t) + ")"
	case types.Set:
		return "SET(" + members(t) + ")"
	}
	if t.Collation == types.Binary {
		switch {
		case t.Protocol == types.ProtocolBlob:
			return blob(t.Length, "BLOB")
		case t.Protocol == types.ProtocolString:
			return fmt.Sprintf("BINARY(%d)", t.Length)
		}
		return fmt.Sprintf("VARBINARY(%d)", t.Length)
	}
	switch {
	case t.Protocol == types.ProtocolBlob:
		return blob(t.Length*t.Collation.MaxBytes(), "TEXT")
	case t.Protocol == types.ProtocolString:
		return fmt.Sprintf("CHAR(%d)", t.Length)
	}
	return fmt.Sprintf("VARCHAR(%d)", t.Length)
}

// blob is the smallest type of texts or bytes that takes so many bytes.
func blob(bytes int, word string) string {
	switch {
	case bytes <= 65535:
		return word
	case bytes <= 1<<24-1:
		return "MEDIUM" + word
	}
	return "LONG" + word
}

func members(t *types.Type) string {
	quoted := make([]string, len(t.Members))
	for i, m := range t.Members {
		quoted[i] = "'" + strings.ReplaceAll(m, "'", "''") + "'"
	}
	return strings.Join(quoted, ",")
}
