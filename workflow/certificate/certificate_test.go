package certificate_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"rectify/workflow/certificate"
)

// sample is a certificate with something in every place.
func sample() certificate.Certificate {
	at := time.Date(2026, 11, 2, 1, 30, 0, 0, time.UTC)
	return certificate.Certificate{
		Number: "XC-0101-2026-0017-R2", OwnNumber: "巡-3-12", Source: "巡视巡察反馈", Grade: "较大", Kind: "限期整改", Round: 2,
		Responsible: "市直机关工委 › 农业农村局党组 › 农业农村局机关党委 › 第一党支部", Person: "宋佳", FoundOn: "2026-03-02", Due: "2026-09-30", ClosedOn: "2026-11-02",
		Detail:   "“三会一课”记录不规范：2025年第四季度有4次会议缺签到、缺记录，其中2次以业务会代替支部党员大会。\n支部书记讲党课未列入计划。",
		Measures: []certificate.Measure{{"逐次核对2025年以来的会议记录，能补的注明补录，不能补的写明情况", "核对26次，补录3次，说明1次", "2026-06-20"}, {Text: "制定支部组织生活台账办法", DoneOn: "2026-07-15"}},
		Evidence: []certificate.Evidence{{Name: "整改情况报告.pdf", Hash: strings.Repeat("9f86d081884c7d65", 4)}, {Text: "现场抽查5次会议记录，签到齐全"}},
		Verified: []certificate.Deed{{"农业农村局机关党委", "专职副书记", "邹婕", "", at.Add(-72 * time.Hour), "现场核查，五项标准均已达到"}},
		Closed:   certificate.Deed{"农业农村局党组", "党组书记", "何松年", "贺䶮", at, "同意销号"},
		Line:     certificate.Line{Seq: 14, Digest: [32]byte{1, 2, 3}},
		Checkpoint: certificate.Checkpoint{Size: 12345, At: at, ShortCode: "7Q3M-0K9X-V2CD-4R8T",
			Note: "rectify/0123456789abcdef\n12345\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nat 2026-11-02T01:31:00.000Z\n\n— rectify/0123456789abcdef " + strings.Repeat("Az3+", 24) + "\n"},
	}
}

func written(t *testing.T, c certificate.Certificate) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, certificate.Write(&b, &c))
	return b.Bytes()
}

// A certificate is small, and the same data give the same bytes whenever it is written.
func TestTheSameRecordMakesTheSameFile(t *testing.T) {
	one := written(t, sample())
	if name := os.Getenv("CERTIFICATE"); name != "" {
		require.NoError(t, os.WriteFile(name, one, 0o600))
	}
	require.Less(t, len(one), 200_000)
	t.Logf("%d bytes", len(one))
	require.True(t, bytes.Equal(one, written(t, sample())))
	require.NotContains(t, string(one), time.Now().UTC().Format("D:20060102"), "no time of today is in it")
	other := sample()
	other.Detail += "。"
	require.False(t, bytes.Equal(one, written(t, other)))
}

// Names are written as they are, rare ones too; what no font has stands there as its number, never as nothing.
func TestNoCharacterIsLostSilently(t *testing.T) {
	for _, name := range []string{"贺䶮", "陶喆", "王堃", "赵祎", "武曌", "李犇淼", "欧阳頔", "买买提·艾力", "Müller", "㛃", "丨"} {
		written, lacking, err := certificate.Written(name)
		require.NoError(t, err)
		require.Equal(t, name, written)
		require.Empty(t, lacking, name)
	}
	text, lacking, err := certificate.Written("𠮷田\t😀")
	require.NoError(t, err)
	require.Equal(t, "〔U+20BB7〕田 〔U+1F600〕", text)
	require.Equal(t, []rune("𠮷😀"), lacking)

	all, err := certificate.GB2312()
	require.NoError(t, err)
	require.Equal(t, 6763, utf8.RuneCountInString(all))
	text, lacking, err = certificate.Written(all)
	require.NoError(t, err)
	require.Equal(t, all, text)
	require.Empty(t, lacking)
}

// Long texts go on over as many pages as they need.
func TestLongCertificates(t *testing.T) {
	c := sample()
	c.Detail = strings.Repeat(c.Detail, 40)
	for range 50 {
		c.Evidence = append(c.Evidence, c.Evidence[0])
	}
	c.Checkpoint = certificate.Checkpoint{}
	require.Contains(t, string(written(t, c)), "/Count 4")
}
