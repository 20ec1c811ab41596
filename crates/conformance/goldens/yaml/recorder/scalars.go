package main

import (
	"fmt"
	"strings"
)

// plainScalars resolve differently in some dialect, tag or place.
var plainScalars = strings.Split(strings.TrimSpace(`
y Y yes Yes YES yEs n N no No NO nO on On ON oN off Off OFF oFF true True TRUE tRUE false False FALSE fALSE
~ null Null NULL nULL nil none None undefined
0 -0 +0 00 1 -1 +1 7 42 -42 +42 007 010 014 -014 +014 08 09 018 -08 0_8 1_000 1__000 _1 1_ -_1 1_000_000 0_14
0o14 0O14 -0o14 +0o14 0o 0o8 0o1_4 -0O17 0o-1 0o777777777777777777777 0o1777777777777777777777 0o2000000000000000000000
0x10 0X1F 0xff -0xFF +0xff 0x 0xg 0x_ff 0xf_f 0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 0x10000000000000000 -0x8000000000000000 -0x8000000000000001
0b11 0B11 -0b11 +0b11 0b 0b2 0b1_1 -0b 0b-1 0b1111111111111111111111111111111111111111111111111111111111111111 -0b1000000000000000000000000000000000000000000000000000000000000000
9007199254740991 9007199254740992 9007199254740993 -9007199254740993
9223372036854775806 9223372036854775807 9223372036854775808 -9223372036854775807 -9223372036854775808 -9223372036854775809
18446744073709551614 18446744073709551615 18446744073709551616 -18446744073709551615 +9223372036854775807 +9223372036854775808 +18446744073709551615
12345678901234567890 123456789012345678901234567890 0777777777777777777777 01777777777777777777777 9_223_372_036_854_775_807
1.0 1.5 -1.5 +1.5 1. -1. +1. .5 -.5 +.5 0.1 00.1 1.50 1_0.5 1.5_0 -0.0 0.0 .0 0. 0.30000000000000004 1.7976931348623157e308
1e3 1E3 1e+3 1e-3 -1e3 +1e3 1.5e3 1.e3 .5e3 1e 1e+ e3 1e3.5 1_0e3 1e1_0 1e03 01e3 1e400 -1e400 1e-400 5e-324 2e-324 1e308 1e309 1e20 1e21 1e22 1e-6 1e-7 123456789.123456789
100000000000000000000 1000000000000000000000 0.000001 0.0000001 3.4028235e38 16777217.0 1.1 2.2 33554433.5 1e1000000000 0e1000000000
0x1p3 0x1.8p1 0x.8p0 -0x1p-2 0x1P3 1p3 .1e1 .1_5 ._5 .5_ . .. ... .e3 .1.2 1.2.3 127.0.0.1 1.2.3-rc1 v1.2.3 .inf .Inf .INF .iNF -.inf -.Inf -.INF +.inf +.Inf +.INF inf Inf INF -inf +inf infinity Infinity nan NaN NAN .nan .NaN .NAN .nAN -.nan +.nan
1:30 1:30:45 01:30 190:20:30 190:20:30.15 -1:30 +1:30 0:0 1:60 1:99 20:30.5 1:2:3:4 12:30:45 685_230.15
2001-12-14 2001-1-2 2001-12-14T21:59:43Z 2001-12-14T21:59:43.10-05:00 2001-12-14t21:59:43.1-05:00 2001-12-14T21:59:43 2001-12-14T21:59:43.123456789Z 2001-12-14T1:2:3Z
2001-13-01 2001-02-30 2001-00-10 02001-01-01 201-01-01 2001-12 2001-12-14Z 2001-12-14T24:00:00Z 2001-12-14T21:59:60Z 2001-12-14T21:59Z 2001-12-14T21:59:43+14:00 2001-12-14T21:59:43+25:00 0000-01-01 0001-01-01 9999-12-31T23:59:59.999999999Z 2024-02-29 2023-02-29
= << < <<< - -- + ++ +- -+ --1 +-1 - -a a- =a a=b <a
100m 1.5Gi 2Gi 500Mi 1k 1Ki 1e3m 0.5 250m 10% 50% 0644 0755 420 0o644 1/2 10s 5m30s 1h 1d
a abc foo_bar foo-bar foo.bar foo/bar 1a a1 1-2 1,2 1,000 $1 $(VAR) ${VAR} a@b.c a:b a::b :a a#b (a) a|b a>b a&b a*b a!b a%b a?b ?a ;a \a \n /a ^a "a"b 'a'b
é ü 日本 😀 ½ ٣ １ − 1́ ñandú Ω
00000000000000000001 0.0e0 -0e0 +0e0 -0x0 -00 +00 -0b0 -0o0 0x0 0b0 0o0 0B0 0O0 0X0 0__0 0x1_ 1e+0 0e 0x1e3 0b1e3 0x1.0 0o1.0
12e03 -12e03 +12e03 12.e-2 1e2e3 1.5.e3 +.e1 -e1 +e1 .-1 -.-1 1+1 1-1 1_.5 1._5 1_e5 -_ +_ __ _ 0_ -0_ 0_x1 0x_ 0_b1 0b_1 0o_7 0_o7
2001-12-14T21:59:43.Z 2001-12-14T21:59:43,5Z 2001-12-14T21:59:43.1234567891Z 2001-12-14T21:59:43z 2001-12-14T21:59:43-0500 2001-12-14T21:59:43-05 2001-12-14T21:59:43-5:00 2001-1-2T3:4:5+00:00 2001-01-1 2001-1-01 1-1-1 2001-1-1-1 2001-12-14T2:59:43.1Z 2001-12-14T21:9:3Z 2001-12-14T21:059:43Z
`), "\n")

// spacedScalars hold blanks, so that the table above cannot.
var spacedScalars = []string{
	"2001-12-14 21:59:43", "2001-12-14 21:59:43.10", "2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43Z", "2001-12-14  21:59:43",
	"2001-12-14 1:2:3", "2001-1-2 1:2:3.5", "1 000", "yes no", "true  ", "1 ", "a b c", "- 1", "+ 1", "1 e3", ". inf", "a - b", "a  b",
	"1 # one", "yes # yes", "~ # null", "0x10 #hex", "1#", "yes#", "''", `""`, "'yes'", `"yes"`, "'1'", `"1"`, "'~'", `"null"`, "'<<'", `"<<"`, "'2001-12-14'",
	"", " ", "  # only a comment", "|\n  1", "|\n  yes", ">\n  ~", "|-\n  1", ">-\n  true", "|\n", ">-\n", "|+\n\n\n",
}

var tags = []string{
	"!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!timestamp", "!!merge", "!!seq", "!!map", "!!set", "!!omap", "!", "!local", "!!custom",
	"!<tag:yaml.org,2002:str>", "!<tag:yaml.org,2002:int>", "!<!bar>",
}

var taggedScalars = []string{
	"1", "yes", "true", "", "~", "null", "1.5", "1e3", ".inf", "0x10", "014", "0o14", "2001-12-14", "abc", `"1"`, `"true"`, `''`, `"abc"`, "'1.5'", `"2001-12-14"`,
	"aGVsbG8=", `"aGVsbG8="`, "aGVs bG8=", "a", "/+==", "|\n  aGVsbG8=\n  aGVsbG8=\n", "_w==", "<<", "9223372036854775808", "18446744073709551616", "1_000", "[]", "{}", "[1]", "{a: 1}",
}

// scalarInputs is a systematic table: each scalar as a value, as a key, in
// flow collections, at the root, and under every tag.
func scalarInputs() []candidate {
	var all []candidate
	for index, scalar := range scalarList() {
		for _, place := range scalarPlaces(scalar) {
			all = append(all, candidate{fmt.Sprintf("scalars-%s-%03d", place.id, index), place.input})
		}
	}
	for tagIndex, tag := range tags {
		for index, scalar := range taggedScalars {
			id := fmt.Sprintf("scalars-tag-%02d-%02d", tagIndex, index)
			all = append(all, candidate{id, fmt.Sprintf("k: %s %s\n", tag, scalar)})
		}
	}
	for index, tag := range tags {
		all = append(all, candidate{fmt.Sprintf("scalars-tagged-key-%02d", index), fmt.Sprintf("%s 1: a\n", tag)})
		all = append(all, candidate{fmt.Sprintf("scalars-tagged-yes-key-%02d", index), fmt.Sprintf("%s yes: a\n", tag)})
		all = append(all, candidate{fmt.Sprintf("scalars-tagged-quoted-key-%02d", index), fmt.Sprintf("%s \"1\": a\n", tag)})
	}
	return all
}

func scalarList() []string {
	var list []string
	for _, line := range plainScalars {
		list = append(list, strings.Fields(line)...)
	}
	return append(list, spacedScalars...)
}

// scalarPlaces rotates through the less telling places to keep the file small.
func scalarPlaces(scalar string) []candidate {
	places := []candidate{{"value", "k: " + scalar + "\n"}}
	if strings.Contains(scalar, "\n") {
		return places
	}
	places = append(places, candidate{"key", scalar + ": v\n"})
	others := []candidate{
		{"flow", "[" + scalar + ", {" + scalar + ": x, y: " + scalar + "}]\n"},
		{"root", scalar + "\n"},
		{"item", "- " + scalar + "\n- - " + scalar + "\n"},
	}
	return append(places, others[len(scalar)%len(others)])
}
