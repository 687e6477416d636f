package engine

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"rectify/workflow"
	"rectify/workflow/proof"
	"rectify/workflow/store"
)

// names keeps the files of evidence that a line names.
func (c *sealChecker) names(l *workflow.Line, at store.LineAt) {
	if l.Kind != workflow.KindIssue {
		return
	}
	for _, hash := range proof.FilesNamed(l) {
		if _, known := c.files[hash]; !known {
			c.files[hash] = at
		}
	}
}

// evidence reads the files of evidence and holds them against the lines that name them. Where there is none of them at all they were not
// brought here, and that is said.
func (c *sealChecker) evidence() error {
	var gone []string
	for _, hash := range slices.Sorted(maps.Keys(c.files)) {
		sum := ""
		err := error(workflow.ErrNotFound)
		if c.e.files != nil {
			sum, err = c.e.sum(hash)
		}
		switch {
		case errors.Is(err, workflow.ErrNotFound), errors.Is(err, fs.ErrNotExist):
			gone = append(gone, hash)
		case err != nil:
			return err
		case sum != hash:
			c.wrong("file_altered", c.files[hash], workflow.Say("%s：佐证文件 %s… 的内容被改动，与记录里的指纹不符", "%s: the file of evidence %s… was altered: it does not fit the fingerprint in the line", c.name(c.files[hash]), hash[:min(12, len(hash))]))
		}
	}
	if len(gone) > 0 && len(gone) == len(c.files) {
		c.report.Open = append(c.report.Open, workflow.Say("记录提到的%d个佐证文件都不在这里（数据文件夹不对，或没有一起恢复），没有核对", "none of the %d files of evidence that lines name is here (another data folder, or not restored with the database): they were not looked at", len(gone)))
		return nil
	}
	for _, hash := range gone {
		c.wrong("file_gone", c.files[hash], workflow.Say("%s：佐证文件 %s… 不见了", "%s: the file of evidence %s… is gone", c.name(c.files[hash]), hash[:min(12, len(hash))]))
	}
	return nil
}
