package idx

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Write writes a as a plain idx file. Shape must have one to eight dimensions below 2³² and match Data.
func Write(w io.Writer, a *Array) error {
	if len(a.Shape) == 0 || len(a.Shape) > maxDims {
		return fmt.Errorf("idx: %w: shape %v, want 1 to %d", ErrDims, a.Shape, maxDims)
	}
	head := []byte{0, 0, ubyte, byte(len(a.Shape))}
	for _, d := range a.Shape {
		if d < 0 || int64(d) > math.MaxUint32 {
			return fmt.Errorf("idx: shape %v has dimension %d, want 0 to %d", a.Shape, d, uint32(math.MaxUint32))
		}
		head = binary.BigEndian.AppendUint32(head, uint32(d))
	}
	if n, ok := size(a.Shape); !ok || n != int64(len(a.Data)) {
		return fmt.Errorf("idx: %d bytes of data do not fit shape %v", len(a.Data), a.Shape)
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(a.Data)
	return err
}
