package main

import "strings"

var words = []string{
	"name", "app", "web", "data", "config.yaml", "replicas", "a", "b", "key", "x-y", "app.kubernetes.io/name", "port", "on-call", "日本", "tier", "image", "env", "path", "host", "size",
	"role", "mode", "c", "d", "e", "long.dotted.key.example.com/with-path", "UPPER_CASE", "a b", "zone", "kind2", "tls.crt", "readOnly", "x_1", "0a", "nested", "items2",
}

var images = []string{"nginx", "nginx:1.27", "registry:5000/team/app:v1.2.3", `"busybox"`, "app@sha256:0123456789abcdef", `"{{ .Values.image }}:{{ .Values.tag }}"`, "app:1", "ghcr.io/x/y", "app"}

var commands = []string{` ["sh", "-c", "echo hi"]`, " [sh, -c, 'sleep 1']", "\n        - sh\n        - -c\n        - |\n          echo a\n          echo b", " []"}

var commentTexts = []string{"note", "TODO: x", "a: b", "- item", "---", "'quote", "# nested", "ü 日本", "{{ .Values.x }}", "\ttab", "", "100%"}

// oddKeys are legal in at least one dialect.
var oddKeys = []string{
	"y", "n", "yes", "on", "Off", "1", "-1", "1.5", "1e3", "0x10", "014", "true", ".inf", "=", "2001-12-14", `""`, "''", `"a b"`, "a b", "&k key", "!!str 1", "!!int \"1\"", "\"\\u00e9\"", "a#b", "a:b", "$ref", "😀", "NO", "0o14", "08", "1_000", "<", "-a", "?a", "9223372036854775807", "1.0", "FALSE", "off", "?", "a'b", `a"b`,
}

// badKeys are refused by most readers, at least where a block mapping begins.
var badKeys = []string{"null", "~", "{a: b}", "[a]", "? a", "", "*a", "- a", "@at", "`tick", "%pct", "18446744073709551615", `"multi\nline"`, "\"a\n b\"", "|", "!!null x", "&", "[", "a]", "{{ x }}"}

var inlineScalars = []string{
	"plain", "two words", "http://example.com:80/a?b=c#d", "a#b", "a:b", "-1", "100m", "1.5Gi", "yes", "no", "on", "y", "~", "null", "true", "1", "014", "0o14", "0x1F", "1_000", "1e3", ".5",
	"1:30", "2001-12-14", "2001-12-14T21:59:43Z", "12345678901234567890", "'single'", "'it''s'", "''", `""`, `"double"`, `"tab\t nl\n"`, `"\u00e9\x41\U0001F600"`,
	`"\e\0\a\b\v\f\r\N\_\L\P"`, `"esc \" \\ "`, "é ü 日本", "😀", "${VAR}", "$(cmd)", "a \\ b", "= x", "a\u00a0b", "'{{ x }}'", "-x", "<b>", "9007199254740993", "1.0", "NULL", "No", "a@b.c", "12e03",
}

// blockScalars are fine in block collections and mostly not in flow ones.
var blockScalars = []string{"a, b", "a]b", "a}b", "a{b", "x # y", "x\t# y", "\"a\\\n  b\"", "a\u0085b", "a\u2028b", "[]", "{}", "a ,b", "[a, b]", "{a: b}", "b'c", `b"c`, "?x", ":x", "<<", "-", "--- x", "...", "a::b"}

var badScalars = []string{
	`"\/"`, `"\ud83d\ude00"`, "@x", "`x", "%x", "&", "*", "!", "?", ":", "- x", ": x", "? x", "a: b", "\"a\": b", "{{ .Values.x }}", "#x", "\"x\"# y", "|x", ">x", "[", "{", "]", "'", "\"", "*undefined", "\x07", "\"\\q\"", "'a'b", "[a", "{a: b}c",
}

var blockBodies = [][]string{
	{"one"}, {"one", "two"}, {"one", "", "two"}, {"one", "  deeper", "two"}, {"", "leading blank"}, {"trailing", ""}, {"trailing", "", ""}, {"# not a comment"}, {"a: b", "- c"}, {"x\ttab", "\ty"}, {"#!/bin/sh", "set -e", "if x; then", "  y", "fi"},
	{"", "", "two blanks"}, {"long " + strings.Repeat("word ", 20)}, {"é 日本 😀"}, {"key: |", "  nested"}, {"ends with space "}, {"{{ if .Values.x }}", "x", "{{ end }}"}, {}, {""}, {"", ""},
}

// inline is a scalar that starts on the current line; some go on below it.
func (w *writer) inline(column int) string {
	continued := "\n" + strings.Repeat(" ", max(column, 0)+w.below(3))
	switch choice := w.below(40); {
	case choice < 2:
		return "plain first" + continued + "plain second"
	case choice < 3:
		return "'single" + continued + "second'"
	case choice < 4:
		return `"double` + continued + `second"`
	case choice < 5:
		return `"double \` + continued + `\ second` + "\n" + continued + `third"`
	case choice < 6:
		return "plain" + "\n" + continued + "after blank"
	}
	if w.chance(w.odd / 2) {
		return pick(w.random, badScalars)
	}
	if w.chance(15) {
		return pick(w.random, blockScalars)
	}
	return pick(w.random, inlineScalars)
}

// block writes a literal or folded scalar with a random header.
func (w *writer) block(column int) {
	indent := w.step
	if w.chance(15) {
		indent = w.between(1, 5)
	}
	header := pick(w.random, []string{"|", "|", "|", ">", ">"})
	chomping := pick(w.random, []string{"", "", "-", "+"})
	if w.chance(20) {
		digit := string(rune('0' + indent))
		if w.chance(50) {
			header += digit + chomping
		} else {
			header += chomping + digit
		}
	} else {
		header += chomping
	}
	w.put(" %s", header)
	w.endOfLine()
	if w.chance(w.odd) {
		w.blockLine(column+indent+1, "deeper first")
	}
	for _, line := range pick(w.random, blockBodies) {
		w.blockLine(column+indent, line)
	}
}

func (w *writer) blockLine(indent int, line string) {
	switch {
	case line == "" && w.chance(70):
		w.put("\n")
	case line == "":
		w.put("%s\n", strings.Repeat(" ", w.below(indent+2)))
	default:
		w.put("%s%s\n", strings.Repeat(" ", indent), line)
	}
}

// flow is a flow collection, now and then over several lines.
func (w *writer) flow(column, depth int) string {
	w.budget--
	items := make([]string, w.below(4))
	asMap := w.chance(50)
	for index := range items {
		items[index] = w.flowItem(column, depth, asMap)
	}
	separator := pick(w.random, []string{", ", ", ", ",", " , ", ",\n" + strings.Repeat(" ", max(column, 0)+2), ", # c\n" + strings.Repeat(" ", max(column, 0)+2)})
	body := strings.Join(items, separator)
	if len(items) > 0 && w.chance(8) {
		body += ","
	}
	if asMap {
		return "{" + body + "}"
	}
	return "[" + body + "]"
}

func (w *writer) flowItem(column, depth int, asMap bool) string {
	value := w.flowScalar()
	if depth < 3 && w.budget > 0 && w.chance(20) {
		value = w.flow(column, depth+1)
	}
	if !asMap && !w.chance(8) {
		return value
	}
	switch choice := w.below(20); {
	case choice < 1:
		return w.key()
	case choice < 2:
		return `"` + pick(w.random, words) + `":` + value
	case choice < 3:
		return "? " + w.key() + " : " + value
	case choice < 4:
		return w.key() + ":"
	}
	return w.key() + ": " + value
}

func (w *writer) flowScalar() string {
	if len(w.anchors) > 0 && w.chance(8) {
		return "*" + pick(w.random, w.anchors)
	}
	if w.chance(w.odd / 3) {
		return pick(w.random, tags) + " " + pick(w.random, inlineScalars)
	}
	if w.chance(w.odd / 2) {
		return pick(w.random, append(blockScalars, badScalars...))
	}
	return pick(w.random, inlineScalars)
}
