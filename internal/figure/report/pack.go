package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"html/template"
)

// A page of hundreds of results would have tens of megabytes. Sections beyond the first
// ones are therefore compressed, and the page unpacks them when it is opened; their titles
// and captions are there without. What would still be too much has neither figure nor
// table, but says how to draw it.
const (
	plainBytes = 1 << 20   // of sections that are written as they are
	mostBytes  = 4_500_000 // of all sections
)

// packed is a section as the page has it.
type packed struct {
	*Section
	Plain template.HTML // "" where it is compressed, or too large
	GZip  string        // in base64
	Size  int
}

// rendered renders all sections.
func (p *Page) rendered() ([]packed, error) {
	out := make([]packed, len(p.Sections))
	total := 0
	for i, s := range p.Sections {
		out[i].Section = s
		content, err := part("section", map[string]any{"Section": s, "MaxRows": MaxRows, "OpenRows": openRows})
		if err != nil {
			return nil, err
		}
		if total+len(content) <= plainBytes {
			out[i].Plain = content
			total += len(content)
			continue
		}
		small, err := compressed(string(content))
		if err != nil {
			return nil, err
		}
		if total+len(small) <= mostBytes {
			out[i].GZip, out[i].Size = small, len(content)
			total += len(small)
		}
	}
	return out, nil
}

// compressed returns text in gzip and base64.
func compressed(text string) (string, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", unwritten(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		return "", unwritten(err)
	}
	if err := z.Close(); err != nil {
		return "", unwritten(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
