package certificate

import "golang.org/x/text/encoding/simplifiedchinese"

// Written is a text as it stands on the paper, and the characters of it that no font has.
func Written(text string) (written string, lacking []rune, err error) {
	p, err := newPaper()
	if err != nil {
		return "", nil, err
	}
	written = p.written(text)
	return written, p.lacking, nil
}

// GB2312 are the Han characters of GB 2312.
func GB2312() (string, error) {
	var b []byte
	for level := byte(0xb0); level < 0xf8; level++ {
		for cell := byte(0xa1); cell < 0xff; cell++ {
			if level != 0xd7 || cell < 0xfa { // the five places at the end of the first level are empty
				b = append(b, level, cell)
			}
		}
	}
	out, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	return string(out), err
}
