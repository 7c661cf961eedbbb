package plan

// projectLate takes a projection from below an operator that leaves rows out, a limit or the sort below one: it is computed
// only of the rows that are left. No others fail then, as none do in MySQL, which computes a derived table's columns where
// the query around it sends them.
func projectLate(n Node) Node {
	switch n := n.(type) {
	case *Limit:
		if p := pureProjection(n.Child); p != nil {
			return p.With([]Node{projectLate(n.With([]Node{p.Child}))})
		}
	case *Sort:
		p := pureProjection(n.Child)
		if p == nil || n.Top == nil {
			return n
		}
		with, known := &Sort{Child: p.Child, Top: n.Top}, projected(p)
		for _, k := range n.Keys {
			x, ok := substitute(k.X, known)
			if !ok || !movable(x) {
				return n
			}
			k.X = x
			with.Keys = append(with.Keys, k)
		}
		return p.With([]Node{projectLate(with)})
	}
	return n
}

// pureProjection is a plan that is a projection whose items may be computed of fewer rows; nil: it is none.
func pureProjection(n Node) *Project {
	if p, ok := n.(*Project); ok && allPure(p.Items) {
		return p
	}
	return nil
}
