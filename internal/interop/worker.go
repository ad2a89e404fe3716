package main

import (
	"bufio"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

//go:embed driver.py
var driver string

// worker is a Python process with MXNet in it that answers requests, one at a time.
type worker struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    *tail
	version string
	// patience is how long one call may take, before the process is ended; 0 for as long as networks need.
	patience time.Duration
	dead     bool
}

// request is what a worker shall do: the name of a function of driver.py under "do", and its arguments.
type request map[string]any

// MXNet's fusion of layers gives the output of the fused layer, past its ReLU, as that of the inner one: it has to be off
// where inner layers are compared.
var environment = []string{"MXNET_SUBGRAPH_BACKEND=NONE", "PYTHONWARNINGS=ignore"}

// start runs a worker and hears which MXNet it has. env is added to the environment.
func start(ctx context.Context, python string, env ...string) (*worker, error) {
	w := &worker{cmd: exec.CommandContext(ctx, python, "-u", "-c", driver), said: &tail{}}
	w.cmd.Env = slices.Concat(os.Environ(), environment, env)
	w.cmd.Stderr = w.said
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	var about struct{ MXNet string }
	if err := w.ask("hello", nil, &about); err != nil {
		w.close()
		return nil, err
	}
	w.version = about.MXNet
	return w, nil
}

// patience is what the largest networks need on a busy machine.
const patience = 5 * time.Minute

// ask has the worker call a function and reads its answer, if it has one, into answer.
func (w *worker) ask(do string, args request, answer any) error {
	r := maps.Clone(args)
	if r == nil {
		r = request{}
	}
	r["do"] = do
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	timer := time.AfterFunc(cmp.Or(w.patience, patience), func() { _ = w.cmd.Process.Kill() })
	defer timer.Stop()
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return w.died(do)
	}
	text, err := w.out.ReadBytes('\n')
	if err != nil {
		return w.died(do)
	}
	var failed struct{ Error string }
	if err := json.Unmarshal(text, &failed); err != nil {
		return fmt.Errorf("MXNet's side answers %q to %s: %w", text, do, err)
	}
	if failed.Error != "" {
		return fmt.Errorf("MXNet's side, %s: %s", do, failed.Error)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// died is the end of a process, with the last that it said.
type died struct {
	do   string
	err  error
	last string
}

func (d died) Error() string { return fmt.Sprintf("MXNet's side, %s: %v: %s", d.do, d.err, d.last) }

// died waits for a process that has ended.
func (w *worker) died(do string) error {
	w.dead = true
	w.in.Close()
	err := w.cmd.Wait()
	if err == nil {
		err = errors.New("it has ended")
	}
	return died{do, err, w.said.last()}
}

func (w *worker) close() {
	if !w.dead {
		w.in.Close()
		_ = w.cmd.Wait() // it ends with its input; whatever it says to that no longer matters
	}
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 14
	t.text = append(t.text, p...)
	if n := len(t.text); n > most {
		t.text = append(t.text[:0], t.text[n-most:]...)
	}
	return len(p), nil
}

// last is the last line.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return lines[len(lines)-1]
}
