// Command simtool measures how similar two systems are: recordings, models of
// them, and the features of the stimuli they respond to.
package main

import "os"

func main() {
	os.Exit(int(run(os.Args[1:], systemStreams())))
}
