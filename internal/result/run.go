package result

// Runs is the table of simtool run.
var Runs = DeclareOpen("simtool.run/v1", "simtool run", "a row of the table of the command that the plan runs, or an item of the plan",
	"the parameters of the plan, then the columns of the table of its command, or those of simtool.run.outputs where each item writes an output of its own; a parameter of the name of such a column has plan_ in front")

// ItemOutputs are the columns of simtool run, behind the parameters, for items that
// write outputs of their own.
var ItemOutputs = Declare[ItemOutput]("simtool.run.outputs/v1", "simtool run, behind the parameters, where each item writes an output of its own", "an item of the plan")

// ItemOutput is the part of a row of simtool run that is not the parameters.
type ItemOutput struct {
	Output  string `column:"output" doc:"where the item wrote"`
	Exit    any    `column:"exit" doc:"exit status of its command"`
	Warning string `column:"warning" doc:"its warnings" show:"note"`
	Error   string `column:"error" doc:"why it failed" show:"note"`
}

// Labels is the table of simtool synth --labels.
var Labels = DeclareOpen("simtool.labels/v1", "--labels of simtool synth", "the labels of a sample, or of a condition of 3-d data",
	"what tells the samples of the generator apart, such as choice and motion")
