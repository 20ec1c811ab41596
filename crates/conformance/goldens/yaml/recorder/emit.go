package main

import (
	"fmt"
	"strconv"
	"strings"
)

// emitGroup are inputs about one side of printing.
type emitGroup struct {
	name   string
	inputs []string
}

// emitInputs are values that are hard to print, written so that both dialects
// read them: brackets and double quotes only.
func emitInputs(seed uint64) []candidate {
	r := &random{state: 20261121 + seed}
	groups := []emitGroup{
		{"string", wholeStrings()},
		{"block", blockStrings()},
		{"fold", foldedStrings()},
		{"key", longKeyMaps()},
		{"shape", shapes(r)},
		{"order", keyOrders(r)},
		{"mix", mixedStrings(r)},
		{"number", numbers(r)},
	}
	var all []candidate
	for _, group := range groups {
		for index, input := range group.inputs {
			all = append(all, candidate{fmt.Sprintf("emit-%s-%04d", group.name, index), input})
		}
	}
	return all
}

// quote writes a string so that JSON and both YAML dialects read it: Go's
// escapes for what cannot be seen are YAML's.
func quote(text string) string { return strconv.Quote(text) }

// everywhere puts a string where each kind of context meets it.
func everywhere(text string) string {
	quoted := quote(text)
	return fmt.Sprintf("[%s, {%s: 1, k: [%s]}]\n", quoted, quoted, quoted)
}

func wholeStrings() []string {
	var all []string
	plain := strings.Fields(strings.Join(plainScalars, " "))
	for _, text := range append(plain, trickyStrings...) {
		all = append(all, everywhere(text))
	}
	return append(all, quote("root word")+"\n", quote("root: quoted")+"\n", quote("root\nblock\n")+"\n", quote(strings.Repeat("root ", 30)+"end")+"\n", "[]\n", "{}\n", "null\n", "[[], {}, [[]], [{}], {a: []}, {a: {}}]\n")
}

// blockStrings vary the start, the lines and the end of a text.
func blockStrings() []string {
	var all []string
	for _, start := range []string{"", " ", "\n", "\t", "\n ", "é"} {
		for _, body := range []string{"a\nb", "a\n  b", "a\n\nb", "a \nb", "a\tb\n\tc", "a\n#b", "a: b\n- c"} {
			for _, end := range []string{"", "\n", "\n\n", " ", "\n "} {
				text := quote(start + body + end)
				all = append(all, fmt.Sprintf("{k: [%s, {k: %s}]}\n", text, text))
			}
		}
	}
	return all
}

// foldedStrings bring a space to each column around the width.
func foldedStrings() []string {
	var all []string
	styles := []string{"%s", "#%s", "1%s\t", "%s'", "'%s", "%s:"}
	for length := 74; length <= 86; length++ {
		word := strings.Repeat("w", length)
		for index, gap := range []string{" ", "  ", "   ", " é ", " ' ", " \" "} {
			text := quote(fmt.Sprintf(styles[(index+length)%len(styles)], word+gap+"tail of it"))
			switch (index + length) % 4 {
			case 0:
				all = append(all, text+"\n")
			case 1:
				all = append(all, "{k: "+text+"}\n")
			case 2:
				all = append(all, "[["+text+"]]\n")
			case 3:
				all = append(all, "{key: [{k: "+text+"}]}\n")
			}
		}
	}
	for length := 1; length <= 12; length++ {
		words := strings.TrimSpace(strings.Repeat(strings.Repeat("ü", length)+" ", 180/(length+1)))
		all = append(all, "{k: "+quote(words)+"}\n", "{k: "+quote(words+":")+"}\n", "{k: "+quote("\x01"+words)+"}\n")
	}
	return all
}

// longKeyMaps are keys around the length that may stand before a colon.
func longKeyMaps() []string {
	var all []string
	values := []string{"1", "[1]", "{a: 1}", "[]", "\"b\\nc\"", "{a: [1]}"}
	for index, length := range []int{126, 127, 128, 129, 130, 200} {
		for _, key := range []string{strings.Repeat("k", length), strings.Repeat("é", length/2), strings.TrimSpace(strings.Repeat("kk ", length/3)) + "!", "'" + strings.Repeat("q ", length/2) + "q", "\x01" + strings.Repeat("q", length-1)} {
			all = append(all, fmt.Sprintf("[{%s: %s}]\n", quote(key), values[index]))
			all = append(all, fmt.Sprintf("{a: {%s: %s}}\n", quote(key), values[(index+3)%len(values)]))
		}
	}
	for _, key := range []string{"a\nb", "a\n", "\na", " a\nb", "a\n\n", "a \nb", "a\u2028b", "\u2028", "a\n\tb"} {
		for _, value := range values {
			all = append(all, fmt.Sprintf("[{%s: %s}]\n", quote(key), value))
		}
	}
	return all
}
