package types

// Kind is how a value is represented.
type Kind uint8

// The kinds. The comments say where a Value and a Vec keep them.
const (
	Null     Kind = iota // the type of a bare NULL; nowhere
	Int                  // I
	Uint                 // I, the bits of a uint64
	Float                // F
	Decimal              // D
	String               // S: text in UTF-8, or bytes where the collation is Binary
	Date                 // I, packed as by Civil.Pack, the time of day 0
	DateTime             // I, packed as by Civil.Pack; TIMESTAMP, too, in the session's time zone (see Clock)
	Time                 // I, microseconds, negative ones too
	JSON                 // S: the text of a document, normalized as MySQL prints it
	Enum                 // I, the member's number from 1, 0 for the error value; a Value has its text in S
	Set                  // I, a bit for each member; a Value has its text in S
	Bit                  // I, the bits of a uint64
)

// Protocol is a type's number in MySQL's protocol, the MYSQL_TYPE_* constants.
type Protocol uint8

// The numbers of MySQL's protocol that results have.
const (
	ProtocolTiny      Protocol = 1
	ProtocolShort     Protocol = 2
	ProtocolLong      Protocol = 3
	ProtocolFloat     Protocol = 4
	ProtocolDouble    Protocol = 5
	ProtocolNull      Protocol = 6
	ProtocolTimestamp Protocol = 7
	ProtocolLongLong  Protocol = 8
	ProtocolInt24     Protocol = 9
	ProtocolDate      Protocol = 10
	ProtocolTime      Protocol = 11
	ProtocolDateTime  Protocol = 12
	ProtocolYear      Protocol = 13
	ProtocolVarchar   Protocol = 15 // of table columns; results say ProtocolVarString
	ProtocolBit       Protocol = 16
	ProtocolJSON      Protocol = 245
	ProtocolDecimal   Protocol = 246
	ProtocolEnum      Protocol = 247
	ProtocolSet       Protocol = 248
	ProtocolBlob      Protocol = 252 // TEXT and BLOB of all sizes
	ProtocolVarString Protocol = 253
	ProtocolString    Protocol = 254 // CHAR and BINARY
)

// NotFixed is the Scale of a Float whose places are not fixed.
const NotFixed = 31

// Coercibility says whose collation wins where strings meet, the lower one
// (manual 10.8.4).
type Coercibility uint8

// MySQL's coercibilities.
const (
	CoerceExplicit  Coercibility = iota // COLLATE
	CoerceNone                          // strings of two collations joined
	CoerceImplicit                      // a column, a routine's variable
	CoerceSystem                        // USER(), VERSION()
	CoerceLiteral                       // a literal
	CoerceNumeric                       // a number, a date
	CoerceIgnorable                     // NULL
)

// Type is the type of an expression or a column. The zero Type is that of NULL.
type Type struct {
	Kind     Kind
	Protocol Protocol

	// Length is, of a String, the most characters (bytes, of a binary one);
	// of a Decimal, the most digits in all; of an Int, the most characters of
	// its text, sign included.
	Length int
	// Scale is the number of decimals: of a Decimal, of a Float (NotFixed, or
	// fixed by DOUBLE(m,d) and ROUND), of a second (0 to 6).
	Scale int

	Nullable     bool
	Collation    Collation    // of String, Enum, Set; JSON is utf8mb4_bin; others' texts have the connection's
	Coercibility Coercibility // of the collation
	Members      []string     // of Enum and Set
	Unsigned     bool         // of a Decimal and a Float, that a column takes no negative ones
	Zerofill     int          // to how many characters a column's numbers are filled with zeros in texts; 0: they are not
	Hex          bool         // a hexadecimal or bit literal: bytes, but a number among numbers
}

// IsNumeric tells whether a value is a number by itself.
func (t *Type) IsNumeric() bool {
	switch t.Kind {
	case Int, Uint, Float, Decimal, Bit:
		return true
	}
	return false
}

// IsTemporal tells whether a value is a date, a time or both.
func (t *Type) IsTemporal() bool { return t.Kind == Date || t.Kind == DateTime || t.Kind == Time }

// IsText tells whether a value is a string by itself: Enum and Set are.
func (t *Type) IsText() bool { return t.Kind == String || t.Kind == Enum || t.Kind == Set }

// IsYear tells whether the type is YEAR, whose kind is Int.
func (t *Type) IsYear() bool { return t.Protocol == ProtocolYear }

// IsTimestamp tells whether the type is TIMESTAMP, whose kind is DateTime.
func (t *Type) IsTimestamp() bool { return t.Protocol == ProtocolTimestamp }

// Types that expressions often have. They may not be changed; With… make others.
var (
	TypeNull     = Type{Kind: Null, Protocol: ProtocolNull, Nullable: true, Collation: Binary, Coercibility: CoerceIgnorable}
	TypeBool     = Type{Kind: Int, Protocol: ProtocolLongLong, Length: 1, Collation: Binary, Coercibility: CoerceNumeric}
	TypeInt      = Type{Kind: Int, Protocol: ProtocolLongLong, Length: 21, Collation: Binary, Coercibility: CoerceNumeric}
	TypeUint     = Type{Kind: Uint, Protocol: ProtocolLongLong, Length: 21, Collation: Binary, Coercibility: CoerceNumeric}
	TypeDouble   = Type{Kind: Float, Protocol: ProtocolDouble, Length: 23, Scale: NotFixed, Collation: Binary, Coercibility: CoerceNumeric}
	TypeDate     = Type{Kind: Date, Protocol: ProtocolDate, Length: 10, Collation: Binary, Coercibility: CoerceNumeric}
	TypeDateTime = Type{Kind: DateTime, Protocol: ProtocolDateTime, Length: 19, Collation: Binary, Coercibility: CoerceNumeric}
	TypeTime     = Type{Kind: Time, Protocol: ProtocolTime, Length: 10, Collation: Binary, Coercibility: CoerceNumeric}
	TypeJSON     = Type{Kind: JSON, Protocol: ProtocolJSON, Length: 4294967295 / 4, Collation: JSONCollation, Coercibility: CoerceImplicit}
)

// TypeDecimal is DECIMAL(precision, scale).
func TypeDecimal(precision, scale int) Type {
	return Type{
		Kind: Decimal, Protocol: ProtocolDecimal, Length: min(max(precision, 1), MaxPrecision), Scale: min(scale, MaxScale),
		Collation: Binary, Coercibility: CoerceNumeric,
	}
}

// TypeString is VARCHAR of at most so many characters.
func TypeString(length int, c Collation, by Coercibility) Type {
	t := Type{Kind: String, Protocol: ProtocolVarString, Length: length, Collation: c, Coercibility: by, Scale: NotFixed}
	// A longer one is a TEXT or BLOB to the client (Item::set_data_type_string).
	if length > 65535/c.MaxBytes() {
		t.Protocol = ProtocolBlob
	}
	return t
}

// WithNullable is the type with the nullability.
func (t Type) WithNullable(nullable bool) Type {
	t.Nullable = nullable
	return t
}

// MaxPrecision and MaxScale bound DECIMAL.
const (
	MaxPrecision = 65
	MaxScale     = 30
)
