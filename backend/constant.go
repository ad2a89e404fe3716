package backend

import (
	"encoding/binary"
	"math"
)

// ConstBytes writes the numbers of a constant in its type and the machine's byte order.
func (v *ValueInfo) ConstBytes() []byte {
	b := make([]byte, 0, v.Bytes())
	for _, x := range v.Const {
		switch v.DType {
		case Float32:
			b = binary.NativeEndian.AppendUint32(b, math.Float32bits(float32(x)))
		case Float64:
			b = binary.NativeEndian.AppendUint64(b, math.Float64bits(x))
		case Float16:
			b = binary.NativeEndian.AppendUint16(b, Float32ToFloat16(float32(x)))
		case BFloat16:
			b = binary.NativeEndian.AppendUint16(b, Float32ToBFloat16(float32(x)))
		case Int64:
			b = binary.NativeEndian.AppendUint64(b, uint64(Integer(x)))
		case Int32:
			b = binary.NativeEndian.AppendUint32(b, uint32(Integer(x)))
		case Bool:
			b = append(b, map[bool]byte{false: 0, true: 1}[x != 0])
		default: // Uint8, Int8
			b = append(b, byte(Integer(x)))
		}
	}
	return b
}
