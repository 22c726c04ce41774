package result

import (
	"bytes"
	"fmt"
	"strings"
)

// pageHead begins docs/tables.md.
const pageHead = `# Tables

Every table that simtool writes, made from the declarations in internal/result by
` + "`make generate`" + `. A table says by a name and a version which it is: JSON and JSON
Lines themselves, CSV and TSV in the manifest beside the file or in that of their
directory. ` + "`simtool plot` and `simtool report`" + ` know it by that name. Columns come in
the order below; optional ones are there where an option asks for them. A cell without
a value is empty in CSV and null in JSON.
`

// Page returns docs/tables.md: every declared table with its columns.
func Page() []byte {
	var b bytes.Buffer
	b.WriteString(pageHead + "\n| table | written by |\n|---|---|\n")
	for _, s := range All() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", s.Name, anchor(s.Name), s.From)
	}
	for _, s := range All() {
		fmt.Fprintf(&b, "\n## %s\n\n- written by: %s\n- a row: %s\n", s.Name, s.From, s.Row)
		if s.Open != "" {
			fmt.Fprintf(&b, "- columns: %s\n", s.Open)
			continue
		}
		b.WriteString("\n| column | unit | value |\n|---|---|---|\n")
		for _, c := range s.Columns {
			doc := c.Doc
			if c.Optional {
				doc = "optional: " + doc
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, c.Unit, strings.ReplaceAll(doc, "|", `\|`))
		}
	}
	return b.Bytes()
}

// anchor is the name that a heading has in links: lower case, without punctuation but
// for hyphens and underscores.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("./", r) {
			return -1
		}
		return r
	}, heading)
}
