package parse

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser"
)

// reservedWords are MySQL 8.0's reserved words (manual 9.3).
const reservedWords = `ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB
BOTH BY CALL CASCADE CASE CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE
CROSS CUBE CUME_DIST CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DAY_HOUR
DAY_MICROSECOND DAY_MINUTE DAY_SECOND DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DENSE_RANK DESC DESCRIBE
DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE DROP DUAL EACH ELSE ELSEIF EMPTY ENCLOSED ESCAPED EXCEPT EXISTS EXIT
EXPLAIN FALSE FETCH FIRST_VALUE FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT FUNCTION GENERATED GET GRANT
GROUP GROUPING GROUPS HAVING HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IN INDEX INFILE INNER
INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO IO_AFTER_GTIDS
IO_BEFORE_GTIDS IS ITERATE JOIN JSON_TABLE KEY KEYS KILL LAG LAST_VALUE LATERAL LEAD LEADING LEAVE LEFT LIKE LIMIT
LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY MASTER_BIND
MASTER_SSL_VERIFY_SERVER_CERT MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND
MINUTE_SECOND MOD MODIFIES NATURAL NOT NO_WRITE_TO_BINLOG NTH_VALUE NTILE NULL NUMERIC OF ON OPTIMIZE
OPTIMIZER_COSTS OPTION OPTIONALLY OR ORDER OUT OUTER OUTFILE OVER PARTITION PERCENT_RANK PRECISION PRIMARY
PROCEDURE PURGE RANGE RANK READ READS READ_WRITE REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE
REQUIRE RESIGNAL RESTRICT RETURN REVOKE RIGHT RLIKE ROW ROWS ROW_NUMBER SCHEMA SCHEMAS SECOND_MICROSECOND SELECT
SENSITIVE SEPARATOR SET SHOW SIGNAL SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING SQL_BIG_RESULT
SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STORED STRAIGHT_JOIN SYSTEM TABLE TERMINATED THEN TINYBLOB
TINYINT TINYTEXT TO TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING UTC_DATE
UTC_TIME UTC_TIMESTAMP VALUES VARBINARY VARCHAR VARCHARACTER VARYING VIRTUAL WHEN WHERE WHILE WINDOW WITH WRITE
XOR YEAR_MONTH ZEROFILL`

// wordTraits is what the edge of TiDB's grammar must know of a word.
type wordTraits uint16

const (
	reserved     wordTraits = 1 << iota // in MySQL 8
	onlyTiDB                            // reserved there, a name to MySQL
	onlyMySQL                           // reserved in MySQL, a name there, and never part of a query
	endsFrom                            // begins a clause behind FROM, or another query
	startsQuery                         // begins a query
	ruled                               // has a rule of its own in rewrite
	hiddenByRule                        // reserved in MySQL only, but part of queries: rewrite knows where
	tight                               // a built-in function only where the parenthesis follows at once
	counted                             // a function in arities
)

// tightFunctions are the functions that MySQL's grammar knows by name (manual 9.2.5): with
// white space before the parenthesis they are stored functions' names.
const tightFunctions = `ADDDATE BIT_AND BIT_OR BIT_XOR CAST COUNT CURDATE CURTIME DATE_ADD DATE_SUB EXTRACT GROUP_CONCAT
JSON_ARRAYAGG JSON_OBJECTAGG MAX MID MIN NOW POSITION SESSION_USER STD STDDEV STDDEV_POP STDDEV_SAMP SUBDATE SUBSTR SUBSTRING
SUM SYSDATE SYSTEM_USER TRIM VARIANCE VAR_POP VAR_SAMP`

var (
	words = map[string]wordTraits{}
	// longestWord bounds what is looked up.
	longestWord int
)

func init() {
	set := func(list string, t wordTraits) {
		for w := range strings.FieldsSeq(list) {
			words[w] |= t
			longestWord = max(longestWord, len(w))
		}
	}
	set(reservedWords, reserved)
	inTiDB := map[string]bool{}
	for _, k := range parser.Keywords {
		if inTiDB[k.Word] = k.Reserved; k.Reserved && words[k.Word]&reserved == 0 {
			set(k.Word, onlyTiDB)
		}
	}
	set("GROUPING SEPARATOR EMPTY SCHEMA JSON_TABLE", hiddenByRule)
	for w := range strings.FieldsSeq(reservedWords) {
		switch w {
		case "DEC", "FLOAT4", "FLOAT8", "INT1", "INT2", "INT3", "INT4", "INT8": // stand in CAST
		default:
			if !inTiDB[w] && words[w]&hiddenByRule == 0 {
				words[w] |= onlyMySQL
			}
		}
	}
	set("WHERE GROUP HAVING ORDER LIMIT WINDOW UNION EXCEPT INTERSECT FOR LOCK INTO SET", endsFrom)
	set("SELECT WITH VALUES TABLE", startsQuery)
	set(tightFunctions, tight)
	for name := range arities {
		set(name, counted)
	}
	set(`SELECT FROM JOIN STRAIGHT_JOIN LATERAL CASE END INTO DUMPFILE SOUNDS JSON_VALUE LIMIT OFFSET UPDATE DELETE
		USING WHEN THEN ELSE OF WHERE GROUP WINDOW`, ruled)
}

// traits looks a word up, in any letter case.
func traits(word string) wordTraits {
	if len(word) > longestWord {
		return 0
	}
	var upper [32]byte
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	return words[string(upper[:len(word)])]
}
