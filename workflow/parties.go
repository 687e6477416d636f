package workflow

import (
	"slices"
	"time"
)

// How many organisations countersign, the verifier among them: two at least, or there is nothing to countersign, and five at most, the
// most that the practice of joint review (联审) knows.
const (
	leastSigners = 2
	mostSigners  = 5
)

func needParties(i *Issue, s *Step, _ time.Time) error {
	if len(s.Parties) == 0 && len(i.Parties) == 0 {
		return missing("parties", Say("重大问题须联审，请在验收单位之外指定至少一个会签单位", "a major issue is countersigned: name at least one party beside the verifier"))
	}
	return nil
}

// soundParties looks at who will countersign once the issue is given: two to five organisations in all, none twice, never the responsible
// one, and none in which by the policy no post could sign.
func soundParties(after *Issue, s *Step) error {
	if s.Action != Assign && s.Action != Transfer || len(after.Parties) == 0 {
		return nil
	}
	for n, org := range after.Parties {
		switch {
		case org == after.Responsible:
			return Invalid("party_responsible", "parties", Say("责任单位不能会签自己的问题", "the responsible organisation cannot countersign its own issue"))
		case slices.Contains(after.Parties[:n], org):
			return Invalid("named_twice", "parties", Say("同一个会签单位选了两次", "a party is named twice"))
		case slices.Contains(s.Facts.Mute, org):
			return Invalid("party_cannot_sign", "parties", Say("所选会签单位中有不能会签的：该层级没有可会签的职务，请改选",
				"one of the parties could never sign: no post at its level may; choose another"))
		}
	}
	if n := len(after.Signers()); n < leastSigners || n > mostSigners {
		return Invalid("bad_signers", "parties", Say("会签的单位连同验收单位须有%d至%d家，现在是%d家", "%d to %d organisations countersign, the verifier among them, not %d",
			leastSigners, mostSigners, n))
	}
	return nil
}
