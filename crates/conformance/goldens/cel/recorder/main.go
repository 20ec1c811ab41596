// Records what cel-go, configured as the API server does it, makes of the
// expressions in the files beside it. Only ids, expressions and contexts are
// read from a row; everything else is written anew.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apicel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	kjson "sigs.k8s.io/json"
)

type row struct {
	ID         string          `json:"id"`
	Expression string          `json:"expression"`
	Context    string          `json:"context,omitempty"`
	Value      json.RawMessage `json:"value,omitempty"`
	Error      string          `json:"error,omitempty"`
	Type       string          `json:"type,omitempty"`
	Cost       *uint64         `json:"cost,omitempty"`
	Estimate   *uint64         `json:"estimate,omitempty"`
}

type context struct {
	Schema  json.RawMessage `json:"schema"`
	Self    json.RawMessage `json:"self"`
	OldSelf json.RawMessage `json:"oldSelf"`
}

// setting is an environment with its variables.
type setting struct {
	env  *cel.Env
	vars map[string]any
	root *apicel.DeclType
}

func main() {
	dir := ".."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	settings := readSettings(filepath.Join(dir, "contexts.json"))
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	check(err)
	for _, file := range files {
		record(file, settings)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func readSettings(file string) map[string]setting {
	base := environment.MustBaseEnvSet(version.MajorMinor(1, 36))
	settings := map[string]setting{"": {env: base.NewExpressionsEnv(), vars: map[string]any{}}}
	text, err := os.ReadFile(file)
	check(err)
	contexts := map[string]context{}
	check(json.Unmarshal(text, &contexts))
	for name, context := range contexts {
		settings[name] = newSetting(base, context)
	}
	return settings
}

func newSetting(base *environment.EnvSet, context context) setting {
	external, internal := v1.JSONSchemaProps{}, apiextensions.JSONSchemaProps{}
	check(json.Unmarshal(context.Schema, &external))
	check(v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&external, &internal, nil))
	structural, err := schema.NewStructural(&internal)
	check(err)
	root := model.SchemaDeclType(structural, structural.XEmbeddedResource)
	named := root.MaybeAssignTypeName("selfType")
	set, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("self", named.CelType()), cel.Variable("oldSelf", named.CelType())},
		DeclTypes:         []*apicel.DeclType{named},
	})
	check(err)
	value := func(raw json.RawMessage) any {
		var data any
		check(kjson.UnmarshalCaseSensitivePreserveInts(raw, &data))
		return schemacel.UnstructuredToVal(data, structural)
	}
	vars := map[string]any{"self": value(context.Self), "oldSelf": value(context.OldSelf)}
	return setting{env: set.NewExpressionsEnv(), vars: vars, root: root}
}

func record(file string, settings map[string]setting) {
	text, err := os.ReadFile(file)
	check(err)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var before row
		check(json.Unmarshal(lines.Bytes(), &before))
		after := row{ID: before.ID, Expression: before.Expression, Context: before.Context}
		answer(&after, settings[before.Context])
		check(encoder.Encode(after))
	}
	check(lines.Err())
	check(os.WriteFile(file, out.Bytes(), 0o644))
}

func answer(r *row, s setting) {
	ast, issues := s.env.Compile(r.Expression)
	if issues != nil {
		r.Error = issues.String()
		return
	}
	r.Type = ast.OutputType().String()
	estimator := &library.CostEstimator{SizeEstimator: &sizes{s.root}}
	estimate, err := s.env.EstimateCost(ast, estimator)
	check(err)
	r.Estimate = &estimate.Max
	program, err := s.env.Program(ast, cel.CostLimit(celconfig.PerCallLimit), cel.CostTracking(estimator),
		cel.InterruptCheckFrequency(celconfig.CheckFrequency))
	if err != nil {
		r.Error = err.Error()
		return
	}
	value, details, err := program.Eval(s.vars)
	if err != nil {
		r.Error = err.Error()
		return
	}
	r.Cost = details.ActualCost()
	r.Value, err = json.Marshal(shown(value))
	check(err)
}

// sizes tells how large values may become, as the validation of definitions does.
type sizes struct{ root *apicel.DeclType }

func (s *sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

func (s *sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	at := s.root
	if len(element.Path()) == 0 {
		return nil
	}
	for _, step := range element.Path()[1:] {
		if at == nil {
			return nil
		}
		switch step {
		case "@items", "@values":
			at = at.ElemType
		case "@keys":
			at = at.KeyType
		default:
			field, ok := at.Fields[step]
			if !ok {
				return nil
			}
			at = field.Type
		}
	}
	if at == nil {
		return nil
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(at.MaxElements)}
}

func tagged(tag string, value any) any {
	return map[string]any{tag: value}
}

// shown writes a value as JSON that tells its type.
func shown(value ref.Val) any {
	switch it := value.(type) {
	case types.Null:
		return nil
	case types.Bool:
		return bool(it)
	case types.Int:
		return tagged("int", strconv.FormatInt(int64(it), 10))
	case types.Uint:
		return tagged("uint", strconv.FormatUint(uint64(it), 10))
	case types.Double:
		return tagged("double", strconv.FormatFloat(float64(it), 'g', -1, 64))
	case types.String:
		return string(it)
	case types.Bytes:
		return tagged("bytes", base64.StdEncoding.EncodeToString(it))
	case types.Timestamp:
		return tagged("timestamp", it.ConvertToType(types.StringType).Value())
	case types.Duration:
		return tagged("duration", strconv.FormatInt(int64(it.Duration), 10))
	case *types.Type:
		return tagged("type", it.TypeName())
	case *types.Optional:
		if it.HasValue() {
			return tagged("optional", []any{shown(it.GetValue())})
		}
		return tagged("optional", []any{})
	case traits.Lister:
		items := []any{}
		for i := it.Iterator(); i.HasNext() == types.True; {
			items = append(items, shown(i.Next()))
		}
		return items
	case traits.Mapper:
		return tagged("map", shownEntries(it))
	case apicel.Quantity:
		return tagged("kubernetes.Quantity", it.Quantity.String())
	case *apicel.Quantity:
		return tagged("kubernetes.Quantity", it.Quantity.String())
	case apicel.Format:
		return tagged("kubernetes.NamedFormat", it.Name)
	case fmt.Stringer:
		return tagged(value.Type().TypeName(), it.String())
	}
	return tagged(value.Type().TypeName(), strings.TrimSpace(fmt.Sprint(value.Value())))
}

func shownEntries(m traits.Mapper) [][2]any {
	entries := [][2]any{}
	for i := m.Iterator(); i.HasNext() == types.True; {
		if key := i.Next(); key != nil {
			entries = append(entries, [2]any{shown(key), shown(m.Get(key))})
		}
	}
	text := func(i int) string {
		key, err := json.Marshal(entries[i][0])
		check(err)
		return string(key)
	}
	sort.Slice(entries, func(i, j int) bool { return text(i) < text(j) })
	return entries
}
