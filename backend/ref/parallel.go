package ref

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// job is work in pieces that may run at the same time; worker, below workers(), tells whose scratch memory to use.
type job interface{ piece(i, worker int) }

// pool is the goroutines that help with jobs. It serves one job at a time; a job begun meanwhile runs alone.
var pool struct {
	sync.Mutex
	start   sync.Once
	helpers int
	jobs    chan int // wakes the helper with the given number
	job     job
	n       int64
	next    atomic.Int64
	done    sync.WaitGroup
}

func startPool() {
	pool.start.Do(func() {
		pool.helpers = runtime.GOMAXPROCS(0) - 1
		pool.jobs = make(chan int, pool.helpers)
		for range pool.helpers {
			go func() {
				for worker := range pool.jobs {
					pieces(worker)
					pool.done.Done()
				}
			}()
		}
	})
}

// workers is the largest number of pieces that run at the same time.
func workers() int {
	startPool()
	return pool.helpers + 1
}

func pieces(worker int) {
	for {
		i := pool.next.Add(1) - 1
		if i >= pool.n {
			return
		}
		pool.job.piece(int(i), worker)
	}
}

// run does the pieces 0 … n−1 of j. How the work is cut must not depend on the number of workers.
func run(j job, n int) {
	startPool()
	if n <= 1 || pool.helpers == 0 || !pool.TryLock() {
		for i := range n {
			j.piece(i, 0)
		}
		return
	}
	defer pool.Unlock()
	pool.job, pool.n = j, int64(n)
	pool.next.Store(0)
	pool.done.Add(pool.helpers)
	for w := range pool.helpers {
		pool.jobs <- w + 1
	}
	pieces(0)
	pool.done.Wait()
	pool.job = nil
}
