package main

import (
	"fmt"
	"strings"
)

const (
	mutationCount  = 1900
	mutationSource = 500
)

var insertions = []string{
	" ", "  ", "\t", ":", ": ", "-", "- ", "#", " #", "{", "}", "[", "]", ",", "&", "&a ", "*", "*a", "!", "!!", "|", ">", "'", `"`, "%", "@", "`", "?", "? ", "\n", "\n\n", "\r", "\r\n",
	`\`, "~", "=", "<<", "---", "...", "\n---\n", "\n...\n", "\u0085", "\u2028", "\ufeff", "\x00", "\x07", "\x7f", "\u00a0", "é", "😀", "0", "1", "x", "_", ".", "+", "<", ";", "/", "$", "!!str ", "|-", ">+", "''", `""`, "[]", "{}",
}

// mutatedInputs disturbs short inputs of the other families one to three
// times. The pool's order and the seed fix the result.
func mutatedInputs(pool []candidate, seed uint64) []candidate {
	r := &random{state: 1848 + seed}
	var all []candidate
	for index := 0; len(all) < mutationCount; index++ {
		source := pick(r, pool)
		if len(source.input) > mutationSource {
			continue
		}
		text := source.input
		for times := pick(r, []int{1, 1, 1, 1, 2, 3}); times > 0; times-- {
			text = mutate(r, text)
		}
		all = append(all, candidate{fmt.Sprintf("mutations-%04d", index), text})
	}
	return all
}

func mutate(r *random, text string) string {
	switch choice := r.below(20); {
	case choice < 3:
		return insertText(r, text)
	case choice < 9:
		return mutateRunes(r, text)
	case choice < 13:
		return mutateTokens(r, text)
	case choice < 17:
		return mutateIndent(r, text)
	}
	return mutateLines(r, text)
}

func insertText(r *random, text string) string {
	runes := []rune(text)
	at := r.below(len(runes) + 1)
	return string(runes[:at]) + pick(r, insertions) + string(runes[at:])
}

func mutateRunes(r *random, text string) string {
	return strings.Join(shuffleOne(r, strings.Split(text, "")), "")
}

func mutateLines(r *random, text string) string {
	return strings.Join(shuffleOne(r, strings.SplitAfter(text, "\n")), "")
}

// mutateTokens treats runs of word characters and single others as tokens.
func mutateTokens(r *random, text string) string {
	var tokens []string
	inWord := false
	for _, char := range text {
		word := char > ' ' && !strings.ContainsRune("{}[],:#&*!|>'\"%@`?-\u0085\u2028\ufeff", char)
		if word && inWord {
			tokens[len(tokens)-1] += string(char)
		} else {
			tokens = append(tokens, string(char))
		}
		inWord = word
	}
	return strings.Join(shuffleOne(r, tokens), "")
}

// shuffleOne deletes, duplicates, replaces or swaps one part.
func shuffleOne(r *random, parts []string) []string {
	if len(parts) < 2 {
		return append(parts, pick(r, insertions))
	}
	at, other := r.below(len(parts)), r.below(len(parts))
	changed := append([]string{}, parts...)
	switch r.below(5) {
	case 0:
		return append(changed[:at], changed[at+1:]...)
	case 1:
		return append(changed[:at], append([]string{parts[at]}, parts[at:]...)...)
	case 2:
		changed[at], changed[other] = changed[other], changed[at]
	case 3:
		next := (at + 1) % len(parts)
		changed[at], changed[next] = changed[next], changed[at]
	default:
		changed[at] = pick(r, insertions)
	}
	return changed
}

func mutateIndent(r *random, text string) string {
	lines := strings.SplitAfter(text, "\n")
	at := r.below(len(lines))
	switch r.below(6) {
	case 0:
		lines[at] = " " + lines[at]
	case 1:
		lines[at] = "  " + lines[at]
	case 2:
		lines[at] = "\t" + lines[at]
	case 3:
		lines[at] = strings.TrimPrefix(lines[at], " ")
	case 4:
		lines[at] = strings.TrimPrefix(lines[at], "  ")
	default:
		for index := at; index < len(lines); index++ {
			lines[index] = " " + lines[index]
		}
	}
	return strings.Join(lines, "")
}
