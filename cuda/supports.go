package cuda

import "github.com/gomx-org/gomx/backend"

// plainCall reports whether all values of the call lie in C order and are small enough for 32-bit indices.
func plainCall(p *backend.Program, c *backend.Call) bool {
	return allValues(p, c, func(v *backend.ValueInfo) bool { return v.Layout == backend.Plain && v.Shape.Size() <= maxElements })
}

// plainFloat32 is plainCall for calls that compute in float32.
func plainFloat32(p *backend.Program, c *backend.Call) bool {
	return plainCall(p, c) && allValues(p, c, func(v *backend.ValueInfo) bool { return v.DType == backend.Float32 })
}

func allValues(p *backend.Program, c *backend.Call, ok func(v *backend.ValueInfo) bool) bool {
	for _, ids := range [][]backend.ValueID{c.In, c.Out} {
		for _, id := range ids {
			if !ok(p.Value(id)) {
				return false
			}
		}
	}
	return true
}
