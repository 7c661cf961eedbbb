package builtin

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// cryptoFunctions hash, encrypt and compress (manual 14.13).
var cryptoFunctions = []*expr.Function{
	digest("md5", "The MD5 of a text in hexadecimal digits.", 32, md5.New),
	digest("sha1", "The SHA-1 of a text in hexadecimal digits.", 40, sha1.New),
	digest("sha", "The SHA-1 of a text in hexadecimal digits.", 40, sha1.New),
	{
		Name: "sha2", Min: 2, Max: 2, MayNull: true, Params: []expr.Want{expr.Bytes, expr.Integer},
		Description: "The SHA-2 of a text in hexadecimal digits, of 224, 256, 384 or 512 bits; 0 is 256.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			length := 128
			if v, ok := r.Constant(args[1]); ok {
				switch v.I {
				case 224, 256, 384:
					length = int(v.I) / 4
				case 0:
					length = 64
				}
			}
			return types.TypeString(length, r.Connection, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			var h hash.Hash
			switch args[1].I {
			case 224:
				h = sha256.New224()
			case 0, 256:
				h = sha256.New()
			case 384:
				h = sha512.New384()
			case 512:
				h = sha512.New()
			default:
				warn(c, mysql.ER_WRONG_PARAMETERS_TO_NATIVE_FCT, "Incorrect parameters in the call to native function 'sha2'")
				return types.Value{}, nil
			}
			return hexOf(c, h, args[0].S), nil
		},
	},
	aesFunction("aes_encrypt", "Encrypts a text: AES_ENCRYPT(text, key[, vector[, kdf, salt, info or iterations]]).", aesEncrypt),
	aesFunction("aes_decrypt", "Decrypts what AES_ENCRYPT gave; NULL where it is none.", aesDecrypt),
	{
		Name: "compress", Min: 1, Max: 1, Params: []expr.Want{expr.Bytes}, Description: "Compresses a text.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			t := args[0].Type()
			length := min(t.Length, 1<<30) * max(t.Collation.MaxBytes(), 1)
			return types.TypeString(length+length/1000+17, types.Binary, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return types.StringValue(compress(c.Env, args[0].S)), nil
		},
	},
	{
		Name: "uncompress", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Bytes}, Result: resultBytes(mostUncompressed),
		Description: "Uncompresses what COMPRESS gave; NULL where it is none.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return uncompress(c, args[0].S), nil
		},
	},
	{
		Name: "uncompressed_length", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Bytes}, Result: resultInt(10),
		Description: "How long a text was before COMPRESS.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			n, ok := uncompressedLength(c, args[0].S)
			if !ok {
				return types.Value{}, nil
			}
			return types.IntValue(int64(n)), nil
		},
	},
	{
		Name: "random_bytes", Min: 1, Max: 1, Volatile: true, Params: []expr.Want{expr.Integer}, Result: resultBytes(1024),
		Description: "So many random bytes, 1 to 1024.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].I < 1 || args[0].I > 1024 {
				return types.Value{}, mysql.NewError(mysql.ER_DATA_OUT_OF_RANGE, "length value is out of range in 'random_bytes'")
			}
			b := make([]byte, args[0].I)
			rand.Read(b) // never fails
			return types.StringValue(string(b)), nil
		},
	},
}

// hexOf is the hash of a text in hexadecimal digits.
func hexOf(c *expr.Context, h hash.Hash, s string) types.Value {
	for piece := range c.Pieces(s) {
		io.WriteString(h, piece) // never fails
	}
	return types.StringValue(hex.EncodeToString(h.Sum(nil)))
}

func digest(name, description string, length int, of func() hash.Hash) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Params: []expr.Want{expr.Bytes}, Description: description, Result: resultText(length),
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return hexOf(c, of(), args[0].S), nil
		},
	}
}

// aesFunction is AES_ENCRYPT or AES_DECRYPT: (text, key, vector, kdf, salt, info or
// iterations), by the system variable block_encryption_mode. work is NULL where ok is
// false.
func aesFunction(name, description string, work func(m *aesMode, text []byte) (out []byte, ok bool)) *expr.Function {
	return &expr.Function{
		Name: name, Min: 2, Max: 6, MayNull: true, KeepNull: true, Description: description,
		Params: []expr.Want{expr.Bytes},
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			t := args[0].Type()
			length := min(t.Length, 1<<30) * max(t.Collation.MaxBytes(), 1)
			if name == "aes_encrypt" {
				length += aes.BlockSize - length%aes.BlockSize
			}
			return types.TypeString(length, types.Binary, types.CoerceLiteral).WithNullable(true), nil
		},
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() || args[1].IsNull() {
				return types.Value{}, nil
			}
			m, err := newAESMode(c, name, args)
			if err != nil {
				return types.Value{}, err
			}
			out, ok := work(m, []byte(args[0].S))
			if !ok {
				return types.Value{}, nil
			}
			return types.StringValue(string(out)), nil
		},
	}
}

// aesMode is a cipher as block_encryption_mode says.
type aesMode struct {
	c      *expr.Context
	block  cipher.Block
	mode   string // ecb, cbc, cfb1, cfb8, cfb128, ofb
	vector []byte
}

func newAESMode(c *expr.Context, function string, args []types.Value) (*aesMode, error) {
	setting := "aes-128-ecb"
	if c.Session != nil {
		if v, _, err := c.Session.SystemVariable("session", "block_encryption_mode"); err == nil && v.Kind == types.String {
			setting = strings.ToLower(v.S)
		}
	}
	part := strings.Split(setting, "-")
	if len(part) != 3 {
		return nil, mysql.NewError(mysql.ER_WRONG_ARGUMENTS, "Incorrect arguments to "+function)
	}
	bits, err := strconv.Atoi(part[1])
	if err != nil {
		return nil, err
	}
	key := make([]byte, bits/8)
	if len(args) > 3 && !args[3].IsNull() {
		if key, err = derivedKey(args, len(key)); err != nil {
			return nil, err
		}
	} else {
		for i := range len(args[1].S) {
			key[i%len(key)] ^= args[1].S[i]
		}
	}
	m := &aesMode{c: c, mode: part[2]}
	if m.block, err = aes.NewCipher(key); err != nil {
		return nil, err
	}
	given := len(args) > 2 && !args[2].IsNull()
	if m.mode == "ecb" {
		if given && len(args) == 3 {
			const warnOptionIgnored = 1618
			warn(c, warnOptionIgnored, "<IV> option ignored")
		}
		return m, nil
	}
	if len(args) < 3 {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, function)
	}
	if !given || len(args[2].S) < aes.BlockSize {
		const errInvalidVector = 1882
		return nil, mysql.NewError(errInvalidVector,
			fmt.Sprintf("The initialization vector supplied to %s is too short. Must be at least %d bytes long", function, aes.BlockSize))
	}
	m.vector = []byte(args[2].S)[:aes.BlockSize]
	return m, nil
}

// derivedKey makes the key by a function of MySQL 8.0.30: hkdf with salt and info, or
// pbkdf2_hmac with salt and iterations, both with SHA-512.
func derivedKey(args []types.Value, length int) ([]byte, error) {
	option := func(i int) string {
		if i < len(args) {
			return args[i].S
		}
		return ""
	}
	switch strings.ToLower(args[3].S) {
	case "hkdf":
		return hkdf.Key(sha512.New, []byte(args[1].S), []byte(option(4)), option(5), length)
	case "pbkdf2_hmac":
		iterations := 1000
		if s := option(5); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1000 || n > 65535 {
				const errIterations = 4106
				return nil, mysql.NewError(errIterations, "For KDF method 'pbkdf2_hmac' iterations value less than 1000 or more than 65535 is not allowed due to security reasons. Please provide iterations >= 1000 and iterations < 65535")
			}
			iterations = n
		}
		return pbkdf2.Key(sha512.New, args[1].S, []byte(option(4)), iterations, length)
	}
	const errMethod = 4105
	return nil, mysql.NewError(errMethod, "KDF method name is not valid. Please use hkdf or pbkdf2_hmac method name")
}

func aesEncrypt(m *aesMode, text []byte) ([]byte, bool) {
	switch m.mode {
	case "ecb", "cbc":
		n := aes.BlockSize - len(text)%aes.BlockSize
		out := append(text, bytes.Repeat([]byte{byte(n)}, n)...)
		if m.mode == "cbc" {
			cipher.NewCBCEncrypter(m.block, m.vector).CryptBlocks(out, out)
			return out, true
		}
		for i := 0; i < len(out); i += aes.BlockSize {
			m.block.Encrypt(out[i:], out[i:])
		}
		return out, true
	}
	return m.stream(text, true)
}

func aesDecrypt(m *aesMode, text []byte) ([]byte, bool) {
	switch m.mode {
	case "ecb", "cbc":
		if len(text) == 0 || len(text)%aes.BlockSize != 0 {
			return nil, false
		}
		if m.mode == "cbc" {
			cipher.NewCBCDecrypter(m.block, m.vector).CryptBlocks(text, text)
		} else {
			for i := 0; i < len(text); i += aes.BlockSize {
				m.block.Decrypt(text[i:], text[i:])
			}
		}
		n := int(text[len(text)-1])
		if n == 0 || n > aes.BlockSize {
			return nil, false
		}
		for _, b := range text[len(text)-n:] {
			if int(b) != n {
				return nil, false
			}
		}
		return text[:len(text)-n], true
	}
	return m.stream(text, false)
}

// stream is the modes that make a stream of bytes or bits, which package cipher has not
// all of: the register is encrypted, and takes over the output (ofb) or the encrypted text
// (cfb), 1, 8 or 128 bits at a time.
func (m *aesMode) stream(text []byte, encrypt bool) ([]byte, bool) {
	register := append([]byte(nil), m.vector...)
	pad := make([]byte, aes.BlockSize)
	out := make([]byte, len(text))
	shift := func(bits int, from []byte) {
		if bits == 1 {
			for i := range register {
				register[i] <<= 1
				if i+1 < len(register) {
					register[i] |= register[i+1] >> 7
				}
			}
			register[len(register)-1] |= from[0] & 1
			return
		}
		register = append(register[len(from):], from...)
	}
	switch m.mode {
	case "ofb", "cfb128":
		for i := 0; i < len(text) && !longEnded(m.c, i/aes.BlockSize); i += aes.BlockSize {
			end := min(i+aes.BlockSize, len(text))
			m.block.Encrypt(pad, register)
			for j := i; j < end; j++ {
				out[j] = text[j] ^ pad[j-i]
			}
			switch {
			case end-i < aes.BlockSize:
			case m.mode == "ofb":
				copy(register, pad)
			case encrypt:
				copy(register, out[i:end])
			default:
				copy(register, text[i:end])
			}
		}
	case "cfb8":
		for i := range text {
			if longEnded(m.c, i) {
				break
			}
			m.block.Encrypt(pad, register)
			out[i] = text[i] ^ pad[0]
			if encrypt {
				shift(8, out[i:i+1])
			} else {
				shift(8, text[i:i+1])
			}
		}
	case "cfb1":
		for i := range text {
			if longEnded(m.c, i) {
				break
			}
			for bit := 7; bit >= 0; bit-- {
				m.block.Encrypt(pad, register)
				in := text[i] >> bit & 1
				x := in ^ pad[0]>>7
				out[i] |= x << bit
				if encrypt {
					in = x
				}
				shift(1, []byte{in})
			}
		}
	default:
		return nil, false
	}
	return out, true
}

// mostUncompressed is how many bytes UNCOMPRESS gives at most: the default of
// max_allowed_packet.
const mostUncompressed = 64 << 20

// compress is the length, in four bytes, and a zlib stream; a space at the end, which a
// CHAR would lose, gets a point behind it.
func compress(e *types.Env, s string) string {
	if s == "" {
		return ""
	}
	var out bytes.Buffer
	binary.Write(&out, binary.LittleEndian, uint32(len(s)&(1<<30-1)))
	w := zlib.NewWriter(&out)
	for piece := range e.Pieces(s) {
		io.WriteString(w, piece) // never fails, as Close
	}
	w.Close()
	if b := out.Bytes(); b[len(b)-1] == ' ' {
		out.WriteByte('.')
	}
	return out.String()
}

func uncompressedLength(c *expr.Context, s string) (n int, ok bool) {
	if s == "" {
		return 0, true
	}
	if len(s) <= 4 {
		warnCompressed(c)
		return 0, false
	}
	return int(binary.LittleEndian.Uint32([]byte(s)) & (1<<30 - 1)), true
}

func warnCompressed(c *expr.Context) {
	warn(c, mysql.ER_ZLIB_Z_DATA_ERROR, "ZLIB: Input data corrupted")
}

func uncompress(c *expr.Context, s string) types.Value {
	n, ok := uncompressedLength(c, s)
	switch {
	case !ok:
		return types.Value{}
	case s == "":
		return types.StringValue("")
	case n > mostUncompressed:
		warn(c, mysql.ER_TOO_BIG_FOR_UNCOMPRESS,
			"Uncompressed data size too large; the maximum size is %d (probably, length of uncompressed data was corrupted)", mostUncompressed)
		return types.Value{}
	}
	r, err := zlib.NewReader(strings.NewReader(s[4:]))
	if err != nil {
		warnCompressed(c)
		return types.Value{}
	}
	var out bytes.Buffer
	for more := int64(1); err == nil && more > 0 && out.Len() <= n && c.Cancelled() == nil; {
		more, err = io.CopyN(&out, r, int64(min(n+1-out.Len(), 1<<18)))
	}
	if err == io.EOF {
		err = nil
	}
	switch {
	case err != nil:
		warnCompressed(c)
		return types.Value{}
	case out.Len() > n:
		warn(c, mysql.ER_ZLIB_Z_BUF_ERROR, "ZLIB: Not enough room in the output buffer (probably, length of uncompressed data was corrupted)")
		return types.Value{}
	}
	return types.StringValue(out.String())
}
