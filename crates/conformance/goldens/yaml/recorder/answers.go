package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// emittedMax keeps rows of deep or wide values at a sensible size.
const emittedMax = 64 * 1024

// emitRepeats tell texts that depend on the order of a Go map.
const emitRepeats = 20

// depthMax leaves out rows that ordinary JSON readers would refuse to read.
const depthMax = 400

// errTooDeep marks inputs that are accepted and nested beyond depthMax.
var errTooDeep = errors.New("values nested too deeply to record")

// errAmbiguous marks inputs for which the Go program itself has no fixed
// answer: two keys that become one string are merged in map order.
var errAmbiguous = errors.New("two keys become the same string")

// answer is what a Go program makes of one input.
type answer struct {
	values  []json.RawMessage
	emitted *string
	err     error
}

// dialects in the order in which their rows are written.
var yamlDialects = []string{"goyaml2", "goyaml3"}

func ask(dialect, input string) answer {
	values, err := decodeAll(dialect, input)
	if err != nil {
		return answer{err: err}
	}
	result := answer{values: []json.RawMessage{}}
	for _, value := range values {
		text, err := jsonText(value)
		if err != nil {
			return answer{err: err}
		}
		if depth(text) > depthMax {
			return answer{err: errTooDeep}
		}
		result.values = append(result.values, text)
	}
	result.emitted = emit(dialect, result.values)
	return result
}

// decodeAll loops the decoder until io.EOF. A crash of the library counts as
// a refusal: the program that uses it would not go on either.
func decodeAll(dialect, input string) (values []any, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("panic: %v", crash)
		}
	}()
	decode := decoder(dialect, input)
	for {
		var value any
		err := decode(&value)
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
}

func decoder(dialect, input string) func(any) error {
	reader := strings.NewReader(input)
	switch dialect {
	case "goyaml2":
		return yaml2.NewDecoder(reader).Decode
	case "goyaml3":
		return yaml3.NewDecoder(reader).Decode
	case "json":
		decoder := json.NewDecoder(reader)
		decoder.UseNumber()
		return decoder.Decode
	}
	panic("unknown dialect " + dialect)
}

func jsonText(value any) (json.RawMessage, error) {
	converted, err := jsonable(value)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(converted); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// depth counts brackets outside of strings.
func depth(text []byte) int {
	deepest, current, quoted := 0, 0, false
	for index := 0; index < len(text); index++ {
		switch char := text[index]; {
		case quoted && char == '\\':
			index++
		case char == '"':
			quoted = !quoted
		case !quoted && (char == '[' || char == '{'):
			current++
			deepest = max(deepest, current)
		case !quoted && (char == ']' || char == '}'):
			current--
		}
	}
	return deepest
}

// jsonable turns map keys into strings by the rules of sigs.k8s.io/yaml. That
// library knows only the map type of v2; v3 also makes map[string]any.
func jsonable(value any) (any, error) {
	switch value := value.(type) {
	case map[any]any:
		return jsonableMap(value)
	case map[string]any:
		general := make(map[any]any, len(value))
		for key, item := range value {
			general[key] = item
		}
		return jsonableMap(general)
	case []any:
		items := make([]any, len(value))
		for index, item := range value {
			converted, err := jsonable(item)
			if err != nil {
				return nil, err
			}
			items[index] = converted
		}
		return items, nil
	case json.Number:
		return exactNumber(value)
	}
	return value, nil
}

func jsonableMap(general map[any]any) (any, error) {
	converted := make(map[string]any, len(general))
	for _, key := range sortedKeys(general) {
		name, err := keyText(key)
		if err != nil {
			return nil, err
		}
		if _, taken := converted[name]; taken {
			return nil, errAmbiguous
		}
		// A NaN key cannot be looked up again; its map is ambiguous anyway.
		item, found := general[key]
		if !found {
			return nil, errAmbiguous
		}
		if converted[name], err = jsonable(item); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

// sortedKeys makes the first error of a map the same in every run.
func sortedKeys(general map[any]any) []any {
	keys := make([]any, 0, len(general))
	for key := range general {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(a, b int) bool {
		return fmt.Sprintf("%T %v", keys[a], keys[a]) < fmt.Sprintf("%T %v", keys[b], keys[b])
	})
	return keys
}

func keyText(key any) (string, error) {
	switch key := key.(type) {
	case string:
		return key, nil
	case int:
		return strconv.Itoa(key), nil
	case int64:
		return strconv.FormatInt(key, 10), nil
	case float64:
		return floatKeyText(key), nil
	case bool:
		return strconv.FormatBool(key), nil
	}
	return "", fmt.Errorf("unsupported map key of type: %v, key: %v", reflect.TypeOf(key), key)
}

// floatKeyText prints with 32 bits of precision, as sigs.k8s.io/yaml does: a
// float beyond those is infinite.
func floatKeyText(key float64) string {
	switch text := strconv.FormatFloat(key, 'g', -1, 32); text {
	case "NaN":
		return ".nan"
	case "+Inf":
		return ".inf"
	case "-Inf":
		return "-.inf"
	default:
		return text
	}
}

func exactNumber(number json.Number) (any, error) {
	if value, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
		return value, nil
	}
	if value, err := strconv.ParseUint(number.String(), 10, 64); err == nil {
		return value, nil
	}
	return strconv.ParseFloat(number.String(), 64)
}

// emit prints the values the way sigs.k8s.io/yaml.Marshal does: JSON text,
// read back as YAML, printed as YAML. Nil where that fails, is too long, or
// comes out otherwise another time: the order of keys is no total one.
func emit(dialect string, values []json.RawMessage) *string {
	text := emitOnce(dialect, values)
	for range emitRepeats {
		again := emitOnce(dialect, values)
		if text == nil || again == nil || *text != *again {
			return nil
		}
	}
	return text
}

func emitOnce(dialect string, values []json.RawMessage) *string {
	documents := make([]string, len(values))
	for index, value := range values {
		text, err := marshal(dialect, value)
		if err != nil {
			return nil
		}
		documents[index] = string(text)
	}
	joined := strings.Join(documents, "---\n")
	if dialect == "json" || len(joined) > emittedMax {
		return nil
	}
	return &joined
}

func marshal(dialect string, value json.RawMessage) (text []byte, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("panic: %v", crash)
		}
	}()
	if dialect == "goyaml2" {
		return sigs.JSONToYAML(value)
	}
	var read any
	if err := yaml3.Unmarshal(value, &read); err != nil {
		return nil, err
	}
	return yaml3.Marshal(read)
}

// crossCheck compares our loop over the v2 decoder with the library's own
// conversion, where a stream of one document makes both comparable.
func crossCheck(input string, ours answer) error {
	if ours.err != nil || len(ours.values) != 1 {
		return nil
	}
	theirs, err := sigs.YAMLToJSON([]byte(input))
	if err != nil {
		return fmt.Errorf("sigs.k8s.io/yaml refuses %q: %w", input, err)
	}
	var compact bytes.Buffer
	json.HTMLEscape(&compact, ours.values[0])
	if !bytes.Equal(theirs, compact.Bytes()) {
		return fmt.Errorf("sigs.k8s.io/yaml reads %q as %s, not %s", input, theirs, compact.Bytes())
	}
	return nil
}
