package cuda

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// A kernel for many Maps takes a table by value, since a launch may have 4 KB of parameters: a row for each Map with its
// pointers, how many elements it has, and its first block. Blocks find their row by halving; it is the same for all threads
// of a block and comes from the constant cache, so nothing goes through memory that a single Map would not read.

// forMany is the text of a kernel for many such Maps.
func (t mapText) forMany() *mapText {
	t.rows = 0
	t.rows = (maxParams - 8*len(t.params())) / t.rowBytes()
	return &t
}

// rowBytes are those of a Map in the table.
func (t *mapText) rowBytes() int { return 8*(len(t.in)+len(t.out)) + 8 }

// table is the argument for Maps of this text, and the blocks of them all.
func (t *mapText) table(cx *compileCtx, maps []*mapCall) (table arg, blocks uint32) {
	for _, m := range maps {
		for _, id := range m.operands() {
			table.inside = append(table.inside, inside{word: len(table.bits) / 8, p: cx.Ptr(id)})
			table.bits = append(table.bits, make([]byte, 8)...)
		}
		table.bits = binary.LittleEndian.AppendUint32(table.bits, uint32(m.count))
		table.bits = binary.LittleEndian.AppendUint32(table.bits, blocks)
		blocks += blocksOf(m.threads())[0]
	}
	for range t.rows - len(maps) { // no block is theirs
		row := make([]byte, t.rowBytes())
		binary.LittleEndian.PutUint32(row[len(row)-4:], 1<<32-1)
		table.bits = append(table.bits, row...)
	}
	return table, blocks
}

// findRow finds the row of a block, the last that does not begin behind it, and gives the block's number within its Map.
func (w *mapWriter) findRow(block string) string {
	row, table := w.reg("r"), w.reg("a")
	w.line("mov.u64 %s, table;", table)
	w.line("mov.u32 %s, 0;", row)
	first := len(w.operands())*8 + 4
	for step := 1 << (bits.Len(uint(w.t.rows-1)) - 1); step > 0; step /= 2 {
		next := w.make("r", "min.u32", w.make("r", "add.u32", row, strconv.Itoa(step)), strconv.Itoa(w.t.rows-1))
		at := w.make("a", "mad.wide.u32", next, strconv.Itoa(w.t.rowBytes()), table)
		begin, begun := w.reg("r"), w.reg("p")
		w.line("ld.param.u32 %s, [%s+%d];", begin, at, first)
		w.line("setp.le.u32 %s, %s, %s;", begun, begin, block)
		row = w.make("r", "selp.u32", next, row, begun)
	}
	w.row = w.make("a", "mad.wide.u32", row, strconv.Itoa(w.t.rowBytes()), table)
	begin := w.reg("r")
	w.line("ld.param.u32 %s, [%s+%d];", begin, w.row, first)
	w.line("ld.param.u32 %s, [%s+%d];", w.n, w.row, first-4)
	return w.make("r", "sub.u32", block, begin)
}
