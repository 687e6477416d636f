package api

import "rectify/api/page"

// officeRoutes are the pages about organisations, people, rules, history and oneself.
func (s *Server) officeRoutes() []route {
	return []route{
		{"GET", orgsPage, member, nothing, s.showOrgs},
		{"GET", peoplePage, member, nothing, s.showPeople},
		{"GET", peoplePage + "/:person", member, nothing, s.showPerson},
		{"GET", orgsPage + "/:org", member, nothing, s.showOrg},
		{"POST", orgsPage + "/:org", member, pageForm, s.appointByForm},
		{"GET", orgsPage + "/:org/end/:appointment", member, nothing, s.showEndPost},
		{"POST", orgsPage + "/:org/end/:appointment", member, pageForm, s.endPostByForm},

		{"GET", mePage, member, nothing, s.showMe},
		{"POST", mePage + "/sessions", member, pageForm, s.endSessionByForm},

		{"GET", rulesPage, member, nothing, s.showMachines(&pictures{})},
		{"GET", policyPage, member, nothing, s.showMatrix},
		{"GET", whoPage, member, nothing, s.showWho},
		{"GET", wordsPage, member, nothing, s.showWords},
		{"GET", holidaysPage, member, nothing, s.showHolidays},
		{"POST", holidaysPage, member, workbook, s.loadHolidaysByForm},
		{"GET", checkPage, member, nothing, s.showRuleCheck},
		{"POST", checkPage, member, workbook, s.checkRulesByForm},
		{"GET", settingsPage, member, nothing, s.showSettings},

		{"GET", recordsPage, member, nothing, s.showRecords},
		{"GET", auditPage, member, nothing, s.showAudit},
		{"GET", recordsPage + "/:issue", member, nothing, s.showRecord},
	}
}

// besidePages are the pages about what is done around the course of issues, and those that are made of the record.
func (s *Server) besidePages() []route {
	return []route{
		{"GET", orgsPage + "/:org/hand-over/:person", member, nothing, s.showHandOver},
		{"POST", orgsPage + "/:org/hand-over/:person", member, pageForm, s.handOverByForm},
		{"GET", lettersPage, member, nothing, s.showLetters},
		{"GET", "/issues/:issue/letters/:no", member, nothing, s.showLetter},
		{"GET", callsPage, member, nothing, s.showCalls},
		{"GET", dutiesPage, member, nothing, s.showDuties},
		{"GET", drawsPage, member, nothing, s.showDraws},
		{"POST", drawsPage, member, pageForm, s.announceDrawByForm},
		{"GET", drawsPage + "/:draw", member, nothing, s.showDraw},
		{"POST", drawsPage + "/:draw", member, pageForm, s.holdDrawByForm},
		{"GET", burdenPage, member, nothing, s.showBurden},
		{"POST", burdenPage, member, pageForm, s.setBudgetByForm},
		{"GET", sourcesPage, member, nothing, s.showSources},
		{"GET", sourcesPage + "/:source", member, nothing, s.showSource},
		{"GET", sourcesPage + "/:source/export", member, nothing, s.exportSource},
		{"GET", selfChecksPage, member, nothing, s.showSelfChecks},
		{"POST", selfChecksPage + "/:check", member, pageForm, s.answerSelfCheckByForm},
		{"GET", promptsPage, member, nothing, s.showPrompts},
		{"GET", proofPage, member, nothing, s.showProof},
		{"POST", proofPage, member, pageForm, s.setCheckpointMailByForm},
		{"GET", checkpointsPage + ":size", member, nothing, s.sendCheckpoint},
		{"GET", checkpointsPage + ":size/code", member, nothing, s.sendQR},
		{"GET", sealKeysPage, member, nothing, s.sendSealKeys},
		{"GET", timePage, member, nothing, s.showTime},
		{"GET", signsPage, member, nothing, s.showSigns},
		{"GET", signRulesPage, member, nothing, s.showSignRules},
		{"POST", signRulesPage, member, pageForm, s.setSignRulesByForm},
		{"GET", signsPage + "/:sign", member, nothing, s.showSigns},
	}
}

// toldPages are the pages about who is told what, when and by which way.
func (s *Server) toldPages() []route {
	return []route{
		{"GET", page.NoticesPath, member, nothing, s.showNotices},
		{"POST", page.NoticesPath, member, pageForm, s.readNotices},
		{"GET", digestsPage, member, nothing, s.showDigests},
		{"GET", channelsPage, member, nothing, s.showChannels},
		{"POST", channelsPage, member, pageForm, s.chooseChannelsByForm},
		{"POST", channelsPage + "/try", member, pageForm, s.tryMailByForm},
		{"GET", remindersPage, member, nothing, s.showReminders},
		{"GET", remindersPage + "/:list", member, nothing, s.showReminderRules},
		{"POST", remindersPage + "/:list", member, pageForm, s.changeRemindersByForm},
		{"POST", remindersPage + "/runs/:day", member, pageForm, s.releaseRunByForm},
		{"GET", deliveryPage, member, nothing, s.showDelivery},
		{"POST", deliveryPage, member, pageForm, s.sendAgainByForm},
		{"GET", robotsPage, member, nothing, s.showRobots},
		{"POST", robotsPage, member, pageForm, s.addRobotByForm},
		{"GET", robotsPage + "/:robot", member, nothing, s.showRobot},
		{"POST", robotsPage + "/:robot", member, pageForm, s.changeRobotByForm},
		{"POST", robotsPage + "/:robot/try", member, pageForm, s.tryRobotByForm},
		{"POST", robotsPage + "/:robot/delete", member, pageForm, s.deleteRobotByForm},
	}
}
