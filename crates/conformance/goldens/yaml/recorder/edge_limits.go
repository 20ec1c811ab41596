package main

import (
	"fmt"
	"strings"
)

// edgeLimits are inputs around the limits of scanner and decoder: key length,
// depth, alias expansion, number size.
func edgeLimits() []edgeGroup {
	return []edgeGroup{
		{"long-keys", longKeys()},
		{"depth", depths()},
		{"aliasing", bombs()},
		{"long", []string{
			"a: " + strings.Repeat("x", 5000) + "\n",
			"a: \"" + strings.Repeat("word ", 800) + "\"\n",
			"a: >\n  " + strings.Repeat("word ", 500) + "\n  " + strings.Repeat("word ", 500) + "\n",
			"# " + strings.Repeat("c", 5000) + "\na: 1\n",
			strings.Repeat("- a\n", 1000),
			"[" + strings.Repeat("a, ", 1000) + "b]\n",
			"a:" + strings.Repeat(" ", 2000) + "b\n",
			strings.Repeat("\n", 2000) + "a: 1\n",
			strings.Repeat("---\n", 300),
			"a: " + strings.Repeat("9", 400) + "\n",
			"a: 0." + strings.Repeat("3", 400) + "\n",
			"a: " + strings.Repeat("1_", 100) + "1\n",
			"!" + strings.Repeat("t", 2000) + " a\n",
			"&" + strings.Repeat("t", 2000) + " a\n",
			"a: &" + strings.Repeat("t", 1100) + " b\n",
		}},
	}
}

func longKeys() []string {
	var all []string
	for _, length := range []int{100, 127, 128, 129, 1000, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027, 1030, 1100} {
		key := strings.Repeat("k", length)
		all = append(all, key+": v\n", `"`+key+"\": v\n", "{"+key+": v}\n")
	}
	wide := strings.Repeat("é", 600)
	long := strings.Repeat("k", 1100)
	return append(all,
		wide+": v\n", strings.Repeat("é", 1022)+": v\n", strings.Repeat("é", 1030)+": v\n",
		"a:\n  "+long+": v\n", "? "+long+"\n: v\n", "{? "+long+" : v}\n", "["+long+": v]\n", "- "+long+"\n", long+"\n", "a: "+long+"\n", "a: "+long+" b: c\n",
		"{a: "+long+"}\n", "[{"+long+"}]\n", "{"+long+"}\n", "{\""+long+"\"}\n", "'"+long+"'\n", "["+long+", {a: b}]\n",
		"&"+long+" a: b\n", "["+strings.Repeat("a, ", 400)+"b]: c\n", "["+strings.Repeat("a, ", 300)+"b]: c\n", "{a: "+long+"}: c\n", "k"+strings.Repeat(" ", 1100)+": v\n", "{"+strings.Repeat("k ", 600)+": v}\n",
	)
}

func depths() []string {
	var all []string
	for _, depth := range []int{50, 120, 200, 399, 9998, 9999, 10000, 10001, 11000} {
		all = append(all,
			strings.Repeat("[", depth)+strings.Repeat("]", depth)+"\n",
			strings.Repeat("- ", depth)+"a\n",
		)
	}
	for _, depth := range []int{30, 60, 120} {
		all = append(all, strings.Repeat("{a: ", depth)+"1"+strings.Repeat("}", depth)+"\n", nestedBlocks(depth), strings.Repeat("? ", depth)+"a\n", strings.Repeat("[{a: ", depth)+"1"+strings.Repeat("}]", depth)+"\n")
	}
	return append(all,
		strings.Repeat("[", 10001), strings.Repeat("{", 10001), strings.Repeat("{a: ", 10001), strings.Repeat("[", 9000), strings.Repeat("? ", 10001)+"a\n",
		strings.Repeat("- ", 9000)+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+"\n", strings.Repeat("[{", 5001), strings.Repeat("]", 100), strings.Repeat("- ", 20000)+"a\n",
	)
}

func nestedBlocks(depth int) string {
	var text strings.Builder
	for level := range depth {
		fmt.Fprintf(&text, "%sa:\n", strings.Repeat(" ", level))
	}
	return text.String()
}

// bombs are alias expansions below and above what the decoders allow: more
// than 100 of more than 1,000 steps, and more than 99 percent of them, from aliases.
func bombs() []string {
	all := []string{bomb(2, 2), bomb(3, 5), bomb(4, 5), bomb(9, 9), bomb(6, 10), bomb(30, 2)}
	for _, fan := range []int{90, 96, 97, 98, 99, 100, 101, 102, 110, 150} {
		base := "a: &a [" + strings.Repeat("1,", 9) + "1]\n"
		all = append(all, base+"b: ["+strings.Repeat("*a,", fan)+"*a]\n")
	}
	for _, width := range []int{95, 99, 100, 120, 200, 500} {
		all = append(all, fmt.Sprintf("a: &a [%s1]\nb: [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n", strings.Repeat("1,", width)))
	}
	all = append(all, "a: &a [1]\nb: &b [*a"+strings.Repeat(",*a", 99)+"]\nc: [*b,*b,*b,*b,*b,*b]\n")
	all = append(all, "a: &a {b: 1}\nc: ["+strings.Repeat("{<<: *a},", 200)+"1]\n")
	return append(all, "a: &a {b: 1}\nc: {<<: ["+strings.Repeat("*a,", 400)+"*a]}\n", "a: &a x\nb: ["+strings.Repeat("*a,", 1100)+"*a]\n")
}

// bomb nests lists of aliases: each level repeats the one before fan times.
func bomb(levels, fan int) string {
	text := "a0: &a0 [x]\n"
	for level := 1; level <= levels; level++ {
		aliases := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", level-1), fan), ",")
		text += fmt.Sprintf("a%d: &a%d [%s]\n", level, level, aliases)
	}
	return text
}
