package main

import (
	"fmt"
	"strings"
)

const grammarCount = 1500

// grammarInputs are documents from a random grammar: each is legal or only a
// little off, since rare productions (undefined aliases, odd keys) are in it.
func grammarInputs(seed uint64) []candidate {
	r := &random{state: 20260101 + seed}
	var all []candidate
	for index := 0; len(all) < grammarCount; index++ {
		text := newWriter(r).stream()
		if len(text) > 900 {
			continue
		}
		all = append(all, candidate{fmt.Sprintf("grammar-%04d", index), text})
	}
	return all
}

// writer makes one stream. Block styles depend on where they stand, so every
// method gets the column of the collection it writes into.
type writer struct {
	*random
	text     strings.Builder
	step     int
	comments int
	odd      int
	anchors  []string
	maps     []string
	budget   int
}

func newWriter(r *random) *writer {
	return &writer{
		random:   r,
		step:     pick(r, []int{2, 2, 2, 2, 4, 1, 3}),
		comments: pick(r, []int{0, 0, 5, 15, 40}),
		odd:      pick(r, []int{0, 0, 0, 3, 6, 15}),
		budget:   r.between(4, 26),
	}
}

func (w *writer) put(format string, args ...any) { fmt.Fprintf(&w.text, format, args...) }

// stream writes one to three documents and then disturbs the whole text.
func (w *writer) stream() string {
	count := pick(w.random, []int{1, 1, 1, 1, 2, 2, 3})
	for index := 0; index < count; index++ {
		w.document(index)
	}
	return w.disturb(w.text.String())
}

func (w *writer) document(index int) {
	w.anchors, w.maps = nil, nil
	switch {
	case w.chance(4):
		w.put("%s\n---", pick(w.random, []string{"%YAML 1.1", "%TAG !e! tag:example.com,2000:", "%YAML 1.1 # c", "%YAML 1.2", "%FOO bar", "%TAG ! !x-"}))
	case index > 0 || w.chance(20):
		w.put("---")
	default:
		w.root(false)
		return
	}
	if w.chance(8) {
		w.put(" # document")
	} else if w.chance(6) {
		w.put(" %s\n", w.flow(0, 0))
		return
	} else if w.chance(6) {
		w.value(-1, 0, false)
		return
	}
	w.put("\n")
	w.root(true)
}

func (w *writer) root(marked bool) {
	w.comment(0)
	switch choice := w.below(20); {
	case choice < 7:
		w.object()
	case choice < 14:
		w.mapping(0, 0)
	case choice < 17:
		w.sequence(0, 0)
	case choice < 18 && marked:
	case choice < 19:
		w.put("%s\n", w.flow(0, 0))
	default:
		w.put("%s\n", w.inline(0))
	}
	if w.chance(5) {
		w.put("...\n")
	}
}

// object writes something that looks like a Kubernetes manifest.
func (w *writer) object() {
	kind := pick(w.random, []string{"ConfigMap", "Service", "Deployment", "Secret", "List"})
	w.put("apiVersion: %s\nkind: %s\n", pick(w.random, []string{"v1", "apps/v1", `"v1"`}), kind)
	w.comment(0)
	w.put("metadata:\n  name: %s\n", pick(w.random, words))
	if w.chance(50) {
		w.put("  labels:")
		w.anchoredMap(2)
	}
	switch kind {
	case "Service":
		w.put("spec:\n  ports:\n  - port: %d\n    targetPort: %s\n", w.between(1, 9999), pick(w.random, []string{"http", "8080", `"8080"`, "0x50"}))
	case "Deployment":
		w.put("spec:\n  replicas: %d\n  template:\n    spec:\n      containers:\n      - name: app\n        image: %s\n", w.below(5), pick(w.random, images))
		if w.chance(60) {
			w.put("        command:%s\n", pick(w.random, commands))
		}
		if w.chance(60) {
			w.put("        env:\n        - name: %s\n          value: %s\n", pick(w.random, words), w.inline(10))
		}
	case "ConfigMap", "Secret":
		w.put("data:")
		w.put("\n  %s:", pick(w.random, words))
		w.value(2, 1, true)
		w.put("  %s:", pick(w.random, words))
		w.value(2, 1, true)
	default:
		w.put("items:\n")
		w.sequence(pick(w.random, []int{0, 2}), 1)
	}
}

func (w *writer) anchoredMap(column int) {
	anchored := w.chance(30)
	name := fmt.Sprintf("m%d", len(w.maps))
	if anchored {
		w.put(" &%s", name)
	}
	w.put("\n")
	w.mapping(column+2, 2)
	if anchored {
		w.maps = append(w.maps, name)
		w.anchors = append(w.anchors, name)
	}
}

func (w *writer) mapping(column, depth int) {
	for count := w.between(1, 4); count > 0; count-- {
		w.entry(column, depth, true)
	}
}

// entry writes "key: value"; the first of a compact mapping is not indented.
func (w *writer) entry(column, depth int, indented bool) {
	w.budget--
	if indented {
		w.comment(column)
		w.put("%s", strings.Repeat(" ", column))
	}
	switch {
	case len(w.maps) > 0 && w.chance(20):
		w.put("<<: %s\n", w.merge())
	case w.chance(w.odd / 2):
		w.put("? ")
		w.compact(column+2, depth+1)
		if w.chance(80) {
			w.put("%s:", strings.Repeat(" ", column))
			w.value(column, depth+1, true)
		}
	default:
		w.put("%s:", w.key())
		w.value(column, depth+1, true)
	}
}

func (w *writer) merge() string {
	switch choice := w.below(10); {
	case choice < 5:
		return "*" + pick(w.random, w.maps)
	case choice < 8:
		return fmt.Sprintf("[*%s, *%s]", pick(w.random, w.maps), pick(w.random, w.maps))
	case choice < 9:
		return fmt.Sprintf("[{%s: 1}, *%s]", pick(w.random, words), pick(w.random, w.maps))
	}
	return fmt.Sprintf("{%s: merged}", pick(w.random, words))
}

func (w *writer) key() string {
	switch {
	case w.chance(w.odd):
		return pick(w.random, append(badKeys, oddKeys...))
	case w.chance(6):
		return pick(w.random, oddKeys)
	case w.chance(8):
		return `"` + pick(w.random, words) + `"`
	case w.chance(5):
		return "'" + pick(w.random, words) + "'"
	case w.chance(4):
		return pick(w.random, words) + " "
	}
	return pick(w.random, words)
}

// value writes what follows "key:" in a block mapping at column.
func (w *writer) value(column, depth int, inMapping bool) {
	anchor := w.properties(inMapping)
	w.valueText(column, depth, inMapping)
	if anchor != "" {
		w.anchors = append(w.anchors, anchor)
	}
}

func (w *writer) valueText(column, depth int, inMapping bool) {
	deep := depth > 4 || w.budget < 0
	switch choice := w.below(100); {
	case choice < 18 && !deep:
		w.endOfLine()
		w.mapping(column+w.step, depth)
	case choice < 30 && !deep:
		w.endOfLine()
		offset := w.step
		if inMapping && w.chance(50) {
			offset = 0
		}
		w.sequence(max(column, 0)+offset, depth)
	case choice < 40:
		w.put(" %s", w.flow(column, depth))
		w.endOfLine()
	case choice < 55:
		w.block(max(column, 0))
	case choice < 60:
		w.endOfLine()
	case choice < 64 && len(w.anchors) > 0:
		w.put(" *%s", pick(w.random, w.anchors))
		w.endOfLine()
	case choice < 65 && w.chance(w.odd):
		w.put(" *undefined\n")
	default:
		w.put(" %s", w.inline(column+1))
		w.endOfLine()
	}
}

// properties writes an anchor, a tag or both; the anchor is known to others
// only after its value, or they would make loops.
func (w *writer) properties(inMapping bool) (anchor string) {
	if w.chance(6) && inMapping {
		anchor = pick(w.random, []string{"a", "b", "x-1", "anchor_2"})
		w.put(" &%s", anchor)
	}
	if w.chance(w.odd / 3) {
		w.put(" %s", pick(w.random, tags))
	} else if w.chance(2) {
		w.put(" !%s", pick(w.random, []string{"!str", "local", "Ref", ""}))
	}
	return anchor
}

func (w *writer) sequence(column, depth int) {
	for count := w.between(1, 4); count > 0; count-- {
		w.budget--
		w.comment(column)
		w.put("%s-", strings.Repeat(" ", column))
		w.item(column, depth)
	}
}

func (w *writer) item(column, depth int) {
	if depth > 4 || w.budget < 0 || w.chance(50) {
		w.value(column, depth+1, false)
		return
	}
	w.put(" ")
	w.compact(column+2, depth)
}

// compact writes a collection whose first line is shared with "-" or "?".
func (w *writer) compact(column, depth int) {
	switch {
	case depth > 4 || w.chance(20):
		w.put("%s\n", w.inline(column))
	case w.chance(25):
		w.put("-")
		w.item(column, depth+1)
		if w.chance(50) {
			w.sequence(column, depth+1)
		}
	default:
		w.entry(column, depth+1, false)
		for count := w.below(3); count > 0; count-- {
			w.entry(column, depth+1, true)
		}
	}
}

func (w *writer) endOfLine() {
	if w.chance(w.comments) {
		w.put(" # %s", pick(w.random, commentTexts))
	}
	w.put("\n")
}

func (w *writer) comment(column int) {
	if !w.chance(w.comments) {
		return
	}
	if w.chance(20) {
		w.put("\n")
	}
	indent := pick(w.random, []int{column, column, column, 0, column + 2, max(column-1, 0)})
	w.put("%s# %s\n", strings.Repeat(" ", indent), pick(w.random, commentTexts))
}

// disturb changes line breaks and edges of the whole stream.
func (w *writer) disturb(text string) string {
	if w.chance(8) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	} else if w.chance(2) {
		text = strings.ReplaceAll(text, "\n", "\r")
	}
	if w.chance(3) {
		text = "\ufeff" + text
	}
	if w.chance(10) {
		text = strings.TrimRight(text, "\r\n")
	}
	if w.chance(4) {
		text = strings.ReplaceAll(text, ": ", ":\t")
	}
	if w.chance(3) {
		text = strings.ReplaceAll(text, "\n", " \n")
	}
	if w.chance(3) {
		text = "\n  \n" + text
	}
	return text
}
