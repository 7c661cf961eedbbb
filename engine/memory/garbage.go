package memory

import (
	"runtime/debug"
	"sync"
)

// pressedPercent is how much garbage the collector leaves, in percent of what is in use, while a statement that has reached a limit
// goes on with files. Go's default, 100, has the process take twice what the limits say.
const pressedPercent = 40

// pressure is of all statements of the process that have been refused memory.
var pressure struct {
	mu         sync.Mutex
	statements int
	percent    int // what it was before
}

func press() {
	pressure.mu.Lock()
	defer pressure.mu.Unlock()
	if pressure.statements++; pressure.statements > 1 {
		return
	}
	pressure.percent = debug.SetGCPercent(pressedPercent)
	if pressure.percent < pressedPercent { // somebody wants less, or is without a collector
		debug.SetGCPercent(pressure.percent)
	}
}

func unpress() {
	pressure.mu.Lock()
	defer pressure.mu.Unlock()
	if pressure.statements--; pressure.statements == 0 {
		debug.SetGCPercent(pressure.percent)
	}
}
