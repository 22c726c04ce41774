package data

// DropMissing leaves out the samples with a missing value in any system, so that the
// remaining samples still correspond.
var DropMissing = Policy{Name: "drop", Doc: "drop them, of a pair on both sides", Drops: true}
