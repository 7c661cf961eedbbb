package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/verbatim-sql/verbatim/engine/memory"
)

const (
	reclaimEvery = time.Second
	reclaimFrom  = 64 << 20 // bytes that were allocated since the last time, at least
	reclaimIdle  = 1 << 20  // who allocates less than this in reclaimEvery is idle
)

// boundHeap has the collector leave less garbage where the process would else take what the machine, or its control group, has.
// GOMEMLIMIT says otherwise.
func boundHeap() {
	if _, said := os.LookupEnv("GOMEMLIMIT"); said {
		return
	}
	if machine := memory.Machine(); machine != memory.None {
		debug.SetMemoryLimit(machine / 10 * 9)
	}
}

// reclaim gives memory back to the system until the context ends: what a large statement leaves is garbage that no other
// one makes the collector look for. It does so while nobody allocates, since fresh pages cost the next statement time.
func reclaim(ctx context.Context) {
	tick := time.NewTicker(reclaimEvery)
	defer tick.Stop()
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	allocated := func() uint64 {
		metrics.Read(samples)
		return samples[0].Value.Uint64()
	}
	reclaimed := allocated()
	for last := reclaimed; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := allocated()
		if now-last < reclaimIdle && now-reclaimed > reclaimFrom {
			debug.FreeOSMemory()
			now = allocated()
			reclaimed = now
		}
		last = now
	}
}
