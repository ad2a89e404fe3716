package backend

// EvalType is the type in which a Map computes, given the types of its inputs and outputs: Int64 when all are integers or
// Bool, so that integer arithmetic stays exact; Float64 when any is float64, int32 or int64; else Float32. Storage types
// are loaded into it and rounded on store: to integers towards zero, wrapping around like a C conversion through int64.
func EvalType(types ...DType) DType {
	ints, t := true, Float32
	for _, d := range types {
		if d.IsFloat() {
			ints = false
		}
		if d == Float64 || d == Int32 || d == Int64 {
			t = Float64
		}
	}
	if ints && len(types) > 0 {
		return Int64
	}
	return t
}
