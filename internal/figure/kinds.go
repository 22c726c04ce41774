package figure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"simtool/internal/data"
	"simtool/internal/result"
)

// Kind is a kind of result that has a figure.
type Kind struct {
	Name  string
	Shows string   // a description of the figure
	Joins bool     // results of several runs are best shown in one figure
	Forms []string // the forms of the figure, where there are several
	// tables are the tables that the figure draws, each with the columns that the
	// figure needs; nil for a figure of arrays.
	tables []*result.Schema
	// array reports whether the figure draws an array; nil for a figure of tables.
	array func(d *data.Dataset) bool
	// panels draws results of the kind in one or several panels, and describes them
	// in a sentence.
	panels func(rs []*Result, s *Style) (ps []*panel, title, alt string, err error)
}

// Forms in which results of some kinds can be drawn.
const (
	bars   = "bars"
	lines  = "lines"
	matrix = "matrix"
	mds    = "mds"

	mapForm = "map"
	tree    = "tree"
)

// Forms lists all forms that a style may ask for.
var Forms = []string{bars, lines, matrix, mds, mapForm, tree}

// kinds lists every kind of result. A table without a schema is of the first kind whose
// columns it has, so that special kinds must come before general ones.
var kinds = []Kind{
	{Name: "pc-sensitivity", Shows: "score after a change of each principal component, and its theory", tables: tables(result.Sensitivities.Only("change", "pc", "explained_variance", "score", "theory")), panels: sensitivityPanels},
	{Name: "pc-slopes", Shows: "exponents with which losses grow with explained variance", tables: tables(result.Slopes.Only("measure", "change", "exponent", "se")), panels: slopePanels},
	{Name: "learning-order", Shows: "order in which components are learnt against the predicted one", tables: tables(result.LearningOrders.Only("pc", "push", "predicted", "observed")), panels: learningPanels},
	{Name: "joint-range", Shows: "pairs of scores that data can reach, with targets and paths", tables: tables(scoreRanges, scorePaths, scoreTargets), panels: rangePanels},
	{Name: "given", Shows: "ranges of measures among data that score high by another", tables: tables(result.GivenRanges.Only("given", "threshold", "measure", "lo", "hi")), panels: givenPanels},
	{Name: "components", Shows: "R² of each principal component against the score", tables: tables(result.PCR2.Only("iteration", "score", "pc", "explained_variance", "r2")), panels: componentPanels},
	{Name: "thresholds", Joins: true, Shows: "score at which a component is half learnt against its variance", tables: tables(result.PCThresholds.Only("measure", "pc", "explained_variance", "score_at_threshold")), panels: byData(thresholdPanels)},
	{Name: "decoding", Joins: true, Shows: "decoding accuracy against the score, or the score needed as a matrix", Forms: []string{lines, matrix}, tables: tables(result.OptimizeDecodings.Only("score", "label", "accuracy", "reference_accuracy", "chance")), panels: decodingForms},
	{Name: "compare", Shows: "differences of models with their intervals, over pairs or time", tables: tables(result.Contrasts.Only("y1", "y2", "measure", "diff", "lo", "hi", "p_adj")), panels: comparePanels},
	{Name: "ranking", Shows: "models with their intervals, the closest first, and those that do not differ", tables: tables(result.ModelRanks.Only("y", "measure", "corrected", "rank", "group")), panels: rankingPanels},
	{Name: "decode", Shows: "decoding accuracy over time, with chance", tables: tables(result.Decodings.Only("label", "time", "accuracy", "chance", "folds")), panels: decodePanels},
	{Name: "also", Shows: "other measures against the optimised one", tables: tables(result.OptimizeAlso.Only("iteration", "score", "measure", "value")), panels: alsoPanels},
	{Name: "trajectory", Joins: true, Shows: "score and gradient over iterations", tables: tables(result.Trajectories.Only("iteration", "measure", "score", "grad_norm")), panels: trajectoryPanels},
	{Name: "study", Shows: "recovery, held-out correlation and time against noise and number of stimuli", tables: tables(result.Studies.Only("sweep", "method", "cosine")), panels: studyPanels},
	{Name: "comparison", Shows: "held-out correlation and recovery of several methods", tables: tables(result.Comparisons.Only("method", "held_out_spearman", "seconds")), panels: comparisonPanels},
	{Name: "importance", Shows: "importance of features with intervals, or by layer", tables: tables(result.Importances.Only("feature", "importance", "lo", "hi")), Forms: []string{bars, lines, matrix}, panels: importancePanels},
	{Name: "weights", Shows: "weights of features and their products", tables: tables(result.Weights.Only("feature_a", "feature_b", "weight")), panels: weightPanels},
	{Name: "model-scores", Shows: "in-sample and held-out correlations of a fit", tables: tables(result.FitScores.Only("split", "spearman", "pearson", "r2")), panels: foldPanels},
	{Name: "explanation", Shows: "partial correlations and shares of the variance that models explain", tables: tables(result.Explanations.Only("quantity", "model", "value", "lo", "hi")), panels: explanationPanels},
	{Name: "encoding", Shows: "variance of patterns that bands of features explain", tables: tables(result.Encodings.Only("band", "r2", "lo", "hi", "log10_penalty")), panels: encodingPanels},
	{Name: "profiles", Shows: "distances of models by their profiles, and a map of them", tables: tables(result.Profiles.Only("kind", "model", "other", "item", "value", "layer", "other_layer")), panels: profilePanels},
	{Name: "influence", Shows: "what samples and neurons add to a score", tables: tables(result.InfluenceTable.Only("measure", "wrt", "unit", "influence", "without", "change")), panels: influencePanels},
	{Name: "interpretation", Shows: "what data of a score encode, and which other scores go with it", tables: tables(result.Interpretations.Only("measure", "score", "aspect", "item", "value", "lo", "hi", "reference")), panels: interpretationPanels},
	{Name: "extrapolate", Shows: "scores of fewer and of more neurons and samples", tables: tables(result.Extrapolations.Only("measure", "along", "point", "n", "p", "value", "corrected")), panels: extrapolatePanels},
	{Name: "collection", Shows: "map of many systems, with lines of training, and their tree", tables: tables(result.Collections.Only("measure", "aspect", "system", "other", "item", "value", "beside")), Forms: []string{mapForm, tree}, panels: collectionPanels},
	{Name: "scores", Shows: "scores as bars, as distributions of many, over time, or as a matrix", tables: tables(result.Scores.Only("x", "y", "measure", "value"), result.Gradients.Only("x", "y", "measure", "value")), Forms: []string{bars, lines, matrix}, panels: scorePanels},
	{Name: "rdm", Shows: "matrix of dissimilarities, or its scaling (MDS) to a plane", array: isRDM, Forms: []string{matrix, mds}, panels: rdmPanels},
	{Name: "recording", Shows: "conditions over time in the plane of the first two principal components", array: isRecording, panels: planePanels},
}

func tables(of ...*result.Schema) []*result.Schema { return of }

// Kinds lists the kinds of results that have figures.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindOf recognises a result. It returns false for a result without a figure.
func KindOf(r *Result) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.draws(r) })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// draws reports whether the kind is that of a result.
func (k Kind) draws(r *Result) bool {
	if r.Array != nil {
		return k.array != nil && k.array(r.Array)
	}
	return slices.ContainsFunc(k.tables, r.is)
}

// layOut draws results in one figure, whether their texts fit or not.
func layOut(results []*Result, s Style) (*Figure, error) {
	kind, err := commonKind(results)
	if err != nil {
		return nil, err
	}
	if s.Form != "" && !slices.Contains(kind.Forms, s.Form) {
		return nil, wrongForm(kind, results[0], s.Form)
	}
	s.places, s.scales, s.heeded = map[string]int{}, map[string]*colourBar{}, map[[2]string]bool{}
	draw := kind.panels
	if s.Facet != "" {
		draw = kind.facets
	}
	results = drawn(results)
	if s.Times != nil {
		if results, err = s.Times.applied(results); err != nil {
			return nil, err
		}
	}
	if s.Names != nil {
		results = s.renamed(results)
	}
	panels, title, alt, err := draw(results, &s)
	if err != nil {
		return nil, err
	}
	if len(panels) == 0 {
		return nil, noRows(results)
	}
	if s.Times != nil {
		s.Times.mark(panels)
		title, alt = s.Times.timed(title), s.Times.timed(alt)
	}
	s.labelled(panels)
	noteBeyond(panels[0], results)
	warnings, err := s.unheeded(results)
	if err != nil {
		return nil, err
	}
	f := compose(kind.Name, title, alt, panels, &s)
	f.Warnings = warnings
	return f, nil
}

func commonKind(results []*Result) (Kind, error) {
	var kind Kind
	for i, r := range results {
		k, ok := KindOf(r)
		if !ok {
			return Kind{}, unknownResult(r)
		}
		if i > 0 && k.Name != kind.Name {
			return Kind{}, &data.InputError{
				Path: r.Path, Found: "a result of kind " + k.Name,
				Wanted: fmt.Sprintf("want %s as in %s, one figure shows one kind", kind.Name, results[0].Path),
			}
		}
		kind = k
	}
	return kind, nil
}

// wrongForm returns the error for a result that cannot be drawn in a form.
func wrongForm(kind Kind, r *Result, form string) error {
	e := &data.InputError{Path: r.Path, Found: "a result of kind " + kind.Name, Wanted: "want one of a kind that can be drawn as " + form}
	switch {
	case form == mds && r.Array != nil:
		e.Found, e.Wanted = whyNoRDM(r.Array), "want a matrix of dissimilarities for a scaling"
		e.Hint = `"simtool rdm" makes one of a recording`
	case kind.Forms == nil:
		e.Hint = "results of this kind are drawn in one form, which needs no name"
	default:
		e.Hint = "its forms are " + strings.Join(kind.Forms, ", ")
	}
	return e
}

func unknownResult(r *Result) error {
	e := &data.InputError{Path: r.Path, Hint: `"simtool plot --help" lists the results that have a figure`}
	if r.Table != nil {
		e.Found, e.Wanted = "columns "+strings.Join(r.Table.Columns, ", "), "want those of a result that has a figure"
		if r.knownBySchema() {
			e.Found, e.Wanted = r.ofSchema(e.Found)
		}
		return e
	}
	e.Found = data.ShapeString(r.Array.Shape) + " values"
	if isSymmetric(r.Array) {
		e.Found = "a symmetric matrix, " + whyNoRDM(r.Array)
	}
	e.Wanted = "want a matrix of dissimilarities, or a recording of at least 3 samples and 2 features"
	return e
}

// ofSchema says why there is no figure of a table of a known schema: the schema has
// none, or the table lacks columns of it.
func (r *Result) ofSchema(columns string) (found, wanted string) {
	for _, k := range kinds {
		for _, t := range k.tables {
			if t.Is(r.Table.Schema) {
				return columns, "want " + strings.Join(t.Names(), ", ") + " for a figure of " + t.Base()
			}
		}
	}
	return "a table of " + r.Table.Schema, "want one that has a figure"
}

// facets draws the rows of each value of a column in separate panels. Title, words and
// colour scales are those of all rows together.
func (k Kind) facets(results []*Result, s *Style) (panels []*panel, title, alt string, err error) {
	var values []string
	for _, r := range results {
		if !r.has(s.Facet) {
			found := "an array"
			if r.Table != nil {
				found = "no column " + s.Facet
			}
			return nil, "", "", &data.InputError{Path: r.Path, Found: found, Wanted: "want a table with the column of --facet"}
		}
		values = append(values, r.texts(s.Facet)...)
	}
	whole, one := *s, *s
	whole.places = map[string]int{}
	one.Facet = ""
	if _, title, alt, err = k.panels(results, &whole); err != nil {
		return nil, "", "", err
	}
	values = Distinct(values)
	names := facetNames(s.Facet, values)
	for i, value := range values {
		var parts []*Result
		for _, r := range results {
			cells := r.texts(s.Facet)
			part := r.where(func(i int) bool { return cells[i] == value })
			if len(part.Table.Rows) > 0 {
				parts = append(parts, part)
			}
		}
		ps, _, _, err := k.panels(parts, &one)
		if errors.Is(err, errNoRows) {
			continue // other values may have rows to draw
		}
		if err != nil {
			return nil, "", "", err
		}
		for _, p := range ps {
			if p.title != value {
				p.title = strings.Trim(names[i]+", "+p.title, ", ")
			}
		}
		panels = append(panels, ps...)
	}
	return panels, title, alt, nil
}

// facetNames returns titles of panels for the values of a column: short names of files,
// and numbers with the name of the column.
func facetNames(column string, values []string) []string {
	if column == "x" || column == "y" || column == "representation" {
		return shortNames(values)
	}
	names := slices.Clone(values)
	for i, v := range values {
		switch {
		case v == "":
			names[i] = "no " + column
		case isNumber(v):
			names[i] = column + " " + v
		}
	}
	return names
}

var errNoRows = errors.New("no row with numbers")

// noRows returns the error for results without rows to draw.
func noRows(results []*Result) error {
	return &data.InputError{Path: results[0].Path, Found: errNoRows.Error(), Wanted: "want at least one to draw", Err: errNoRows}
}
