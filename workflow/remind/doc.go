// Package remind knows what is due, who must hear of it, and gets it to them.
//
// What is owed on a day, and the digest that says it, is worked out by pure functions and put into the store as messages, each under a
// key that is kept once. The Deliverer sends what waits there:
//
//	waiting ──claim──► sent               the other side has taken it
//	   ▲        │────► waiting, later     not reached, or busy: again, ever more slowly; or quiet hours, or not its turn yet
//	   │        │────► dead               refused for good, or tried for a day in vain; a person may put it back
//	   │        └────► skipped            not wanted: the channel is turned off, the robot is gone
//	   └──────────────                    who had claimed it was killed: its lease ends and the next one takes over
//
// A message is delivered at least once. Who delivers and is killed between the answer of the other side and the note of it leaves the
// message to be sent again, so what goes out carries an id that stays the same: the Message-ID of a mail, the webhook-id of a webhook.
// What is shown in the program is there once, because there the row is the message. The robots of WeCom, DingTalk and Feishu take no
// such id: in a group a doubled message is possible, after a crash at the wrong moment.
package remind
