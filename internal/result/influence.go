package result

// InfluenceTable is the table of simtool influence: a row for each unit and measure.
var InfluenceTable = Declare[Influence]("simtool.influence/v1", "simtool influence", "what a sample, a condition, a time or a neuron is worth to a score")

// Influence is a row of InfluenceTable.
type Influence struct {
	X         string  `column:"x" doc:"file of the reference" show:"spare=5"`
	Y         string  `column:"y" doc:"file of the model" show:"spare=4"`
	Measure   string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Wrt       string  `column:"wrt" doc:"kind of the unit: samples, conditions or times, or x or y for the neurons of that file"`
	Unit      int     `column:"unit" empty:"-1" unit:"units from 0" doc:"its number in the file; that of a sample, condition or time is the one in X"`
	Name      string  `column:"name" doc:"its name, where a file has one"`
	Value     float64 `column:"value" doc:"the score of all data"`
	Influence float64 `column:"influence" doc:"derivative of the score with respect to the weight of the unit, above 0 for one that raises the score"`
	Without   float64 `column:"without" doc:"the score of the data without the unit"`
	Change    float64 `column:"change" doc:"value - without: what the unit adds to the score"`
	Share     float64 `column:"share" doc:"share of the unit in the squared deviations of the changes from their mean, those of a jackknife; of the influences where there are no changes" show:"spare=1"`
	Method    string  `column:"method" doc:"where the influence comes from: gradient of the score, pairs of samples, or deletion, where it is the change" show:"spare=2"`
	Warning   string  `column:"warning" doc:"why there is no score without the unit, or that the score rests on it" show:"note"`
	Error     string  `column:"error" doc:"why there is no score" show:"note"`
}
