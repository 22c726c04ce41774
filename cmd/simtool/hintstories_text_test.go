package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const scoreText = "simtool score x.csv y.csv -m cka --format csv"

// textStories are those of text files.
func textStories() []hintStory {
	x, y := storyPair()
	count := func(i int) string { return strconv.Itoa(i) + "," }
	counted := csvOf("trial,a,b,c,d\n", x, count)
	bare := csvOf("a,b,c,d\n", x, nil)
	commas := func(m [][]float64, separator string) string {
		return strings.ReplaceAll(strings.ReplaceAll(csvOf("", m, nil), ",", separator), ".", ",")
	}
	column := func(m [][]float64) (out [][]float64) {
		for _, row := range m {
			out = append(out, row[:1])
		}
		return out
	}
	// 0,056 is the fraction of a decimal comma, which no two whole numbers are written as.
	x0 := column(x)
	x0[3] = []float64{.056}
	x0CKA := linearCKA(x0, column(y))
	const mended = " > mended_x.csv"
	return []hintStory{
		{
			name: "a column that counts", files: map[string]string{"x.csv": counted}, command: scoreText,
			hint: "--ids x.csv=trial reads it as the names of the samples, --columns x.csv=1- as data",
			follow: []followed{
				{words: "--ids x.csv=trial", command: scoreText + " --ids x.csv=trial", value: pairCKA},
				{words: "--columns x.csv=1-", command: scoreText + " --columns x.csv=1-", value: linearCKA(withCount(x), y)},
			},
		},
		{
			name: "a column that counts in both", files: map[string]string{"x.csv": counted, "y.csv": csvOf("trial,u,v,w\n", y, count)}, command: scoreText,
			hint: "--ids trial reads it as the names of the samples, --columns 1- as data",
			follow: []followed{
				{words: "--ids trial", command: scoreText + " --ids trial", value: pairCKA},
				{words: "--columns 1-", command: scoreText + " --columns 1-", value: linearCKA(withCount(x), withCount(y))},
			},
		},
		{
			name: "a column of conditions", files: map[string]string{"x.csv": csvOf("cond,a,b,c,d\n", x, func(i int) string { return strconv.Itoa(i/4) + "," })},
			command: scoreText,
			hint:    "--columns x.csv=2- leaves it out, --columns x.csv=1- reads it as data",
			follow: []followed{
				{words: "--columns x.csv=2-", command: scoreText + " --columns x.csv=2-", value: pairCKA},
				{words: "--columns x.csv=1-", command: scoreText + " --columns x.csv=1-", value: linearCKA(withConditions(x), y)},
			},
		},
		{
			name: "conditions beside patterns", files: map[string]string{"p.csv": csvOf("cond,u,v,w\n", y, func(i int) string { return strconv.Itoa(i/4) + "," })},
			command: "simtool mlem fit --features x.csv --neural p.csv -o fit",
			hint:    "leave it out of the file: cut -d, -f2- FILE",
			follow: []followed{{
				words: "cut -d, -f2- FILE", first: []string{"cut -d, -f2- p.csv > q.csv"},
				command: "simtool mlem fit --features x.csv --neural q.csv -o fit",
			}},
		},
		{
			name: "lines of an old Macintosh", files: map[string]string{"x.csv": strings.ReplaceAll(bare, "\n", "\r")}, command: scoreText,
			hint: `tr '\r' '\n' < 'x.csv' > with_lines.csv makes such a file`,
			follow: []followed{{
				words: `tr '\r' '\n' < 'x.csv' > with_lines.csv`, first: []string{`tr '\r' '\n' < 'x.csv' > with_lines.csv`},
				command: "simtool score with_lines.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "comments", files: map[string]string{"x.csv": "# Monday\n# rig 2, second day\n" + bare}, command: scoreText,
			hint: "grep -v '^#' 'x.csv' > without_comments.csv makes such a file",
			follow: []followed{{
				words: "grep -v '^#' 'x.csv' > without_comments.csv", first: []string{"grep -v '^#' 'x.csv' > without_comments.csv"},
				command: "simtool score without_comments.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "columns of two names that count", files: map[string]string{"x.csv": counted, "y.csv": csvOf("", y, count)}, command: scoreText,
			hint: "--ids x.csv=trial,y.csv=1 reads it as the names of the samples, --columns 1- as data",
			follow: []followed{
				{words: "--ids x.csv=trial,y.csv=1", command: scoreText + " --ids x.csv=trial,y.csv=1", value: pairCKA},
				{words: "--columns 1-", command: scoreText + " --columns 1-", value: linearCKA(withCount(x), withCount(y))},
			},
		},
		{
			name: "a column of one file alone", files: map[string]string{"x.csv": counted}, command: scoreText + " --ids trial",
			hint:   "--ids FILE=COLUMN names the column of one file alone",
			follow: []followed{{words: "--ids FILE=COLUMN", command: scoreText + " --ids x.csv=trial", value: pairCKA}},
		},
		{
			name: "measured values are no names", files: map[string]string{"x.csv": counted}, command: scoreText + " --ids 1",
			hint:   "--ids FILE=COLUMN names the column of one file alone",
			follow: []followed{{words: "--ids FILE=COLUMN", command: scoreText + " --ids x.csv=1", value: pairCKA}},
		},
		{
			name: "names of trials in the first column", files: map[string]string{"x.csv": csvOf("trial,a,b,c,d\n", x, func(i int) string { return fmt.Sprintf("1_%d,", i) })},
			command: scoreText,
			hint:    "--ids x.csv=trial reads that column as the names of the samples, --columns x.csv=2- leaves it out",
			follow: []followed{
				{words: "--ids x.csv=trial", command: scoreText + " --ids x.csv=trial", value: pairCKA},
				{words: "--columns x.csv=2-", command: scoreText + " --columns x.csv=2-", value: pairCKA},
			},
		},
		{
			name: "names of trials with a space", files: map[string]string{"x.csv": csvOf("my trial,a,b,c,d\n", x, func(i int) string { return fmt.Sprintf("s%d,", i) })},
			command: "simtool score x.csv y.npy -m cka --format csv",
			hint:    "--ids 'my trial' reads that column as the names of the samples, --columns 2- leaves it out",
			follow:  []followed{{words: "--ids 'my trial'", command: "simtool score x.csv y.npy -m cka --format csv --ids 'my trial'", value: pairCKA}},
		},
		{
			name: "text in a later column", files: map[string]string{"x.csv": lateText(x)}, command: scoreText,
			hint: "--columns x.csv=1-2,x.csv=4- reads the numeric columns",
			follow: []followed{{
				words: "--columns x.csv=1-2,x.csv=4-", command: scoreText + " --columns x.csv=1-2,x.csv=4-", value: pairCKA,
			}},
		},
		{
			name: "text for a command without columns", files: map[string]string{"f.csv": counted, "p.csv": lateText(y)},
			command: "simtool mlem fit --features x.csv --neural p.csv -o fit",
			hint:    "leave it out of the file: cut -d, -f1-2,4 FILE",
			follow: []followed{{
				words: "cut -d, -f1-2,4 FILE", first: []string{"cut -d, -f1-2,4 p.csv > q.csv"},
				command: "simtool mlem fit --features x.csv --neural q.csv -o fit",
			}},
		},
		{
			name: "a column that counts for a command without columns", files: map[string]string{"p.csv": csvOf("trial,u,v,w\n", y, count)},
			command: "simtool mlem fit --features x.csv --neural p.csv -o fit",
			hint:    "leave it out of the file: cut -d, -f2- FILE",
			follow: []followed{{
				words: "cut -d, -f2- FILE", first: []string{"cut -d, -f2- p.csv > q.csv"},
				command: "simtool mlem fit --features x.csv --neural q.csv -o fit",
			}},
		},
		{
			name: "a second column without a name", files: map[string]string{"x.csv": strings.Replace(bare, "a,b,c,d", "a,b,,d", 1)}, command: scoreText,
			hint: "--columns x.csv=1-2,x.csv=4 reads the named ones",
			follow: []followed{{
				words: "--columns x.csv=1-2,x.csv=4", command: scoreText + " --columns x.csv=1-2,x.csv=4", value: linearCKA(without(x, 2), y),
			}},
		},
		{
			name: "patterns with a column without a name", files: map[string]string{"p.csv": strings.Replace(csvOf("u,v,w\n", y, nil), "u,v,w", "u,,w", 1)},
			command: "simtool mlem fit --features x.csv --neural p.csv -o fit",
			hint:    "give it a name, or take it out of the file",
			follow: []followed{
				{words: "give it a name", first: []string{"sed '1s/u,,w/u,v,w/' p.csv > q.csv"}, command: "simtool mlem fit --features x.csv --neural q.csv -o fit"},
				{words: "take it out of the file", first: []string{"cut -d, -f1,3 p.csv > q.csv"}, command: "simtool mlem fit --features x.csv --neural q.csv -o fit"},
			},
		},
		{
			name: "a feature without a name", files: map[string]string{"f.csv": strings.Replace(bare, "a,b,c,d", "a,b,,d", 1)},
			command: "simtool mlem fit --features f.csv --neural y.npy -o fit",
			hint:    "give it a name, or take it out of the file",
			follow: []followed{
				{words: "give it a name", first: []string{"sed '1s/a,b,,d/a,b,c,d/' f.csv > g.csv"}, command: "simtool mlem fit --features g.csv --neural y.npy -o fit"},
				{words: "take it out of the file", first: []string{"cut -d, -f1,2,4 f.csv > g.csv"}, command: "simtool mlem fit --features g.csv --neural y.npy -o fit"},
			},
		},
		{
			name: "numbers of units in the first line", files: map[string]string{"x.csv": csvOf("17,23,40,41\n", x, nil)}, command: scoreText,
			hint: "say --header yes if the first line names the columns, --header no if it is data; --header FILE=yes says it of one file alone",
			follow: []followed{
				{words: "--header yes", command: scoreText + " --header yes", value: pairCKA},
				{words: "--header no", command: "simtool score x.csv x.csv -m cka --format csv --header no", value: 1},
				{words: "--header FILE=yes", command: scoreText + " --header x.csv=yes", value: pairCKA},
			},
		},
		{
			name: "numbers of units above patterns", files: map[string]string{"p.csv": csvOf("17,23,40\n", y, nil)},
			command: "simtool mlem fit --features x.csv --neural p.csv -o fit",
			hint:    "begin the file with a line of names that are not numbers",
			follow: []followed{{
				words: "a line of names that are not numbers", first: []string{"sed '1s/.*/u,v,w/' p.csv > q.csv"},
				command: "simtool mlem fit --features x.csv --neural q.csv -o fit",
			}},
		},
		{
			name: "features without names", files: map[string]string{"f.csv": csvOf("", x, nil)},
			command: "simtool mlem fit --features f.csv --neural y.npy -o fit",
			hint:    "begin the file with a line of names that are not numbers, one for each column",
			follow: []followed{{
				words: "a line of names", first: []string{"(echo a,b,c,d; cat f.csv) > g.csv"}, command: "simtool mlem fit --features g.csv --neural y.npy -o fit",
			}},
		},
		{
			name: "semicolons and decimal commas", files: map[string]string{"x.csv": commas(x, ";")}, command: scoreText,
			hint: "tr ',;' '.,' < 'x.csv' > with_commas.csv makes such a file",
			follow: []followed{{
				words: "tr ',;' '.,' < 'x.csv' > with_commas.csv", first: []string{"tr ',;' '.,' < 'x.csv' > with_commas.csv"},
				command: "simtool score with_commas.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "semicolons", files: map[string]string{"my x.csv": strings.ReplaceAll(bare, ",", ";")}, command: "simtool score 'my x.csv' y.csv -m cka --format csv",
			hint: "tr ';' ',' < 'my x.csv' > with_commas.csv makes such a file",
			follow: []followed{{
				words: "tr ';' ',' < 'my x.csv' > with_commas.csv", first: []string{"tr ';' ',' < 'my x.csv' > with_commas.csv"},
				command: "simtool score with_commas.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "sep=;", files: map[string]string{"x.csv": "sep=;\n" + commas(x, ";")}, command: scoreText,
			hint: "sed 1d 'x.csv' | tr ',;' '.,' > with_commas.csv makes such a file",
			follow: []followed{{
				words: "sed 1d 'x.csv' | tr ',;' '.,' > with_commas.csv", first: []string{"sed 1d 'x.csv' | tr ',;' '.,' > with_commas.csv"},
				command: "simtool score with_commas.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "sep= of another separator", files: map[string]string{"x.csv": "sep=|\n" + bare}, command: scoreText,
			hint: "remove the line: sed 1d 'x.csv'",
			follow: []followed{{
				words: "sed 1d 'x.csv'", first: []string{"sed 1d 'x.csv'" + mended}, command: "simtool score mended_x.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "one column of decimal commas", files: map[string]string{"x.csv": commas(x0, ";"), "y.csv": csvOf("", column(y), nil)}, command: scoreText,
			hint: "tr , . < 'x.csv' > with_points.csv makes such a file",
			follow: []followed{{
				words: "tr , . < 'x.csv' > with_points.csv", first: []string{"tr , . < 'x.csv' > with_points.csv"},
				command: "simtool score with_points.csv y.csv -m cka --format csv", value: x0CKA,
			}},
		},
		{
			name: "decimal commas below a header", files: map[string]string{"x.csv": "rate\n" + commas(halves(column(x)), ";"), "y.csv": csvOf("", column(y), nil)}, command: scoreText,
			hint: "tr , . < 'x.csv' > with_points.csv makes such a file",
			follow: []followed{{
				words: "tr , . < 'x.csv' > with_points.csv", first: []string{"tr , . < 'x.csv' > with_points.csv"}, command: "simtool score with_points.csv y.csv -m cka --format csv", value: linearCKA(halves(column(x)), column(y)),
			}},
		},
		{
			name: "two columns of decimal commas", files: map[string]string{"x.csv": "rate,depth\n" + commas(without(without(x, 3), 2), ",")}, command: scoreText,
			hint: "if every second comma is a decimal comma, save the file with decimal points",
			follow: []followed{{
				words: "save the file with decimal points", first: []string{`sed 's/\(-*[0-9]*\),\([0-9]*\),\(-*[0-9]*\),\([0-9]*\)/\1.\2,\3.\4/' x.csv` + mended},
				command: "simtool score mended_x.csv y.csv -m cka --format csv", value: linearCKA(without(without(x, 3), 2), y),
			}},
		},
		{
			name: "decimal commas in quotation marks", files: map[string]string{"x.csv": quotedFields(x)}, command: scoreText,
			hint: `if the commas are decimal commas, make points of them: sed 's/\([0-9]\),\([^",]*"\)/\1.\2/g' FILE`,
			follow: []followed{{
				words: `sed 's/\([0-9]\),\([^",]*"\)/\1.\2/g' FILE`, first: []string{`sed 's/\([0-9]\),\([^",]*"\)/\1.\2/g' x.csv` + mended},
				command: "simtool score mended_x.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "decimal commas between tabs", files: map[string]string{"x.tsv": commas(x, "\t")},
			command: "simtool score x.tsv y.npy -m cka --format csv --header no",
			hint:    "if the commas are decimal commas, make points of them: tr , . < FILE",
			follow: []followed{{
				words: "tr , . < FILE", first: []string{"tr , . < x.tsv > mended_x.tsv"}, command: "simtool score mended_x.tsv y.npy -m cka --format csv --header no", value: pairCKA,
			}},
		},
		{
			name: "tabs in .csv", files: map[string]string{"x.csv": strings.ReplaceAll(bare, ",", "\t")}, command: scoreText,
			hint: "cp 'x.csv' with_tabs.tsv makes such a file",
			follow: []followed{{
				words: "cp 'x.csv' with_tabs.tsv", first: []string{"cp 'x.csv' with_tabs.tsv"}, command: "simtool score with_tabs.tsv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "commas in .tsv", files: map[string]string{"x.tsv": bare}, command: "simtool score x.tsv y.csv -m cka --format csv",
			hint: "cp 'x.tsv' with_commas.csv makes such a file",
			follow: []followed{{
				words: "cp 'x.tsv' with_commas.csv", first: []string{"cp 'x.tsv' with_commas.csv"}, command: "simtool score with_commas.csv y.csv -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "spaces", files: map[string]string{"x.csv": strings.ReplaceAll(csvOf("", x, nil), ",", " ")}, command: scoreText + " --header no",
			hint: "the fields look separated by spaces; save the file with commas or tabs",
			follow: []followed{{
				words: "save the file with commas", first: []string{"tr ' ' , < x.csv" + mended, "sed 1d y.csv > z.csv"}, command: "simtool score mended_x.csv z.csv -m cka --format csv --header no", value: pairCKA,
			}},
		},
		{
			name: "semicolons within lines of different widths", files: map[string]string{"x.csv": unevenSemicolons(x)}, command: scoreText + " --header no",
			hint: "the fields look separated by semicolons; save the file with commas or tabs",
			follow: []followed{{
				words: "save the file with commas", first: []string{"tr ';' , < x.csv | sed 's/,$//'" + mended, "sed 1d y.csv > z.csv"}, command: "simtool score mended_x.csv z.csv -m cka --format csv --header no", value: pairCKA,
			}},
		},
		{
			name: "a word among numbers", files: map[string]string{"f.csv": "size,level\n" + "?,1\n" + strings.Repeat("1.5,2\n2.5,1\n", 5) + "3.5,1\n"},
			command: "simtool mlem fit --features f.csv --neural y.npy -o fit",
			hint:    "mend the cell, declare the column categorical, or say that it is missing: --na '?'",
			follow: []followed{
				{words: "mend the cell", first: []string{"sed 's/^?,/9.5,/' f.csv > g.csv"}, command: "simtool mlem fit --features g.csv --neural y.npy -o fit"},
				{words: "declare the column categorical", command: "simtool mlem fit --features f.csv --neural y.npy -o fit --categorical size"},
				{
					words: "--na '?'", first: []string{"sed 's/^?,/,/' f.csv > empty.csv"}, command: weights(fit + "--features f.csv --neural y.npy --na '?'"),
					check: printsAs(weights(strings.Replace(fit, "-o fit", "-o fit --force", 1) + "--features empty.csv --neural y.npy")),
				},
			},
		},
	}
}

// withCount is a matrix with the numbers of its rows in front.
func withCount(m [][]float64) (out [][]float64) {
	for i, row := range m {
		out = append(out, append([]float64{float64(i)}, row...))
	}
	return out
}

// withConditions is a matrix with the numbers of conditions of four rows each in front.
func withConditions(m [][]float64) (out [][]float64) {
	for i, row := range m {
		out = append(out, append([]float64{float64(i / 4)}, row...))
	}
	return out
}

// without is a matrix without a column.
func without(m [][]float64, column int) (out [][]float64) {
	for _, row := range m {
		out = append(out, append(append([]float64{}, row[:column]...), row[column+1:]...))
	}
	return out
}

// lateText is a matrix as text with a column of words as its third.
func lateText(m [][]float64) string {
	text := ""
	for i, line := range strings.Split(strings.TrimSpace(csvOf("", m, nil)), "\n") {
		fields := strings.Split(line, ",")
		text += strings.Join(append(append(append([]string{}, fields[:2]...), fmt.Sprintf("go%d", i%2)), fields[2:]...), ",") + "\n"
	}
	return strings.Join([]string{"a", "b", "kind", "c", "d"}[:len(m[0])+1], ",") + "\n" + text
}

// halves is a matrix of positive numbers with one decimal, so that no part of a number
// has a zero in front.
func halves(m [][]float64) (out [][]float64) {
	for _, row := range m {
		var rounded []float64
		for _, v := range row {
			rounded = append(rounded, math.Round(math.Abs(v)*5+1)+.5)
		}
		out = append(out, rounded)
	}
	return out
}

// quotedFields is a matrix as text with decimal commas, each number between quotation
// marks.
func quotedFields(m [][]float64) string {
	out := "a,b,c,d\n"
	for line := range strings.Lines(csvOf("", m, nil)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), ",", ";")
		out += `"` + strings.ReplaceAll(strings.ReplaceAll(line, ".", ","), ";", `","`) + `"` + "\n"
	}
	return out
}

// unevenSemicolons is a matrix separated by semicolons, of which some lines end with one
// more.
func unevenSemicolons(m [][]float64) string {
	out := ""
	for i, line := range strings.Split(strings.TrimSpace(csvOf("", m, nil)), "\n") {
		out += strings.ReplaceAll(line, ",", ";") + strings.Repeat(";", i%2) + "\n"
	}
	return out
}
