package main

import (
	"fmt"
	"strings"
)

// jsonEdges are inputs for which JSON readers are known to differ.
var jsonEdges = []string{
	"", " ", "\n", "null", "true", "false", "nul", "True", "NULL", "nullx", "truefalse", "true false", "1", "1 2 3", "1,2", "[]", "{}", "[][]", "{}{}", "[]{}1\"a\"null", "[1,2,]", "{\"a\":1,}", "[,1]", "{,}",
	"[1 2]", "{\"a\" 1}", "{\"a\"}", "{a:1}", "{'a':1}", "['a']", "// c\n1", "/* c */1", "# c\n1", "1 // c", "\ufeff1", "\ufeff{}", "\u00a01", "\v1", "\f1", "\x001", "1\x00", "\t\r\n 1 \t\r\n", "\u20281",
	"0", "-0", "+1", "01", "-01", "00", "1.", ".1", "1.0", "-1.5", "1e3", "1E3", "1e+3", "1e-3", "1e", "1e+", "1.e3", "1.5e300", "1e308", "1e309", "-1e309", "1e400", "1e-400", "5e-324", "2e-324", "0e1000000", "-", "--1", "1-", "1_000", "0x10", "0b1", "0o7",
	"NaN", "Infinity", "-Infinity", "nan", ".inf", "9007199254740991", "9007199254740993", "-9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
	"123456789012345678901234567890", "0.1", "0.30000000000000004", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "1e20", "1e21", "1e22", "0.000001", "0.0000001", "100000000000000000000", "1.0000000000000000000000001", "-0.0", "-0e0", "1E400", "[1e400]", "{\"a\":1e400}",
	`""`, `"a"`, `"a`, `a"`, `"\"`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\a"`, `"\x41"`, `"\'"`, `"\u0041"`, `"\u00e9"`, `"\u004"`, `"\u00g1"`, `"\U0001F600"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\u0000"`, `"\u0000a"`,
	"\"\n\"", "\"\t\"", "\"\r\"", "\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\u0085\"", "\"\u2028\u2029\"", "\"\ufeff\"", "\"😀é日本\"", "\"<>&\"", "\"a\" \"b\"", "\"a\"\"b\"", `"a\
b"`,
	`{"a":1,"a":2}`, `{"a":{"b":1},"a":{"c":2}}`, `{"a":1,"A":2}`, `{"":1}`, `{"\u0061":1,"a":2}`, `{"a":[1,{"b":null}],"c":"d"}`, `{"1":1,"01":2}`, `{1:2}`, `{null:1}`, `{true:1}`, `{"a":1 "b":2}`, `{"a":1;"b":2}`, `{"a"::1}`, `{"a":}`, `{:1}`, `{"a":1`, `{"a":`, `{"a"`, `{"`, `{`, `[`, `[1`, `[1,`, `]`, `}`, `[}`, `{]`, `[1]]`, `{"a":1}}`,
	`{"apiVersion":"v1","kind":"List","items":[]}`, "{\"kind\":\"A\"}\n{\"kind\":\"B\"}\n", "{\"kind\":\"A\"}\n---\n{\"kind\":\"B\"}\n", "---\n{}", "{}\n...\n", "{}x", "{} x", "[]x", "1x", "1 x", "1]", "nulltrue", "null null", "\"a\"1", "1\"a\"", "1[]", "1{}", "[]1",
	`{"a":1}/**/`, `{"a": yes}`, `{"a": ~}`, `{"a": 'b'}`, `{"a": b}`, `&a {}`, `*a`, `!!str "a"`, "{\"a\":\t1}", "{\"a\" : 1}", "{\n\t\"a\": 1\n}", "{\r\n\"a\": 1\r\n}", "{\u00a0\"a\":1}", "[1\f,2]",
}

const jsonCount = 520

func jsonInputs(seed uint64) []candidate {
	var all []candidate
	for index, text := range append(jsonEdges, jsonDepths()...) {
		all = append(all, candidate{fmt.Sprintf("json-edge-%03d", index), text})
	}
	r := &random{state: 8259 + seed}
	var valid []string
	for index := 0; index < jsonCount/3; index++ {
		valid = append(valid, jsonStream(r))
		all = append(all, candidate{fmt.Sprintf("json-valid-%03d", index), valid[index]})
	}
	pool := append(append([]string{}, valid...), jsonEdges...)
	for index := 0; len(all) < jsonCount+60; index++ {
		text := mutate(r, pick(r, pool))
		all = append(all, candidate{fmt.Sprintf("json-mutated-%03d", index), text})
	}
	return all
}

func jsonDepths() []string {
	var all []string
	for _, depth := range []int{100, 1000, 9999, 10000, 10001, 20000} {
		all = append(all, strings.Repeat("[", depth)+strings.Repeat("]", depth))
	}
	return append(all, strings.Repeat(`{"a":`, 500)+"1"+strings.Repeat("}", 500), strings.Repeat("[", 100001), strings.Repeat(`{"a":`, 10001))
}

func jsonStream(r *random) string {
	documents := make([]string, pick(r, []int{1, 1, 1, 2, 3}))
	for index := range documents {
		documents[index] = jsonValue(r, 0)
	}
	return strings.Join(documents, pick(r, []string{"\n", " ", "\n\n", "\r\n"}))
}

var jsonScalars = append([]string{"null", "true", "false"}, jsonEdges[45:170]...)

func jsonValue(r *random, depth int) string {
	space := pick(r, []string{"", "", " ", "\n  ", "\t"})
	choice := r.below(10)
	if depth > 3 || choice < 3 && depth > 0 {
		return jsonScalar(r)
	}
	items := make([]string, r.below(5))
	for index := range items {
		items[index] = space + jsonValue(r, depth+1)
		if choice < 7 {
			items[index] = space + jsonKey(r) + ":" + items[index]
		}
	}
	body := strings.Join(items, ",") + space
	if choice < 7 {
		return "{" + body + "}"
	}
	return "[" + body + "]"
}

func jsonKey(r *random) string {
	return `"` + pick(r, []string{"a", "b", "name", "kind", "", "é", `\u0061`, `\n`, "1", "true", "a b"}) + `"`
}

// jsonScalar is mostly legal, so that whole streams mostly are.
func jsonScalar(r *random) string {
	if r.chance(2) {
		return pick(r, jsonScalars)
	}
	return pick(r, []string{"null", "true", "false", "0", "-1", "1.5", "1e3", "12345678901234567890", "9007199254740993", `""`, `"a"`, `"é\n\u00e9"`, `"\ud83d\ude00"`, `"\/"`, "-0.0", "1E-7", `"\ud800"`, `"yes"`})
}
