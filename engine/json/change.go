package json

import "slices"

// The changes are made to the document itself. Paths match one part at most, which callers
// have made sure of.

// first is what the path matches, or nil.
func (p *Path) first(d *Doc) *Doc {
	if found := p.Seek(d); len(found) > 0 {
		return found[0]
	}
	return nil
}

// Set gives what the path matches the value, where replace is set; where nothing is there
// but what it would be a part of, it adds the value, where insert is set.
func (d *Doc) Set(p *Path, value *Doc, insert, replace bool) {
	if hit := p.first(d); hit != nil {
		if replace {
			*hit = *value
		}
		return
	}
	if !insert || p.IsRoot() {
		return
	}
	parent := p.parent().first(d)
	if parent == nil {
		return
	}
	l := p.last()
	switch {
	case l.kind == legMember:
		if parent.Kind == Object {
			parent.SetMember(l.name, value)
		}
	case l.kind == legCell:
		parent.wrap()
		parent.insertAt(l.from, value)
	}
}

// wrap makes an array of what is none.
func (d *Doc) wrap() {
	if d.Kind != Array {
		inner := *d
		*d = Doc{Kind: Array, Items: []*Doc{&inner}}
	}
}

// insertAt puts a value before what is at the place, or at the nearest end.
func (d *Doc) insertAt(c cell, value *Doc) {
	i := min(max(c.in(len(d.Items)), 0), len(d.Items))
	d.Items = slices.Insert(d.Items, i, value)
}

// AppendAt is JSON_ARRAY_APPEND: it appends the value to the array that the path matches;
// what is no array becomes one.
func (d *Doc) AppendAt(p *Path, value *Doc) {
	if hit := p.first(d); hit != nil {
		hit.wrap()
		hit.Items = append(hit.Items, value)
	}
}

// InsertAt is JSON_ARRAY_INSERT: it puts the value into an array at the cell.
func (d *Doc) InsertAt(p *Path, value *Doc) {
	if parent := p.parent().first(d); parent != nil && parent.Kind == Array {
		parent.insertAt(p.last().from, value)
	}
}

// Remove takes away what the path matches, which is not the root.
func (d *Doc) Remove(p *Path) {
	parent := p.parent().first(d)
	if parent == nil {
		return
	}
	switch l := p.last(); {
	case l.kind == legMember && parent.Kind == Object:
		parent.removeMember(l.name)
	case l.kind == legCell && parent.Kind == Array:
		if i := l.from.in(len(parent.Items)); i >= 0 && i < len(parent.Items) {
			parent.Items = slices.Delete(parent.Items, i, i+1)
		}
	}
}

// MergePreserve is JSON_MERGE_PRESERVE: members of objects are merged, others become
// arrays and are joined.
func MergePreserve(a, b *Doc) *Doc {
	if a.Kind != Object || b.Kind != Object {
		return ArrayOf(slices.Concat(wrapped(a), wrapped(b))...)
	}
	out := &Doc{Kind: Object, Keys: slices.Clone(a.Keys), Items: slices.Clone(a.Items)}
	for i, k := range b.Keys {
		if m := out.Member(k); m != nil {
			out.SetMember(k, MergePreserve(m, b.Items[i]))
		} else {
			out.SetMember(k, b.Items[i])
		}
	}
	return out
}

// MergePatch is JSON_MERGE_PATCH, RFC 7396: members of the patch replace those of the
// document, null removes them.
func MergePatch(d, patch *Doc) *Doc {
	if patch.Kind != Object {
		return patch
	}
	out := &Doc{Kind: Object}
	if d.Kind == Object {
		out.Keys, out.Items = slices.Clone(d.Keys), slices.Clone(d.Items)
	}
	for i, k := range patch.Keys {
		if patch.Items[i].Kind == Null {
			out.removeMember(k)
			continue
		}
		m := out.Member(k)
		if m == nil {
			m = &Doc{}
		}
		out.SetMember(k, MergePatch(m, patch.Items[i]))
	}
	return out
}

// Search appends the paths of the strings for which match is true, from the part at the
// path on, in the document's order.
func (d *Doc) Search(match func(string) bool, at string, found []string) []string {
	switch d.Kind {
	case String:
		if match(d.S) {
			found = append(found, at)
		}
	case Array:
		for i, x := range d.Items {
			found = x.Search(match, string(append(cell{n: i}.append([]byte(at+"[")), ']')), found)
		}
	case Object:
		for i, x := range d.Items {
			found = x.Search(match, string(appendMember([]byte(at), d.Keys[i])), found)
		}
	}
	return found
}

// Paths is where each of the parts is in the document.
func (d *Doc) Paths(parts []*Doc) []string {
	wanted := make(map[*Doc]string, len(parts))
	for _, x := range parts {
		wanted[x] = ""
	}
	var walk func(x *Doc, at string)
	walk = func(x *Doc, at string) {
		if _, ok := wanted[x]; ok {
			wanted[x] = at
		}
		for i, item := range x.Items {
			if x.Kind == Object {
				walk(item, string(appendMember([]byte(at), x.Keys[i])))
			} else {
				walk(item, string(append(cell{n: i}.append([]byte(at+"[")), ']')))
			}
		}
	}
	walk(d, "$")
	out := make([]string, len(parts))
	for i, x := range parts {
		out[i] = wanted[x]
	}
	return out
}
