package builtin

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// uuidFunctions make and convert identifiers (manual 14.23).
var uuidFunctions = []*expr.Function{
	{
		Name: "uuid", Volatile: true, Description: "A new UUID, by the time (version 1).",
		Result: resultType(types.TypeString(uuidLength, systemCollation, types.CoerceLiteral)),
		Scalar: func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
			id := newUUID()
			return types.StringValue(uuidText(id[:])), nil
		},
	},
	{
		Name: "uuid_short", Volatile: true, Result: resultType(types.TypeUint), Description: "A new number that no other call gives.",
		Scalar: func(c *expr.Context, _ *expr.Call, _ []types.Value) (types.Value, error) {
			return types.UintValue(shortUUID(c)), nil
		},
	},
	{
		Name: "is_uuid", Min: 1, Max: 1, Params: []expr.Want{expr.Bytes}, Result: resultType(types.TypeBool),
		Description: "Whether a text is a UUID.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			_, ok := parseUUID(args[0].S)
			return types.BoolValue(ok), nil
		},
	},
	{
		Name: "uuid_to_bin", Min: 1, Max: 2, Params: []expr.Want{expr.Bytes, expr.Integer}, MayNull: true, Result: resultBytes(16),
		Description: "The 16 bytes of a UUID's text; with a second argument that is true, the time's high part first.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			id, ok := parseUUID(args[0].S)
			if !ok {
				return types.Value{}, wrongUUID(args[0].S, "uuid_to_bin")
			}
			if len(args) == 2 && args[1].I != 0 {
				var swapped [16]byte
				copy(swapped[0:], id[6:8])
				copy(swapped[2:], id[4:6])
				copy(swapped[4:], id[0:4])
				copy(swapped[8:], id[8:])
				id = swapped
			}
			return types.StringValue(string(id[:])), nil
		},
	},
	{
		Name: "bin_to_uuid", Min: 1, Max: 2, Params: []expr.Want{expr.Bytes, expr.Integer}, MayNull: true, Result: resultText(uuidLength),
		Description: "The text of a UUID of 16 bytes; the second argument is as of UUID_TO_BIN.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			id := []byte(args[0].S)
			if len(id) != 16 {
				return types.Value{}, wrongUUID(args[0].S, "bin_to_uuid")
			}
			if len(args) == 2 && args[1].I != 0 {
				id = append(append(append(append([]byte(nil), id[4:8]...), id[2:4]...), id[0:2]...), id[8:]...)
			}
			return types.StringValue(uuidText(id)), nil
		},
	},
}

// uuidLength is how many characters a UUID has.
const uuidLength = 36

func wrongUUID(text, function string) error {
	if len(text) > 128 {
		text = text[:128]
	}
	return mysql.NewError(mysql.ER_WRONG_VALUE_FOR_TYPE, "Incorrect string value: '"+text+"' for function "+function)
}

// parseUUID takes 32 hexadecimal digits, those in groups with dashes between them, and
// these in braces.
func parseUUID(s string) (id [16]byte, ok bool) {
	if len(s) == uuidLength+2 && s[0] == '{' && s[len(s)-1] == '}' {
		s = s[1 : len(s)-1]
	}
	if len(s) == uuidLength {
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return id, false
		}
		s = s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	}
	if len(s) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

func uuidText(id []byte) string {
	s := hex.EncodeToString(id)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// uuids makes identifiers: a clock that never stands still, and a node of random bytes, as
// MySQL takes where it finds no network card.
var uuids struct {
	sync.Mutex
	last  uint64 // in units of 100 ns since 1582-10-15
	node  [8]byte
	made  bool
	short uint64
}

func newUUID() [16]byte {
	const from1582 = 0x01b21dd213814000
	uuids.Lock()
	defer uuids.Unlock()
	if !uuids.made {
		rand.Read(uuids.node[:])
		uuids.node[0] = uuids.node[0]&0x3f | 0x80 // the variant, before the clock's sequence
		uuids.node[2] |= 1                        // no network card has this bit
		uuids.made = true
	}
	uuids.last = max(uuids.last+1, uint64(time.Now().UnixNano()/100)+from1582)
	var id [16]byte
	binary.BigEndian.PutUint32(id[0:], uint32(uuids.last))
	binary.BigEndian.PutUint16(id[4:], uint16(uuids.last>>32))
	binary.BigEndian.PutUint16(id[6:], uint16(uuids.last>>48)&0x0fff|0x1000)
	copy(id[8:], uuids.node[:])
	return id
}

// shortUUID is the server's id, the second of the first call and a counter.
func shortUUID(c *expr.Context) uint64 {
	server := uint64(1)
	if c.Session != nil {
		if v, _, err := c.Session.SystemVariable("global", "server_id"); err == nil && !v.IsNull() {
			server = v.Uint()
		}
	}
	uuids.Lock()
	defer uuids.Unlock()
	if uuids.short == 0 {
		uuids.short = uint64(time.Now().Unix()) << 24
	}
	uuids.short++
	return server&0xff<<56 + uuids.short - 1
}
