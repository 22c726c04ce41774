package result

// Advices is the table of simtool advise: a row for each thing that it says.
var Advices = Declare[Advice]("simtool.advise/v1", "simtool advise", "something to know before a score is reported")

// Advice is a row of Advices.
type Advice struct {
	About   string  `column:"about" doc:"the file: the reference, or a model beside it"`
	Topic   string  `column:"topic" doc:"shape, missing, kind, units, folds, report, or the name of a measure" show:"fixed"`
	Level   string  `column:"level" doc:"good, note or caution"`
	Null    float64 `column:"null" doc:"expected score if the samples were paired at random; for a file alone, of a model of its own geometry"`
	Finding string  `column:"finding" doc:"what was found" show:"note"`
	Remedy  string  `column:"remedy" doc:"what to do" show:"note"`
}
