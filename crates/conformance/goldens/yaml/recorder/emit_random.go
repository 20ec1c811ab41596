package main

import (
	"fmt"
	"strconv"
	"strings"
)

// trickyStrings hold what the table of plain scalars cannot.
var trickyStrings = []string{
	"", " ", "  ", "\t", "\n", "\n\n", " a", "a ", "a b", "a  b", "a\t", "\ta", "a\tb", "- a", "-\ta", "? a", "?\ta", ": a", "a: b", "a:\tb", "a :b", "a #b", "a\t#b",
	"# a", "--- a", "---a", "--", "----", "... a", "...", "[a", "a]", "{a", "a}", ",a", "a,", "&a", "*a", "!a", "|a", ">a", "'a", "a'", "it's", "\"a", "a\"", "%a", "@a", "`a", "\\a", "a\\",
	"'", "''", "\"", "\"\"", "null ", "true\n", "1\n", " 1", "1:", "1:3", "1:30:", "1_:5", "1:5_", "-1:5.", "1:5.0_", "<< ", "~ ", "= ",
	"a\r", "\r", "a\rb", "a\r\nb", "\r\n", "\x00", "a\x00b", "\a\b\v\f\x1b", "\x7f", "a\x7f", "\u0080", "\u0085", "a\u0085b", "\u009f", "\u00a0", "a\u00a0b", "\u00ad", "\u200b", "\u2028", "\u2029",
	"a\u2028b", "a\u2029", "a \u2028b", "a\u2028 b", "a\u2028\nb", "a\n\u2028b", "a'\u2028b", "\ufeff", "\ufeffa", "\ufeffa b", "a\ufeff", "a\ufeffb", "\uffef", "\ufffd", "\ufffe", "\uffff", "\ue000", "\ud7ff",
	"😀", "a😀b", "😀 a", "\U00010000", "\U0010ffff", "日本 語", "é\n", "é\n\n", "a\né ", "#\u00e9", "<a>&b", "{{ .Values.a }}", "$(A)", "${A}", "http://a.b/c?d=e#f", "a=b", "a;b", "*.example.com", "@daily", "*/5 * * * *", "0 0 * * *", "0x", "1e", "!!str", "%YAML 1.1",
	"-----BEGIN X-----\nabc\n-----END X-----\n", "#!/bin/sh\nset -e\n", "{\n  \"a\": 1\n}\n", "a: 1\nb:\n  - c\n", "  indented\nless\n", "a\n\n\nb\n\n\n", "\n\n\na", "a\n \n b\n", "a\n  \n", "line\twith\ttabs\n", "\tfirst\n", "trailing \nspace\n", "x\n---\ny\n", "x\n...\ny\n", "x\n# y\n",
}

// shapes are trees of small scalars, empty collections among them.
func shapes(r *random) []string {
	var all []string
	for len(all) < 240 {
		budget := r.between(3, 16)
		all = append(all, shape(r, r.between(1, 6), &budget)+"\n")
	}
	return all
}

func shape(r *random, depth int, budget *int) string {
	*budget--
	if depth == 0 || *budget < 0 || r.chance(20) {
		return pick(r, []string{"1", "a", "null", "true", "1.5", "\"\"", "\"a\\nb\"", "[]", "{}", "\"x: y\"", "\" a\\n\"", "\"yes\"", "-7", "1e9"})
	}
	var parts []string
	isMap := r.chance(55)
	for index := range r.between(1, 4) {
		value := shape(r, depth-1, budget)
		if isMap {
			value = pick(r, []string{"k", "b", "q", "Z", "a-"}) + strconv.Itoa(index) + ": " + value
		}
		parts = append(parts, value)
	}
	if isMap {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// keyOrders are maps whose keys differ in digits, letters and signs.
func keyOrders(r *random) []string {
	var all []string
	letters := []string{"0", "1", "2", "9", "10", "a", "b", "Z", "_", "-", ".", "/", "é", "٣", "日"}
	for len(all) < 160 {
		var parts []string
		for index := range r.between(2, 9) {
			var key strings.Builder
			for range r.between(1, 5) {
				key.WriteString(pick(r, letters))
			}
			parts = append(parts, fmt.Sprintf("%s: %d", quote(key.String()), index))
		}
		all = append(all, "{"+strings.Join(parts, ", ")+"}\n")
	}
	return append(all, "{a10: 1, a2: 2, a1: 3, a: 4, a01: 5, a1b: 6, A1: 7, '1': 8, '10': 9, '2': 10, '': 11}\n",
		"{key-10: 1, key-9: 2, key_9: 3, key.9: 4, key/9: 5, key9: 6, keys: 7, Key: 8}\n", "{v1: 1, v1alpha1: 2, v1beta1: 3, v1beta10: 4, v2: 5, v1beta2: 6}\n",
		"{a100000000000000000000: 1, a99999999999999999999: 2, a3: 3}\n", "{100: 1, 20: 2, 3: 3, -1: 4, 1.5: 5, true: 6, x: 7}\n")
}

// mixedStrings are made of pieces that meet each other nowhere else.
func mixedStrings(r *random) []string {
	pieces := []string{"a", "word", " ", " ", "  ", "\n", "\n", "\n\n", "\t", ": ", ":", "#", " #", "- ", "? ", "'", "\"", "\\", "{", "]", ",", "&", "*", "!", "|", ">", "%", "@", "=", "<<", "~", "é", "日本", "😀", "\u2028", "\u2029", "\u0085", "\u00a0", "\ufeff", "\r", "\a", "0", "12", "1:30", "yes", "null", "_", "---", "some words that fill a line", "NoSpacesInThisWordThatGoesOnAndOn"}
	var all []string
	for len(all) < 420 {
		var text strings.Builder
		for range r.between(1, 8) {
			text.WriteString(pick(r, pieces))
		}
		quoted := quote(text.String())
		all = append(all, pick(r, []string{quoted + "\n", "[" + quoted + "]\n", "{k: " + quoted + "}\n", "{" + quoted + ": v}\n", "{k: [{k: " + quoted + "}]}\n"}))
	}
	return all
}

// numbers are whole and broken, near the limits and of each size.
func numbers(r *random) []string {
	var all []string
	for len(all) < 120 {
		digits := strconv.FormatUint(r.next()>>r.below(64), 10)
		fraction := strconv.Itoa(r.below(1000))
		exponent := r.between(-330, 300)
		if r.chance(50) {
			exponent = r.between(-9, 24)
		}
		all = append(all, fmt.Sprintf("[%s, -%s, %s.%s, %se%d, -%s.%se%d]\n", digits, digits, digits, fraction, digits[:1], exponent, digits[:1], fraction, exponent/2))
	}
	return all
}
