// Package metric measures how good predictions are, as MXNet 1.9.1 does.
//
//	m, err := metric.New("acc", "ce")
//	err = m.UpdateValid(batch.Label, outputs, batchSize-batch.Pad) // padded rows do not count
//	for _, v := range m.Values() {
//		fmt.Printf("%s=%f\n", v.Name, v.Value)
//	}
//
// An update of arrays in the host's memory allocates nothing. A metric without data is NaN.
package metric
