package data

// DropMissing applies the policy drop to datasets that keep whole conditions.
func DropMissing(sets ...*Dataset) (kept []*Dataset, dropped []int, err error) {
	k, err := dropMissing.Apply(Conditions, sets)
	if err != nil {
		return nil, nil, err
	}
	return k.Systems, k.Out, nil
}
