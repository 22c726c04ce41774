package optimize

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/synth/synthtest"
)

// Expected: PyTorch 1.13.1 in float64, torch.optim.Adam(lr=0.1) and
// torch.optim.SGD(lr=0.5, momentum=0.9) on autograd through the definitions, from
// synthtest.Waves(12, 3, 0.9) towards synthtest.Waves(12, 4, 1.7): the scores of iterates 0, 1, 2, 5,
// 10 and 30.
func TestMethodsFollowTorch(t *testing.T) {
	adam, sgd := DefaultAdam(), Momentum{Rate: 0.5, Decay: 0.9}
	for _, c := range []struct {
		goal   string
		method Method
		target float64
		scores [6]float64
	}{
		{"cka", adam, math.NaN(), [6]float64{0.18064512179772785, 0.33668916004172095, 0.508299111849417, 0.8441119314657256, 0.9500287783411895, 0.968041120734303}},
		{"cka", sgd, math.NaN(), [6]float64{0.18064512179772785, 0.21600765579173395, 0.29514931802709876, 0.7695256278609459, 0.9452385891806431, 0.9657723891336043}},
		{"procrustes:as=angular-score", adam, math.NaN(), [6]float64{0.27321531157599055, 0.3672090560555248, 0.454206846411623, 0.6483366799073402, 0.7770737426168572, 0.8254588461803503}},
		{"procrustes:as=angular-score", sgd, math.NaN(), [6]float64{0.27321531157599055, 0.2895573879040615, 0.32047302495812213, 0.4798278424586814, 0.7807044245010502, 0.8246892387441624}},
		{"procrustes", adam, math.NaN(), [6]float64{1.1416307189472075, 0.9939856714229373, 0.8573298469788626, 0.5523914152041455, 0.35017174563865294, 0.2741686011623234}},
		{"procrustes", sgd, math.NaN(), [6]float64{1.1416307189472075, 1.101335801134103, 1.0254460818683186, 0.6555126674103925, 0.27006676728682466, 0.26733678594446536}},
		{"cka*0.5+nbs*0.5", adam, math.NaN(), [6]float64{0.29837867265591905, 0.429891628157752, 0.5632208263316154, 0.8473089372858333, 0.9380073831510446, 0.975344779150969}},
		{"cka", adam, 0.5, [6]float64{0.18064512179772785, 0.33668913359466834, 0.5061643009235258, 0.641956208954294, 0.45372867695700014, 0.4941796426548867}},
	} {
		config := DefaultConfig(goalOf(t, c.goal))
		config.Method, config.Target, config.Start, config.MaxIter = c.method, c.target, synthtest.Waves(12, 3, 0.9), 30
		config.Tolerance = 0
		_, l := runOne(t, datasetOf(t, synthtest.Waves(12, 4, 1.7)), config)
		for i, at := range []int{0, 1, 2, 5, 10, 30} {
			synthtest.Near(t, c.goal+" by "+c.method.String(), l.scores[at], c.scores[i], 1e-9)
		}
	}
}

// TestAdamNeedsThePaperSIterations: the published runs took 28–42 iterations to a
// CKA of 0.99, 57–61 with angular Procrustes and 40–42 with NBS, give or take 2.
func TestAdamNeedsThePaperSIterations(t *testing.T) {
	for _, c := range []struct {
		goal     string
		from, to int
	}{
		{"cka", 28, 42},
		{"procrustes:as=angular-score", 57, 61},
		{"nbs", 40, 42},
	} {
		config := DefaultConfig(goalOf(t, c.goal))
		config.Stop = 0.99
		o, l := runOne(t, synthtest.PowerLaw(t, 600, 100, 2), config)
		if o.Iterations < c.from-2 || o.Iterations > c.to+2 {
			t.Errorf("%s: %d iterations to 0.99, want %d to %d", c.goal, o.Iterations, c.from, c.to)
		}
		if i := first(l.scores, 0.99); i != o.Iterations || o.Reason != ReachedStop {
			t.Errorf("%s: ended at iteration %d (%s), but 0.99 was reached at %d", c.goal, o.Iterations, o.Reason, i)
		}
	}
}

// The methods reach optima of known value: a rotation of X scores highest, and a Y
// of r features can have at most the variance of r components of X.
func TestMethodsReachOptima(t *testing.T) {
	x := synthtest.PowerLaw(t, 60, 5, 1)
	explained := []float64{1, 1. / 2, 1. / 3, 1. / 4, 1. / 5}
	total, two := 0.0, 0.0
	for i, f := range explained {
		total += f
		if i < 2 {
			two += f
		}
	}
	for _, method := range []Method{DefaultMomentum(), DefaultLBFGS()} {
		for _, c := range []struct {
			goal  string
			width int
			want  float64
		}{
			{"nbs", 0, 1},
			{"cka", 0, 1},
			{"linreg", 0, 1},
			{"procrustes:as=squared", 0, 0},
			{"linreg", 2, two / total},
			{"nbs", 2, math.Sqrt(two / total)},
		} {
			config := DefaultConfig(goalOf(t, c.goal))
			config.Method, config.Width, config.MaxIter = method, c.width, 3000
			o, _ := runOne(t, x, config)
			synthtest.Near(t, method.String()+" towards "+c.goal, o.Score, c.want, 1e-7)
		}
	}
}

// Every step of LBFGS lowers the loss.
func TestLBFGSDescends(t *testing.T) {
	config := DefaultConfig(goalOf(t, "cka"))
	config.Method, config.MaxIter = LBFGS{Memory: 3}, 60
	o, l := runOne(t, synthtest.PowerLaw(t, 50, 6, 1), config)
	for i := 1; i < len(l.scores); i++ {
		if l.scores[i] < l.scores[i-1] {
			t.Errorf("iteration %d: score %v after %v", i, l.scores[i], l.scores[i-1])
		}
	}
	if o.Evaluations < o.Iterations || o.Evaluations > 3*o.Iterations+25 {
		t.Errorf("%d evaluations in %d iterations", o.Evaluations, o.Iterations)
	}
}

// Where the gradient is zero the method converges at once.
func TestStuckAtIdentity(t *testing.T) {
	x := synthtest.Waves(12, 4, 1.7)
	for _, method := range Methods() {
		config := DefaultConfig(goalOf(t, "procrustes"))
		config.Method, config.Start = method, mat.DenseCopyOf(x)
		o, _ := runOne(t, datasetOf(t, x), config)
		if o.Reason != Converged || o.Iterations != 0 {
			t.Errorf("%s: %s after %d iterations, want converged at once", method, o.Reason, o.Iterations)
		}
	}
}

func TestMethodsRefuseSettings(t *testing.T) {
	for _, m := range []Method{
		Adam{}, Adam{Rate: 0.1, Beta1: 1, Beta2: 0.9, Epsilon: 1e-8}, Momentum{Rate: -1}, Momentum{Decay: 1}, LBFGS{},
	} {
		if m.validate() == nil {
			t.Errorf("%#v was accepted", m)
		}
	}
	for _, m := range Methods() {
		found, err := FindMethod(m.String())
		if err != nil || found != m || m.validate() != nil {
			t.Errorf("%s: found %v (%v), valid: %v", m, found, err, m.validate())
		}
	}
	if _, err := FindMethod("newton"); err == nil {
		t.Error("an unknown method was found")
	}
}
