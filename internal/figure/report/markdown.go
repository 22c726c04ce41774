package report

import (
	"html"
	"html/template"
	"strings"

	"simtool/internal/data"
)

// This file makes HTML of notes in Markdown: headings, paragraphs, lists, blocks of code,
// and within a line bold, italic, code and links. Everything else is text as it stands, so
// that notes can neither run scripts nor load anything.

var (
	bulleted = data.Pattern(`^\s{0,3}[-*+]\s+(.*)$`)
	numbered = data.Pattern(`^\s{0,3}\d{1,9}[.)]\s+(.*)$`)
	heading  = data.Pattern(`^(#{1,6})\s+(.*?)\s*#*$`)

	codeSpan = data.Pattern("`([^`]+)`")
	link     = data.Pattern(`\[([^\]]+)\]\((https?://[^\s()"<>]+|#[\w-]+)\)`)
	bold     = data.Pattern(`\*\*([^*\s](?:[^*]*[^*\s])?)\*\*`)
	italic   = data.Pattern(`\*([^*\s](?:[^*]*[^*\s])?)\*`)
)

// markdown renders notes. Their headings stand below those of level, that of the section
// that they are in.
func markdown(text string, level int) template.HTML {
	var b strings.Builder
	var paragraph []string
	open := "" // list
	closeParagraph := func() {
		if paragraph != nil {
			b.WriteString("<p>" + inline(strings.Join(paragraph, "\n")) + "</p>\n")
			paragraph = nil
		}
	}
	closeList := func() {
		if open != "" {
			b.WriteString("</" + open + ">\n")
			open = ""
		}
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			closeParagraph()
			closeList()
			var code []string
			for i++; i < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "```"); i++ {
				code = append(code, lines[i])
			}
			b.WriteString("<pre tabindex=\"0\">" + html.EscapeString(strings.Join(code, "\n")) + "</pre>\n")
			continue
		}
		if strings.TrimSpace(line) == "" {
			closeParagraph()
			closeList()
			continue
		}
		if m := heading().FindStringSubmatch(line); m != nil {
			closeParagraph()
			closeList()
			tag := "h" + string('0'+rune(min(6, level+1)))
			b.WriteString("<" + tag + ">" + inline(m[2]) + "</" + tag + ">\n")
			continue
		}
		list, item := "", ""
		if m := bulleted().FindStringSubmatch(line); m != nil {
			list, item = "ul", m[1]
		} else if m := numbered().FindStringSubmatch(line); m != nil {
			list, item = "ol", m[1]
		}
		switch {
		case list != "":
			closeParagraph()
			if open != list {
				closeList()
				b.WriteString("<" + list + ">\n")
				open = list
			}
			for i+1 < len(lines) && continues(lines[i+1]) {
				i++
				item += "\n" + strings.TrimSpace(lines[i])
			}
			b.WriteString("<li>" + inline(item) + "</li>\n")
		default:
			closeList()
			paragraph = append(paragraph, line)
		}
	}
	closeParagraph()
	closeList()
	return template.HTML(b.String()) //nolint:gosec // all text is escaped
}

// continues reports whether a line goes on with the item of a list before it.
func continues(line string) bool {
	return strings.HasPrefix(line, "  ") && strings.TrimSpace(line) != "" && !bulleted().MatchString(line) && !numbered().MatchString(line)
}

// inline renders the text of a line. Code is set aside first, since nothing in it has
// another meaning.
func inline(text string) string {
	var codes []string
	text = strings.ReplaceAll(text, "\x00", "")
	text = codeSpan().ReplaceAllStringFunc(text, func(span string) string {
		codes = append(codes, "<code>"+html.EscapeString(codeSpan().FindStringSubmatch(span)[1])+"</code>")
		return "\x00"
	})
	text = html.EscapeString(text)
	text = link().ReplaceAllString(text, `<a href="$2" rel="noreferrer">$1</a>`)
	text = bold().ReplaceAllString(text, "<strong>$1</strong>")
	text = italic().ReplaceAllString(text, "<em>$1</em>")
	for _, code := range codes {
		text = strings.Replace(text, "\x00", code, 1)
	}
	return text
}
