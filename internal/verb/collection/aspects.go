package collection

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/collection"
	"simtool/internal/data"
)

// outlier is the number of robust standard deviations beyond which a system lies apart.
const outlier = 3.5

// whole writes what holds of the matrix as a whole.
func (r *run) whole() error {
	n := len(r.names)
	all := blank("matrix")
	all.Item, all.Value = n, mat.Sum(r.d)/float64(n*(n-1))
	all.Note = joined(r.notes)
	if err := r.row(all); err != nil {
		return err
	}
	t := collection.CheckTriangles(r.d)
	row := blank("triangle")
	row.Value, row.Beside = float64(t.Broken)/float64(t.Triples), t.Worst
	if t.Broken == 0 {
		row.Note = fmt.Sprintf("all %d triples keep the triangle inequality", t.Triples)
	} else {
		row.System, row.Other = r.names[t.I], r.names[t.J]
		row.Note = fmt.Sprintf("%d of %d triples break the triangle inequality, worst by way of %s: maps and paths are not those of a metric space", t.Broken, t.Triples, r.names[t.K])
	}
	return r.row(row)
}

func joined(lines []string) string {
	text := ""
	for i, line := range lines {
		if i > 0 {
			text += "; "
		}
		text += line
	}
	return text
}

// maps writes the places of the systems.
func (r *run) maps() error {
	for _, one := range []struct {
		name string
		of   func(*mat.Dense, int) (collection.Map, error)
	}{{"classical", collection.Classical}, {"metric", collection.Metric}} {
		m, err := one.of(r.d, r.o.Dimensions)
		if err != nil {
			return err
		}
		row := blank("stress")
		row.Other, row.Value = one.name, m.Stress
		if one.name == "classical" {
			row.Note = fmt.Sprintf("%.2g of the eigenvalues is negative, 0 for distances of a Euclidean space", m.Negative)
		}
		if err := r.row(row); err != nil {
			return err
		}
		for i, name := range r.names {
			for k := range r.o.Dimensions {
				row := blank(one.name)
				row.System, row.Item, row.Value = name, k+1, m.Places.At(i, k)
				if one.name == "classical" {
					row.Beside = m.Shares[k]
				}
				if err := r.row(row); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tree writes the joins of average linkage.
func (r *run) tree() error {
	joins := collection.Tree(r.d)
	support := collection.Support(joins, r.others)
	for k, join := range joins {
		row := blank("tree")
		row.System, row.Other, row.Item, row.Value = r.names[join.Left], r.names[join.Right], k+1, join.Height
		if r.others != nil {
			row.Beside = support[k]
		}
		if k+1 == len(joins) {
			if c, ok := collection.Cophenetic(r.d, joins); ok {
				row.Note = fmt.Sprintf("heights correlate with distances at %.3f", c)
			}
		}
		if err := r.row(row); err != nil {
			return err
		}
	}
	return nil
}

// clusters writes a cut of the tree, the medoids of all systems and of each cluster, and
// how far each system lies from the others.
func (r *run) clusters() error {
	n := len(r.names)
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	tree := collection.Tree(r.d)
	const most = 10
	cluster, silhouette := collection.BestCut(r.d, tree, min(most, n-1))
	note := fmt.Sprintf("the largest silhouette of 2 to %d clusters", min(most, n-1))
	if r.o.Clusters > 0 {
		if r.o.Clusters > n {
			return &data.InputError{Found: fmt.Sprintf("%d systems", n), Wanted: fmt.Sprintf("which are too few for --clusters %d", r.o.Clusters)}
		}
		cluster = collection.Cut(tree, r.o.Clusters)
		silhouette, note = collection.Silhouette(r.d, cluster), ""
	}
	count := slices.Max(cluster) + 1
	row := blank("clusters")
	row.Item, row.Value, row.Note = count, silhouette, note
	if err := r.row(row); err != nil {
		return err
	}
	members := make([][]int, count)
	for i, c := range cluster {
		members[c] = append(members[c], i)
		row := blank("cluster")
		row.System, row.Item = r.names[i], c+1
		if err := r.row(row); err != nil {
			return err
		}
	}
	centre, means := collection.Medoid(r.d, all)
	for c := -1; c < count; c++ {
		row := blank("medoid")
		row.Item = c + 1
		medoid, of := centre, means
		if c >= 0 {
			medoid, of = collection.Medoid(r.d, members[c])
		}
		row.System, row.Value = r.names[medoid], floats.Min(of)
		if err := r.row(row); err != nil {
			return err
		}
	}
	for i, z := range collection.Outlying(means) {
		row := blank("remoteness")
		row.System, row.Value, row.Beside = r.names[i], means[i], z
		if z > outlier {
			row.Note = fmt.Sprintf("an outlier: over %g robust standard deviations further from the others than the median", outlier)
		}
		if err := r.row(row); err != nil {
			return err
		}
	}
	return nil
}

// neighbours writes the three nearest systems of each.
func (r *run) neighbours() error {
	const most = 3
	for i, name := range r.names {
		order := collection.Neighbours(r.d, i)
		for k, j := range order[:min(most, len(order))] {
			row := blank("neighbour")
			row.System, row.Other, row.Item, row.Value = name, r.names[j], k+1, r.d.At(i, j)
			if err := r.row(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// dimensions writes estimates of the dimension of the collection.
func (r *run) dimensions() error {
	row := blank("dimension")
	row.Other = "two-neighbours"
	var ok bool
	if row.Value, ok = collection.IntrinsicDimension(r.d); !ok {
		row.Note = "too few systems at different distances"
	}
	if err := r.row(row); err != nil {
		return err
	}
	m, err := collection.Classical(r.d, 1)
	if err != nil {
		return err
	}
	row = blank("dimension")
	row.Other, row.Value = "participation", m.Participation
	row.Note = "(Σλ)²/Σλ² of the positive eigenvalues of the classical map"
	return r.row(row)
}

// path writes the way through the systems in their order.
func (r *run) path() error {
	order := make([]int, len(r.names))
	for i := range order {
		order[i] = i
	}
	w := collection.WalkThrough(r.d, order)
	for i, name := range r.names {
		row := blank("path")
		row.System, row.Item, row.Value, row.Beside = name, i+1, w.Along[i], r.d.At(0, i)
		if i+1 == len(r.names) && w.Geodesic > 0 {
			row.Note = fmt.Sprintf("the way in the order of the systems is %.3g times as long as the straight one", w.Length()/w.Geodesic)
		}
		if err := r.row(row); err != nil {
			return err
		}
	}
	return nil
}

// groups compares distances within labelled groups with those between them.
func (r *run) groups() error {
	if r.o.Groups == "" {
		return nil
	}
	names, err := r.labels()
	if err != nil {
		return err
	}
	var seen []string
	labels := make([]int, len(names))
	for i, name := range names {
		if !slices.Contains(seen, name) {
			seen = append(seen, name)
		}
		labels[i] = slices.Index(seen, name)
	}
	g, ok := collection.CompareGroups(r.d, labels, r.o.Permutations, r.rng("groups"))
	if !ok {
		return &data.InputError{Path: r.o.Groups, Found: data.Counted(len(seen), "label"), Wanted: "want two or more, of which one has two systems"}
	}
	for _, one := range []struct {
		name  string
		value float64
	}{{"within", g.Within}, {"between", g.Between}, {"difference", g.Between - g.Within}} {
		row := blank("groups")
		row.Other, row.Value = one.name, one.value
		if one.name == "difference" {
			row.PValue = g.P
		}
		if err := r.row(row); err != nil {
			return err
		}
	}
	return nil
}

// mantel correlates the matrix with others.
func (r *run) mantel() error {
	if r.o.Mantel == "" {
		return nil
	}
	other, err := r.distancesIn(r.o.Mantel)
	if err != nil {
		return err
	}
	row := blank("mantel")
	row.System = r.o.Mantel
	var ok bool
	if row.Value, row.PValue, ok = collection.Mantel(r.d, other, r.o.Permutations, r.rng("mantel")); !ok {
		row.Note = "one of the matrices has equal distances only"
	}
	if err := r.row(row); err != nil || r.o.Given == "" {
		return err
	}
	given, err := r.distancesIn(r.o.Given)
	if err != nil {
		return err
	}
	row = blank("partial-mantel")
	row.System, row.Other = r.o.Mantel, r.o.Given
	if row.Value, row.PValue, ok = collection.PartialMantel(r.d, other, given, r.o.Permutations, r.rng("partial")); !ok {
		row.Note = "one of the matrices has equal distances only, or follows from another"
	}
	return r.row(row)
}

// distancesIn reads the distances of the same systems.
func (r *run) distancesIn(path string) (*mat.Dense, error) {
	s, err := readSquare(path)
	if err != nil {
		return nil, err
	}
	if s, err = s.inOrder(r.names); err != nil {
		return nil, err
	}
	r.sources = append(r.sources, s.source)
	return s.distances()
}
