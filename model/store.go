package model

import (
	"fmt"
	"strings"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/optimizer"
)

// bigParam is how many elements a parameter must have, and more, so that a local store leaves updates to the devices.
const bigParam = 16 << 20

// newStore makes the store that several devices need; one device needs none, and gets none. A kind that does not exist is
// an error for one device too.
func newStore(kind string, devices []device.Context) (kvstore.KVStore, error) {
	if name := strings.ToLower(kind); name == "" || name == "none" {
		if len(devices) > 1 {
			return nil, fmt.Errorf("model: %d devices %v need a key-value store, or each would train a network of its own: want one of %s",
				len(devices), devices, strings.Join(kvstore.Kinds(), ", "))
		}
		return nil, nil
	}
	kv, err := kvstore.Create(kind)
	if err != nil || len(devices) > 1 {
		return kv, err
	}
	return nil, kv.Close()
}

// updatesInStore tells whether a store of a kind keeps and updates the weights, or sums gradients only and leaves updates
// to the devices, as those called allreduce do, and local when a parameter is big.
func updatesInStore(kind string, params []optimizer.Param) bool {
	if strings.Contains(kind, "allreduce") {
		return false
	}
	for _, p := range params {
		if kind == "local" && p.Shape.Size() > bigParam {
			return false
		}
	}
	return true
}
