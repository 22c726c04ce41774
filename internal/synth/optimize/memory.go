package optimize

import "simtool/internal/measures"

const word = 8 // bytes of a number

// Memory bounds the bytes that Run has in use for a reference of n×p when it follows a
// number of components (those of PCs, or as many as PCs will have) and runs atOnce
// restarts at a time. It does not count the reference and the data in Config. Each
// running restart needs the iterate, its gradient, the memory of the method, the
// subspace if there is one, and the work space of the goal and of a record. All
// restarts keep their records and last iterates.
func (c *Config) Memory(n, p, components, atOnce int) (int64, error) {
	q, err := c.validate(n, p)
	if err != nil {
		return 0, err
	}
	full := measures.Dims{N: int64(n), P: int64(p), Q: int64(q), Times: 1}
	d := full
	each := word * full.N * full.Q // Y₀
	if k := d.P + d.Q; c.Method.rotationInvariant() && !c.FullCoordinates && d.N > k+1 && c.Goal.secondMoments() {
		each += word * (2*d.N*k + 3*k*k) // its sides, once more in a decomposition, and factors
		d.N = k + 1
		each += word * d.N * d.P
	}
	each += int64(3+c.Method.vectors()) * word * d.N * d.Q // and the part of one term
	for _, t := range c.Goal.Terms {
		each += measures.GradientBytes(t.Measure, d)
		if c.InSingle(n, p, q) {
			each += measures.SingleBytes(d)
		}
	}
	each += c.recordMemory(full, int64(components))
	restarts := int64(len(c.Only))
	if c.Only == nil {
		restarts = int64(c.Restarts)
	}
	all := word * full.N * full.P // the centred reference
	for _, s := range c.Resume {
		if s != nil {
			all += word * int64(1+c.Method.vectors()) * d.N * d.Q
		}
	}
	return all + int64(atOnce)*each + restarts*(word*full.N*full.Q+int64(c.Records())*c.recordSize(components)), nil
}

// Records returns the largest number of records of a restart.
func (c *Config) Records() int {
	count := 2 // the start and the end
	for i := c.Schedule.next(0); i <= c.MaxIter; i = c.Schedule.next(i) {
		count++
	}
	return count
}

// recordSize returns the bytes of a record.
func (c *Config) recordSize(components int) int64 {
	const structs, decoding = 128, 64
	size := int64(structs + word*(len(c.Also)+2*components))
	for _, d := range c.Decoders {
		size += decoding + word*int64(d.Bins())
	}
	return size
}

// recordMemory bounds the memory of making a record, whose analyses run one after the
// other, and the memory that decoders keep.
func (c *Config) recordMemory(d measures.Dims, components int64) int64 {
	var most, kept int64
	q := min(d.Q, d.N)
	if components > 0 { // Yc, a basis of it, and its products with the components
		most = word * (3*d.N*d.Q + 4*components*d.Q + 3*q*q)
	}
	for _, decoder := range c.Decoders {
		remembered := decoder.MemoryBytes(int(d.Q))
		most = max(most, 2*word*d.N*d.Q+2*remembered)
		kept += remembered
	}
	if len(c.Also) > 0 {
		most = max(most, measures.ScoreBytes(c.Also, d))
	}
	return most + kept
}
