package result

// RunName is the schema of the tables of simtool run. Their columns are the
// parameters of the plan and then those of the command, or of ItemOutputs.
const RunName = "simtool.run/v1"

// ItemOutputs are the columns of simtool run, behind the parameters, for items that
// write outputs of their own.
var ItemOutputs = Declare[ItemOutput]("simtool.run.outputs/v1", "an item of a plan that wrote its own output")

// ItemOutput is the part of a row of simtool run that is not the parameters.
type ItemOutput struct {
	Output  string `column:"output" doc:"where the item wrote"`
	Exit    any    `column:"exit" doc:"exit status of its command"`
	Warning string `column:"warning" doc:"its warnings" show:"note"`
	Error   string `column:"error" doc:"why it failed" show:"note"`
}

// LabelsName is the schema of tables of labels, whose columns follow from the data.
const LabelsName = "simtool.labels/v1"
