package result

// SimulatedFeatures is features.csv of simtool mlem simulate.
var SimulatedFeatures = DeclareOpen("simtool.mlem.features/v1", "features.csv of simtool mlem simulate", "the features of a stimulus",
	"the features of the recording")

// TrueMetric is w_true.csv of simtool mlem simulate.
var TrueMetric = DeclareOpen("simtool.mlem.truth/v1", "w_true.csv of simtool mlem simulate", "the metric that the recording was made with, a feature's row of its matrix",
	"the features of the recording")

// Weights is weights.csv of simtool mlem fit and layers: a row for each feature and
// product of features.
var Weights = Declare[Weight]("simtool.mlem.weights/v1", "weights.csv of simtool mlem fit and simtool mlem layers", "the weight of a feature, or of a product of features, in the metric")

// Weight is a row of Weights.
type Weight struct {
	FeatureA       string  `column:"feature_a" doc:"feature, or FEATURE=LEVEL for one level of a category in a signed metric"`
	FeatureB       string  `column:"feature_b" doc:"the same for a main effect, else the feature or level that it is multiplied with"`
	Weight         float64 `column:"weight" doc:"weight in the metric of unit Frobenius norm; of a product with a category of several levels, the norm of the weights of its levels"`
	Lo             float64 `column:"lo" doc:"lower end of its interval"`
	Hi             float64 `column:"hi" doc:"upper end of its interval"`
	Note           string  `column:"note" doc:"why the weight is not identified, or has no interval" show:"note"`
	Time           int     `column:"time" doc:"first time bin, from 0, with --per time" show:"optional"`
	Representation string  `column:"representation" doc:"file or unit, where there are several; with --per time, the file and the first time bin behind an @" show:"optional"`
}

// Importances is importance.csv of simtool mlem fit and layers: a row for each
// feature or group and method.
var Importances = Declare[Importance]("simtool.mlem.importance/v2", "importance.csv of simtool mlem fit and simtool mlem layers", "the importance of a feature, or of a group of features")

// Importance is a row of Importances.
type Importance struct {
	Feature        string  `column:"feature" doc:"feature, or A*B for a product of two; empty for a group"`
	Group          string  `column:"group" doc:"group of features; empty for a feature"`
	Importance     float64 `column:"importance" doc:"what the held-out score loses without it; of a product, what it loses without both features less what it loses without each"`
	SD             float64 `column:"sd" doc:"standard deviation over the permutations of the feature"`
	Lo             float64 `column:"lo" doc:"lower end of the interval"`
	Hi             float64 `column:"hi" doc:"upper end of the interval"`
	PValue         float64 `column:"pvalue" doc:"p value of no importance, from the permutations of the stimuli of --null"`
	N              int     `column:"n" doc:"permutations, or refits"`
	Method         string  `column:"method" doc:"how it was computed"`
	Score          string  `column:"score" doc:"the score that is lost, where it is not spearman" show:"optional"`
	Note           string  `column:"note" doc:"why there is no interval" show:"note"`
	PAdj           float64 `column:"p_adj" doc:"pvalue corrected for all times: share of permutations whose best time is as important, with --per time and --null" show:"optional"`
	PCluster       float64 `column:"p_cluster" doc:"pvalue of the run of times around this one that are important, corrected for all times; empty where there is none" show:"optional"`
	Time           int     `column:"time" doc:"first time bin, from 0, with --per time" show:"optional"`
	Representation string  `column:"representation" doc:"file or unit, where there are several; with --per time, the file and the first time bin behind an @" show:"optional"`
}

// FitScores is scores.csv of simtool mlem fit and layers: a row for each fold, and
// for each score of the whole.
var FitScores = Declare[FitScore]("simtool.mlem.scores/v3", "scores.csv of simtool mlem fit and simtool mlem layers", "how well the metric predicts the distances of a fold, or of all stimuli")

// FitScore is a row of FitScores.
type FitScore struct {
	Fold           int     `column:"fold" empty:"0" doc:"held-out fold, from 1; empty for all"`
	Split          string  `column:"split" doc:"the stimuli that are scored, or the noise ceiling; ‘to training’ is of the pairs of a held-out stimulus and one that was fitted to"`
	Spearman       float64 `column:"spearman" doc:"rank correlation of predicted and neural distances"`
	Pearson        float64 `column:"pearson" doc:"their correlation"`
	R2             float64 `column:"r2" doc:"share of the variance of the distances"`
	Stimuli        int     `column:"n_stimuli" empty:"0" doc:"stimuli that are scored"`
	Pairs          int     `column:"n_pairs" empty:"0" doc:"their pairs"`
	SE             float64 `column:"se" doc:"standard error over stimuli of spearman, or of the score of --score"`
	Lo             float64 `column:"lo" doc:"lower end of its interval"`
	Hi             float64 `column:"hi" doc:"upper end of its interval"`
	PValue         float64 `column:"pvalue" doc:"p value of no relation, from the permutations of the stimuli of --null, in the first repeat"`
	Error          string  `column:"error" doc:"why nothing could be fitted" show:"note"`
	Repeat         int     `column:"repeat" doc:"division into folds, from 1, with --repeats; empty for all" empty:"0" show:"optional"`
	Note           string  `column:"note" doc:"why a score or its interval is missing" show:"note"`
	PAdj           float64 `column:"p_adj" doc:"pvalue corrected for all times: share of permutations whose best time scores as well, with --per time and --null" show:"optional"`
	PCluster       float64 `column:"p_cluster" doc:"pvalue of the run of times around this one that score high, corrected for all times; empty where there is none" show:"optional"`
	Time           int     `column:"time" doc:"first time bin, from 0, with --per time" show:"optional"`
	Representation string  `column:"representation" doc:"file or unit, where there are several; with --per time, the file and the first time bin behind an @" show:"optional"`
}

// ModelScores is the table of simtool mlem score.
var ModelScores = Declare[ModelScore]("simtool.mlem.score/v1", "simtool mlem score", "the score of a fitted model on other stimuli")

// ModelScore is a row of ModelScores.
type ModelScore struct {
	Model    string  `column:"model" doc:"file of the model"`
	Features string  `column:"features" doc:"table of the features of the stimuli"`
	Neural   string  `column:"neural" doc:"their patterns, or distances"`
	Spearman float64 `column:"spearman" doc:"rank correlation of predicted and neural distances"`
	Pearson  float64 `column:"pearson" doc:"their correlation"`
	R2       float64 `column:"r2" doc:"share of the variance that the predictions as they are explain"`
	Stimuli  int     `column:"n_stimuli" doc:"stimuli"`
	Pairs    int     `column:"n_pairs" doc:"their pairs"`
	SE       float64 `column:"se" doc:"standard error over stimuli of spearman, or of the score of --score"`
	Lo       float64 `column:"lo" doc:"lower end of its interval"`
	Hi       float64 `column:"hi" doc:"upper end of its interval"`
}

// Comparisons is the table of simtool mlem compare: a row for each method.
var Comparisons = Declare[Comparison]("simtool.mlem.compare/v1", "simtool mlem compare", "what a method finds that looks for encoded features")

// Comparison is a row of Comparisons.
type Comparison struct {
	Method      string  `column:"method" doc:"name of the method"`
	Cosine      float64 `column:"cosine" doc:"cosine of found and true weights"`
	Spearman    float64 `column:"spearman" doc:"their rank correlation"`
	WeightedTau float64 `column:"weighted_tau" doc:"their weighted Kendall correlation"`
	Frobenius   float64 `column:"frobenius" doc:"Frobenius norm of the difference of the normed metrics"`
	HeldOut     float64 `column:"held_out_spearman" doc:"rank correlation of predicted and neural distances of held-out stimuli"`
	Seconds     float64 `column:"seconds" unit:"s" doc:"time that the method took"`
	Detail      string  `column:"detail" doc:"what the method found" show:"note"`
}

// Studies is the table of simtool mlem study: a row for each recording and method.
var Studies = Declare[Study]("simtool.mlem.study/v2", "simtool mlem study", "what a method finds in a simulated recording")

// Study is a row of Studies.
type Study struct {
	Key             string  `column:"key" doc:"name of the fit among all"`
	Sweep           string  `column:"sweep" doc:"what varies: noise or stimuli"`
	Method          string  `column:"method" doc:"name of the method"`
	Replicate       int     `column:"replicate" doc:"number of the recording at this point"`
	Stimuli         int     `column:"stimuli" doc:"stimuli of the recording"`
	Noise           float64 `column:"noise" doc:"standard deviation of its noise"`
	Cosine          float64 `column:"cosine" doc:"cosine of found and true weights"`
	Spearman        float64 `column:"spearman" doc:"their rank correlation"`
	WeightedTau     float64 `column:"weighted_tau" doc:"their weighted Kendall correlation"`
	Frobenius       float64 `column:"frobenius" doc:"Frobenius norm of the difference of the normed metrics"`
	HeldOut         float64 `column:"held_out_spearman" doc:"rank correlation of predicted and neural distances of held-out stimuli"`
	Seed            int     `column:"seed" doc:"seed of the recording"`
	Features        int     `column:"features" doc:"features of the stimuli"`
	Error           string  `column:"error" doc:"why the method could not be applied" show:"note"`
	TypeI           float64 `column:"type_i" doc:"share of the features without weight that the method finds (p < .05), with --importance" show:"optional"`
	Power           float64 `column:"power" doc:"share of the features with weight that it finds" show:"optional"`
	HeldOutClean    float64 `column:"held_out_clean" doc:"rank correlation of predicted distances with those without noise, of held-out stimuli" show:"optional"`
	Importance      float64 `column:"importance" doc:"cosine of the importances of features, on observed distances, with those of the true metric without noise" show:"optional"`
	ImportanceClean float64 `column:"importance_clean" doc:"the same of importances on distances without noise" show:"optional"`
	Seconds         float64 `column:"seconds" unit:"s" doc:"time that the fit took, with --timing" show:"optional"`
}

// Explanations is the table of simtool mlem explain: a row for each number.
var Explanations = Declare[Explanation]("simtool.mlem.explain/v1", "simtool mlem explain", "what a model explains of dissimilarities, alone and beside the others")

// Explanation is a row of Explanations.
type Explanation struct {
	Quantity string  `column:"quantity" doc:"correlation, partial correlation or standardised coefficient (beta) of a model; share of the variance that it explains alone, adds to all others (unique) or adds on average over all orders; that several explain in common (shared), or all together (total)"`
	Model    string  `column:"model" doc:"feature or group; several with & between for what they share; empty for all"`
	Value    float64 `column:"value" doc:"the number"`
	SE       float64 `column:"se" doc:"standard error over stimuli, by the jackknife"`
	Lo       float64 `column:"lo" doc:"lower end of its interval"`
	Hi       float64 `column:"hi" doc:"upper end of its interval"`
	PValue   float64 `column:"pvalue" doc:"p value of no relation, of partial, beta and unique that the model adds nothing to the others, from the permutations of --null"`
	Stimuli  int     `column:"n_stimuli" doc:"stimuli"`
	Pairs    int     `column:"n_pairs" doc:"their pairs"`
	Note     string  `column:"note" doc:"why a number or its interval is missing" show:"note"`
}

// Encodings is the table of simtool mlem encode: a row for each band and all together, of the
// mean over units, and of each unit with --each-unit.
var Encodings = Declare[Encoding]("simtool.mlem.encode/v1", "simtool mlem encode", "the variance of held-out patterns that a band of features explains")

// Encoding is a row of Encodings.
type Encoding struct {
	Band    string  `column:"band" doc:"group of features with one penalty, or a feature; empty for all together"`
	R2      float64 `column:"r2" doc:"share of the held-out variance that all bands explain, or the part of it that is the band's (product measure): the parts add up to it"`
	SE      float64 `column:"se" doc:"standard error over stimuli, the choice of penalties included"`
	Lo      float64 `column:"lo" doc:"lower end of its interval"`
	Hi      float64 `column:"hi" doc:"upper end of its interval"`
	Penalty float64 `column:"log10_penalty" doc:"logarithm of the penalty of the band, of a fit to all stimuli; of the mean the median over units; inf for a band that is left out"`
	Units   int     `column:"n_units" doc:"units"`
	Stimuli int     `column:"n_stimuli" doc:"stimuli"`
	Note    string  `column:"note" doc:"why an interval is missing" show:"note"`
	Unit    string  `column:"unit" doc:"unit, with --each-unit; empty for the mean over units" show:"optional"`
}

// Profiles is the table of simtool mlem profiles.
var Profiles = Declare[Profile]("simtool.mlem.profiles/v1", "simtool mlem profiles", "a distance of two models, a coordinate of a model on a map, or two layers that are matched")

// Profile is a row of Profiles.
type Profile struct {
	Kind       string  `column:"kind" doc:"distance of two models; stress of the map; map, a coordinate of a model; match, layers of two models"`
	Model      string  `column:"model" doc:"model; empty for the stress"`
	Other      string  `column:"other" doc:"the other model of a distance or match"`
	Item       int     `column:"item" empty:"0" doc:"axis of a coordinate, or step of a match, from 1"`
	Value      float64 `column:"value" doc:"distance, stress, or coordinate"`
	Layer      string  `column:"layer" doc:"layer of the model that is matched"`
	OtherLayer string  `column:"other_layer" doc:"layer of the other model"`
	Note       string  `column:"note" doc:"what a number means" show:"note"`
	Lo         float64 `column:"lo" doc:"lower end of the interval of a distance, with --intervals" show:"optional"`
	Hi         float64 `column:"hi" doc:"upper end of the interval of a distance, with --intervals" show:"optional"`
	Noise      float64 `column:"noise" doc:"mean distance of two copies of one of the models, each with errors of its own, with --intervals" show:"optional"`
}
