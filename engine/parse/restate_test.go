package parse

import (
	"slices"
	"testing"
)

func TestRestated(t *testing.T) {
	for _, c := range []struct {
		sql, want string
		mode      SQLMode
	}{
		{sql: "SET character_set_client = binary, @a = 1", want: "SET character_set_client = 'binary', @a = 1"},
		{sql: "SET @q = '… = binary;'", want: "SET @q = '… = binary;'"},
		{sql: "SET @q = binary 'a'", want: "SET @q = binary 'a'"},
		{sql: `SET @q = 'a\', @b = binary`, want: `SET @q = 'a\', @b = 'binary'`, mode: modeNoBackslashEscapes},
		{sql: `SET @q = 'a\', @b = binary;'`, want: `SET @q = 'a\', @b = binary;'`},
		{sql: "/*!40101 SET NAMES utf8 */;", want: "SET NAMES utf8  ;"},
		{sql: "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t '/*!1*/' */", want: "CREATE    DEFINER=`a`@`b`    TRIGGER t '/*!1*/'"},
		{sql: "SELECT 1 /*!99999 + 1 */", want: "SELECT 1"},
		{sql: "CREATE TABLE t (y year(4), z YEAR ( 4 ), `c year(4)` INT COMMENT 'x year(4)')", want: "CREATE TABLE t (y year, z year, `c year(4)` INT COMMENT 'x year(4)')"},
		{sql: "CREATE TABLE t (y int default (year(4)))", want: "CREATE TABLE t (y int default (year(4)))"},
		{sql: "ALTER TABLE t CHANGE y z year(4)", want: "ALTER TABLE t CHANGE y z year"},
		{sql: "CREATE VIEW v AS SELECT year(4), 'ENGINE=\"a\"'", want: "CREATE VIEW v AS SELECT year(4), 'ENGINE=\"a\"'"},
		{sql: "CREATE TABLE t (a INT) ENGINE='InnoDB'", want: "CREATE TABLE t (a INT) ENGINE= InnoDB"},
	} {
		if got := Restated(Unversioned(c.sql, c.mode), c.mode); got != c.want {
			t.Errorf("%s:\n%s, not\n%s", c.sql, got, c.want)
		}
	}
}

// What is written anew has the strings and quoted names that it had, but for an engine's name and the
// word binary, and is not written anew again.
func FuzzRestated(f *testing.F) {
	f.Add("SET @q = '… = binary;', @a = binary", false, false)
	f.Add("CREATE TABLE t (`a` year(4) COMMENT 'year(4)\\'') ENGINE = 'x' /*!50100 COMMENT 'y' */", true, false)
	f.Add("/*!50003 CREATE*/ TRIGGER t \"/*!\" -- '\n '", false, true)
	f.Fuzz(func(t *testing.T, sql string, noBackslash, ansi bool) {
		var mode SQLMode
		if noBackslash {
			mode |= modeNoBackslashEscapes
		}
		if ansi {
			mode |= modeANSIQuotes
		}
		plain := Unversioned(sql, mode)
		again := Restated(plain, mode)
		if third := Restated(Unversioned(again, mode), mode); plain == sql && third != again {
			t.Errorf("%q: %q, then %q", sql, again, third)
		}
		before, ok := quotedIn(plain, mode)
		after, still := quotedIn(again, mode)
		if ok != still {
			t.Fatalf("%q: %q", plain, again)
		}
		after = slices.DeleteFunc(after, func(s string) bool { return s == "'binary'" })
		for _, s := range after {
			i := slices.Index(before, s)
			if i < 0 {
				t.Fatalf("%q: %s of %q", plain, s, again)
			}
			before = before[i+1:]
		}
		l := new(lexed)
		if l.lex(sql, mode); l.bad < 0 && len(l.conditional) == 0 && plain != sql {
			t.Errorf("%q: %q", sql, plain)
		}
	})
}

// quotedIn are the strings and quoted names of a text; false where it does not end well.
func quotedIn(sql string, mode SQLMode) (all []string, ok bool) {
	l := new(lexed)
	l.lex(sql, mode)
	for _, t := range l.tokens {
		if t.kind == stringToken || t.kind == quotedToken {
			all = append(all, sql[t.start:t.end])
		}
	}
	return all, l.bad < 0
}
