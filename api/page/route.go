package page

import "container/heap"

// What a way costs on the lattice: it is short, has few corners, crosses others seldom and never runs on top of them.
const (
	costStep  = 2
	costTurn  = 9
	costCross = 10
	costNear  = 3   // beside a box or another way
	costOnTop = 400 // on another way
)

// router finds ways between boxes on a lattice.
type router struct {
	w, h   int
	closed []bool // inside or at the edge of a box
	near   []int
	across []bool // a way runs here from left to right
	down   []bool // or from top to bottom
	taken  map[spot]bool
}

func newRouter(w, h int) *router {
	n := (w + 1) * (h + 1)
	return &router{w: w, h: h, closed: make([]bool, n), near: make([]int, n), across: make([]bool, n), down: make([]bool, n), taken: map[spot]bool{}}
}

func (r *router) index(s spot) int { return s.y*(r.w+1) + s.x }

func (r *router) inside(s spot) bool { return s.x >= 0 && s.y >= 2 && s.x <= r.w && s.y <= r.h }

// block keeps ways off a box.
func (r *router) block(corner spot) {
	for y := -1; y <= boxH+1; y++ {
		for x := -1; x <= boxW+1; x++ {
			at := spot{corner.x + x, corner.y + y}
			if !r.inside(at) {
				continue
			}
			r.near[r.index(at)] += costNear
			if x >= 0 && y >= 0 && x <= boxW && y <= boxH {
				r.closed[r.index(at)] = true
			}
		}
	}
}

// port is a place at the edge of a box where ways start or end.
type port struct {
	at   spot
	out  int // direction away from the box
	cost int
}

// The four directions: right, down, left, up.
var directions = [4]spot{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

func (r *router) ports(corner spot) (all []port) {
	add := func(x, y, out, cost int) {
		if at := (spot{corner.x + x, corner.y + y}); !r.taken[at] {
			all = append(all, port{at, out, cost})
		}
	}
	for y := 1; y < boxH; y++ {
		add(boxW, y, 0, 4*abs(y-boxH/2))
		add(0, y, 2, 4*abs(y-boxH/2))
	}
	for x := 1; x < boxW; x++ {
		add(x, boxH, 1, 4+abs(2*x-boxW))
		add(x, 0, 3, 4+abs(2*x-boxW))
	}
	return all
}

// state is a place with the direction in which it was come to.
type state struct {
	at  spot
	dir int
}

type step struct {
	state
	cost int
}

type queue []step

// Len, Less, Swap, Push and Pop make it a heap.
func (q queue) Len() int           { return len(q) }
func (q queue) Less(a, b int) bool { return q[a].cost < q[b].cost }
func (q queue) Swap(a, b int)      { q[a], q[b] = q[b], q[a] }
func (q *queue) Push(x any)        { *q = append(*q, x.(step)) } //nolint:forcetypeassert // nothing else is pushed
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// route finds the cheapest way from one box to another and keeps its place: its ends and corners, none if there is no way.
func (r *router) route(from, to spot) []spot {
	ends := make(map[state]int)
	for _, p := range r.ports(to) {
		ends[state{p.at, (p.out + 2) % 4}] = p.cost
	}
	best, before := make(map[state]int), make(map[state]state)
	var q queue
	visit := func(s state, cost int, by *state) {
		if old, seen := best[s]; seen && old <= cost {
			return
		}
		best[s] = cost
		if by != nil {
			before[s] = *by
		}
		heap.Push(&q, step{s, cost})
	}
	for _, p := range r.ports(from) {
		visit(state{p.at, p.out}, p.cost, nil)
	}
	var goal state
	lowest := -1
	for q.Len() > 0 {
		now, _ := heap.Pop(&q).(step)
		if lowest >= 0 && now.cost >= lowest {
			break
		}
		if now.cost > best[now.state] {
			continue
		}
		r.spread(now, ends, visit, func(end state, cost int) {
			if lowest < 0 || cost < lowest {
				lowest, goal = cost, end
				before[end] = now.state
			}
		})
	}
	if lowest < 0 {
		return nil
	}
	return r.keep(goal, before)
}

// spread goes one step on from a place in every direction but back.
func (r *router) spread(now step, ends map[state]int, visit func(state, int, *state), arrive func(state, int)) {
	for dir := range directions {
		if (dir+2)%4 == now.dir {
			continue
		}
		atBox := r.closed[r.index(now.at)] // a way leaves its box straight
		if atBox && dir != now.dir {
			continue
		}
		next := state{spot{now.at.x + directions[dir].x, now.at.y + directions[dir].y}, dir}
		if !r.inside(next.at) {
			continue
		}
		cost := now.cost + costStep
		if dir != now.dir {
			cost += costTurn + r.corner(now.at)
		}
		if extra, ok := ends[next]; ok {
			arrive(next, cost+extra)
			continue
		}
		if r.closed[r.index(next.at)] {
			continue
		}
		visit(next, cost+r.toll(next), &now.state)
	}
}

// corner is what it costs to turn where another way runs.
func (r *router) corner(at spot) int {
	if n := r.index(at); r.across[n] || r.down[n] {
		return costOnTop
	}
	return 0
}

// toll is what a place costs beside the step itself.
func (r *router) toll(s state) int {
	n := r.index(s.at)
	cost := r.near[n]
	along, cross := r.across[n], r.down[n]
	if directions[s.dir].x == 0 {
		along, cross = cross, along
	}
	if along {
		cost += costOnTop
	}
	if cross {
		cost += costCross
	}
	return cost
}

// keep follows a way back to its start, marks where it runs, and returns its ends and corners.
func (r *router) keep(goal state, before map[state]state) []spot {
	var way []state
	for s, ok := goal, true; ok; s, ok = before[s] {
		way = append(way, s)
	}
	var path []spot
	for n := len(way) - 1; n >= 0; n-- {
		s := way[n]
		r.mark(s)
		if n == len(way)-1 || n == 0 || way[n-1].dir != s.dir {
			path = append(path, s.at)
		}
	}
	r.taken[path[0]], r.taken[path[len(path)-1]] = true, true
	return path
}

func (r *router) mark(s state) {
	i := r.index(s.at)
	sideways := directions[(s.dir+1)%4]
	if directions[s.dir].x != 0 {
		r.across[i] = true
	} else {
		r.down[i] = true
	}
	for _, d := range []int{-1, 1} {
		if beside := (spot{s.at.x + d*sideways.x, s.at.y + d*sideways.y}); r.inside(beside) {
			r.near[r.index(beside)] += costNear
		}
	}
}
