// Package model trains, scores, saves and loads networks: FeedForward and Module are MXNet's, in Go manner. A Module can be
// trained step by step, a Monitor shows what goes through a network.
//
//	m := model.NewFeedForward(net, model.Epochs(10), model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9}))
//	err := m.Fit(ctx, train, model.Validate(val), model.Checkpoint("model/lenet"))
//
// A checkpoint is three files. PREFIX-symbol.json and PREFIX-%04d.params are MXNet's, readable by it and by everything
// that reads MXNet's models; PREFIX-%04d.states holds what makes resuming exact: optimizer state, seed, step, position in
// the data, and the SHA-256 of its .params. The .params file is renamed into place last: where it is, the rest is whole.
package model
