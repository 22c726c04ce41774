// Package setting declares the settings of a command: their names, what they take,
// their defaults and a line of help, each bound to a field of the command's options.
//
// Flags, configuration files, the environment and plans all set options through
// these declarations, so that they agree on names, on the forms of values and on
// what is refused. Nothing here knows of a command line.
package setting
