package with

// Any is embedded by options that fit every operator.
type Any struct{}
