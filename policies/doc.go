// Package policies says who may do what. It answers one question, about one action on one loaded issue: may this post, held at this
// level, standing in this relation to the issue, do this action to an issue of this grade? Casbin decides every such cell once, when
// the files are loaded; the answers are kept in a table, because asking Casbin costs a microsecond for every line of the policy.
//
// The files name no person and no organisation. Which posts an actor holds and how their organisations stand to the issue is worked
// out here from appointments and the lineage of the issue. What may never happen, whoever asks, is not policy: see workflow.KeptApart.
package policies
