package bind

import "github.com/go-mysql-org/go-mysql/mysql"

// FilesClosed is MySQL's error 1290 for what would read or write the server's
// files: INTO OUTFILE and DUMPFILE, LOAD DATA without LOCAL, LOAD_FILE. A client
// gets at no file; go-mysql-server's own secure_file_priv is empty, which lets
// it at all.
func FilesClosed() error {
	return mysql.NewDefaultError(mysql.ER_OPTION_PREVENTS_STATEMENT, "--secure-file-priv")
}
