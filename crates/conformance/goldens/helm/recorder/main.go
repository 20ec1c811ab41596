// Records what Helm prints for the charts beside it:
//
//	go run . "helm 3.22=/path/of/helm3" "helm 4.3=/path/of/helm4"
//
// Only ids, tools, roots and arguments are read from a row; everything else is
// written anew. A row whose tool is not named stays as it is.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

type row struct {
	ID     string   `json:"id"`
	Tool   string   `json:"tool"`
	Root   string   `json:"root"`
	Args   []string `json:"args"`
	OK     bool     `json:"ok"`
	Stdout string   `json:"stdout"`
	Error  string   `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	set := flag.String("set", "..", "the folder with the rows")
	flag.Parse()
	programs := map[string]string{}
	for _, argument := range flag.Args() {
		tool, program, found := strings.Cut(argument, "=")
		if !found {
			log.Fatalf("%q names no program", argument)
		}
		programs[tool] = program
	}
	files, err := filepath.Glob(filepath.Join(*set, "*.jsonl"))
	check(err)
	for _, file := range files {
		rewrite(file, programs)
	}
}

func rewrite(file string, programs map[string]string) {
	text, err := os.ReadFile(file)
	check(err)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var it row
		check(json.Unmarshal(lines.Bytes(), &it))
		if program := programs[it.Tool]; program != "" {
			record(&it, filepath.Dir(file), program)
		}
		check(encoder.Encode(it))
	}
	check(lines.Err())
	check(os.WriteFile(file, out.Bytes(), 0o644))
}

func record(it *row, set, program string) {
	command := exec.Command(program, it.Args...)
	command.Dir = filepath.Join(set, it.Root)
	// No configuration, cache or cluster of the machine.
	command.Env = []string{"HOME=/nonexistent", "PATH=" + os.Getenv("PATH")}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	it.OK = command.Run() == nil
	it.Stdout = stdout.String()
	it.Error = ""
	if !it.OK {
		here, err := filepath.Abs(command.Dir)
		check(err)
		it.Error = strings.ReplaceAll(strings.TrimSpace(stderr.String()), here, ".")
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
