// Facts about the Go types of the Kubernetes API that its OpenAPI definitions
// do not tell: how a field is held and printed, which values it may have,
// scope and plural of a kind, and in which release it came and went.
//
// `cargo xtask schemas` runs it; it prints one JSON document.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Field is one JSON field of a struct, those of embedded structs included.
type Field struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Pointer   bool   `json:"pointer,omitempty"`
	OmitEmpty bool   `json:"omitempty,omitempty"`
	OmitZero  bool   `json:"omitzero,omitempty"`
	Enum      string `json:"enum,omitempty"`
	// Within names the embedded structs it comes from, joined by dots.
	Within string `json:"within,omitempty"`
}

// Type is a named type, with fields if it is a struct.
type Type struct {
	Go     string  `json:"go"`
	Custom bool    `json:"custom,omitempty"`
	Fields []Field `json:"fields,omitempty"`
}

// Kind is a registered kind.
type Kind struct {
	Group       string `json:"group"`
	Version     string `json:"version"`
	Kind        string `json:"kind"`
	Type        string `json:"type"`
	Plural      string `json:"plural,omitempty"`
	Cluster     bool   `json:"cluster,omitempty"`
	Introduced  int    `json:"introduced,omitempty"`
	Deprecated  int    `json:"deprecated,omitempty"`
	Removed     int    `json:"removed,omitempty"`
	Replacement string `json:"replacement,omitempty"`
}

// Facts is what is printed.
type Facts struct {
	Types map[string]*Type    `json:"types"`
	Enums map[string][]string `json:"enums"`
	Kinds []Kind              `json:"kinds"`
}

func main() {
	facts := Facts{Types: map[string]*Type{}, Enums: map[string][]string{}}
	comments := map[string]typeComments{}
	scheme := runtime.NewScheme()
	for path, add := range packages {
		if err := add(scheme); err != nil {
			panic(err)
		}
		comments[path] = readSource(path, facts.Enums)
	}
	for gvk, goType := range scheme.AllKnownTypes() {
		if _, ours := packages[goType.PkgPath()]; !ours || gvk.Version == runtime.APIVersionInternal {
			continue
		}
		facts.walk(goType)
		facts.Kinds = append(facts.Kinds, kind(gvk, goType, comments[goType.PkgPath()][goType.Name()]))
	}
	sort.Slice(facts.Kinds, func(a, b int) bool { return key(facts.Kinds[a]) < key(facts.Kinds[b]) })
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(facts); err != nil {
		panic(err)
	}
}

func key(kind Kind) string { return kind.Group + "/" + kind.Version + "/" + kind.Kind }

// modelName is the type's name in the OpenAPI definitions.
func modelName(goType reflect.Type) string {
	if named, ok := reflect.New(goType).Interface().(interface{ OpenAPIModelName() string }); ok {
		return named.OpenAPIModelName()
	}
	path := strings.Replace(goType.PkgPath(), "k8s.io/", "io.k8s.", 1)
	return strings.ReplaceAll(path, "/", ".") + "." + goType.Name()
}

func (facts *Facts) walk(goType reflect.Type) {
	switch goType.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		facts.walk(goType.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if !strings.Contains(goType.PkgPath(), "k8s.io/") {
		return
	}
	name := modelName(goType)
	if facts.Types[name] != nil {
		return
	}
	made := &Type{Go: goType.Name()}
	facts.Types[name] = made
	if _, ok := reflect.New(goType).Interface().(json.Unmarshaler); ok {
		made.Custom = true
	}
	facts.fields(goType, made, "")
}

func (facts *Facts) fields(goType reflect.Type, made *Type, within string) {
	for at := range goType.NumField() {
		field := goType.Field(at)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() {
			continue
		}
		inner := field.Type
		pointer := inner.Kind() == reflect.Pointer
		if pointer {
			inner = inner.Elem()
		}
		if name == "" && field.Anonymous && inner.Kind() == reflect.Struct {
			facts.fields(inner, made, within+field.Name+".")
			continue
		}
		if name == "" {
			name = field.Name
		}
		facts.walk(inner)
		of := inner
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Map || of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		found := Field{Name: name, Type: field.Type.String(), Pointer: pointer, Within: within}
		if of.Kind() == reflect.String && of.PkgPath() != "" {
			found.Enum = of.PkgPath() + "." + of.Name()
		}
		for _, option := range strings.Split(options, ",") {
			found.OmitEmpty = found.OmitEmpty || option == "omitempty"
			found.OmitZero = found.OmitZero || option == "omitzero"
		}
		made.Fields = append(made.Fields, found)
	}
}

func kind(gvk schema.GroupVersionKind, goType reflect.Type, comment typeComment) Kind {
	made := Kind{
		Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Type: modelName(goType),
		Plural: comment.plural, Cluster: comment.cluster,
	}
	value := reflect.New(goType).Interface()
	if it, ok := value.(interface{ APILifecycleIntroduced() (int, int) }); ok {
		_, made.Introduced = it.APILifecycleIntroduced()
	}
	if it, ok := value.(interface{ APILifecycleDeprecated() (int, int) }); ok {
		_, made.Deprecated = it.APILifecycleDeprecated()
	}
	if it, ok := value.(interface{ APILifecycleRemoved() (int, int) }); ok {
		_, made.Removed = it.APILifecycleRemoved()
	}
	type replaced interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
	if it, ok := value.(replaced); ok {
		by := it.APILifecycleReplacement()
		made.Replacement = by.Group + "/" + by.Version + "/" + by.Kind
	}
	return made
}
