// Package verify replays cases recorded from MXNet 1.9.1 and compares every array they hold: operators with gradients,
// optimizers, schedules, metrics, initializers, network graphs, files, iterators and whole training runs.
//
//	sum, err := verify.Run(os.Stdout, "vectors", verify.Options{})
//
// Each kind of folder is one file of this package: it registers in one table how its folders are recognised, which cases
// they hold and how a case is run. Recognition goes by names and contents, so any folder will do to begin with: all of
// the vectors, one kind, or a single case.
package verify
