package model

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// interrupted saves the moment and gives the context's error.
func (f *fit) interrupted(ctx context.Context) error {
	err := fmt.Errorf("model: interrupted in epoch %d after batch %d: %w", f.epoch, f.batch, context.Cause(ctx))
	if f.prefix == "" {
		return err
	}
	at := Interrupted(f.prefix)
	if serr := f.write(context.WithoutCancel(ctx), at+".states", at+".params", f.epoch, f.batch); serr != nil {
		return errors.Join(err, serr)
	}
	f.m.log("Saved the moment to %q; resume from it to go on", at+".params")
	return err
}

// save writes the checkpoint after an epoch.
func (f *fit) save(ctx context.Context, epoch int) error {
	params := ParamsFile(f.prefix, epoch)
	if err := f.write(ctx, StatesFile(f.prefix, epoch), params, epoch, 0); err != nil {
		return err
	}
	f.m.log("Saved checkpoint to %q", params)
	for _, suffix := range []string{".params", ".states"} { // a moment before this one is of no more use
		_ = os.Remove(Interrupted(f.prefix) + suffix)
	}
	return nil
}

// write saves the present moment.
func (f *fit) write(ctx context.Context, statesPath, paramsPath string, epoch, batch int) error {
	if err := f.t.average(); err != nil {
		return err
	}
	states, err := f.t.states(epoch, batch)
	if err != nil {
		return err
	}
	states.Data = f.dataState()
	c := checkpoint{symbolPath: SymbolFile(f.prefix), statesPath: statesPath, paramsPath: paramsPath,
		sym: f.m.Symbol, params: f.m.Params, states: states}
	return c.save(ctx, f.fs)
}
