package proof

import (
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
)

// When keys are rotated the old ones sign the new ones. So whoever has the public key of the first day can tell, without asking anybody,
// that those of later bundles were made by whoever had the keys before.

// voucher is what is signed for a key. Its second line tells it from a checkpoint and from the end of a bundle.
func (k *PublicKey) voucher(origin string) string {
	return origin + "\nkey\n" + k.Key + "\nfrom " + k.From.UTC().Format(timeForm) + "\n"
}

// vouch signs a new key with those that signed until then, and returns the signatures alone.
func vouch(origin string, k PublicKey, by []note.Signer) (signatures []string, err error) {
	signed, err := note.Sign(&note.Note{Text: k.voucher(origin)}, by...)
	if err != nil {
		return nil, err
	}
	_, lines, _ := strings.Cut(string(signed), "\n\n")
	for line := range strings.Lines(lines) {
		signatures = append(signatures, strings.Fields(line)[2])
	}
	return signatures, nil
}

// vouchedFor says whether one of the keys signed another key of the same log.
func (k *PublicKey) vouchedFor(by []PublicKey) bool {
	v, err := NewVerifier(k.Key)
	if err != nil || len(k.By) == 0 || !isOrigin(v.Name()) {
		return false
	}
	text := k.voucher(v.Name()) + "\n"
	for _, signature := range k.By {
		text += "— " + v.Name() + " " + signature + "\n"
	}
	known, err := verifiers(by, nil)
	if err != nil {
		return false
	}
	n, err := note.Open([]byte(text), note.VerifierList(known...))
	return err == nil && slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == v.Name() })
}

// grownKeys adds to the keys that somebody has those of a bundle that they vouch for, one after the other, and says which ones they do not.
func grownKeys(known, found []PublicKey) (all, strange []PublicKey) {
	all = slices.Clone(known)
	for n := range found {
		k := &found[n]
		switch {
		case slices.ContainsFunc(all, func(a PublicKey) bool { return a.Key == k.Key }):
		case k.vouchedFor(all):
			all = append(all, *k)
		default:
			strange = append(strange, *k)
		}
	}
	return all, strange
}

// Fingerprint stands for a public key where people compare it: 16 letters and digits in groups, like those of a checkpoint.
func (k *PublicKey) Fingerprint() string { return shortOf(k.Key) }

// trust settles which keys signatures are verified with where the reader has some from elsewhere.
func (v *verifier) trust(found []PublicKey) {
	all, strange := grownKeys(v.o.Keys, found)
	shared := slices.ContainsFunc(found, func(k PublicKey) bool {
		return slices.ContainsFunc(v.o.Keys, func(o PublicKey) bool { return o.Key == k.Key })
	})
	v.keys = all
	if !shared {
		return // another log: none of its signatures will fit
	}
	if n := len(all) - len(v.o.Keys); n > 0 {
		v.rep.Checked = append(v.rep.Checked, Finding{Code: "keys", Text: workflow.Say("您的公钥文件之后又更换过签名密钥：证明包里%d把新公钥由旧密钥一把接一把签过，是这本日志的",
			"the keys were rotated after your file of them: %d new ones of the bundle are signed by the old ones, one after the other, and are of this log", n)})
	}
	for n := range strange {
		k := &strange[n]
		v.put(Finding{Code: "keys", Record: v.n, Text: workflow.Say("证明包里有一把公钥（指纹%s，%s启用）没有您手里的公钥的签名：可能是旧版程序更换的密钥，也可能是别人的。请向系统管理员要最新的 seal.pub，当面核对指纹后再用它核验；下面的各项是按证明包自带的公钥核对的",
			"a key of the bundle (fingerprint %s, from %s) is not signed by any that you have: the keys were rotated by an older version of the program, or it is somebody else's. Get the newest seal.pub, compare the fingerprint in person and verify with that; all else below was verified with the keys of the bundle",
			k.Fingerprint(), shown(k.From))})
		v.keys = append(v.keys, *k)
	}
}
