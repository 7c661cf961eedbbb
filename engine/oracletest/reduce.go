package oracletest

import "slices"

// Reduce makes the query smaller as long as the smaller one still differs, as
// differs tells, and returns the last that did. A candidate need not be valid:
// one that both servers refuse does not differ.
func Reduce(q *Query, differs func(*Query) bool) *Query {
	for tries := 0; tries < 600; {
		smaller := false
		for _, c := range candidates(q) {
			if tries++; tries > 600 {
				break
			}
			if len(c.SQL()) < len(q.SQL()) && differs(c) {
				q, smaller = c, true
				break
			}
		}
		if !smaller {
			break
		}
	}
	return q
}

// candidates are the queries that lack one thing of q, the greater ones first.
func candidates(q *Query) []*Query {
	var all []*Query
	with := func(change func(*Query)) {
		c := *q
		change(&c)
		all = append(all, &c)
	}
	for i, s := range q.Set {
		with(func(c *Query) { c.Set = without(q.Set, i) })
		with(func(c *Query) { *c = *s.Query; c.With, c.Name = q.With, q.Name })
	}
	for i := range q.With {
		with(func(c *Query) { c.With = without(q.With, i) })
	}
	if q.Limit != "" {
		with(func(c *Query) { c.Limit = "" })
	}
	if len(q.OrderBy) > 0 && q.Limit == "" {
		with(func(c *Query) { c.OrderBy = nil })
	}
	if q.Distinct {
		with(func(c *Query) { c.Distinct = false })
	}
	if q.Rollup {
		with(func(c *Query) { c.Rollup = false })
	}
	if q.From != nil {
		for _, f := range fromCandidates(q.From) {
			with(func(c *Query) { c.From = f })
		}
	}
	for i := range q.Where {
		with(func(c *Query) { c.Where = without(q.Where, i) })
	}
	for i := range q.Having {
		with(func(c *Query) { c.Having = without(q.Having, i) })
	}
	for i := range q.GroupBy {
		with(func(c *Query) { c.GroupBy = without(q.GroupBy, i) })
	}
	if len(q.Select) > 1 {
		for i := range q.Select {
			with(func(c *Query) {
				c.Select, c.OrderBy, c.Limit = without(q.Select, i), nil, ""
				c.Set = nil
				for _, s := range q.Set {
					part := *s.Query
					if i < len(part.Select) {
						part.Select = without(part.Select, i)
					}
					c.Set = append(c.Set, SetPart{s.Op, &part})
				}
			})
		}
	}
	lists := []func(*Query) *[]*Expr{
		func(c *Query) *[]*Expr { return &c.Where },
		func(c *Query) *[]*Expr { return &c.Having },
		func(c *Query) *[]*Expr { return &c.Select },
		func(c *Query) *[]*Expr { return &c.GroupBy },
	}
	for _, list := range lists {
		for i, e := range *list(q) {
			for _, smaller := range exprCandidates(e) {
				with(func(c *Query) {
					l := list(c)
					*l = slices.Clone(*l)
					(*l)[i] = smaller
				})
			}
		}
	}
	for i, s := range q.Set {
		for _, smaller := range candidates(s.Query) {
			with(func(c *Query) {
				c.Set = slices.Clone(q.Set)
				c.Set[i].Query = smaller
			})
		}
	}
	for i, w := range q.With {
		if w.Query == nil {
			continue
		}
		for _, smaller := range candidates(w.Query) {
			with(func(c *Query) {
				c.With = slices.Clone(q.With)
				c.With[i].Query = smaller
			})
		}
	}
	return all
}

func without[T any](all []T, i int) []T {
	return append(slices.Clone(all[:i]), all[i+1:]...)
}

func fromCandidates(f *From) []*From {
	var all []*From
	if f.Query != nil {
		for _, smaller := range candidates(f.Query) {
			c := *f
			c.Query = smaller
			all = append(all, &c)
		}
		return all
	}
	if f.Left == nil {
		return nil
	}
	all = append(all, f.Left, f.Right)
	for i := range f.On {
		if len(f.On) > 1 {
			c := *f
			c.On = without(f.On, i)
			all = append(all, &c)
		}
	}
	if f.Kind != "JOIN" && len(f.On)+len(f.Using) > 0 {
		c := *f
		c.Kind = "JOIN"
		all = append(all, &c)
	}
	for _, smaller := range fromCandidates(f.Left) {
		c := *f
		c.Left = smaller
		all = append(all, &c)
	}
	for _, smaller := range fromCandidates(f.Right) {
		c := *f
		c.Right = smaller
		all = append(all, &c)
	}
	for i, e := range f.On {
		for _, smaller := range exprCandidates(e) {
			c := *f
			c.On = slices.Clone(f.On)
			c.On[i] = smaller
			all = append(all, &c)
		}
	}
	return all
}

func exprCandidates(e *Expr) []*Expr {
	var all []*Expr
	if len(e.Kids) == 0 && e.Query == nil {
		return nil
	}
	for _, k := range e.Kids {
		if k.Type == e.Type || e.Type <= Double && e.Type != Bool && k.Type <= Double {
			all = append(all, k)
		}
	}
	all = append(all, node(e.Type, literals[e.Type][0]), node(e.Type, "NULL"))
	for i, k := range e.Kids {
		for _, smaller := range exprCandidates(k) {
			c := *e
			c.Kids = slices.Clone(e.Kids)
			c.Kids[i] = smaller
			all = append(all, &c)
		}
	}
	if e.Query != nil {
		for _, smaller := range candidates(e.Query) {
			c := *e
			c.Query = smaller
			all = append(all, &c)
		}
	}
	return all
}
