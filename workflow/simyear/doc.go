// Package simyear lives through a year of a city in a few moments and then judges it. It is a test and nothing else: clerks who do their
// work at random, replicas that are killed in the run of the day and while they deliver, and a judge that works out from the histories and
// the rules alone who had to be reminded of what and when, which issues a draw had to pick, and what a robot had to say. The judge shares no code with workflow/remind.
package simyear
