// Command recorder writes what the Go YAML and JSON libraries make of
// generated inputs, one golden file per family. See ../README.md.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// candidate is an input before anybody was asked about it.
type candidate struct {
	id    string
	input string
}

// family is a golden file: its inputs and who is asked about them.
type family struct {
	name     string
	dialects []string
	inputs   []candidate
}

// row is one line of a golden file.
type row struct {
	ID      string  `json:"id"`
	Dialect string  `json:"dialect"`
	Input   string  `json:"input"`
	OK      bool    `json:"ok"`
	Values  any     `json:"values,omitempty"`
	Emitted *string `json:"emitted,omitempty"`
	Error   string  `json:"error,omitempty"`
}

func main() {
	out := flag.String("out", "..", "folder for the golden files")
	suite := flag.String("suite", "", "clone of yaml/yaml-test-suite, branch data: record only its verdicts")
	seed := flag.Uint64("seed", 0, "other than 0: other random inputs, to compare without recording")
	flag.Parse()
	if err := record(*out, *suite, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func record(out, suite string, seed uint64) error {
	if suite != "" {
		return recordSuite(out, suite)
	}
	seen := map[string]bool{}
	for _, family := range families(seed) {
		if err := family.record(out, seen); err != nil {
			return err
		}
	}
	return nil
}

func families(seed uint64) []family {
	grammar := grammarInputs(seed)
	edges := edgeInputs()
	return []family{
		{"scalars", yamlDialects, scalarInputs()},
		{"edges", yamlDialects, edges},
		{"grammar", yamlDialects, grammar},
		{"mutations", yamlDialects, mutatedInputs(append(append([]candidate{}, edges...), grammar...), seed)},
		{"json", []string{"json"}, jsonInputs(seed)},
		{"emit", yamlDialects, emitInputs(seed)},
	}
}

func (f family) record(out string, seen map[string]bool) error {
	file, err := os.Create(filepath.Join(out, f.name+".jsonl"))
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriter(file)
	kept, rows, accepted := 0, 0, 0
	for _, candidate := range f.inputs {
		if seen[candidate.input] || !utf8.ValidString(candidate.input) {
			continue
		}
		seen[candidate.input] = true
		made, err := f.rows(candidate)
		if err != nil {
			return err
		}
		for _, row := range made {
			if err := writeRow(buffer, row); err != nil {
				return err
			}
			rows++
			if row.OK {
				accepted++
			}
		}
		if len(made) > 0 {
			kept++
		}
	}
	fmt.Printf("%s: %d inputs, %d rows, %d accepted\n", f.name, kept, rows, accepted)
	return buffer.Flush()
}

// rows asks each dialect; an answer that is not fixed or too deep has no row.
func (f family) rows(candidate candidate) ([]row, error) {
	var made []row
	for _, dialect := range f.dialects {
		answer := ask(dialect, candidate.input)
		if errors.Is(answer.err, errAmbiguous) || errors.Is(answer.err, errTooDeep) {
			continue
		}
		if dialect == "goyaml2" {
			if err := crossCheck(candidate.input, answer); err != nil {
				return nil, err
			}
		}
		made = append(made, answer.row(candidate, dialect))
	}
	return made, nil
}

func (a answer) row(candidate candidate, dialect string) row {
	result := row{ID: candidate.id + "." + dialect, Dialect: dialect, Input: candidate.input, OK: a.err == nil}
	if a.err != nil {
		result.Error = strings.ToValidUTF8(a.err.Error(), "\ufffd")
		return result
	}
	result.Values = a.values
	result.Emitted = a.emitted
	return result
}

func writeRow(buffer *bufio.Writer, row any) error {
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(row)
}
