// Package api is the HTTP face of the program: what comes in over the network is understood here, handed to the engine in one call, and
// what comes back is written out again. It decides nothing: who may do what and what happens are the engine's.
//
// openapi.yaml comes first. Types, the routing of parameters and the checks of what comes in are made of it; routes.go names every route.
package api

//go:generate go tool -modfile=../tools/go.mod oapi-codegen -config oapi-codegen.yaml openapi.yaml
