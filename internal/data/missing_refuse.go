package data

// RefuseMissing accepts no missing values.
var RefuseMissing = Policy{Name: "refuse", Doc: "refuse samples with NaN"}
