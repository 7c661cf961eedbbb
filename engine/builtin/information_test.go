package builtin

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// session is a session of its fields.
type session struct {
	expr.Session
	variables map[string]types.Value
	insertID  uint64
}

func (s *session) Database() string         { return "" }
func (s *session) User() string             { return "root@localhost" }
func (s *session) ConnectionID() uint32     { return 7 }
func (s *session) FoundRows() uint64        { return 3 }
func (s *session) RowCount() int64          { return -1 }
func (s *session) Version() string          { return "8.0.36" }
func (s *session) LastInsertID() uint64     { return s.insertID }
func (s *session) SetLastInsertID(x uint64) { s.insertID = x }

func (s *session) SystemVariable(_, name string) (types.Value, types.Type, error) {
	if v, ok := s.variables[name]; ok {
		return v, types.Type{}, nil
	}
	return types.Value{}, types.Type{}, errors.New("no variable " + name)
}

// evalWith is evalCall in a session; bytes are in hexadecimal.
func evalWith(t testing.TB, s *session, name string, args ...any) string {
	t.Helper()
	var warnings []string
	env := testEnv(func(_ uint16, text string) { warnings = append(warnings, text) })
	c := &expr.Context{Context: context.Background(), Env: env, Session: s}
	exprs := make([]expr.Expr, len(args))
	for i, a := range args {
		exprs[i] = literal(t, a)
	}
	call, err := expr.NewCall(&expr.Resolver{Env: env, Context: c}, Function(name), exprs...)
	if err != nil {
		return err.Error()
	}
	v, err := call.Eval(c, &types.Batch{N: 1})
	if err != nil {
		return err.Error()
	}
	text := "NULL"
	if !v.Null(0) {
		text = string(types.AppendText(nil, v, 0, &call.T))
		if call.T.Kind == types.String && call.T.Collation.IsBinary() {
			text = "0x" + strings.ToUpper(hex.EncodeToString([]byte(text)))
		}
	} else if !call.T.Nullable {
		t.Errorf("%s%v is NULL, but its type says that it cannot be", name, args)
	}
	return strings.Join(append([]string{text}, warnings...), "; ")
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestOtherFunctions(t *testing.T) {
	s := &session{insertID: 5}
	for _, test := range []struct {
		name string
		args []any
		want string
	}{
		{"database", nil, "NULL"},
		{"user", nil, "root@localhost"},
		{"version", nil, "8.0.36"},
		{"current_role", nil, "NONE"},
		{"connection_id", nil, "7"},
		{"row_count", nil, "-1"},
		{"found_rows", nil, "3"},
		{"last_insert_id", nil, "5"},
		{"last_insert_id", []any{-1}, "18446744073709551615"},
		{"last_insert_id", []any{nil}, "NULL"},
		{"last_insert_id", nil, "0"},
		{"benchmark", []any{10, "x"}, "0"},
		{"benchmark", []any{-1, "x"}, "NULL; Incorrect count value: '-1' for function benchmark"},
		{"name_const", []any{"myname", 14}, "14"},
		{"name_const", []any{nil, 14}, "ERROR 1210 (HY000): Incorrect arguments to NAME_CONST"},
		{"format_bytes", []any{512}, " 512 bytes"},
		{"format_bytes", []any{uint64(18446644073709551615)}, "16.00 EiB"},
		{"format_pico_time", []any{3501}, "3.50 ns"},
		{"format_pico_time", []any{uint64(188732396662000)}, "3.15 min"},
		{"format_pico_time", []any{1}, "  1 ps"},
		{"format_bytes", []any{1e30}, "8.67e+11 EiB"},

		{"inet_aton", []any{"10.0.5.9"}, "167773449"},
		{"inet_aton", []any{"127.1"}, "2130706433"},
		{"inet_aton", []any{"127.0.0.1."}, "NULL; Incorrect string value: '127.0.0.1.' for function inet_aton"},
		{"inet_ntoa", []any{167773449}, "10.0.5.9"},
		{"inet_ntoa", []any{-1}, "NULL; Incorrect integer value: '-1' for function inet_ntoa"},
		{"inet6_aton", []any{"fdfe::5a55:caff:fefa:9089"}, "0xFDFE0000000000005A55CAFFFEFA9089"},
		{"inet6_aton", []any{"10.0.5.9"}, "0x0A000509"},
		{"inet6_aton", []any{"10.0.5"}, "NULL; Incorrect string value: '10.0.5' for function inet6_aton"},
		{"inet6_ntoa", []any{unhex("FDFE0000000000005A55CAFFFEFA9089")}, "fdfe::5a55:caff:fefa:9089"},
		{"inet6_ntoa", []any{unhex("00000000000000000000FFFF0A000509")}, "::ffff:10.0.5.9"},
		{"inet6_ntoa", []any{unhex("00000000000000000000000000000001")}, "::1"},
		{"inet6_ntoa", []any{unhex("20010000000000000000000000000000")}, "2001::"},
		{"inet6_ntoa", []any{unhex("00000000000000000000000000000000")}, "::"},
		{"inet6_ntoa", []any{unhex("0A000509")}, "10.0.5.9"},
		{"inet6_ntoa", []any{"abcd"}, "NULL; Incorrect string value: 'abcd' for function inet6_ntoa"},
		{"is_ipv4", []any{"10.0.5.256"}, "0"},
		{"is_ipv6", []any{"::1"}, "1"},
		{"is_ipv4_compat", []any{unhex("0000000000000000000000000A000509")}, "1"},
		{"is_ipv4_mapped", []any{unhex("00000000000000000000FFFF0A000509")}, "1"},
		{"is_ipv4", []any{nil}, "NULL"},

		{"is_uuid", []any{"{6ccd780c-baba-1026-9564-5b8c656024db}"}, "1"},
		{"is_uuid", []any{"6CCD780CBABA102695645B8C656024DB"}, "1"},
		{"is_uuid", []any{"6ccd780c-baba-1026-9564-5b8c6560"}, "0"},
		{"uuid_to_bin", []any{"6ccd780c-baba-1026-9564-5b8c656024db"}, "0x6CCD780CBABA102695645B8C656024DB"},
		{"uuid_to_bin", []any{"6ccd780c-baba-1026-9564-5b8c656024db", 1}, "0x1026BABA6CCD780C95645B8C656024DB"},
		{"uuid_to_bin", []any{"x"}, "ERROR 1411 (HY000): Incorrect string value: 'x' for function uuid_to_bin"},
		{"bin_to_uuid", []any{unhex("1026BABA6CCD780C95645B8C656024DB"), 1}, "6ccd780c-baba-1026-9564-5b8c656024db"},

		{"md5", []any{"testing"}, "ae2b1fca515949e5d54fb22b8ed95575"},
		{"sha1", []any{"abc"}, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"sha2", []any{"abc", 224}, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
		{"sha2", []any{"abc", 1}, "NULL; Incorrect parameters in the call to native function 'sha2'"},
		{"uncompress", []any{[]byte(compress(nil, "abc abc abc"))}, "0x6162632061626320616263"},
		{"uncompressed_length", []any{[]byte(compress(nil, strings.Repeat("a", 30)))}, "30"},
		{"uncompress", []any{"any string"}, "NULL; Uncompressed data size too large; the maximum size is 67108864 (probably, length of uncompressed data was corrupted)"},
		{"uncompress", []any{"abc"}, "NULL; ZLIB: Input data corrupted"},
		{"compress", []any{""}, "0x"},
		{"random_bytes", []any{0}, "ERROR 1690 (22003): length value is out of range in 'random_bytes'"},
		{"aes_encrypt", []any{"text", "password"}, "0xF6BD0FA8DCB7F8CD4A2FAABC54668044"}, // openssl enc -aes-128-ecb
		{"aes_decrypt", []any{"x", "password"}, "NULL"},
	} {
		if got := evalWith(t, s, test.name, test.args...); got != test.want {
			t.Errorf("%s%v = %s, want %s", test.name, test.args, got, test.want)
		}
	}
}

func TestAESModes(t *testing.T) {
	vector := []byte("0123456789abcdef")
	for mode, want := range map[string]string{ // openssl enc
		"cbc":    "589BF13B808B95699F195DBB2D0FBD2FDF73045A2BF3E25A944452E3F14D40CE590647B3C1050A5FB9E69360CDF27CBC",
		"cfb1":   "1B9B62F6C67862C915F0950E0720519961314783577E3227A6BC003B23ACB127671D2475E7",
		"cfb8":   "332016FBAC6CA61825BE238A2A24003A64F8969CE5B0D43FBD98EA0A517E4D5621B5751244",
		"cfb128": "33E33BB9E44EEBBA9A31DB0E58088851835DFF7384567949F27AE8EEE8A5363FCB3C7DFD88",
		"ofb":    "33E33BB9E44EEBBA9A31DB0E58088851AAA1DE6C352774844EF4D7C8F8F6FEB224961809C2",
	} {
		s := &session{variables: map[string]types.Value{"block_encryption_mode": types.StringValue("aes-128-" + mode)}}
		if got := evalWith(t, s, "aes_encrypt", "some text here of more than one block", "key", vector); got != "0x"+want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
	for _, bits := range []string{"128", "192", "256"} {
		for _, mode := range []string{"ecb", "cbc", "cfb1", "cfb8", "cfb128", "ofb"} {
			s := &session{variables: map[string]types.Value{"block_encryption_mode": types.StringValue("aes-" + bits + "-" + mode)}}
			for _, text := range []string{"", "a", "0123456789abcdef", strings.Repeat("long ", 20)} {
				for _, kdf := range [][]any{nil, {"hkdf", "salt", "info"}, {"pbkdf2_hmac", "salt", "2000"}} {
					rest := append([]any{"key", vector}, kdf...)
					sealed := strings.TrimPrefix(strings.Split(evalWith(t, s, "aes_encrypt", append([]any{text}, rest...)...), ";")[0], "0x")
					opened := strings.Split(evalWith(t, s, "aes_decrypt", append([]any{unhex(sealed)}, rest...)...), ";")[0]
					if want := "0x" + strings.ToUpper(hex.EncodeToString([]byte(text))); opened != want || text != "" && "0x"+sealed == want {
						t.Errorf("%s %s %v: %s, %s", bits, mode, kdf, sealed, opened)
					}
				}
			}
			if got := evalWith(t, s, "aes_encrypt", "a", "key"); mode != "ecb" && !strings.HasPrefix(got, "ERROR 1582") {
				t.Errorf("%s without a vector: %s", mode, got)
			}
		}
	}
}

func TestNewIdentifiers(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		for _, name := range []string{"uuid", "uuid_short", "random_bytes"} {
			var args []any
			if name == "random_bytes" {
				args = []any{16}
			}
			id := evalWith(t, &session{}, name, args...)
			if seen[id] {
				t.Fatalf("%s twice: %s", name, id)
			}
			seen[id] = true
			if _, ok := parseUUID(id); name == "uuid" && (!ok || id[14] != '1') {
				t.Errorf("uuid() = %s", id)
			}
		}
	}
}
