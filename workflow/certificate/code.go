package certificate

import "rsc.io/qr"

// Code draws a text as a QR code, as a PNG for a page. Errors: a text that is too long for one.
func Code(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	code.Scale = 4
	return code.PNG(), nil
}
