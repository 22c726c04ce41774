package synth

import "simtool/internal/data"

// Toy2DConfig describes curved reaches in the plane to two sides with three
// stimulus strengths: Steps × 6 conditions × 2 neurons.
//
// A reach runs from the origin to (Reach, 0) along the parabola
//
//	x = Reach·s, y = 4·height·s(1−s),
//
// with the minimum-jerk profile s(u) = 10u³ − 15u⁴ + 6u⁵ of human arm movements
// (Flash and Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985) at the Steps
// equally spaced times u from 0 to 1. Stimulus strengths 1, 2 and 3 have apex
// heights Height, 1.5·Height and 2·Height. Reaches to the left are those to the
// right turned by 180°.
//
// The set follows the toy example of Cloos et al. (2025), with curves in closed
// form.
type Toy2DConfig struct {
	Steps  int     // points of a reach, default 10
	Reach  float64 // distance of the targets, default 2
	Height float64 // of the flattest reach, default 0.75
}

// DefaultToy2D returns the default configuration.
func DefaultToy2D() Toy2DConfig { return Toy2DConfig{Steps: 10, Reach: 2, Height: 0.75} }

// Params implements Config.
func (c *Toy2DConfig) Params() []Param {
	return []Param{
		intParam(&c.Steps, bounds{2, 1e6}, "steps", "points of a reach"),
		floatParam(&c.Reach, bounds{1e-6, 1e6}, "reach", "", "distance of the targets"),
		floatParam(&c.Height, bounds{0, 1e6}, "height", "", "apex of the flattest reach"),
	}
}

// Generate implements Config. Labels has the columns choice (left, right) and
// stimulus (−3 … 3 without 0, negative to the left). The data are not random.
func (c *Toy2DConfig) Generate(uint64) (*Output, error) {
	if err := checkAll(c.Params()); err != nil {
		return nil, err
	}
	stimuli := []float64{-3, -2, -1, 1, 2, 3}
	values := make([]float64, 0, c.Steps*len(stimuli)*2)
	for i := range c.Steps {
		u := float64(i) / float64(c.Steps-1)
		s := u * u * u * (10 + u*(6*u-15))
		for _, stimulus := range stimuli {
			sign, strength := 1.0, stimulus
			if stimulus < 0 {
				sign, strength = -1, -stimulus
			}
			height := c.Height * (1 + strength) / 2
			values = append(values, sign*c.Reach*s, sign*4*height*s*(1-s))
		}
	}
	choice := &data.Column{Name: "choice", Kind: data.Categorical}
	for _, stimulus := range stimuli {
		addLevel(choice, side(stimulus, "left", "right"))
	}
	return &Output{
		Data: mustDataset(values, c.Steps, len(stimuli), 2),
		Labels: &data.Table{Columns: []*data.Column{
			choice,
			{Name: "stimulus", Kind: data.Numeric, Values: stimuli},
		}},
		DType: "float64",
	}, nil
}
