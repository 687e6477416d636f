package definitions

import (
	"embed"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rectify/workflow"
)

// MaxSize is how many bytes a definition may have.
const MaxSize = 1 << 20

//go:embed immediate.yaml standard.yaml major.yaml
var shipped embed.FS

//go:embed definition.schema.json
var schema []byte

// Set is the machines of an office: one for each name of workflow.MachineFor. It does not change once loaded.
type Set struct {
	machines []*machine // in the order of names
}

// machine is a definition with where it comes from.
type machine struct {
	*workflow.Definition
	file  string
	body  []byte
	lines []int // of the arrows
}

// names are the machines that an issue can follow, the simplest first.
func names() []string { return []string{"immediate", "standard", "major"} }

// Schema returns the JSON Schema (2020-12) of a definitions file.
func Schema() []byte { return slices.Clone(schema) }

// Shipped returns the machines that ship with the program.
func Shipped() (*Set, error) {
	s := &Set{}
	for _, name := range names() {
		body, err := shipped.ReadFile(name + ".yaml")
		if err != nil {
			return nil, err
		}
		m, err := read(name+".yaml", body)
		if err != nil {
			return nil, err
		}
		s.machines = append(s.machines, m)
	}
	return s, nil
}

// Load lays an office's own files, dir/*.yaml, over the shipped machines of the same name; with no dir it returns the shipped ones. The
// error joins a *workflow.Fault of the kind ErrInvalid for each thing that is wrong in any of the files, with file and line.
func Load(dir string) (*Set, error) {
	s, err := Shipped()
	if err != nil || dir == "" {
		return s, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, workflow.Invalid("unreadable", dir, workflow.Say("%s 读不到流程定义目录（%v） / 请检查路径和权限",
			"%s the directory of definitions cannot be read (%v) / check the path and the permissions", dir, err))
	}
	var faults []error
	from := make(map[string]string)
	for _, entry := range entries {
		m, err := readEntry(dir, entry.Name())
		switch {
		case err != nil:
			faults = append(faults, err)
		case m == nil:
		case from[m.Machine] != "":
			faults = append(faults, fault(m.file, 1, "double_machine", workflow.Say("流程“%s”已由%s定义", "the machine %q is defined by %s already", m.Machine, from[m.Machine]),
				workflow.Say("每个流程只留一个文件", "keep one file for each machine")))
		default:
			from[m.Machine] = m.file
			s.machines[slices.Index(names(), m.Machine)] = m
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return s, nil
}

// readEntry reads one entry of an office's directory, nil for what is no definition.
func readEntry(dir, name string) (*machine, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml":
	case ".yml":
		return nil, fault(name, 1, "file_name", workflow.Say("扩展名是 .yml，不会被读取", "a file that ends in .yml is not read"), workflow.Say("改名为 .yaml", "rename it to .yaml"))
	default:
		return nil, nil
	}
	file, err := os.Open(filepath.Join(dir, name)) //nolint:gosec // the directory is the operator's own
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return read(name, body)
}

func unreadable(name string, err error) error {
	return fault(name, 1, "unreadable", workflow.Say("读不出来（%v）", "cannot be read (%v)", err), workflow.Say("请检查文件和权限", "check the file and its permissions"))
}

// Parse reads one definition; name stands for the file in complaints. The error joins a *workflow.Fault of the kind ErrInvalid for each
// thing that is wrong. Reachability is looked at when every word is known, so that one mistake is not reported as many.
func Parse(name string, body []byte) (*workflow.Definition, error) {
	m, err := read(name, body)
	if err != nil {
		return nil, err
	}
	return m.Definition, nil
}

// Machine finds a machine by its name.
func (s *Set) Machine(name string) (d *workflow.Definition, ok bool) {
	for _, m := range s.machines {
		if m.Machine == name {
			return m.Definition, true
		}
	}
	return nil, false
}

// For is the machine that an issue of the grade and kind follows.
func (s *Set) For(g workflow.Grade, k workflow.Kind) *workflow.Definition {
	d, _ := s.Machine(workflow.MachineFor(g, k))
	return d
}

// Machines lists the definitions, the simplest first.
func (s *Set) Machines() []*workflow.Definition {
	all := make([]*workflow.Definition, 0, len(s.machines))
	for _, m := range s.machines {
		all = append(all, m.Definition)
	}
	return all
}

// Body returns the bytes of the file that has the hash, as they were loaded.
func (s *Set) Body(hash string) (body []byte, ok bool) {
	for _, m := range s.machines {
		if m.Hash == hash {
			return slices.Clone(m.body), true
		}
	}
	return nil, false
}

// With is the set with one machine in the place of that of the same name; name stands for the file in complaints. Errors as Parse.
func (s *Set) With(name string, body []byte) (*Set, error) {
	m, err := read(name, body)
	if err != nil {
		return nil, err
	}
	with := &Set{machines: slices.Clone(s.machines)}
	with.machines[slices.Index(names(), m.Machine)] = m
	return with, nil
}

// Place is where the nth arrow of a machine is written, counted from 0, as "standard.yaml:34".
func (s *Set) Place(machine string, n int) string {
	for _, m := range s.machines {
		if m.Machine == machine && n < len(m.lines) {
			return m.file + ":" + strconv.Itoa(m.lines[n])
		}
	}
	return ""
}
