package parse

// rowAlias finds the alias of an INSERT's row, AS name or AS name(column, …), which TiDB's
// grammar lacks, and returns the token that it begins at, the statement's end where there is
// none. It stands behind the values, before ON DUPLICATE KEY UPDATE or at the end.
func (r *rewriter) rowAlias() int {
	end := len(r.tokens)
	values := false
	for i := 1; i < end; i++ {
		switch {
		case r.isSign(i, '('):
			if r.tokens[i].match > i {
				i = r.tokens[i].match
			}
		case r.is(i, "SELECT"), r.is(i, "TABLE"), r.is(i, "WITH"):
			return end // an alias there is the query's
		case r.is(i, "VALUES"), r.is(i, "VALUE"), r.is(i, "SET"):
			values = true
		case values && r.is(i, "AS") && i+1 < end && r.tokens[i+1].isName():
			alias := &RowAlias{Name: r.name(i + 1)}
			next := i + 2
			if r.isSign(next, '(') {
				last := r.tokens[next].match
				for at := next + 1; at < last; at += 2 {
					if !r.tokens[at].isName() || at+1 < last && !r.isSign(at+1, ',') {
						return end
					}
					alias.Columns = append(alias.Columns, r.name(at))
				}
				next = last + 1
			}
			if next < end && !(r.is(next, "ON") && r.is(next+1, "DUPLICATE")) {
				return end
			}
			r.tree.NewRow = alias
			return i
		}
	}
	return end
}
