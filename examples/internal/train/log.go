package train

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gomx-org/gomx/model"
)

// logger writes lines as MXNet's scripts do, "time Node[rank] message", and keeps a progress bar below them on terminals.
type logger struct {
	w        io.Writer
	terminal bool
	progress *progressbar.ProgressBar
}

func newLog(f *os.File) *logger {
	return &logger{w: f, terminal: term.IsTerminal(int(f.Fd()))}
}

func (l *logger) printf(format string, args ...any) {
	if l.progress != nil {
		_ = l.progress.Clear() // a bar that cannot be drawn is no reason to stop
	}
	fmt.Fprintf(l.w, "%s Node[0] %s\n", time.Now().Format("2006-01-02 15:04:05,000"), fmt.Sprintf(format, args...))
}

// bar shows how far the epoch is, on terminals only.
func (l *logger) bar(f *Flags) model.BatchCallback {
	batches := max(f.NumExamples/f.BatchSize, 1)
	return model.BatchFunc(func(b *model.BatchEnd) {
		if !l.terminal {
			return
		}
		if l.progress == nil || b.Batch == 1 {
			l.progress = progressbar.NewOptions(batches, progressbar.OptionSetWriter(l.w), progressbar.OptionClearOnFinish(),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetWidth(30), progressbar.OptionShowCount(),
				progressbar.OptionSetDescription(fmt.Sprintf("epoch %d", b.Epoch)))
		}
		_ = l.progress.Set(min(b.Batch, batches))
	})
}

func (l *logger) finish() {
	if l.progress != nil {
		_ = l.progress.Clear()
	}
}
