// Package backend is the seam between what a network is and what runs it. Operators say kernel calls to a Builder; the
// calls form a Program; passes rewrite it; a Device compiles it and runs its entry points.
//
//	p := &backend.Program{}
//	b := backend.NewBuilder(p)
//	x := b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32)
//	w := b.Arg("w", backend.In, backend.Shape{4, 3}, backend.Float32)
//	b.Arg("y", backend.Out, backend.Shape{2, 4}, backend.Float32)
//	b.Write("y", b.MatMul(x, w, backend.TransB))
//	err := b.Finish(backend.Infer)
//
// Values are single-assignment and carry no address; the memory plan of the device gives each one. There are about twenty
// kinds of call (see Kind); elementwise work is one of them, Map, which carries an expression (package expr).
package backend
