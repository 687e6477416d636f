// Package store keeps what the rules decided: on SQLite (one file, the default) or on MySQL, MariaDB, Galera and TiDB.
//
// Everything that changes goes through write: one short transaction, run again with bounded patience when the database asks for
// it. So the function given to write may run more than once and must do nothing but read and write through the session it is
// handed. Every step carries a key in its own transaction; that is what makes running it again safe even when the outcome of a
// COMMIT is unknown.
//
// On SQLite a single writer groups the writes that wait into one COMMIT, each in its own savepoint; reading has connections of
// its own. On MySQL each write is a transaction on one of the pool's connections. Statements are prepared once a connection.
package store
