package main

import "simtool/internal/data"

// policy returns the policy that --missing names.
func (o inputOptions) policy() data.Policy {
	p, _ := data.PolicyNamed(o.missing) // the flag takes no other
	return p
}

// withoutMissing applies the policy of the options to systems whose samples
// correspond, and to what runs along them, with one warning that says what was
// done.
func (a *app) withoutMissing(o inputOptions, unit data.Unit, systems []*data.Dataset, along ...data.Along) ([]*data.Dataset, error) {
	kept, err := o.policy().Apply(unit, systems, along...)
	if err != nil {
		return nil, err
	}
	a.warnMissing(kept)
	return kept.Systems, nil
}

// oneWithoutMissing is withoutMissing for one system.
func (a *app) oneWithoutMissing(o inputOptions, d *data.Dataset) (*data.Dataset, error) {
	systems, err := a.withoutMissing(o, data.Samples, []*data.Dataset{d})
	if err != nil {
		return nil, err
	}
	return systems[0], nil
}

// warnMissing says what a policy has done. It is the one place that does so on
// standard error.
func (a *app) warnMissing(kept *data.Kept) {
	if w := kept.Warning(); w != "" {
		a.warn("%s", w)
	}
}
