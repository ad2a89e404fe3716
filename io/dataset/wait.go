//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package dataset

import (
	"context"
	"time"
)

// waitFor repeats try until it is no longer busy.
func waitFor(ctx context.Context, try func() (busy bool, err error)) error {
	for {
		busy, err := try()
		if !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
