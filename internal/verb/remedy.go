package verb

import (
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

// remedied spells the remedy of an error for all files that are read with the same
// settings: plainly where each of them wants it, else by FILE=VALUE for those that do.
// A column that is left out of all files for the sake of one would be a unit that is
// lost in the others.
func (o *Input) remedied(path string, err error) error {
	e, ok := data.AsInputError(err)
	r := dataio.RemedyOf(err)
	if !ok || r == nil || e.Hint != r.Error() {
		return err
	}
	tables := slices.DeleteFunc(slices.Clone(o.files), func(p string) bool { return !dataio.HasColumns(dataio.FileOf(p)) })
	if len(tables) < 2 {
		return err
	}
	others := map[string]*dataio.Remedy{path: r}
	for _, p := range tables {
		const most = 1 << 28 // bytes that are worth a hint
		if p == path || batch.IsStdin(p) || FileSize(p) > most {
			continue
		}
		_, otherErr := dataio.Read(p, o.Options(p, false))
		others[p] = dataio.RemedyOf(otherErr)
	}
	e.Hint = r.Spelt(func(c dataio.Choice) string {
		var words []string
		same := true
		for _, p := range tables {
			value := valueOf(others[p], c)
			same = same && value == c.Value
			if value == "" {
				continue
			}
			for part := range strings.SplitSeq(value, ",") {
				words = append(words, p+"="+part)
			}
		}
		if same {
			return c.Value
		}
		return strings.Join(words, ",")
	})
	return err
}

// valueOf is the value of a setting in a remedy, "" for none. To take all columns as data
// is another choice than to leave some out.
func valueOf(r *dataio.Remedy, like dataio.Choice) string {
	if r == nil {
		return ""
	}
	const all = "1-"
	i := slices.IndexFunc(r.Choices, func(c dataio.Choice) bool {
		return c.Flag == like.Flag && (c.Value == all) == (like.Value == all)
	})
	if i < 0 {
		return ""
	}
	return r.Choices[i].Value
}
