package result

// Matrices are square matrices of scores.
var Matrices = DeclareOpen("simtool.matrix/v1", "--matrix of simtool score and simtool collection", "one system, as X", "system, and the score with each system, as Y, under its name")
