package wire

import (
	"math"
	"sync/atomic"
	"time"
)

// watcher finds out that a client leaves while its statement runs, which ends the statement: where one takes long the
// watcher waits for the next packet's first bytes, and gives the connection back to receive by peeked.
//
// Most statements have ended by then, and a timer for each of them would cost more than many of them do: to set one may
// wake another thread. It is set as long as statements follow one another, and looks which of them runs.
type watcher struct {
	timer   *time.Timer
	set     atomic.Bool   // the timer is, or what it calls runs
	running atomic.Uint64 // the number of the statement that runs, with taken where the watcher reads; 0: none
	last    uint64        // the number of the last one
	seen    uint64        // that which ran when the timer last rang

	mayQuit bool // the next packet may be COM_QUIT
	peeked  chan struct{}
	gone    error // why the client is gone
}

// taken marks a statement for which the watcher has the connection.
const taken = 1 << 63

// watchAfter is how long a statement runs unwatched at least, and half of how long at most.
const watchAfter = 20 * time.Millisecond

func (w *watcher) begin(watch func()) {
	w.peeked = make(chan struct{}, 1)
	w.timer = time.AfterFunc(math.MaxInt64, watch)
	w.timer.Stop() // until watchNext sets it
}

// watchNext has the next packet waited for while a statement runs.
func (w *watcher) watchNext(mayQuit bool) {
	w.mayQuit = mayQuit
	w.last++
	w.running.Store(w.last)
	w.setTimer()
}

func (w *watcher) setTimer() {
	if !w.set.Load() && w.set.CompareAndSwap(false, true) {
		w.timer.Reset(watchAfter)
	}
}

// unwatch ends what watchNext began: where it waits for a packet, until that begins or the
// client is gone.
func (w *watcher) unwatch() {
	if !w.running.CompareAndSwap(w.last, 0) && w.running.Load() != 0 {
		<-w.peeked
		w.running.Store(0)
	}
}

// watchClient waits for the next packet to begin, where the statement that runs did so when the timer last rang.
func (c *Conn) watchClient() {
	n := c.running.Load()
	switch {
	case !runs(n):
	case n != c.seen:
		c.seen = n
		c.timer.Reset(watchAfter)
		return
	case c.running.CompareAndSwap(n, n|taken):
		if c.mayQuit { // inside a file the client has no reason to be silent
			c.nc.patient()
		}
		if c.gone = c.in.await(c.mayQuit); c.gone != nil {
			c.cancel()
		}
		c.peeked <- struct{}{}
	}
	if c.set.Store(false); runs(c.running.Load()) { // it has begun meanwhile, and found the timer set
		c.setTimer()
	}
}

// runs tells whether a statement runs that is not watched.
func runs(n uint64) bool { return n != 0 && n&taken == 0 }
