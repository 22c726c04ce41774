package measures

import (
	"math"

	"simtool/internal/linalg"
)

// usage is the memory that scores take of most data: features that are independent, and
// fewer than samples. What Memory bounds is that of any data, on roads that few take.
type usage struct {
	Need
	spent  int64 // all that work allocates, one after the other
	strips bool  // systems with more features than samples are read by columns, not by rows
}

// usual is a measure whose usage is less than what it announces.
type usual interface {
	Measure
	// usage returns the need of most data, and false where Memory says it.
	usage(d Dims) (usage, bool)
}

// UsualBytes returns what is about in use, apart from the data, while measures score a pair
// one after the other, and what they allocate in all: as much is taken if the collector has
// no reason to run.
func UsualBytes(named []Named, d Dims) (used, allocated int64) {
	var all Need
	spent, strips := int64(0), true
	for _, m := range named {
		one := usageOf(m, d)
		all = together(all, one.Need)
		spent += one.spent
		strips = strips && one.strips
	}
	if used = all.bytes(d); strips {
		used -= word * (linalg.PanelMemory(d.N, d.P) + linalg.PanelMemory(d.N, d.Q))
	}
	return used, used + word*(spent-all.work)
}

// UsualKept returns what of the bytes in use the systems and the pair keep for other measures.
func UsualKept(named []Named, d Dims) int64 {
	var all Need
	for _, m := range named {
		all = together(all, usageOf(m, d).Need)
	}
	kept := int64(0)
	for _, numbers := range all.kept {
		kept += numbers
	}
	return word * kept
}

func usageOf(m Measure, d Dims) usage {
	d.usual = true
	if with, ok := As[usual](m); ok && d.P <= d.N && d.Q <= d.N {
		if u, ok := with.usage(d); ok {
			return u
		}
	}
	if d.bySamples() {
		if u, ok := usageBySamples(m, d); ok {
			return u
		}
	}
	need := scoreNeed(m, d)
	return usage{Need: need, spent: need.work}
}

// usageBySamples is the usage of measures of matrices of samples × samples: these, and those
// factors and singular values that need no QR decomposition.
func usageBySamples(m Measure, d Dims) (usage, bool) {
	square := d.N * d.N
	switch m := base(m).(type) {
	case cka:
		need := d.needOuter()
		return usage{need, need.work, true}, m.kernel.kind == kernelLinear && !m.needsKernels(d.N)
	case procrustes:
		if m.cv != 0 {
			return usage{}, false
		}
	case nbs:
	default:
		return usage{}, false
	}
	p, q := d.compact()
	all := together(d.needOuter(), kept(compactKey{}, d.N*(p+q)), kept(crossKey{}, p*q))
	values := 3*min(p, q)*min(p, q) + 2*square // of the Gram matrix of C, after two factors
	return usage{together(all, work(values)), values, true}, true
}

// usage implements usual: moments, those of each fold, and coefficients.
func (m regression) usage(d Dims) (usage, bool) {
	if m.direction != "" && m.direction != xFromY || m.solve != nil || m.plan.shuffled {
		return usage{}, false
	}
	coefficients := 2*d.P*d.Q + d.Q*d.Q
	if m.plan.k == 0 {
		return usage{Need: together(d.needMoments(), work(coefficients)), spent: coefficients}, true
	}
	each := d.Q*d.Q + d.P*d.Q
	most := coefficients + 4*each + linalg.ProductMemory(d.N, d.P, d.Q)
	return usage{Need: together(kept(foldsKey{m.plan, d.P == 0}, int64(m.plan.k)*each), work(most)), spent: most}, true
}

// usage implements usual: where the penalty is chosen, the samples of all folds, and for
// each fold those of its training set with the eigenvectors and the screened errors.
func (m ridge) usage(d Dims) (usage, bool) {
	u, ok := m.regression.usage(d)
	if !ok || !math.IsNaN(m.lambda) {
		return u, ok
	}
	folds := int64(max(1, m.plan.k))
	train := d.N * (folds - 1) / folds
	if m.plan.k == 0 {
		train = d.N
	} else {
		type rowsKey struct{ foldPlan }
		u.Need = together(u.Need, kept(rowsKey{m.plan}, d.N*(d.P+d.Q)))
	}
	vectors := linalg.EigSymMemory(d.Q)
	own := train*(d.P+d.Q) + train*d.Q + d.P*d.Q + train*(2*d.P+d.Q)/2
	own += own // what a fold leaves for the next one is not always used
	u.work, u.spent = u.work+own+vectors, u.spent+own+folds*(vectors+d.P*d.Q)+vectors
	return u, true
}

// usage implements usual: the factors of both Gram matrices, and singular values.
func (m cca) usage(d Dims) (usage, bool) {
	type factorsKey struct{}
	values := linalg.NuclearNormMemory(d.P, d.Q)
	return usage{Need: together(d.needMoments(), kept(factorsKey{}, d.P*d.P+d.Q*d.Q+d.P*d.Q), work(values)), spent: values}, m.as == asScore
}

// usage implements usual: the components of both systems from their Gram matrices.
func (m svcca) usage(d Dims) (usage, bool) {
	type componentsKey struct{}
	most := d.N*max(d.P, d.Q) + max(linalg.EigSymMemory(max(d.P, d.Q)), linalg.NuclearNormMemory(d.P, d.Q))
	return usage{Need: together(d.needMoments(), kept(componentsKey{}, d.N*(d.P+d.Q)), work(most)), spent: 2 * most}, true
}

// usage implements usual: ranks allocate a fifth more than is in use at once, and
// dissimilarities that are squared distances need moments alone.
func (m rsa) usage(d Dims) (usage, bool) {
	need := m.Memory(d)
	if !m.rdm.embeds() || m.rdm.kind == rdmCrossnobis {
		return usage{}, false
	}
	if !rankBased(m.compare) {
		return usage{Need: together(m.rdm.needEmbedded(d), d.needMoments().of(embeddedPairKey{m.rdm})), spent: 0}, true
	}
	all := need.work
	for _, numbers := range need.kept {
		all += numbers
	}
	return usage{Need: need, spent: need.work + all/5}, true
}

// usage implements usual: of what second moments suffice for, the moments.
func (m cka) usage(d Dims) (usage, bool) {
	return usage{Need: d.needMoments()}, m.kernel.kind == "linear" && !d.bySamples()
}

// usage implements usual: moments, and the singular values of C.
func (m procrustes) usage(d Dims) (usage, bool) {
	values := linalg.NuclearNormMemory(d.P, d.Q)
	return usage{Need: together(d.needMoments(), work(values)), spent: values}, m.cv == 0 && m.Card().FromMoments
}
