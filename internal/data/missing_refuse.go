package data

// refuseMissing accepts no missing values.
var refuseMissing = Policy{Name: "refuse", Doc: "refuse samples with NaN"}
