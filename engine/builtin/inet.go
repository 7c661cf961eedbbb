package builtin

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// inetFunctions convert addresses (manual 14.23). What is no address is NULL, with warning
// 1411.
var inetFunctions = []*expr.Function{
	{
		Name: "inet_aton", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Bytes}, Result: resultType(typeUint(21)),
		Description: "The number of an IPv4 address.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			x, ok := addressNumber(args[0].S)
			if !ok {
				warnFunction(c, "string", args[0].S, "inet_aton")
				return types.Value{}, nil
			}
			return types.UintValue(x), nil
		},
	},
	{
		Name: "inet_ntoa", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Integer}, Result: resultText(15),
		Description: "The IPv4 address of a number.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			x := uint64(args[0].I)
			if x > 0xffffffff {
				warnFunction(c, "integer", strconv.FormatInt(args[0].I, 10), "inet_ntoa")
				return types.Value{}, nil
			}
			return types.StringValue(netip.AddrFrom4([4]byte{byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x)}).String()), nil
		},
	},
	{
		Name: "inet6_aton", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Bytes}, Result: resultBytes(16),
		Description: "The 4 or 16 bytes of an IPv4 or IPv6 address.",
		Scalar: func(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if b, ok := parseIPv4(args[0].S); ok {
				return types.StringValue(string(b[:])), nil
			}
			if b, ok := parseIPv6(args[0].S); ok {
				return types.StringValue(string(b[:])), nil
			}
			warnFunction(c, "string", args[0].S, "inet6_aton")
			return types.Value{}, nil
		},
	},
	{
		Name: "inet6_ntoa", Min: 1, Max: 1, MayNull: true, Params: []expr.Want{expr.Bytes}, Result: resultText(39),
		Description: "The address of 4 or 16 bytes.",
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s := args[0].S
			if call.Args[0].Type().Collation.IsBinary() {
				switch len(s) {
				case 4:
					return types.StringValue(netip.AddrFrom4([4]byte([]byte(s))).String()), nil
				case 16:
					return types.StringValue(ipv6Text([16]byte([]byte(s)))), nil
				}
			}
			warnFunction(c, "string", s, "inet6_ntoa")
			return types.Value{}, nil
		},
	},
	addressTest("is_ipv4", "Whether a text is an IPv4 address.", func(s string, _ bool) bool {
		_, ok := parseIPv4(s)
		return ok
	}),
	addressTest("is_ipv6", "Whether a text is an IPv6 address.", func(s string, _ bool) bool {
		_, ok := parseIPv6(s)
		return ok
	}),
	addressTest("is_ipv4_compat", "Whether 16 bytes are an IPv4 address in an IPv6 one, ::1.2.3.4.", func(s string, binaryText bool) bool {
		return binaryText && len(s) == 16 && s[:12] == strings.Repeat("\x00", 12) && binary.BigEndian.Uint32([]byte(s[12:])) > 1
	}),
	addressTest("is_ipv4_mapped", "Whether 16 bytes are an IPv4 address in an IPv6 one, ::ffff:1.2.3.4.", func(s string, binaryText bool) bool {
		return binaryText && len(s) == 16 && s[:12] == strings.Repeat("\x00", 10)+"\xff\xff"
	}),
}

func addressTest(name, description string, is func(s string, binaryText bool) bool) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Params: []expr.Want{expr.Bytes}, Result: resultType(types.TypeBool), Description: description,
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return types.BoolValue(is(args[0].S, call.Args[0].Type().Collation.IsBinary())), nil
		},
	}
}

// addressNumber reads an IPv4 address, also a short one: 127.1 is 127.0.0.1.
func addressNumber(s string) (uint64, bool) {
	var result, part uint64
	dots := 0
	last := byte('.')
	for i := range len(s) {
		switch last = s[i]; {
		case last >= '0' && last <= '9':
			if part = part*10 + uint64(last-'0'); part > 255 {
				return 0, false
			}
		case last == '.':
			dots++
			result, part = result<<8+part, 0
		default:
			return 0, false
		}
	}
	if last == '.' {
		return 0, false
	}
	switch dots {
	case 1:
		result <<= 16
	case 2:
		result <<= 8
	}
	return result<<8 + part, true
}

// parseIPv4 takes four numbers of one to three digits.
func parseIPv4(s string) (b [4]byte, ok bool) {
	part := strings.Split(s, ".")
	if len(part) != len(b) {
		return b, false
	}
	for i, p := range part {
		x, err := strconv.ParseUint(p, 10, 8)
		if err != nil || len(p) > 3 {
			return b, false
		}
		b[i] = byte(x)
	}
	return b, true
}

func parseIPv6(s string) (b [16]byte, ok bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Is4() || a.Zone() != "" {
		return b, false
	}
	return a.As16(), true
}

// ipv6Text spells an address as MySQL does: the longest run of zeros, one alone, too, is
// left out; IPv4 addresses in it are spelled as such.
func ipv6Text(b [16]byte) string {
	var words [8]uint16
	gap, length := -1, 0
	for i := range words {
		words[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	for i := 0; i < len(words); i++ {
		n := 0
		for i+n < len(words) && words[i+n] == 0 {
			n++
		}
		if n > length {
			gap, length = i, n
		}
		i += n
	}
	v4 := netip.AddrFrom4([4]byte(b[12:])).String()
	switch {
	case gap == 0 && length == 6:
		return "::" + v4
	case gap == 0 && length == 5 && words[5] == 0xffff:
		return "::ffff:" + v4
	}
	var out strings.Builder
	for i := 0; i < len(words); i++ {
		if i == gap {
			out.WriteString("::")
			i += length - 1
			continue
		}
		if i > 0 && i != gap+length {
			out.WriteByte(':')
		}
		out.WriteString(strconv.FormatUint(uint64(words[i]), 16))
	}
	return out.String()
}
