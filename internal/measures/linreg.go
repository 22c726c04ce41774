package measures

var linregFamily = Family{
	Card: Card{
		Family:         "linreg",
		Title:          "Linear regression",
		Question:       "How much of the variance of X can be read out of Y linearly?",
		Formula:        "R² = ‖Q_Yᵀ Xc‖²/‖Xc‖²; held out: the mean over folds of 1 − ‖X − X̂‖²/‖X‖², both about the means of training",
		Params:         regressionParams,
		Identity:       1,
		Differentiable: true,
		FromMoments:    true,
		Cost:           "n·q·(p + q)",
		Pitfalls: []string{
			"not symmetric: a Y that contains X and much else scores 1",
			"without folds it rises with the number of predicting features, to 1 when they reach the number of samples",
			"contiguous folds of a recording put whole stretches of time into the test set; folds=conditions leaves out conditions",
		},
		References: []Reference{refSchrimpf2020, refKornblith2019, refCloos2025},
	},
	Aliases: append([]Alias{
		{"linreg-angular", "linreg:as=angular"},
		{"linear_regression", "linreg"},
	}, regressionAliases("linreg", "linreg")...),
	New: func(a Args) (Measure, error) {
		m, err := newRegression(a, Affine)
		if err != nil {
			return nil, err
		}
		if m.as == asAngular {
			m.card.Identity = 0
		}
		m.penalty, m.leastSquares = func(predictors) (float64, error) { return 0, nil }, true
		return linreg{m}, nil
	},
}

// linreg is least squares over the numerical rank of the predicting system.
type linreg struct{ regression }

// Score implements Measure.
func (m linreg) Score(p *Pair) (Score, error) {
	if m.as == asAngular && p.identical() {
		if err := p.check(m.card); err != nil {
			return Score{}, err
		}
		return Score{}, nil // identical data predict each other without residual
	}
	if _, ok := m.Scale(); ok && p.X != p.Y {
		if explained, ok := toldOf[float64](p, explainedKey{}); ok {
			if err := p.check(m.card); err != nil {
				return Score{}, err
			}
			return Score{Value: min(1, explained/p.X.trace()), Warnings: interpolates(p)}, nil
		}
	}
	return m.regression.Score(p)
}

// interpolates warns of a fit that leaves nothing unexplained.
func interpolates(p *Pair) []string {
	if p.Y.compactWidth() < p.Samples()-1 {
		return nil
	}
	return []string{interpolation}
}

// ComponentScore implements Theory.
func (m linreg) ComponentScore(p AlignedPair) (float64, bool) { return m.componentScore(p, 0) }

// Scale implements Monotone for R² of X from Y on the samples of the fit.
func (m linreg) Scale() (Scale, bool) {
	inSample := m.plan.k == 0 && !m.columns && m.direction == xFromY
	return Scale{ExplainedVariance, asScore}, inSample && m.as == asR2
}

// coefficients returns how many coefficients are fitted to each predicted feature, and
// to how many samples; see Cautions.
func (m linreg) coefficients(p *Pair) (count, samples int) {
	switch m.direction {
	case xFromY:
		count = p.Y.Width()
	case yFromX:
		count = p.X.Width()
	case symmetric:
		count = max(p.X.Width(), p.Y.Width())
	}
	samples = p.Samples()
	if m.plan.k > 0 && p.given != nil {
		samples = len(p.given.train)
	} else if m.plan.k > 0 {
		samples -= (samples + m.plan.k - 1) / m.plan.k
	} else if count >= samples-1 {
		return 0, samples // of which the score itself warns
	}
	return count, samples
}

// Memory implements Memory.
func (m linreg) Memory(d Dims) Need { return m.need(d, leastSquaresMemory) }

// regressionAliases returns diffscore's names for a family of regressions: prefix
// precedes the statistic in the name, and spec is the specification.
func regressionAliases(prefix, spec string) []Alias {
	var out []Alias
	for _, stat := range []Alias{{"r2", ""}, {"pearsonr", ":as=pearson"}, {"pearson_r", ":as=pearson"}, {"pearson", ":as=pearson"}} {
		for _, side := range []Alias{{"", ""}, {"-sym", ":direction=symmetric"}} {
			name, full := prefix+"-"+stat.Name+side.Name, spec+stat.Spec+side.Spec
			out = append(out, Alias{name, full}, Alias{name + "#no_cv", full}, Alias{name + "#{}folds_cv", full + ":cv={}"})
		}
	}
	return out
}
