package ndarray

// The four operations as methods, for chains, and in place.

// Add is a + b.
func (a *NDArray) Add(b *NDArray) *NDArray { return Add(a, b) }

// AddScalar is a + v.
func (a *NDArray) AddScalar(v float64) *NDArray { return AddScalar(a, v) }

// Sub is a − b.
func (a *NDArray) Sub(b *NDArray) *NDArray { return Sub(a, b) }

// SubScalar is a − v.
func (a *NDArray) SubScalar(v float64) *NDArray { return SubScalar(a, v) }

// Mul is a · b.
func (a *NDArray) Mul(b *NDArray) *NDArray { return Mul(a, b) }

// MulScalar is a · v.
func (a *NDArray) MulScalar(v float64) *NDArray { return MulScalar(a, v) }

// Div is a / b.
func (a *NDArray) Div(b *NDArray) *NDArray { return Div(a, b) }

// DivScalar is a / v.
func (a *NDArray) DivScalar(v float64) *NDArray { return DivScalar(a, v) }

// AddInPlace overwrites a with a + b, where b broadcasts to the shape of a; it gives a back.
func (a *NDArray) AddInPlace(b *NDArray) *NDArray { return addOp.pairInPlace(a, b) }

// AddScalarInPlace overwrites a with a + v; it gives a back.
func (a *NDArray) AddScalarInPlace(v float64) *NDArray { return addScalarOp.numberInPlace(a, v) }

// SubInPlace overwrites a with a − b, where b broadcasts to the shape of a; it gives a back.
func (a *NDArray) SubInPlace(b *NDArray) *NDArray { return subOp.pairInPlace(a, b) }

// SubScalarInPlace overwrites a with a − v; it gives a back.
func (a *NDArray) SubScalarInPlace(v float64) *NDArray { return subScalarOp.numberInPlace(a, v) }

// MulInPlace overwrites a with a · b, where b broadcasts to the shape of a; it gives a back.
func (a *NDArray) MulInPlace(b *NDArray) *NDArray { return mulOp.pairInPlace(a, b) }

// MulScalarInPlace overwrites a with a · v; it gives a back.
func (a *NDArray) MulScalarInPlace(v float64) *NDArray { return mulScalarOp.numberInPlace(a, v) }

// DivInPlace overwrites a with a / b, where b broadcasts to the shape of a; it gives a back.
func (a *NDArray) DivInPlace(b *NDArray) *NDArray { return divOp.pairInPlace(a, b) }

// DivScalarInPlace overwrites a with a / v; it gives a back.
func (a *NDArray) DivScalarInPlace(v float64) *NDArray { return divScalarOp.numberInPlace(a, v) }
