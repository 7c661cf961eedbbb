package engine

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/memo"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/go-mysql-server/sql/variables"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/system"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Version is the server's version, in the handshake as in @@version: the MySQL
// release whose behaviour is aimed at, and our name.
const Version = "8.0.36-verbatim"

// FunctionsVariable is the session variable that chooses how table functions
// are executed: 'auto', 'sql' or 'native', as [bind.Mode] says.
const FunctionsVariable = "verbatim_functions"

// Options are an engine's settings. The zero value is an engine of its own.
type Options struct {
	Logger *slog.Logger // nil: slog.Default()
	Shared bool         // other engines live in this process: SET GLOBAL is refused

	// MemoryLimit is how many bytes the tables may take; 0: any number. A
	// statement that would pass it ends in MySQL's error 1114.
	MemoryLimit int64

	// StatementMemory is how many bytes a statement may hold while it is executed, and StatementsMemory all together;
	// 0: what [memory.Defaults] says. Beyond that it puts rows to files in TempDir ("": the system's directory) or
	// ends in MySQL's error 3170. Sessions have the first as their connection_memory_limit.
	StatementMemory  int64
	StatementsMemory int64
	TempDir          string

	// ReadOnly refuses every change, with MySQL's error 1290.
	ReadOnly bool

	// SQLMode is the sql_mode that sessions begin with; nil: MySQL 8's.
	SQLMode *string
}

// Engine holds databases and the sessions on them.
type Engine struct {
	logger    *slog.Logger
	analyzer  *analyzer.Analyzer
	locks     *sql.LockSubsystem
	storage   *storage.Provider
	memory    *sql.MemoryManager
	processes processes
	parser    *parser
	sqlMode   *string // what sessions begin with; nil: the global value
	limits    limits
	turn      chan struct{} // full while a session has the turn: see takeTurn
	lastID    atomic.Uint32
	fallbacks atomic.Uint64
	prepared  atomic.Int64 // statements

	mu       sync.Mutex
	sessions map[uint32]*Session
}

// maxAllowedPacket is MySQL's default of the variable of that name.
const maxAllowedPacket = 64 << 20

// globals prepares go-mysql-server's variables, which are the process's.
var globals = sync.OnceFunc(func() {
	sql.GlobalParser = definitionParser{sql.GlobalParser}
	sql.GlobalSchemaFormatter = schemaFormatter{sql.GlobalSchemaFormatter}
	variables.InitStatusVariables()
	sql.StatusVariables = newStatusRegistry(sql.StatusVariables)
	sql.SystemVariables.AddSystemVariables(storage.Variables())
	sql.SystemVariables.AddSystemVariables(system.Variables())
	fixed := func(name, value string) sql.SystemVariable {
		return &sql.MysqlSystemVariable{
			Name: name, Type: types.NewSystemStringType(name), Default: value,
			Scope: sql.GetMysqlScope(sql.SystemVariableScope_Global),
		}
	}
	sql.SystemVariables.AddSystemVariables([]sql.SystemVariable{
		fixed("version", Version),
		fixed("version_comment", "Verbatim"),
		fixed("secure_file_priv", "NULL"),
		fixed("version_compile_machine", "x86_64"),
		fixed("version_compile_os", "Linux"),
		fixed("version_compile_zlib", "1.2.13"),
		limitVariable(memory.ConnectionVariable, leastConnectionMemory, sql.SystemVariableScope_Both),
		limitVariable(memory.GlobalVariable, leastGlobalMemory, sql.SystemVariableScope_Global),
		&sql.MysqlSystemVariable{ // names of tables keep their letter case, and are found in any
			Name: "lower_case_table_names", Type: types.NewSystemIntType("lower_case_table_names", 0, 2, false), Default: int64(2),
			Scope: sql.GetMysqlScope(sql.SystemVariableScope_Global),
		},
		&sql.MysqlSystemVariable{
			Name: "max_allowed_packet", Type: types.NewSystemUintType("max_allowed_packet", 1024, 1<<30), Default: int64(maxAllowedPacket),
			Dynamic: true, Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		},
		&sql.MysqlSystemVariable{
			Name: selectLimitVariable, Type: types.NewSystemUintType(selectLimitVariable, 0, math.MaxUint64), Default: uint64(math.MaxUint64),
			Dynamic: true, SetVarHintApplies: true, Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		},
		&sql.MysqlSystemVariable{ // 0: what the clock has
			Name: bridge.TimestampVariable, Type: types.NewSystemDoubleType(bridge.TimestampVariable, 0, mostTimestamp), Default: float64(0),
			Dynamic: true, SetVarHintApplies: true, Scope: sql.GetMysqlScope(sql.SystemVariableScope_Session),
		},
		&sql.MysqlSystemVariable{
			Name: "local_infile", Type: types.NewSystemBoolType("local_infile"), Default: int8(1), Dynamic: true,
			Scope: sql.GetMysqlScope(sql.SystemVariableScope_Global),
		},
		&sql.MysqlSystemVariable{
			Name: FunctionsVariable, Default: string(bind.Auto), Dynamic: true,
			Type:  types.NewSystemEnumType(FunctionsVariable, string(bind.Auto), string(bind.SQL), string(bind.Native)),
			Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		},
		&sql.MysqlSystemVariable{
			Name: ExecutionVariable, Default: executionAuto, Dynamic: true,
			Type:  types.NewSystemEnumType(ExecutionVariable, executionAuto, executionVector, executionRow),
			Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		},
	})
})

// builtIn is a store with the database of the interview and its built-in rows.
// It is made once in a process; an engine begins with a fork of it.
var builtIn = sync.OnceValues(func() (*store.Store, error) {
	s := store.New(store.Options{})
	e := newEngine(Options{}, s)
	if err := (databases{Provider: e.storage}).CreateDatabase(sql.NewContext(context.Background()), tables.Database); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	if err := e.fill(); err != nil {
		return nil, err
	}
	return s, e.Close()
})

// New makes an engine with the database of the interview and its built-in rows.
// An SQLMode that is none is MySQL's error 1231.
func New(o Options) (*Engine, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	s, err := builtIn()
	if err != nil {
		return nil, err
	}
	return newEngine(o, s.Fork(o.store())), nil
}

// settle puts the SQLMode in its full form.
func (o *Options) settle() error {
	if o.SQLMode == nil {
		return nil
	}
	mode, err := storage.SQLMode(*o.SQLMode)
	o.SQLMode = &mode
	return err
}

func (o *Options) store() store.Options {
	return store.Options{MemoryLimit: o.MemoryLimit, ReadOnly: o.ReadOnly}
}

// Fork makes an engine whose databases are what this one's are now, in a time
// that does not depend on their size. Neither sees what the other does then.
func (e *Engine) Fork(o Options) *Engine {
	return newEngine(o, e.storage.Store().Fork(o.store()))
}

func newEngine(o Options, s *store.Store) *Engine {
	globals()
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	e := &Engine{
		logger:   o.Logger,
		locks:    sql.NewLockSubsystem(),
		memory:   sql.NewMemoryManager(sql.ProcessMemory),
		parser:   &parser{shared: o.Shared},
		turn:     make(chan struct{}, 1),
		sessions: make(map[uint32]*Session),
	}
	e.limits = newLimits(o)
	e.processes = processes{engine: e}
	if e.sqlMode = o.SQLMode; o.SQLMode != nil && !o.Shared {
		// The process is ours: SET GLOBAL may change it again.
		if err := sql.SystemVariables.SetGlobal(sql.NewEmptyContext(), "sql_mode", *o.SQLMode); err == nil {
			e.sqlMode = nil
		}
	}
	databases := databases{
		Provider: storage.NewProvider(s),
		kernels:  bridge.TableFunctions(),
	}
	e.storage = databases.Provider
	e.analyzer = analyzer.NewBuilder(databases).Build()
	e.analyzer.Coster = coster{memo.NewDefaultCoster()}
	e.analyzer.Runner = runner{e}
	// There are no accounts, which the default handler looks for in every statement.
	e.analyzer.Catalog.AuthHandler = sql.NoopAuthorizationHandlerFactory{}.CreateHandler(e.analyzer.Catalog)
	e.parser.catalog = e.analyzer.Catalog
	e.analyzer.Catalog.InfoSchema = bridge.InformationSchema(e.analyzer.Catalog.InfoSchema)
	ctx := sql.NewContext(context.Background())
	e.analyzer.Catalog.RegisterFunction(ctx, function.GetLockingFuncs(e.locks)...)
	e.analyzer.Catalog.RegisterFunction(ctx, bridge.ArgumentFunction, bridge.ResultFunction, sql.Function0{
		Name: "version",
		Fn:   func() sql.Expression { return expression.NewLiteral(Version, types.LongText) },
	})
	return e
}

// fill makes the interview's tables and writes their built-in rows.
func (e *Engine) fill() error {
	s := e.NewSession(Client{})
	defer s.Close()
	for _, t := range tables.All {
		insert, err := t.Insert()
		if err != nil {
			return fmt.Errorf("engine: %w", err)
		}
		for _, statement := range []string{t.DDL(), insert} {
			if err := s.exec(context.Background(), statement); err != nil {
				return fmt.Errorf("engine: table %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

// Close ends the sessions that are left, and what the store does beside them.
func (e *Engine) Close() error {
	e.mu.Lock()
	sessions := make([]*Session, 0, len(e.sessions))
	for _, s := range e.sessions {
		sessions = append(sessions, s)
	}
	e.mu.Unlock()
	for _, s := range sessions {
		s.Close()
	}
	e.storage.Store().Close()
	return nil
}

// NextID is the next free connection id.
func (e *Engine) NextID() uint32 { return e.lastID.Add(1) }

// databases provides go-mysql-server with the store's databases and our native
// kernels, and takes LOAD_FILE from it.
type databases struct {
	*storage.Provider
	kernels []sql.TableFunction
}

var (
	_ sql.FunctionProvider      = databases{}
	_ sql.TableFunctionProvider = databases{}
)

// Database implements sql.DatabaseProvider.
func (d databases) Database(ctx *sql.Context, name string) (sql.Database, error) {
	if db, ok := system.Find(name); ok {
		return db, nil
	}
	return d.Provider.Database(ctx, name)
}

// HasDatabase implements sql.DatabaseProvider.
func (d databases) HasDatabase(ctx *sql.Context, name string) bool {
	_, ok := system.Find(name)
	return ok || d.Provider.HasDatabase(ctx, name)
}

// AllDatabases implements sql.DatabaseProvider.
func (d databases) AllDatabases(ctx *sql.Context) []sql.Database {
	return append(d.Provider.AllDatabases(ctx), system.Databases()...)
}

// CreateCollatedDatabase implements sql.CollatedDatabaseProvider.
func (d databases) CreateCollatedDatabase(ctx *sql.Context, name string, collation sql.CollationID) error {
	if _, ok := system.Find(name); ok {
		return sql.ErrDatabaseExists.New(name)
	}
	return d.Provider.CreateCollatedDatabase(ctx, name, collation)
}

// DropDatabase implements sql.MutableDatabaseProvider.
func (d databases) DropDatabase(ctx *sql.Context, name string) error {
	if db, ok := system.Find(name); ok {
		return mysql.NewError(erNoSystemSchemaAccess, fmt.Sprintf("Access to system schema '%s' is rejected.", db.Name()))
	}
	return d.Provider.DropDatabase(ctx, name)
}

// TableFunction implements sql.TableFunctionProvider.
func (d databases) TableFunction(_ *sql.Context, name string) (sql.TableFunction, bool) {
	if name == bind.SourceFunction {
		return new(sourceFunction), true
	}
	for _, k := range d.kernels {
		if k.Name() == name {
			return k, true
		}
	}
	return nil, false
}

// WithTableFunctions implements sql.TableFunctionProvider.
func (d databases) WithTableFunctions(kernels ...sql.TableFunction) (sql.TableFunctionProvider, error) {
	d.kernels = kernels
	return d, nil
}

// Function implements sql.FunctionProvider.
func (databases) Function(ctx *sql.Context, name string) (sql.Function, bool) {
	if !strings.EqualFold(name, "load_file") {
		return storedFunctionOf(ctx, name)
	}
	return sql.FunctionN{Name: name, Fn: func(...sql.Expression) (sql.Expression, error) {
		return nil, bind.FilesClosed()
	}}, true
}
