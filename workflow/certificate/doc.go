// Package certificate writes the closure certificate (销号证明): a PDF that says of a closed issue what was found, what was done, who
// verified and who closed it, and where the line of its history stands by which all this can be checked.
//
// The same Certificate gives the same bytes, on every computer and at every time, so that two copies can be compared by their hash. The
// fonts are in the file as far as it needs them. A character that no font has is written as its number, and the paper says so.
package certificate
