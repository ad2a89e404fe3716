package cuda

import (
	"encoding/binary"

	"github.com/gomx-org/gomx/internal/cublas"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// cell is an address in a list: where it stands, and what it is the address of.
type cell struct {
	at *uint64
	of place
}

// fillList writes the operations of the entry into C memory, all but the addresses.
func (b *bound) fillList() (err error) {
	en := b.en
	if b.list, err = cudrv.NewList(en.listSize()); err != nil {
		return err
	}
	for _, k := range en.ops {
		switch k {
		case opDone:
			b.list.Record(b.done)
		case opTime:
			e, err := b.x.dev.ctx.NewEvent(true)
			if err != nil {
				return b.x.dev.fail(err)
			}
			b.times = append(b.times, e)
			b.list.Record(e)
		default:
			b.addStep(&en.steps[k], en.functions[k])
		}
	}
	return nil
}

func (en *entry) listSize() cudrv.ListSize {
	size := cudrv.ListSize{Ops: len(en.ops)}
	for i := range en.steps {
		switch s := &en.steps[i]; s.kind {
		case launchStep:
			size.Params += len(s.args)
			for k := range s.args {
				size.Bytes += roundUp(s.args[k].size(), 8)
			}
		case gemmStep:
			size.Bytes += roundUp(cublas.CallBytes, 8)
		}
	}
	return size
}

func (b *bound) addStep(s *step, f cudrv.Function) {
	switch s.kind {
	case launchStep:
		b.addLaunch(s, f)
	case copyStep:
		dst, src := b.list.Copy(s.bytes)
		b.cells = append(b.cells, cell{dst, s.dst}, cell{src, s.src})
	case fillStep:
		b.cells = append(b.cells, cell{b.list.Fill(s.word, s.bytes), s.dst})
	case gemmStep:
		b.addGemm(s.gemm)
	}
}

func (b *bound) addLaunch(s *step, f cudrv.Function) {
	params := b.list.Launch(f, s.grid, s.fn.block, 0, s.fn.params)
	for i := range s.args {
		a := &s.args[i]
		if a.bits == nil {
			b.cells = append(b.cells, cell{&params[i][0], a.p})
			continue
		}
		padded := append(a.bits[:len(a.bits):len(a.bits)], make([]byte, 8*len(params[i])-len(a.bits))...)
		for k := range params[i] {
			params[i][k] = binary.NativeEndian.Uint64(padded[8*k:])
		}
		for _, in := range a.inside {
			b.cells = append(b.cells, cell{&params[i][in.word], in.p})
		}
	}
}

// point writes the addresses.
func (b *bound) point() {
	for _, c := range b.cells {
		*c.at = uint64(b.x.address(c.of, b.addrs))
	}
}
