package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
)

// Reset starts again.
var Reset = &Proc{
	Name: "reset",
	Description: "Brings the database interview back to its five tables with their built-in rows, whatever was done to " +
		"them: other tables, views, triggers and procedures in it are gone. It takes no longer with many rows than with " +
		"few. Like DDL it commits the open transaction, and cannot be rolled back.",
	Run: func(ctx context.Context, tx Tx, _ Args) error { return tx.Reset(ctx) },
	Examples: []tables.Example{{
		SQL:    "DELETE FROM Logins; CALL reset(); SELECT COUNT(*) AS logins FROM Logins",
		Result: "logins\n14\n",
	}},
}
