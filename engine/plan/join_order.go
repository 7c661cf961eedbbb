package plan

import (
	"math"
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// The cost of what a join does, in rows read of a table.
const (
	buildCost  = 8.  // a row of the right side, put into the hash table
	probeCost  = 2.  // a row of the left side, looked up
	outputCost = 1.  // a pair that is found
	pairCost   = 1.  // a pair that is compared, where there is no equality
	seekCost   = 40. // a row found by a key of its table
)

// What the execution does with a great right side, see package exec.
const (
	narrowedRows = 16 * 1024 // is one
	narrowRows   = 64 * 1024 // so many rows of the left, at most, are known before the right side is read
)

// reorderFrom is the cost from which on another order of joins may be chosen than the written one: where there is little
// to gain, rows come in the order that the statement's author expects. Tests set it.
var reorderFrom = 50_000.

const (
	worthShare  = 0.8 // another order must cost less than this share of the written one
	mostDynamic = 10  // parts whose orders are all considered
)

// joinGraph is what is joined by inner joins, and what the conditions make of it.
type joinGraph struct {
	parts  []Node
	rows   []float64 // of each, those left by its own conditions
	read   []float64 // what its rows cost
	conds  []joinCondition
	narrow []bool // of each, whether only the rows that match may be read of it
}

// joinCondition is a condition on several parts.
type joinCondition struct {
	parts uint64
	share float64
	// left and right are the parts of an equality's sides; 0: it is none. Each may have distinct values.
	left, right           uint64
	leftCount, rightCount float64
	leftKey, rightKey     bool // the side is a column that begins a key
}

// graph estimates what is joined on conditions.
func (o *optimizer) graph(parts []Node, conds []expr.Expr) *joinGraph {
	g := &joinGraph{parts: parts}
	of := make([]ids, len(parts))
	for i, p := range parts {
		of[i] = idsOf(p)
		o.estimate.trace(p)
		rows := o.estimate.rows(p)
		g.rows, g.read = append(g.rows, rows), append(g.read, rows)
		_, isScan := tableOf(p).(*Scan)
		g.narrow = append(g.narrow, isScan && rows >= narrowedRows)
	}
	set := func(e expr.Expr) (s uint64) {
		uses := ids(FreeOf(e))
		for i := range parts {
			if uses.meets(of[i]) {
				s |= 1 << i
			}
		}
		return s
	}
	alone := make([][]expr.Expr, len(parts))
	var several []expr.Expr
	for _, e := range conds {
		c := set(e)
		if bits.OnesCount64(c) != 1 {
			several = append(several, e)
			g.conds = append(g.conds, joinCondition{parts: c})
			continue
		}
		at := bits.TrailingZeros64(c)
		alone[at] = append(alone[at], e)
	}
	for i, p := range parts {
		g.rows[i] *= o.estimate.share(alone[i], g.read[i])
		if scan, ok := p.(*Scan); ok {
			if l, _ := scan.bestLookup(alone[i], ""); l != nil {
				g.read[i] = min(g.read[i], g.read[i]*o.estimate.lookup(scan.Table, l, g.read[i])*seekCost)
			}
		}
	}
	for i, e := range several {
		j := &g.conds[i]
		j.share = otherShare
		call, ok := e.(*expr.Call)
		if !ok {
			continue
		}
		if call.F.Name != "=" {
			j.share = o.estimate.shareOf(e, 1)
			continue
		}
		l, r := set(call.Args[0]), set(call.Args[1])
		if l == 0 || r == 0 || l&r != 0 {
			continue
		}
		j.left, j.right = l, r
		j.leftCount, j.leftKey = o.side(g, call.Args[0], l)
		j.rightCount, j.rightKey = o.side(g, call.Args[1], r)
		j.share = 1 / max(j.leftCount, j.rightCount, 1)
	}
	return g
}

// side is how many different values a side of an equality has, and whether it begins a key of its table.
func (o *optimizer) side(g *joinGraph, e expr.Expr, of uint64) (distinct float64, key bool) {
	rows := 0.
	for i := range g.parts {
		if of&(1<<i) != 0 {
			rows = max(rows, o.estimate.rows(g.parts[i]))
		}
	}
	if c, ok := e.(*expr.Column); ok {
		if from, ok := o.estimate.origins[c.ID]; ok {
			key = slices.ContainsFunc(from.table.Keys(), func(k Key) bool { return k.Columns[0] == from.at })
		}
	}
	return o.estimate.distinct(e, rows), key
}

// tableOf is what a node filters.
func tableOf(n Node) Node {
	for {
		f, ok := n.(*Filter)
		if !ok {
			return n
		}
		n = f.Child
	}
}

// step is what it costs to join a part to those that are joined, which have so many rows, and how many rows that makes.
func (g *joinGraph) step(joined uint64, left float64, part int) (cost, rows float64) {
	right := g.rows[part]
	rows = left * right
	equal, key := false, false
	matched := 1. // the share of the part's rows that match
	for i := range g.conds {
		c := &g.conds[i]
		if c.parts&^(joined|1<<part) != 0 || c.parts&(1<<part) == 0 {
			continue
		}
		rows *= c.share
		here, there, hereKey := c.left, c.right, c.leftKey
		hereCount, thereCount := c.leftCount, c.rightCount
		if here != 1<<part {
			here, there, hereKey = c.right, c.left, c.rightKey
			hereCount, thereCount = thereCount, hereCount
		}
		if here == 1<<part && there != 0 && there&^joined == 0 {
			equal, key = true, key || hereKey
			matched = min(matched, min(left, thereCount)/max(hereCount, 1))
		}
	}
	if !equal {
		return g.read[part] + right*buildCost + left*right*pairCost + rows*outputCost, rows
	}
	build := g.read[part] + right*buildCost
	if g.narrow[part] && left <= narrowRows {
		build = min(build, g.read[part]+right*matched*buildCost)
		if key {
			build = min(build, left*seekCost+right*matched*buildCost)
		}
	}
	return build + left*probeCost + rows*outputCost, rows
}

// cost is that of an order of the parts.
func (g *joinGraph) cost(order []int) float64 {
	cost, rows, joined := g.read[order[0]], g.rows[order[0]], uint64(1)<<order[0]
	for _, p := range order[1:] {
		var c float64
		c, rows = g.step(joined, rows, p)
		cost, joined = cost+c, joined|1<<p
	}
	return cost
}

// best is the order that costs least: of few parts by dynamic programming over the sets of them (Selinger et al.), of more
// the cheapest next part each time, from each first one.
func (g *joinGraph) best() (order []int, cost float64) {
	n := len(g.parts)
	if n > mostDynamic {
		return g.greedy()
	}
	type state struct {
		cost, rows float64
		last       int
	}
	states := make([]state, 1<<n)
	for s := range states {
		states[s].cost = math.Inf(1)
	}
	for p := range n {
		states[1<<p] = state{g.read[p], g.rows[p], p}
	}
	for s := 1; s < len(states); s++ {
		from := states[s]
		for p := range n {
			if s&(1<<p) != 0 {
				continue
			}
			cost, rows := g.step(uint64(s), from.rows, p)
			if to := &states[s|1<<p]; from.cost+cost < to.cost {
				*to = state{from.cost + cost, rows, p}
			}
		}
	}
	all := len(states) - 1
	for s := all; s != 0; {
		order = append(order, states[s].last)
		s &^= 1 << states[s].last
	}
	slices.Reverse(order)
	return order, states[all].cost
}

func (g *joinGraph) greedy() (order []int, cost float64) {
	cost = math.Inf(1)
	for first := range g.parts {
		next, total := []int{first}, g.read[first]
		rows, joined := g.rows[first], uint64(1)<<first
		for len(next) < len(g.parts) {
			at, least, made := -1, math.Inf(1), 0.
			for p := range g.parts {
				if joined&(1<<p) != 0 {
					continue
				}
				if c, r := g.step(joined, rows, p); at < 0 || c < least {
					at, least, made = p, c, r
				}
			}
			next, total = append(next, at), total+least
			rows, joined = made, joined|1<<at
		}
		if total < cost {
			order, cost = next, total
		}
	}
	return order, cost
}

// joinOrder puts what is joined in the order that costs least, where that is worth it: the written one stays, or one in
// which each part has an equality with those before it. Beyond 64 parts it is that one.
func (o *optimizer) joinOrder(parts []Node, conds []expr.Expr) []Node {
	written := connectedOrder(parts, conds)
	if len(parts) > 64 || o.repeated { // in a subquery that is repeated, what is the same each time may be read once
		return written
	}
	big := 0.
	for _, p := range parts {
		big += o.estimate.rows(p)
	}
	if big*buildCost < reorderFrom && len(parts) < 3 {
		return written
	}
	g := o.graph(written, conds)
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	cost := g.cost(order)
	if cost < reorderFrom {
		return written
	}
	best, least := g.best()
	if least > cost*worthShare {
		return written
	}
	out := make([]Node, len(parts))
	for i, p := range best {
		out[i] = written[p]
	}
	return out
}
