package measures

import "fmt"

// Estimator implements Estimable: the value, jackknifed twice.
func (m nbs) Estimator() (Estimator, bool) { return buresEstimator(formOf(m.as)), true }

// Deletions implements Estimable.
func (m nbs) Deletions(p *Pair, u *Units) (*Deletions, error) { return p.buresDeletions(u) }

// buresEstimator is the estimator of the measures that are a form of the Bures cosine.
func buresEstimator(report func(float64) float64) Estimator {
	return Estimator{
		Axis: FisherAxis, Doubled: true, MostUnits: mostBlocks, Report: report,
		Refuse: func(d Dims, _ int, calibrated float64) string {
			least := min(d.P, d.Q)
			switch {
			case 5*d.N < 6*least:
				return fmt.Sprintf("%d samples are fewer than 1.2 times the %d features of the narrower system", d.N, least)
			case calibrated < 0.1:
				return "the value is hardly above that of random pairings"
			case calibrated < 0.3 && d.N < 3*least:
				return fmt.Sprintf("the value is weak, and %d samples are fewer than three times the %d features of the narrower system", d.N, least)
			}
			return ""
		},
		Flops: func(d Dims, units int) float64 {
			p, q := d.compact()
			small, large := float64(min(p, q)), float64(max(p, q))
			subsets := float64(1 + units + units*(units-1)/2)
			return subsets * 4 * small * small * (large + small)
		},
	}
}

type buresDeletionsKey struct{ units *Units }

// buresDeletions returns ‖C‖*/(‖Xc‖‖Yc‖) with units left out.
func (p *Pair) buresDeletions(u *Units) (*Deletions, error) {
	return shared(&p.memo, buresDeletionsKey{u}, func() (*Deletions, error) {
		return momentDeletions(p, u, true, func(p *Pair) (float64, error) {
			a, err := p.alignment()
			if err != nil {
				return 0, err
			}
			return a.cosine(), nil
		})
	})
}
