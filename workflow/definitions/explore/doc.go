// Package explore proves what the rules together allow: it plays the machines, the policy and the rules of workflow against each other
// in a city of eight organisations, goes through every state that an issue can come to there, breadth first, and looks after each
// step whether something happened that may never happen. It asks the policy itself and takes every step by workflow.Apply; nothing of
// the rules is written down here a second time. What is written down here a second time is the account of who had which part, so that
// a hole in the rules, in the policy or in a machine is found alike, with the shortest way to it.
//
// One person, and where it matters the one whom they stand in for, are watched. They act by any post in any organisation, and by another
// at the next step: that stands for every combination of posts, for posts held one after the other, and for moving between
// organisations. Everybody else is somebody else at each step, because who has done nothing yet is kept from nothing. Days are kept
// still: a time limit is over as soon as a step wants it, and of lateness there is a city of its own.
//
// It is a package beside the definitions and not a part of them because it plays them and does not read files; it knows workflow alone
// and is given the policy as a function.
package explore
