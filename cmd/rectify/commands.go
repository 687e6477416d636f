package main

import (
	"context"
	"errors"

	"rectify/workflow"
)

const description = `问题清单整改系统：从发现到销号，一步不丢、一步不假。
Rectify takes a checklist of problems from found to closed.

每个参数也可用环境变量给出：RECTIFY_ 加大写的参数名，如 --data 即 RECTIFY_DATA。
Every flag can be given by the environment as well: --data is RECTIFY_DATA.`

// flags are understood by every command.
type flags struct {
	Data        string `help:"数据文件夹 folder of the data." placeholder:"DIR" default:"./data"`
	DB          string `name:"db" help:"数据库，如 mysql://用户:密码@主机:3306/库名；不给则用数据文件夹里的 SQLite。The database; SQLite in the folder of the data if not given." placeholder:"DSN"`
	Keys        string `help:"封存历史的签名密钥放在哪里（数据库之外）；不给则为数据文件夹里的 keys。Folder of the keys that sign the sealed history, outside of the database; keys in the folder of the data if not given." placeholder:"DIR"`
	Lang        string `help:"语言 language: zh, en." enum:"zh,en" default:"zh"`
	Policies    string `help:"本单位的权限文件夹(model.conf、policy.csv)，盖在自带的上面 folder of an office's own policy, laid over the shipped one." placeholder:"DIR"`
	Definitions string `help:"本单位的流程文件夹(*.yaml)，盖在自带的上面 folder of an office's own machines, laid over the shipped ones." placeholder:"DIR"`
	Holidays    string `help:"放假安排文件，盖在自带的上面 file of holidays, laid over the shipped ones." placeholder:"FILE"`
}

// commands is the command line.
type commands struct {
	flags

	Serve    serveCommand      `cmd:"" help:"启动服务 serve."`
	Import   importCommand     `cmd:"" help:"导入组织、人员、问题清单 import organisations, people or a checklist."`
	Export   exportCommand     `cmd:"" help:"导出整改台账 export the ledger."`
	History  historyCommand    `cmd:"" help:"一个问题的办理记录 the history of an issue."`
	Explain  explainCommand    `cmd:"" help:"为什么能（不能）办理 why somebody may (not) take a step."`
	Check    checkCommand      `cmd:"" help:"检查流程与权限文件，或检查人员是否配齐 check the definitions and the policy, or whether posts are filled."`
	Machines definitionCommand `cmd:"" name:"definition" help:"流程的新旧版本 versions of the machines."`
	Counts   countsCommand     `cmd:"" help:"核对统计数字的计数器 hold the counters behind the figures against the issues."`
	Replay   replayCommand     `cmd:"" help:"逐条重放历史，核对每个问题的现状 replay the histories and hold the issues against them."`
	Seal     sealCommand       `cmd:"" help:"封存历史：签发检查点、核对、换密钥 the sealed history: checkpoints, check, keys."`
	Bundle   bundleCommand     `cmd:"" help:"取证明包：一个问题、一份清单或一段时间 take a bundle that proves itself: an issue, a checklist or a span of days."`
	Verify   verifyCommand     `cmd:"" help:"核验证明包：不连数据库，不用网络 verify a bundle, without database or network."`
	Witness  witnessCommand    `cmd:"" help:"见证：核对别处服务器的检查点并联署 see that the log of a server has only grown, and cosign its checkpoint."`
	Simulate simulateCommand   `cmd:"" help:"换一套提醒规则回放过去：会多发还是少发 replay the past under other reminder rules."`
	Pack     packCommand       `cmd:"" help:"制作巡察员的离线数据包（加密）make the encrypted offline pack of an inspector."`
	Apply    applyCommand      `cmd:"" help:"登记离线数据包带回的发现 log what an offline pack brings back."`
	Wipe     wipeCommand       `cmd:"" help:"销毁离线数据包及其解开的内容，出具证明 destroy an offline pack and what was decrypted of it, with a certificate."`
	Migrate  migrateCommand    `cmd:"" help:"升级数据库的表结构 bring the tables of the database up to this program."`
	User     userCommand       `cmd:"" help:"账号：初始密码、名单 accounts: first passwords, list."`
	Calendar holidaysCommand   `cmd:"" name:"holidays" help:"节假日与调休 holidays and make-up days."`
	Version  versionCommand    `cmd:"" help:"版本 version."`
}

// byFlag says for whom a command is carried out.
type byFlag struct {
	By string `help:"以谁的身份办理（账号） the account for whom it is done." placeholder:"ACCOUNT"`
}

// actor is the person named by --by, with the appointments in force.
func (f byFlag) actor(ctx context.Context, o *opened) (workflow.Actor, error) {
	if f.By == "" {
		return workflow.Actor{}, workflow.Invalid("missing_by", "by", workflow.Say("请用 --by 账号 说明以谁的身份办理", "say with --by ACCOUNT for whom it is done"))
	}
	by, err := o.engine.ActorNamed(ctx, f.By)
	if errors.Is(err, workflow.ErrNotFound) {
		err = workflow.Invalid("no_such_account", "by", workflow.Say("--by：没有账号“%s”，或已停用", "--by: there is no account %q, or it is not active", f.By))
	}
	by.OSUser = o.osUser
	return by, err
}

// jsonFlag asks for output that programs read.
type jsonFlag struct {
	JSON bool `name:"json" help:"输出 JSON print JSON."`
}
