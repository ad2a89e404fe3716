// Package optimizer changes weights by their gradients, as MXNet 1.9.1's optimizers do.
//
// An optimizer is a plain struct; zero fields are MXNet's defaults:
//
//	o := optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, WD: 1e-5,
//		LRScheduler: optimizer.FactorScheduler{Step: 400, Factor: 0.9}}
//
// It computes nothing itself: it says its update in kernel calls, so it runs on every device and becomes part of a
// compiled training step. Learning rates and other numbers are run-time inputs; changing them compiles nothing anew.
//
// Group puts the updates of all parameters into one Program, for a training step. Updater is MXNet's get_updater: one
// parameter at a time, for a key-value store. Both keep Rates, which count updates and know each parameter's rate.
package optimizer
