package kvstore

import (
	"fmt"
	"strings"
)

// kinds are those of one process, and whether they sum on the devices.
var kinds = []struct {
	name     string
	onDevice bool
}{
	{"local", false}, {"local_update_cpu", false}, {"local_allreduce_cpu", false},
	{"device", true}, {"local_allreduce_device", true},
}

// Kinds lists the names that Create knows.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Create makes an empty store of a kind, in any case: local, local_update_cpu and local_allreduce_cpu sum on the CPU,
// device and local_allreduce_device on the devices. The names differ besides in who updates the weights, which is up to
// the caller.
func Create(kind string) (KVStore, error) {
	name := strings.ToLower(kind)
	for _, k := range kinds {
		if k.name == name {
			return newLocal(name, k.onDevice), nil
		}
	}
	switch {
	case strings.Contains(name, "dist"):
		return nil, fmt.Errorf("kvstore: %s: training on several machines is not yet there; use local or device", name)
	case name == "nccl":
		return nil, fmt.Errorf("kvstore: nccl is not yet there; device sums on the GPUs without it")
	}
	return nil, fmt.Errorf("kvstore: no kind %q; want one of %s", kind, strings.Join(Kinds(), ", "))
}
