package proof

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// lastFile is in the folder of the keys, outside of the database: who turns the database back does not turn it back as well.
const lastFile = "seal.last"

// ReadLast reads the newest checkpoint that was signed with the keys of the folder, "" when there is none yet.
func ReadLast(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, lastFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// KeepLast keeps a signed checkpoint beside the keys that signed it, whole or not at all; "" to forget it.
func KeepLast(dir, signed string) error {
	file, err := os.CreateTemp(dir, lastFile+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after the rename it is not there
	_, err = file.WriteString(signed)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(dir, lastFile))
}
