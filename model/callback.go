package model

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/gomx-org/gomx/metric"
)

// BatchEnd is what callbacks learn after each batch. It is reused: keep no pointer to it.
type BatchEnd struct {
	Epoch     int
	Batch     int // counted from 1 within the epoch
	BatchSize int
	Metric    metric.EvalMetric
	Log       Logf
}

// EpochEnd is what callbacks learn after each epoch, before validation.
type EpochEnd struct {
	Epoch  int // counted from 0
	Model  *FeedForward
	Metric metric.EvalMetric // of the training batches since the last reset, by Speedometer or the epoch's begin
	Log    Logf
}

// Logf writes one line of the training log.
type Logf func(format string, args ...any)

// BatchCallback is called after batches.
type BatchCallback interface{ BatchEnd(*BatchEnd) }

// BatchFunc is a function as a BatchCallback.
type BatchFunc func(*BatchEnd)

// BatchEnd calls f.
func (f BatchFunc) BatchEnd(b *BatchEnd) { f(b) }

// speedometer is MXNet's, in the one-line form of 0.10 and later.
type speedometer struct {
	every int
	start time.Time
	last  int
	going bool
}

// Speedometer logs speed and training metrics every n batches and resets the metrics, as MXNet's:
//
//	Epoch[0] Batch [50]	Speed: 8123.45 samples/sec	accuracy=0.912345
func Speedometer(n int) BatchCallback { return &speedometer{every: n} }

// BatchEnd counts a batch.
func (s *speedometer) BatchEnd(b *BatchEnd) {
	if s.last > b.Batch {
		s.going = false
	}
	s.last = b.Batch
	if !s.going {
		s.going, s.start = true, time.Now()
		return
	}
	if b.Batch%s.every != 0 {
		return
	}
	speed := float64(s.every*b.BatchSize) / max(time.Since(s.start).Seconds(), 1e-9)
	line := fmt.Sprintf("Epoch[%d] Batch [%d]\tSpeed: %.2f samples/sec", b.Epoch, b.Batch, speed)
	if b.Metric != nil {
		line += metricText(b.Metric)
		b.Metric.Reset()
	}
	b.Log("%s", line)
	s.start = time.Now()
}

func metricText(m metric.EvalMetric) string {
	var s strings.Builder
	for _, v := range m.Values() {
		fmt.Fprintf(&s, "\t%s=%f", v.Name, v.Value)
	}
	return s.String()
}

// LogTrainMetric logs the training metrics every period batches.
func LogTrainMetric(period int) BatchCallback {
	return BatchFunc(func(b *BatchEnd) {
		if b.Batch%period != 0 || b.Metric == nil {
			return
		}
		for _, v := range b.Metric.Values() {
			b.Log("Iter[%d] Batch[%d] Train-%s=%f", b.Epoch, b.Batch, v.Name, v.Value)
		}
	})
}

// ProgressBar draws MXNet's bar of the given length to w after each of total batches: [====----] 33%.
func ProgressBar(w io.Writer, total, length int) BatchCallback {
	return BatchFunc(func(b *BatchEnd) {
		done := min(float64(b.Batch)/float64(max(total, 1)), 1)
		filled := int(math.Round(done * float64(length)))
		end := ""
		if b.Batch >= total {
			end = "\n"
		}
		fmt.Fprintf(w, "[%s%s] %d%%\r%s", strings.Repeat("=", filled), strings.Repeat("-", length-filled), int(math.Ceil(done*100)), end)
	})
}
