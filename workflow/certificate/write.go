package certificate

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// Sizes of letters in points, and where the values of facts begin.
const (
	titleSize, headSize, textSize, smallSize = 20.0, 12.0, 10.5, 8.5
	valueAt                                  = left + 52
	qrSide                                   = 38.0 // millimetres
)

// Write writes the paper as a PDF. The same Certificate gives the same bytes. Errors: those of the writer.
func Write(w io.Writer, c *Certificate) error {
	p, err := newPaper()
	if err != nil {
		return err
	}
	p.SetTitle("问题整改销号证明 "+c.Number, true)
	p.SetProducer("Rectify", true)
	p.SetCreationDate(c.Closed.At.UTC())
	p.SetModificationDate(c.Closed.At.UTC())
	p.title()
	p.facts(c)
	p.section("查出的问题 What was found")
	p.write(left, textSize, c.Detail)
	p.done(c)
	p.judged(c)
	if err := p.proof(c); err != nil {
		return err
	}
	p.foot(c)
	return p.Output(w)
}

func (p *paper) title() {
	p.size = titleSize
	const text = "问题整改销号证明"
	p.y += 8
	p.put((left+right-p.width(text))/2, p.y, text)
	p.size = textSize
	const english = "Certificate of Closure"
	p.y += 7
	p.put((left+right-p.width(english))/2, p.y, english)
	p.rule()
}

func (p *paper) facts(c *Certificate) {
	for _, f := range c.facts() {
		if f.value == "" {
			continue
		}
		p.size = textSize
		p.room(textSize * point * lineHeight)
		p.put(left, p.y+textSize*point*lineHeight, p.written(f.name))
		p.write(valueAt, textSize, f.value)
	}
}

func (p *paper) section(name string) {
	p.room(18)
	p.rule()
	p.write(left, headSize, name)
	p.y += 1
}

// done says what was done, and by which files it was shown.
func (p *paper) done(c *Certificate) {
	p.section("整改情况 What was done")
	for n, m := range c.Measures {
		text := fmt.Sprintf("%d. %s", n+1, m.Text)
		if m.Result != "" {
			text += "　——" + m.Result
		}
		if m.DoneOn != "" {
			text += "（" + string(m.DoneOn) + "完成）"
		}
		p.write(left, textSize, text)
	}
	if len(c.Evidence) == 0 {
		return
	}
	p.write(left, textSize, fmt.Sprintf("佐证材料%d份，以内容的SHA-256摘要为准 Evidence, by digest:", len(c.Evidence)))
	for n, x := range c.Evidence {
		if n == shownEvidence {
			p.write(left+4, smallSize, fmt.Sprintf("……另有%d份未列出 %d more are not listed", len(c.Evidence)-n, len(c.Evidence)-n))
			break
		}
		if x.Hash == "" {
			p.write(left+4, smallSize, "文字 "+x.Text)
			continue
		}
		p.write(left+4, smallSize, x.Name+"\n"+x.Hash)
	}
}

// judged says who verified and who closed.
func (p *paper) judged(c *Certificate) {
	p.section("验收 Verified by")
	if len(c.Verified) == 0 {
		p.write(left, textSize, "——")
	}
	for n := range c.Verified {
		p.write(left, textSize, c.Verified[n].text())
	}
	p.section("销号 Closed by")
	p.write(left, textSize, c.Closed.text())
}

// proof says by what it can be checked that the record was not altered.
func (p *paper) proof(c *Certificate) error {
	p.section("留痕核验 Proof")
	p.write(left, textSize, fmt.Sprintf("本问题办理历史至销号共%d行，销号那一行的摘要（它依次包含以前各行的摘要）：", c.Line.Seq))
	p.write(left, smallSize, hex.EncodeToString(c.Line.Digest[:]))
	k := &c.Checkpoint
	if k.Note == "" {
		p.write(left, textSize, "出具时历史尚未封存，没有检查点。 No checkpoint yet.")
		return nil
	}
	code, err := qr.Encode(k.Note, qr.M)
	if err != nil {
		return err
	}
	p.room(qrSide + 4)
	begin := p.y + 2
	p.square(code, right-qrSide, begin)
	right := right - qrSide - 6
	p.writeTo(right, textSize, "出具时最新的检查点 Newest checkpoint:")
	p.writeTo(right, titleSize*0.8, k.ShortCode)
	p.writeTo(right, textSize, fmt.Sprintf("封存于%s，共%d行历史。", moment(k.At), k.Size))
	p.writeTo(right, smallSize, "请保存本证明，或抄下上面的短码：以后若有人改动、删除或倒填此前的历史，用它就能查出来。二维码里是完整的检查点及其签名。")
	p.writeTo(right, smallSize, "Keep this paper or its short code: with it any later change of the history before it can be shown.")
	p.y = max(p.y, begin+qrSide)
	return nil
}

// writeTo is write from the left edge to another right one.
func (p *paper) writeTo(to, size float64, text string) {
	p.size = size
	for _, line := range p.lines(text, to-left) {
		p.y += size * point * lineHeight
		p.put(left, p.y, line)
	}
}

// square draws a QR code as rectangles.
func (p *paper) square(code *qr.Code, x, y float64) {
	one := qrSide / float64(code.Size)
	p.SetFillColor(0, 0, 0)
	for row := range code.Size {
		for begin := 0; begin < code.Size; begin++ {
			end := begin
			for code.Black(end, row) {
				end++
			}
			if end > begin {
				p.Rect(x+float64(begin)*one, y+float64(row)*one, float64(end-begin)*one, one, "F")
				begin = end
			}
		}
	}
}

// foot says what could not be written, and what the paper is.
func (p *paper) foot(c *Certificate) {
	p.rule()
	if len(p.lacking) > 0 {
		numbers := make([]string, len(p.lacking))
		for n, r := range p.lacking {
			numbers[n] = fmt.Sprintf("U+%04X", r)
		}
		p.write(left, smallSize, "有"+fmt.Sprint(len(numbers))+"个字所用字体没有，以编码写出（"+strings.Join(numbers, "、")+"），以系统中的记录为准。 Characters that the fonts lack are written as their numbers.")
	}
	p.write(left, smallSize, fmt.Sprintf("本证明由系统依%s的办理记录生成；同样的记录、同样的检查点，生成的文件逐字节相同，可以比对摘要。 The same record and checkpoint make the same file, byte by byte.", c.Number))
	pages := p.PageCount()
	for n := range pages {
		p.SetPage(n + 1)
		p.size = smallSize
		text := fmt.Sprintf("%s　%d / %d", c.Number, n+1, pages)
		p.put((left+right-p.width(text))/2, 289, text)
	}
}
