package verb

import (
	"slices"
	"strings"

	"simtool/internal/io"
	"simtool/internal/verb/setting"
)

// NA is the setting that says which cells of a table of features or labels count as
// missing.
type NA struct{ Cells []string }

// Register declares the setting.
func (o *NA) Register(s *setting.Set) {
	o.Cells = slices.Clone(dataio.DefaultMarkers)
	s.Strings(&o.Cells, "na", "", "`CELLS` that stand for a missing value besides the empty one; '' for none, as where a category is called None")
}

// Markers says so to dataio: the list is not nil.
func (o *NA) Markers() []string {
	markers := []string{}
	for _, cell := range o.Cells {
		if cell = strings.TrimSpace(cell); cell != "" {
			markers = append(markers, cell)
		}
	}
	return markers
}
