package kvstore

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

func create(t *testing.T, kind string) *local {
	t.Helper()
	kv, err := Create(kind)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, kv.Close()) })
	return kv.(*local)
}

// on is a (2,3) array of one number on cpu(i).
func on(i int, v float64) *ndarray.NDArray {
	return ndarray.Full(ndarray.Shape{2, 3}, v, ndarray.On(device.CPU(i)))
}

// pulled is the number that every element of key 3 has, pulled to several devices.
func pulled(t *testing.T, kv KVStore) float32 {
	t.Helper()
	outs := []*ndarray.NDArray{on(0, -1), on(1, -1), on(0, -1)}
	require.NoError(t, kv.Pull(0, At(3, outs...)))
	for _, o := range outs {
		for _, v := range o.Float32() {
			require.Equal(t, outs[0].Float32()[0], v)
		}
	}
	return outs[0].Float32()[0]
}

func addTwice(_ Key, sum, stored *ndarray.NDArray) error {
	stored.AddInPlace(sum.MulScalar(2))
	return nil
}

// What a store does with pushes, with an updater and without, is the same for every kind and wherever the arrays are.
func TestPushAndPull(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			kv := create(t, kind)
			require.NoError(t, kv.Init(At(3, on(0, 1)), At(5, on(0, 7))))
			assert.EqualValues(t, 1, pulled(t, kv))
			a := on(1, 5)
			require.NoError(t, kv.Push(0, At(3, a)))
			a.Fill(-1)
			assert.EqualValues(t, 5, pulled(t, kv), "the store has a copy")
			require.NoError(t, kv.Push(0, At(3, on(0, 6))))
			assert.EqualValues(t, 6, pulled(t, kv), "a push replaces")
			require.NoError(t, kv.Push(0, At(3, on(0, 1), on(1, 2), on(1, 4))))
			assert.EqualValues(t, 7, pulled(t, kv), "several are summed")
			require.NoError(t, kv.Push(0, At(3, on(1, 1)), At(5, on(0, 1)), At(3, on(0, 2), on(1, 8))))
			assert.EqualValues(t, 11, pulled(t, kv), "a key listed twice is one")
			require.NoError(t, kv.Push(0, At(3, on(0, 2))))
			assert.EqualValues(t, 2, pulled(t, kv), "and again a single one")

			kv.SetUpdater(addTwice)
			require.NoError(t, kv.Push(0, At(3, on(0, 1))))
			assert.EqualValues(t, 4, pulled(t, kv))
			require.NoError(t, kv.Push(-3, At(3, on(1, 1), on(0, 2))))
			assert.EqualValues(t, 10, pulled(t, kv))
			kv.SetUpdater(nil)
			require.NoError(t, kv.Push(0, At(3, on(1, 3))))
			assert.EqualValues(t, 3, pulled(t, kv))
		})
	}
}

// The usual order: updater before the first push. Then the number of arrays does not matter.
func TestUpdaterFirst(t *testing.T) {
	for _, kind := range Kinds() {
		kv := create(t, kind)
		require.NoError(t, kv.Init(At(3, on(1, 1))))
		kv.SetUpdater(addTwice)
		require.NoError(t, kv.Push(0, At(3, on(0, 1), on(1, 2))))
		require.NoError(t, kv.Push(0, At(3, on(1, 1))))
		require.NoError(t, kv.Push(0, At(3, on(0, 1), on(1, 2), on(1, 3), on(0, 4))))
		assert.EqualValues(t, 1+2*(3+1+10), pulled(t, kv), kind)
	}
}

// After pushes without an updater the stored value is the memory of the sums, in MXNet 1.9.1 too: it stores 21 here.
func TestUpdaterAfterSums(t *testing.T) {
	kv := create(t, "local")
	require.NoError(t, kv.Init(At(3, on(0, 1))))
	require.NoError(t, kv.Push(0, At(3, on(0, 1), on(0, 2), on(0, 3))))
	kv.SetUpdater(addTwice)
	require.NoError(t, kv.Push(0, At(3, on(0, 1))))
	assert.EqualValues(t, 8, pulled(t, kv))
	require.NoError(t, kv.Push(0, At(3, on(0, 1), on(0, 2), on(0, 4))))
	assert.EqualValues(t, 21, pulled(t, kv))
}

func TestNamesAndTypes(t *testing.T) {
	kv := create(t, "Local_AllReduce_Device")
	assert.Equal(t, "local_allreduce_device", kv.Type())
	assert.Equal(t, []int{0, 1}, []int{kv.Rank(), kv.NumWorkers()})
	assert.NoError(t, kv.Barrier())
	of := func(t ndarray.DType, v ...float64) *ndarray.NDArray { return ndarray.Array(v, nil, ndarray.Of(t)) }
	require.NoError(t, kv.Init(At("3", of(backend.Float16, 1)), At(3, of(backend.Int32, 1, 2)), At("f64", of(backend.Float64, 1))))
	require.NoError(t, kv.Push(0, At("3", of(backend.Float16, 0.5), of(backend.Float16, 0.25)), At(3, of(backend.Int32, 5, -6), of(backend.Int32, 1, 1)),
		At("f64", of(backend.Float64, 1), of(backend.Float64, 1e-12))))
	half, whole, long := of(backend.Float16, 0), of(backend.Int32, 0, 0), of(backend.Float64, 0)
	require.NoError(t, kv.Pull(0, At("3", half), At(3, whole), At("f64", long)))
	assert.Equal(t, []float64{0.75}, half.Float64())
	assert.Equal(t, []int64{6, -5}, whole.Int64())
	assert.Equal(t, []float64{1 + 1e-12}, long.Float64(), "sums are made in the stored type")
}

// Float sums depend on the order: it is that of the arrays, on whichever device they are, and local stores take four at a
// time, as MXNet's do.
func TestOrderOfSums(t *testing.T) {
	vals := []float64{1e8, 3, -1e8, 5, 0.25, 1e7, -3}
	sum := func(vals ...float64) (s float32) {
		for _, v := range vals {
			s += float32(v)
		}
		return s
	}
	each, four := sum(vals...), sum(vals[0], float64(sum(vals[1:5]...)), float64(sum(vals[5:]...)))
	require.NotEqual(t, each, four)
	for _, kind := range Kinds() {
		want := four
		if strings.Contains(kind, "device") {
			want = each
		}
		kv := create(t, kind)
		require.NoError(t, kv.Init(At(3, on(0, 0))))
		for round := range 3 {
			var arrays []*ndarray.NDArray
			for i, v := range vals {
				arrays = append(arrays, on((i*round)%3, v))
			}
			require.NoError(t, kv.Push(0, At(3, arrays...)))
			assert.Equal(t, want, pulled(t, kv), "%s round %d", kind, round)
		}
	}
}

func TestMistakes(t *testing.T) {
	kv := create(t, "local")
	require.NoError(t, kv.Init(At(3, on(0, 1)), At("fc1", on(0, 1))))
	vector := ndarray.Zeros(ndarray.Shape{6})
	ints := ndarray.Zeros(ndarray.Shape{2, 3}, ndarray.Of(backend.Int32))
	for _, c := range []struct {
		err  error
		want string
	}{
		{kv.Init(At(3, on(0, 1))), "init of key 3: it was initialised before"},
		{kv.Init(At(4, on(0, 1)), At(4, on(0, 1))), "init of key 4: it was initialised before"},
		{kv.Init(At(4, on(0, 1), on(0, 1))), "init of key 4: 2 values, want 1"},
		{kv.Init(At(4, (*ndarray.NDArray)(nil))), "init of key 4: 1 values, want 1 that is not nil"},
		{kv.Push(0, At("3", on(0, 1))), `push of key "3": it was not initialised; the store has 2 keys`},
		{kv.Pull(0, At(4, on(0, 1))), "pull of key 4: it was not initialised"},
		{kv.Push(0, At(3, on(0, 9)), At("fc1", on(0, 9), vector)), `push of key "fc1": array 1 on cpu(0) is float32 (6,), want float32 (2,3)`},
		{kv.Push(0, At(3, ints)), "push of key 3: array 0 on cpu(0) is int32 (2,3), want float32 (2,3)"},
		{kv.Pull(0, At(3, on(0, 1), vector)), "pull of key 3: array 1 on cpu(0) is float32 (6,), want float32 (2,3)"},
		{kv.Push(0, At[int](3)), "push of key 3: no array"},
		{kv.Push(0, At(3, nil, on(0, 1))), "push of key 3: array 0 is nil"},
	} {
		if assert.Error(t, c.err, c.want) {
			assert.True(t, strings.HasPrefix(c.err.Error(), "kvstore: "+c.want), "%v; want %s", c.err, c.want)
		}
	}
	assert.EqualValues(t, 1, pulled(t, kv), "a push that does not fit changes nothing")

	kv.SetUpdater(func(Key, *ndarray.NDArray, *ndarray.NDArray) error { return errors.New("no rate") })
	assert.EqualError(t, kv.Push(0, At("fc1", on(0, 1))), `kvstore: push of key "fc1": no rate`)
}

func TestKindsThatAreNone(t *testing.T) {
	for kind, want := range map[string]string{
		"dist_sync": "several machines is not yet there", "DIST": "several machines", "dist_async": "several machines",
		"dist_device_sync": "several machines", "dist_sync_device": "several machines", "nccl": "nccl is not yet there",
		"lokal": "want one of local, local_update_cpu", "none": `no kind "none"`, "": "no kind",
	} {
		_, err := Create(kind)
		assert.ErrorContains(t, err, want, kind)
	}
}

// Sums on devices are shared out by size, and stay where they are.
func TestPlaces(t *testing.T) {
	kv := create(t, "device")
	sizes := []int{10, 100, 60, 50, 1}
	array := func(key, dev int) *ndarray.NDArray {
		return ndarray.Ones(ndarray.Shape{sizes[key]}, ndarray.On(device.CPU(dev)))
	}
	for key := range sizes {
		require.NoError(t, kv.Init(At(key, array(key, 0))))
	}
	require.NoError(t, kv.Push(0, At(0, array(0, 0))), "a single array decides nothing")
	require.NoError(t, kv.Push(0, At(4, array(4, 1), array(4, 2))))
	places := func() (at []int) {
		for key := range sizes {
			at = append(at, kv.entries[KeyOf(key)].at.Index())
		}
		return at
	}
	assert.Equal(t, []int{1, 1, 2, 2, 1}, places(), "100 and 10 bytes against 60 and 50; ties go to the first")
	for key := range sizes {
		require.NoError(t, kv.Push(0, At(key, array(key, 0), array(key, 1), array(key, 2))))
		out := array(key, 1)
		require.NoError(t, kv.Pull(0, At(key, out)))
		assert.Equal(t, float32(3), out.Float32()[0])
	}
	assert.Equal(t, []int{1, 1, 2, 2, 1}, places())
	assert.Equal(t, device.CPU(0), create(t, "local").home(array(0, 2)))
}

// What every training step does with every parameter allocates nothing.
func TestAStepAllocatesNothing(t *testing.T) {
	for _, kind := range Kinds() {
		for _, update := range []bool{false, true} {
			kv := create(t, kind)
			var pairs []Pair
			for key := range 3 {
				require.NoError(t, kv.Init(At(key, on(0, 1))))
				pairs = append(pairs, At(key, on(0, 1), on(1, 2)))
			}
			if update {
				kv.SetUpdater(func(_ Key, sum, stored *ndarray.NDArray) error { return stored.CopyFrom(sum) })
			}
			step := func() {
				for i := range pairs {
					if err := errors.Join(kv.Push(-i, pairs[i:i+1]...), kv.Pull(-i, pairs[i:i+1]...)); err != nil {
						t.Fatal(err)
					}
				}
			}
			step()
			assert.Zero(t, testing.AllocsPerRun(10, step), "%s, updater %v", kind, update)
		}
	}
}
