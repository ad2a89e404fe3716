// Package gputest has tests that train networks on simulated GPUs, through all rooms of the house at once. There is nothing
// in it but tests.
package gputest
