package kvstore

import (
	"strconv"

	"github.com/gomx-org/gomx/ndarray"
)

// KVStore holds arrays by key. What is asked for is done in the order of the calls; the calls may come from several
// goroutines.
type KVStore interface {
	// Type is the kind the store was created as, in lower case.
	Type() string
	// Rank is the number of this process among the workers, from 0 on.
	Rank() int
	// NumWorkers is the number of processes that share the store.
	NumWorkers() int
	// Init gives keys their first values, one array each, which are copied. A key is initialised once.
	Init(pairs ...Pair) error
	// Push sums the arrays of each key, however often the key is listed, in the order they come. The updater, if there is
	// one, changes the stored value by the sum; otherwise the sum replaces it. Arrays are of the shape and type that Init
	// saw, on any device. Nothing is pushed when a pair does not fit. Of pushes and pulls that wait for others those of
	// higher priority go first; within one process nothing waits.
	Push(priority int, pairs ...Pair) error
	// Pull copies the stored value of each key into all its arrays, on whatever device they are.
	Pull(priority int, pairs ...Pair) error
	// SetUpdater sets how a push changes stored values; nil: it replaces them. It belongs before the first push: after
	// pushes without an updater the stored value is the very memory in which sums are made, as in MXNet 1.9.1, so that a
	// push of several arrays overwrites it before the updater sees it.
	SetUpdater(u Updater)
	// Barrier waits until all workers have come to it.
	Barrier() error
	// Close gives the memory back.
	Close() error
}

// Updater changes a stored value by the sum of what was pushed. The sum is valid for the duration of the call. It must not
// call the store.
type Updater func(key Key, sum, stored *ndarray.NDArray) error

// Key names a stored value: a whole number or a text. The number 3 and the text "3" are different keys.
type Key struct {
	number int
	text   string
	isText bool
}

// Int is the number of a key that is one, 0 for a text.
func (k Key) Int() int { return k.number }

// String is the number in digits, or the text in quotes.
func (k Key) String() string {
	if k.isText {
		return strconv.Quote(k.text)
	}
	return strconv.Itoa(k.number)
}

// KeyOf makes a Key.
func KeyOf[K int | string](k K) Key {
	switch k := any(k).(type) {
	case string:
		return Key{text: k, isText: true}
	case int:
		return Key{number: k}
	}
	panic("BUG: neither int nor string")
}

// Pair is a key and its arrays.
type Pair struct {
	Key    Key
	Arrays []*ndarray.NDArray
}

// At makes a Pair.
func At[K int | string](key K, arrays ...*ndarray.NDArray) Pair { return Pair{KeyOf(key), arrays} }
