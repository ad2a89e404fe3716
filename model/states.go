package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// States is what a .states file holds beside the parameters: enough to go on as if training had never stopped. The file is
// a container of arrays like .params: "meta", JSON as bytes, "state:PARAMETER:NAME" for each optimizer state, and
// "aux:DEVICE:NAME" for the auxiliary states of each device where several trained; .params has their mean.
type States struct {
	Format       int              `json:"format"`         // 1
	Epoch        int              `json:"epoch"`          // epochs completed
	Batch        int              `json:"batch"`          // batches done in the epoch after those
	Step         int64            `json:"step"`           // training steps in all; with the seed it decides every random number
	Seed         int64            `json:"seed"`           // of shuffling, Dropout and initialization
	Optimizer    optimizer.Config `json:"optimizer"`      // name and parameters
	NumUpdate    int              `json:"num_update"`     // of the parameter updated most
	Updates      []int            `json:"updates"`        // of each parameter, in the order of the network's arguments
	ParamsSHA256 string           `json:"params_sha256"`  // of the .params file it belongs to
	Data         *mxio.State      `json:"data,omitempty"` // where the data is, when epochs end by their size

	arrays map[string]*ndarray.NDArray // by their names in the file
}

const statesFormat = 1

func (s *States) encode(w io.Writer) error {
	s.Format = statesFormat
	meta, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	list := []ndarray.Named{{Name: "meta", Array: ndarray.Array(meta, backend.Shape{len(meta)}, ndarray.Of(backend.Uint8))}}
	for _, name := range sortedNames(s.arrays) {
		list = append(list, ndarray.Named{Name: name, Array: s.arrays[name]})
	}
	return ndarray.Encode(w, list)
}

// LoadStates reads a .states file.
func LoadStates(path string) (*States, error) {
	arrays, err := ndarray.LoadMap(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	s, err := statesOf(arrays)
	if err != nil {
		return nil, fmt.Errorf("model: %q: %w", path, err)
	}
	return s, nil
}

// statesOf reads the arrays of a .states file.
func statesOf(arrays map[string]*ndarray.NDArray) (*States, error) {
	meta := arrays["meta"]
	if meta == nil || meta.DType() != backend.Uint8 {
		return nil, errors.New("it is not a training state: it has no meta")
	}
	s := &States{arrays: map[string]*ndarray.NDArray{}}
	if err := json.Unmarshal(meta.Bytes(), s); err != nil {
		return nil, fmt.Errorf("meta: %w", err)
	}
	if s.Format != statesFormat {
		return nil, fmt.Errorf("it has format %d, this program knows %d", s.Format, statesFormat)
	}
	if s.Epoch < 0 || s.Batch < 0 || s.Step < 0 {
		return nil, fmt.Errorf("epoch %d, batch %d, step %d make no sense", s.Epoch, s.Batch, s.Step)
	}
	for name, a := range arrays {
		if strings.HasPrefix(name, "state:") || strings.HasPrefix(name, "aux:") {
			s.arrays[name] = a
		}
	}
	return s, nil
}

var errStatesMismatch = errors.New("it belongs to another .params file (the checksum differs)")

// loadStatesFor reads the states that belong to a .params file.
func loadStatesFor(statesPath, paramsPath string) (*States, error) {
	s, err := LoadStates(statesPath)
	if err != nil {
		return nil, err
	}
	sum, err := fileSHA256(paramsPath)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if sum != s.ParamsSHA256 {
		return nil, fmt.Errorf("model: %q: %w", statesPath, errStatesMismatch)
	}
	return s, nil
}

// Arrays gives the arrays by their names in the file: state:PARAMETER:NAME, aux:DEVICE:NAME.
func (s *States) Arrays() map[string]*ndarray.NDArray { return s.arrays }
