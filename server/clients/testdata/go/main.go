// Command go talks to a server by go-sql-driver, sqlx and GORM. It is a module of its
// own, so that who installs verbatim installs none of them.
package main

import (
	"context"
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	driver "gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type testCase struct {
	Name, SQL, State, Only string
	Args                   []any
	Want                   [][]*string
	Error                  uint16
}

var failures int

func check(name string, got, want any) {
	if reflect.DeepEqual(got, want) {
		return
	}
	failures++
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	fmt.Printf("FAIL %s: got %s, want %s\n", name, a, b)
}

func must(err error) {
	if err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
}

func main() {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", os.Getenv("HOST")+":"+os.Getenv("PORT")
	config.User, config.Passwd, config.DBName = os.Getenv("USER"), os.Getenv("PASSWORD"), os.Getenv("DATABASE")
	config.MultiStatements = true
	if os.Getenv("TLS") == "1" {
		config.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	text, err := os.ReadFile(os.Getenv("CASES"))
	must(err)
	var cases []testCase
	must(json.Unmarshal(text, &cases))
	for _, protocol := range []string{"binary", "text", "compressed"} {
		config.InterpolateParams = protocol != "binary"
		must(config.Apply(mysql.EnableCompression(protocol == "compressed")))
		connector, err := mysql.NewConnector(config)
		must(err)
		db := sql.OpenDB(connector)
		for _, c := range cases {
			if c.Only == "" || c.Only == protocol {
				run(db, protocol, c)
			}
		}
		must(db.Close())
	}
	config.ParseTime = true
	connector, err := mysql.NewConnector(config)
	must(err)
	db := sql.OpenDB(connector)
	pool(db)
	withSQLX(sqlx.NewDb(db, "mysql"))
	withGORM(db)
	must(db.Close())
	fmt.Println(len(cases), "cases")
	if failures > 0 {
		os.Exit(1)
	}
}

func run(db *sql.DB, protocol string, c testCase) {
	name := protocol + ": " + c.Name
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		if args[i] = a; a != nil {
			if f, ok := a.(float64); ok {
				args[i] = int64(f)
			}
		}
	}
	got, err := query(db, c.SQL, args)
	var e *mysql.MySQLError
	switch {
	case errors.As(err, &e):
		check(name, fmt.Sprint(e.Number, " ", string(e.SQLState[:]), " ", e.Message), fmt.Sprint(c.Error, " ", c.State, " ", e.Message))
	case err != nil:
		check(name, err.Error(), "")
	default:
		check(name, len(got) == len(c.Want) && (len(got) == 0 || reflect.DeepEqual(got, c.Want)), true)
	}
}

func query(db *sql.DB, text string, args []any) ([][]*string, error) {
	rows, err := db.Query(text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]*string
	for rows.Next() {
		row := make([]sql.NullString, len(columns))
		pointers := make([]any, len(columns))
		for i := range row {
			pointers[i] = &row[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		texts := make([]*string, len(row))
		for i := range row {
			if row[i].Valid {
				texts[i] = &row[i].String
			}
		}
		all = append(all, texts)
	}
	return all, rows.Err()
}

// pool does what the cases do not.
func pool(db *sql.DB) {
	ctx := context.Background()
	rows, err := db.Query("CALL both_ways(1)")
	must(err)
	var sets []int
	for more := true; more; more = rows.NextResultSet() {
		columns, err := rows.Columns()
		must(err)
		sets = append(sets, len(columns))
		for rows.Next() {
		}
	}
	must(rows.Err())
	check("CALL", sets[:2], []int{1, 2})
	must(rows.Close())

	mysql.RegisterReaderHandler("notes", func() io.Reader { return strings.NewReader("x\ny\n") })
	done, err := db.Exec("LOAD DATA LOCAL INFILE 'Reader::notes' INTO TABLE notes (note)")
	must(err)
	n, _ := done.RowsAffected()
	check("LOAD DATA LOCAL", n, int64(2))
	path := filepath.Join(os.Getenv("SCRATCH"), "go.txt")
	must(os.WriteFile(path, []byte("z\n"), 0o600))

	limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	_, err = db.ExecContext(limited, "SELECT SLEEP(20)")
	check("cancelled", errors.Is(err, context.DeadlineExceeded), true)
	for busy := 1; busy > 0; { // the client's end ends the statement
		must(db.QueryRow("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(20)'").Scan(&busy))
	}
	tx, err := db.BeginTx(ctx, nil)
	must(err)
	_, err = tx.Exec("DELETE FROM notes")
	must(err)
	must(tx.Rollback())
	must(db.QueryRow("SELECT COUNT(*) FROM notes").Scan(&n))
	check("rollback", n, int64(2))

	big := strings.Repeat("x", 40<<20)
	must(db.QueryRow("SELECT LENGTH(?)", big).Scan(&n))
	check("a statement of 40 MB", n, int64(len(big)))
	_, err = db.Exec("DO LENGTH('" + big + big[:25<<20] + "')")
	check("a statement of 65 MB", err != nil, true)
	must(db.Ping())

	types, err := db.Query("SELECT ub, dc, vc, d6 FROM kinds")
	must(err)
	columns, err := types.ColumnTypes()
	must(err)
	var names []string
	for _, c := range columns {
		names = append(names, c.DatabaseTypeName())
	}
	must(types.Close())
	check("types", names, []string{"UNSIGNED BIGINT", "DECIMAL", "VARCHAR", "DATETIME"})
}

func withSQLX(db *sqlx.DB) {
	type note struct {
		ID   int            `db:"id"`
		Note sql.NullString `db:"note"`
	}
	_, err := db.NamedExec("INSERT INTO notes (note) VALUES (:note)", []map[string]any{{"note": "a"}, {"note": nil}})
	must(err)
	var notes []note
	must(db.Select(&notes, "SELECT id, note FROM notes WHERE note = ? OR note IS NULL ORDER BY id", "a"))
	check("sqlx", []bool{notes[0].Note.Valid, notes[1].Note.Valid}, []bool{true, false})
	query, args, err := sqlx.In("SELECT COUNT(*) FROM notes WHERE note IN (?)", []string{"a", "x"})
	must(err)
	var n int
	must(db.Get(&n, query, args...))
	check("sqlx.In", n, 2)
}

// Owner and Pet are GORM's.
type Owner struct {
	gorm.Model
	Name  string  `gorm:"size:100;uniqueIndex;not null"`
	Score float64 `gorm:"type:decimal(10,2);default:1.5"`
	Pets  []Pet
}

type Pet struct {
	ID      uint
	OwnerID uint
	Name    string `gorm:"index"`
}

func withGORM(pool *sql.DB) {
	db, err := gorm.Open(driver.New(driver.Config{Conn: pool}), &gorm.Config{Logger: logger.Discard, TranslateError: true})
	must(err)
	must(db.AutoMigrate(&Owner{}, &Pet{}))
	must(db.AutoMigrate(&Owner{}, &Pet{})) // finds nothing to change
	must(db.Create(&Owner{Name: "Ann", Pets: []Pet{{Name: "Rex"}, {Name: "Tom"}}}).Error)
	check("duplicate", errors.Is(db.Create(&Owner{Name: "Ann"}).Error, gorm.ErrDuplicatedKey), true)
	var owner Owner
	must(db.Preload("Pets", func(db *gorm.DB) *gorm.DB { return db.Order("name") }).First(&owner, "name = ?", "Ann").Error)
	check("preloaded", []any{owner.Score, len(owner.Pets), owner.Pets[0].Name}, []any{1.5, 2, "Rex"})
	must(db.Model(&owner).Update("score", 2.25).Error)
	must(db.Delete(&owner).Error)
	var n int64
	must(db.Model(&Owner{}).Count(&n).Error)
	check("soft deleted", n, int64(0))
	err = db.Transaction(func(tx *gorm.DB) error {
		must(tx.Where("1 = 1").Delete(&Pet{}).Error)
		return errors.New("no")
	})
	check("rolled back", err != nil, true)
	must(db.Model(&Pet{}).Count(&n).Error)
	check("left", n, int64(2))
	check("columns", db.Migrator().HasColumn(&Owner{}, "deleted_at"), true)
	must(db.Migrator().DropTable(&Pet{}, &Owner{}))
}
