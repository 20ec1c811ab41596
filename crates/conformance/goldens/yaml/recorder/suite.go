package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// suiteRow carries no input: the cases belong to the YAML test suite.
type suiteRow struct {
	ID      string `json:"id"`
	Dialect string `json:"dialect"`
	SHA256  string `json:"sha256"`
	OK      bool   `json:"ok"`
}

// recordSuite writes a verdict for every in.yaml below the clone. The id is
// the case's folder, so that the input is found at ID/in.yaml.
func recordSuite(out, clone string) error {
	inputs, err := suiteFiles(clone)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(out, "yaml-test-suite.jsonl"))
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriter(file)
	for _, path := range inputs {
		input, err := os.ReadFile(filepath.Join(clone, path))
		if err != nil {
			return err
		}
		for _, dialect := range yamlDialects {
			row := suiteRow{
				ID:      filepath.ToSlash(filepath.Dir(path)),
				Dialect: dialect,
				SHA256:  fmt.Sprintf("%x", sha256.Sum256(input)),
				OK:      ask(dialect, string(input)).err == nil,
			}
			if err := writeRow(buffer, row); err != nil {
				return err
			}
		}
	}
	fmt.Printf("yaml-test-suite: %d inputs\n", len(inputs))
	return buffer.Flush()
}

// suiteFiles lists the cases in lexical order; the folders "name" and "tags"
// only link to them.
func suiteFiles(clone string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(clone, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() != "in.yaml" {
			return err
		}
		relative, err := filepath.Rel(clone, path)
		if err == nil && !strings.HasPrefix(relative, "name") && !strings.HasPrefix(relative, "tags") {
			paths = append(paths, relative)
		}
		return err
	})
	return paths, err
}
