package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"syscall"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	vitess "github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	kinds "gopkg.in/src-d/go-errors.v1"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// kind says which of MySQL's errors a kind of go-mysql-server's is, and makes
// MySQL's words of the values in its message.
type kind struct {
	kind  *kinds.Kind
	code  uint16
	words func(s wording, values []string) string
}

// mysqlKinds are the kinds that users meet. Others are errors 1105.
var mysqlKinds = []kind{
	{sql.ErrTableNotFound, mysql.ER_NO_SUCH_TABLE, func(s wording, v []string) string {
		return fmt.Sprintf("Table '%s' doesn't exist", s.qualified(unhinted(v[0])))
	}},
	{sql.ErrUnknownTable, mysql.ER_BAD_TABLE_ERROR, func(s wording, v []string) string {
		return fmt.Sprintf("Unknown table '%s'", s.qualified(v[0]))
	}},
	{sql.ErrTableAlreadyExists, mysql.ER_TABLE_EXISTS_ERROR, func(s wording, v []string) string {
		if n, ok := s.tree.(*ast.DDL); ok && n.ViewSpec != nil { // which go-mysql-server names by its plan
			v[0] = n.ViewSpec.ViewName.Name.String()
		}
		return fmt.Sprintf("Table '%s' already exists", v[0])
	}},
	{sql.ErrExistingView, mysql.ER_TABLE_EXISTS_ERROR, func(_ wording, v []string) string {
		return fmt.Sprintf("Table '%s' already exists", v[1])
	}},
	{sql.ErrColumnNotFound, mysql.ER_BAD_FIELD_ERROR, func(s wording, v []string) string {
		return fmt.Sprintf("Unknown column '%s' in '%s'", v[0], s.clause(v[0]))
	}},
	{sql.ErrTableColumnNotFound, mysql.ER_BAD_FIELD_ERROR, func(s wording, v []string) string {
		column := v[0] + "." + v[1]
		return fmt.Sprintf("Unknown column '%s' in '%s'", column, s.clause(column))
	}},
	{sql.ErrMisusedAlias, mysql.ER_BAD_FIELD_ERROR, func(s wording, v []string) string {
		return fmt.Sprintf("Unknown column '%s' in '%s'", v[0], s.clause(v[0]))
	}},
	{sql.ErrUnknownColumn, mysql.ER_BAD_FIELD_ERROR, func(s wording, v []string) string {
		if insert, ok := s.tree.(*ast.Insert); ok && strings.EqualFold(v[1], insert.Table.Name.String()) {
			v[1] = "field list"
		}
		return fmt.Sprintf("Unknown column '%s' in '%s'", v[0], v[1])
	}},
	{sql.ErrAmbiguousColumnName, mysql.ER_NON_UNIQ_ERROR, func(s wording, v []string) string {
		return fmt.Sprintf("Column '%s' in %s is ambiguous", v[0], s.clause(v[0]))
	}},
	{sql.ErrAmbiguousColumnOrAliasName, mysql.ER_NON_UNIQ_ERROR, func(s wording, v []string) string {
		return fmt.Sprintf("Column '%s' in %s is ambiguous", v[0], s.clause(v[0]))
	}},
	{sql.ErrAmbiguousColumnInOrderBy, mysql.ER_NON_UNIQ_ERROR, func(_ wording, v []string) string {
		return fmt.Sprintf("Column '%s' in order clause is ambiguous", v[0])
	}},
	{sql.ErrDuplicateAliasOrTable, mysql.ER_NONUNIQ_TABLE, func(_ wording, v []string) string {
		return fmt.Sprintf("Not unique table/alias: '%s'", v[0])
	}},
	{sql.ErrPrimaryKeyViolation, mysql.ER_DUP_ENTRY, nil},
	{sql.ErrUniqueKeyViolation, mysql.ER_DUP_ENTRY, nil},
	{sql.ErrDuplicateEntry, mysql.ER_DUP_ENTRY, nil},
	{sql.ErrDatabaseNotFound, mysql.ER_BAD_DB_ERROR, func(_ wording, v []string) string {
		return fmt.Sprintf("Unknown database '%s'", unhinted(v[0]))
	}},
	{sql.ErrDatabaseExists, mysql.ER_DB_CREATE_EXISTS, func(_ wording, v []string) string {
		return fmt.Sprintf("Can't create database '%s'; database exists", v[0])
	}},
	{sql.ErrNoDatabaseSelected, mysql.ER_NO_DB_ERROR, func(wording, []string) string { return "No database selected" }},
	{sql.ErrSyntaxError, mysql.ER_PARSE_ERROR, nil},
	{sql.ErrUnsupportedSyntax, mysql.ER_NOT_SUPPORTED_YET, nil},
	{sql.ErrUnsupportedFeature, mysql.ER_NOT_SUPPORTED_YET, nil},
	{sql.ErrEventsNotSupported, mysql.ER_NOT_SUPPORTED_YET, func(wording, []string) string {
		return "This version of MySQL doesn't yet support 'CREATE EVENT'"
	}},
	{sql.ErrFunctionNotFound, mysql.ER_SP_DOES_NOT_EXIST, func(s wording, v []string) string {
		return fmt.Sprintf("FUNCTION %s does not exist", s.qualified(unhinted(v[0])))
	}},
	{sql.ErrTableFunctionNotFound, mysql.ER_SP_DOES_NOT_EXIST, func(s wording, v []string) string {
		return fmt.Sprintf("FUNCTION %s does not exist", s.qualified(v[0]))
	}},
	{sql.ErrStoredProcedureDoesNotExist, mysql.ER_SP_DOES_NOT_EXIST, func(s wording, v []string) string {
		return fmt.Sprintf("PROCEDURE %s does not exist", s.qualified(v[0]))
	}},
	{sql.ErrStoredProcedureAlreadyExists, mysql.ER_SP_ALREADY_EXISTS, func(_ wording, v []string) string {
		return fmt.Sprintf("PROCEDURE %s already exists", v[0])
	}},
	{sql.ErrCallIncorrectParameterCount, mysql.ER_SP_WRONG_NO_OF_ARGS, func(s wording, v []string) string {
		return fmt.Sprintf("Incorrect number of arguments for PROCEDURE %s; expected %s, got %s", s.qualified(v[0]), v[1], v[2])
	}},
	{sql.ErrInvalidArgumentNumber, mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, func(_ wording, v []string) string {
		return fmt.Sprintf("Incorrect parameter count in the call to native function '%s'", v[0])
	}},
	{sql.ErrUnknownSystemVariable, mysql.ER_UNKNOWN_SYSTEM_VARIABLE, nil},
	{sql.ErrInvalidSystemVariableValue, mysql.ER_WRONG_VALUE_FOR_VAR, nil},
	{sql.ErrSystemVariableReadOnly, mysql.ER_INCORRECT_GLOBAL_LOCAL_VAR, nil},
	{sql.ErrSystemVariableSessionOnly, mysql.ER_LOCAL_VARIABLE, nil},
	{sql.ErrSystemVariableGlobalOnly, mysql.ER_GLOBAL_VARIABLE, nil},
	{sql.ErrUnknownPreparedStatement, mysql.ER_UNKNOWN_STMT_HANDLER, nil},
	{sql.ErrInsertIntoNonNullableProvidedNull, mysql.ER_BAD_NULL_ERROR, func(_ wording, v []string) string {
		return fmt.Sprintf("Column '%s' cannot be null", v[0])
	}},
	{sql.ErrInsertIntoNonNullableDefaultNullColumn, mysql.ER_NO_DEFAULT_FOR_FIELD, nil},
	{sql.ErrColValCountMismatch, mysql.ER_WRONG_VALUE_COUNT_ON_ROW, nil},
	{sql.ErrInsertIntoMismatchValueCount, mysql.ER_WRONG_VALUE_COUNT_ON_ROW, func(wording, []string) string {
		return "Column count doesn't match value count at row 1"
	}},
	{sql.ErrColumnSpecifiedTwice, mysql.ER_FIELD_SPECIFIED_TWICE, func(_ wording, v []string) string {
		return fmt.Sprintf("Column '%s' specified twice", v[0])
	}},
	{sql.ErrDuplicateColumn, mysql.ER_DUP_FIELDNAME, func(_ wording, v []string) string {
		return fmt.Sprintf("Duplicate column name '%s'", v[0])
	}},
	{sql.ErrColumnExists, mysql.ER_DUP_FIELDNAME, func(_ wording, v []string) string {
		return fmt.Sprintf("Duplicate column name '%s'", v[0])
	}},
	{sql.ErrDuplicateKey, mysql.ER_DUP_KEYNAME, nil},
	{sql.ErrMultiplePrimaryKeysDefined, mysql.ER_MULTIPLE_PRI_KEY, func(wording, []string) string { return "Multiple primary key defined" }},
	{sql.ErrForeignKeyChildViolation, mysql.ER_NO_REFERENCED_ROW_2, func(s wording, v []string) string {
		return "Cannot add or update a child row: a foreign key constraint fails (" + s.foreignKey(v[1], v[0]) + ")"
	}},
	{sql.ErrForeignKeyParentViolation, mysql.ER_ROW_IS_REFERENCED_2, func(s wording, v []string) string {
		return "Cannot delete or update a parent row: a foreign key constraint fails (" + s.foreignKey(v[1], v[0]) + ")"
	}},
	{sql.ErrForeignKeyDropTable, erFKCannotDropParent, func(s wording, v []string) string {
		return fmt.Sprintf("Cannot drop table '%s' referenced by a foreign key constraint '%s' on table '%s'.", v[0], v[1], s.child(v[1]))
	}},
	{sql.ErrTruncateReferencedFromForeignKey, mysql.ER_TRUNCATE_ILLEGAL_FK, func(s wording, v []string) string {
		database := s.database
		if fk, ok := s.declared(v[2], v[1]); ok {
			database = fk.Database
		}
		return fmt.Sprintf("Cannot truncate a table referenced in a foreign key constraint (%s.%s, CONSTRAINT %s)", quoted(database), quoted(v[2]), quoted(v[1]))
	}},
	{sql.ErrCheckConstraintViolated, erCheckConstraintViolated, func(_ wording, v []string) string {
		return fmt.Sprintf("Check constraint '%s' is violated.", v[0])
	}},
	{sql.ErrUnknownConstraint, erConstraintNotFound, func(_ wording, v []string) string {
		return fmt.Sprintf("Constraint '%s' does not exist.", v[0])
	}},
	{sql.ErrCheckConstraintInvalidatedByColumnAlter, erDependentByCheckConstraint, func(_ wording, v []string) string {
		return fmt.Sprintf("Check constraint '%s' uses column '%s', hence column cannot be dropped or renamed.", v[1], v[0])
	}},
	{sql.ErrGeneratedColumnValue, erNonDefaultValueForGeneratedColumn, func(_ wording, v []string) string {
		return fmt.Sprintf("The value specified for generated column '%s' in table '%s' is not allowed.", v[0], v[1])
	}},
	{sql.ErrNonAggregatedColumnWithoutGroupBy, mysql.ER_MIX_OF_GROUP_FUNC_AND_FIELDS, nil},
	{sql.ErrExpectedSingleRow, mysql.ER_SUBQUERY_NO_1_ROW, func(wording, []string) string { return "Subquery returns more than 1 row" }},
	{sql.ErrMoreThanOneRow, mysql.ER_TOO_MANY_ROWS, nil},
	{sql.ErrInvalidOperandColumns, mysql.ER_OPERAND_COLUMNS, func(_ wording, v []string) string {
		return fmt.Sprintf("Operand should contain %s column(s)", v[0])
	}},
	{sql.ErrColumnNumberDoesNotMatch, mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT, nil},
	{sql.ErrColumnCountMismatch, mysql.ER_VIEW_WRONG_LIST, nil},
	{sql.ErrValueOutOfRange, mysql.ER_WARN_DATA_OUT_OF_RANGE, nil},
	{sql.ErrReadOnlyTransaction, mysql.ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, nil},
	{sql.ErrLockDeadlock, mysql.ER_LOCK_DEADLOCK, nil},
	{sql.ErrSecureFilePriv, mysql.ER_OPTION_PREVENTS_STATEMENT, nil},
	{sql.ErrCteRecursionLimitExceeded, erCTEMaxRecursionDepth, nil},
	{sql.ErrSavepointDoesNotExist, mysql.ER_SP_DOES_NOT_EXIST, nil},
	{sql.ErrTriggerDoesNotExist, mysql.ER_TRG_DOES_NOT_EXIST, func(wording, []string) string { return "Trigger does not exist" }},
	{sql.ErrEventDoesNotExist, mysql.ER_EVENT_DOES_NOT_EXIST, func(_ wording, v []string) string { return fmt.Sprintf("Unknown event '%s'", v[0]) }},
	{sql.ErrCreateTableNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrDropTableNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrRenameTableNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrTriggersNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrStoredProceduresNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrViewsNotSupported, erNoSystemSchemaAccess, noSystemSchema},
	{sql.ErrAlterTableNotSupported, mysql.ER_OPEN_AS_READONLY, func(_ wording, v []string) string { return readOnlyTable(v[0]) }},
	{plan.ErrInsertIntoNotSupported, mysql.ER_OPEN_AS_READONLY, func(s wording, _ []string) string { return readOnlyTable(s.target()) }},
	{plan.ErrReplaceIntoNotSupported, mysql.ER_OPEN_AS_READONLY, func(s wording, _ []string) string { return readOnlyTable(s.target()) }},
	{plan.ErrTruncateNotSupported, mysql.ER_OPEN_AS_READONLY, func(s wording, _ []string) string { return readOnlyTable(s.target()) }},
}

// noSystemSchema are the words of a change to mysql, performance_schema or information_schema.
func noSystemSchema(_ wording, v []string) string {
	return fmt.Sprintf("Access to system schema '%s' is rejected.", v[0])
}

func readOnlyTable(name string) string { return fmt.Sprintf("Table '%s' is read only", name) }

// Errors that MySQL 8 has and the list of go-mysql has not.
const (
	erWrite                             = 3 // EE_WRITE
	erNonDefaultValueForGeneratedColumn = 3105
	erDependentByGeneratedColumn        = 3108
	erDependentByCheckConstraint        = 3959
	erQueryTimeout                      = 3024
	erCTEMaxRecursionDepth              = 3636
	erFKCannotDropParent                = 3730
	erNoSystemSchemaAccess              = 3552
	erCheckConstraintViolated           = 3819
	erCheckConstraintNotFound           = 3821
	erConstraintNotFound                = 3940
)

// mysqlError makes MySQL's error of any.
func (s wording) mysqlError(err error) error {
	if err == nil {
		return nil
	}
	var (
		done    *mysql.MyError
		wrapped *vitess.SQLError
		unkept  *store.WriteError
	)
	switch {
	case errors.As(err, &done):
		return done
	case errors.Is(err, context.Canceled):
		return mysql.NewDefaultError(mysql.ER_QUERY_INTERRUPTED)
	case errors.Is(err, context.DeadlineExceeded):
		return mysql.NewError(erQueryTimeout, "Query execution was interrupted, maximum statement execution time exceeded")
	}
	err = sql.UnwrapError(err)
	switch {
	case errors.Is(err, store.ErrConflict):
		return mysql.NewDefaultError(mysql.ER_LOCK_DEADLOCK)
	case errors.Is(err, store.ErrChanged):
		return mysql.NewDefaultError(mysql.ER_TABLE_DEF_CHANGED)
	case errors.Is(err, store.ErrMemory):
		return mysql.NewError(mysql.ER_RECORD_FILE_FULL, "The table is full: the tables have reached the server's memory limit")
	case errors.Is(err, store.ErrReadOnly):
		return mysql.NewDefaultError(mysql.ER_OPTION_PREVENTS_STATEMENT, "--read-only")
	case errors.As(err, &unkept):
		return diskError(unkept)
	}
	if sql.ErrTableNotFound.Is(err) && s.drops() {
		err = sql.ErrUnknownTable.New(unhinted(valuesIn(sql.ErrTableNotFound.Message, err.Error())[0]))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, k := range mysqlKinds {
			if k.kind.Is(e) {
				return mysql.NewError(k.code, s.words(k, e))
			}
		}
	}
	if errors.As(err, &wrapped) {
		return &mysql.MyError{Code: uint16(wrapped.Num), State: wrapped.State, Message: wrapped.Message}
	}
	if cast := sql.CastSQLError(err); cast.Num != vitess.ERUnknownError {
		return mysql.NewError(uint16(cast.Num), err.Error())
	}
	return mysql.NewError(mysql.ER_UNKNOWN_ERROR, err.Error())
}

// diskError is MySQL's error of a write that the disk has not taken.
func diskError(err *store.WriteError) *mysql.MyError {
	var errno syscall.Errno
	var path *fs.PathError
	file := "the data directory"
	if errors.As(err, &path) {
		file = path.Path
	}
	_ = errors.As(err, &errno) // or it is 0
	switch {
	case errno == syscall.ENOSPC, errno == syscall.EDQUOT:
		return mysql.NewError(mysql.ER_DISK_FULL, fmt.Sprintf("Disk full (%s); waiting for someone to free some space... (errno: %d - %s)", file, int(errno), errno))
	case errno == syscall.EFBIG:
		return mysql.NewError(mysql.ER_RECORD_FILE_FULL, "The table is full: a file of the data directory has reached its limit")
	case errno == 0:
		return mysql.NewError(erWrite, fmt.Sprintf("Error writing file '%s' (%v)", file, err.Err))
	}
	return mysql.NewError(erWrite, fmt.Sprintf("Error writing file '%s' (OS errno %d - %s)", file, int(errno), errno))
}

// words are MySQL's words for an error of the kind.
func (s wording) words(k kind, err error) string {
	var duplicate sql.UniqueKeyError
	if cause(err, &duplicate) {
		values := strings.ReplaceAll(strings.Trim(duplicate.Error(), "[]"), ",", "-")
		return fmt.Sprintf("Duplicate entry '%s' for key '%s'", values, s.key)
	}
	if k.words != nil {
		if values := valuesIn(k.kind.Message, err.Error()); values != nil {
			return k.words(s, values)
		}
	}
	return err.Error()
}

// cause finds the UniqueKeyError that a go-errors error wraps.
func cause(err error, target *sql.UniqueKeyError) bool {
	for err != nil {
		if e, ok := err.(sql.UniqueKeyError); ok {
			*target = e
			return true
		}
		c, ok := err.(interface{ Cause() error })
		if !ok {
			return false
		}
		err = c.Cause()
	}
	return false
}

var verb = regexp.MustCompile(`%[sdvqT]`)

// valuesIn takes the values out of a message that was formatted by format; nil
// where it was not.
func valuesIn(format, message string) []string {
	pattern := verb.ReplaceAllStringFunc(regexp.QuoteMeta(format), func(v string) string {
		if v == "%q" {
			return `"(.*?)"`
		}
		return `(.*?)`
	})
	m := regexp.MustCompile(`(?s)^` + pattern + `$`).FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	return m[1:]
}

// unhinted cuts off the name that go-mysql-server guesses was meant.
func unhinted(name string) string {
	name, _, _ = strings.Cut(name, ", maybe you mean")
	return name
}
