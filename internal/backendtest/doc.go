// Package backendtest holds every backend to the same table of cases: each builds a small Program, which runs on the
// device and, in float64, on backend/ref; the results must agree within what the type's rounding explains.
//
//	func TestConformance(t *testing.T) { backendtest.Run(t, cpu) }
//
// The rows serve as benchmarks too: Open makes one ready to run on a device.
package backendtest
