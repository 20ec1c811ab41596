package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// typeComment is what the markers above a type say.
type typeComment struct {
	cluster bool
	plural  string
}

type typeComments map[string]typeComment

// readSource reads a package's markers, and the values of its closed string
// types, those marked `+enum`, into enums.
func readSource(path string, enums map[string][]string) typeComments {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		panic(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "*.go"))
	if err != nil {
		panic(err)
	}
	comments := typeComments{}
	closed := map[string]bool{}
	var parsed []*ast.File
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "generated") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			panic(err)
		}
		parsed = append(parsed, file)
		readTypes(file, comments, closed)
	}
	for _, file := range parsed {
		readConstants(file, path, closed, enums)
	}
	return comments
}

func readTypes(file *ast.File, comments typeComments, closed map[string]bool) {
	end := token.NoPos
	for _, declaration := range file.Decls {
		types, ok := declaration.(*ast.GenDecl)
		if ok && types.Tok == token.TYPE {
			text := commentsBetween(file, end, types.Pos())
			for _, spec := range types.Specs {
				named := spec.(*ast.TypeSpec)
				comments[named.Name.Name] = comment(text)
				if strings.Contains(text, "+enum\n") {
					closed[named.Name.Name] = true
				}
			}
		}
		end = declaration.End()
	}
}

// commentsBetween also holds the markers that an empty line parts from the type.
func commentsBetween(file *ast.File, from, to token.Pos) string {
	var text strings.Builder
	for _, group := range file.Comments {
		if group.Pos() > from && group.End() < to {
			for _, line := range group.List {
				text.WriteString(strings.TrimSpace(strings.TrimPrefix(line.Text, "//")) + "\n")
			}
		}
	}
	return text.String()
}

func comment(text string) typeComment {
	made := typeComment{cluster: strings.Contains(text, "+genclient:nonNamespaced\n")}
	for _, line := range strings.Split(text, "\n") {
		if plural, ok := strings.CutPrefix(line, "+resourceName="); ok {
			made.plural = plural
		}
	}
	return made
}

func readConstants(file *ast.File, path string, closed map[string]bool, enums map[string][]string) {
	for _, declaration := range file.Decls {
		constants, ok := declaration.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			value := spec.(*ast.ValueSpec)
			named, ok := value.Type.(*ast.Ident)
			if !ok || !closed[named.Name] {
				continue
			}
			for _, item := range value.Values {
				literal, ok := item.(*ast.BasicLit)
				if !ok {
					continue
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					panic(err)
				}
				key := path + "." + named.Name
				enums[key] = append(enums[key], text)
			}
		}
	}
}
