package types

import "strings"

// EnumText is the text of an ENUM's value: "" for 0, the error value.
func EnumText(members []string, i int64) string {
	if i < 1 || int(i) > len(members) {
		return ""
	}
	return members[i-1]
}

// SetText is the text of a SET's value: its members with commas between.
func SetText(members []string, bits uint64) string {
	var text strings.Builder
	for i, m := range members {
		if bits&(1<<i) != 0 {
			if text.Len() > 0 {
				text.WriteByte(',')
			}
			text.WriteString(m)
		}
	}
	return text.String()
}
