package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"rectify/workflow"
	"rectify/workflow/store"
)

// ErrSignIn says that account and password do not go together, or that failures keep the account shut for a while. It does not say
// which, and takes as long for an account that is not there: whether there is one stays unknown.
var ErrSignIn = errors.New("account and password do not go together, or the account is shut for a while")

// KindAccount is the kind of subject of lines about an account: sign-ins, passwords, appointments.
const KindAccount = "account"

// Rules of passwords (GB/T 22239-2019, level 3): at least ten characters of three classes, changed every ninety days, none of the last
// five again; five failures lock an account for a while that doubles.
const (
	passwordLength  = 10
	passwordClasses = 3
	passwordAge     = 90 * 24 * time.Hour
	earlierKept     = 5
	failuresAllowed = 5
	lockFor         = 5 * time.Minute
	lockDoublings   = 6
	hashesAtOnce    = 2 // argon2id takes memory: so many are computed at once
)

// argonParams follow the second choice of RFC 9106: 64 MiB, three passes.
var argonParams = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}

// nobodysHash is compared with where there is no account, so that the time of the answer does not tell.
const nobodysHash = "$argon2id$v=19$m=65536,t=3,p=2$ZGgF+nTv2zlZ1cQnOK3jeQ$sL1B5pvUhilcCuier250NVPVxZ+XQuVr6NspKyMcBHg"

// Signed is somebody who signed in.
type Signed struct {
	Person     workflow.PersonID
	Account    string
	Name       string
	MustChange bool // the password, before anything else
}

// SignIn checks account and password. from says where the request came from, for the record. It returns ErrSignIn where that is no way
// in. It is the one way to sign in.
func (e *Engine) SignIn(ctx context.Context, account, password, from string) (Signed, error) {
	c, err := e.db.Credential(ctx, account)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return Signed{}, err
	}
	known := err == nil && c.Hash != "" && c.Person.Active && !e.now().Before(c.LockedUntil)
	hash := nobodysHash
	if known {
		hash = c.Hash
	}
	match, err := e.matches(ctx, password, hash)
	if err != nil && known {
		return Signed{}, err
	}
	if !known {
		return Signed{}, ErrSignIn
	}
	if !match {
		return Signed{}, e.failed(ctx, c.Person, from)
	}
	return e.signed(ctx, c, from)
}

func (e *Engine) failed(ctx context.Context, p store.Person, from string) error {
	now := e.moment()
	err := e.db.NoteFailure(ctx, p.ID, func(failed int) time.Time {
		if failed < failuresAllowed {
			return time.Time{}
		}
		return now.Add(lockFor << min(failed/failuresAllowed-1, lockDoublings))
	})
	if err != nil {
		return err
	}
	by := workflow.Actor{Person: p.ID, Name: p.Name}
	if err := e.db.Note(ctx, e.note(&by, KindAccount, int64(p.ID), "sign_in_failed", from, nil)); err != nil {
		return err
	}
	return ErrSignIn
}

func (e *Engine) signed(ctx context.Context, c store.Credential, from string) (Signed, error) {
	p := c.Person
	by := workflow.Actor{Person: p.ID, Name: p.Name}
	if err := e.db.NoteSuccess(ctx, p.ID); err != nil {
		return Signed{}, err
	}
	if err := e.db.Note(ctx, e.note(&by, KindAccount, int64(p.ID), "sign_in", from, nil)); err != nil {
		return Signed{}, err
	}
	stale := p.MustChange || e.now().Sub(c.ChangedAt) > passwordAge
	return Signed{Person: p.ID, Account: p.Account, Name: p.Name, MustChange: stale}, nil
}

// SignOut puts the end of a session on record; the caller ends the session.
func (e *Engine) SignOut(ctx context.Context, by workflow.Actor, from string) error {
	return e.db.Note(ctx, e.note(&by, KindAccount, int64(by.Person), "sign_out", from, nil))
}

// ChangePassword sets a password of the actor's own choice. The old one is asked for again.
func (e *Engine) ChangePassword(ctx context.Context, by workflow.Actor, old, password string) error {
	c, err := e.db.Credential(ctx, by.Account)
	if err != nil {
		return err
	}
	if match, err := e.matches(ctx, old, c.Hash); err != nil || !match {
		return errors.Join(err, workflow.Invalid("wrong_password", "old", workflow.Say("原密码不对", "the old password is wrong")))
	}
	if err := goodPassword(by.Account, password); err != nil {
		return err
	}
	for _, hash := range append([]string{c.Hash}, c.Earlier...)[:min(1+len(c.Earlier), earlierKept)] {
		if match, err := e.matches(ctx, password, hash); err != nil || match {
			return errors.Join(err, workflow.Invalid("password_used", "new", workflow.Say("新密码不能是最近用过的%d个密码之一", "take a password that is none of the last %d", earlierKept)))
		}
	}
	hash, err := e.hash(ctx, password)
	if err != nil {
		return err
	}
	return e.db.SetPassword(ctx, by.Person, hash, false, e.note(&by, KindAccount, int64(by.Person), "change_password", "", nil))
}

// goodPassword holds a password against the rules.
func goodPassword(account, password string) error {
	classes := 0
	for _, is := range []func(rune) bool{unicode.IsLower, unicode.IsUpper, unicode.IsDigit, func(r rune) bool {
		return !unicode.IsLower(r) && !unicode.IsUpper(r) && !unicode.IsDigit(r)
	}} {
		if strings.ContainsFunc(password, is) {
			classes++
		}
	}
	switch {
	case utf8.RuneCountInString(password) < passwordLength || classes < passwordClasses:
		return workflow.Invalid("weak_password", "new", workflow.Say("密码至少%d位，须含大写、小写、数字、符号中的%d种",
			"a password has at least %d characters of %d of the classes capital, small, digit and sign", passwordLength, passwordClasses))
	case len(account) > 3 && strings.Contains(strings.ToLower(password), strings.ToLower(account)):
		return workflow.Invalid("weak_password", "new", workflow.Say("密码不能包含账号", "a password must not contain the account"))
	}
	return nil
}

// FirstPassword is a password made by the program, to be handed to its owner and changed at the first sign-in.
type FirstPassword struct {
	Account  string
	Name     string
	Password string
}

// FirstPasswords makes first passwords for the accounts, or for everyone who has none when no account is named. Only the system
// administrator may, and the first who ever sets the program up.
func (e *Engine) FirstPasswords(ctx context.Context, by workflow.Actor, accounts []string) ([]FirstPassword, error) {
	if err := e.mayAdminister(ctx, &by, "system_admin"); err != nil {
		return nil, err
	}
	people, err := e.withoutPassword(ctx, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]FirstPassword, 0, len(people))
	for _, p := range people {
		password, err := randomPassword(e.random)
		if err != nil {
			return nil, err
		}
		hash, err := e.hash(ctx, password)
		if err != nil {
			return nil, err
		}
		if err := e.db.SetPassword(ctx, p.ID, hash, true, e.note(&by, KindAccount, int64(p.ID), "first_password", "", nil)); err != nil {
			return nil, err
		}
		out = append(out, FirstPassword{Account: p.Account, Name: p.Name, Password: password})
	}
	return out, nil
}

func (e *Engine) withoutPassword(ctx context.Context, accounts []string) ([]store.Person, error) {
	var out []store.Person
	if len(accounts) > 0 {
		for _, account := range accounts {
			p, err := e.db.PersonByAccount(ctx, account)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	}
	for after := ""; ; {
		people, err := e.db.Persons(ctx, after, PageLimit)
		if err != nil || len(people) == 0 {
			return out, err
		}
		for _, p := range people {
			c, err := e.db.Credential(ctx, p.Account)
			if err != nil {
				return nil, err
			}
			if c.Hash == "" && p.Active {
				out = append(out, p)
			}
		}
		after = people[len(people)-1].Account
	}
}

// SetPassword gives an account a password that stays: for a demonstration whose accounts are printed. It is not for real data.
func (e *Engine) SetPassword(ctx context.Context, by workflow.Actor, accounts []string, password string) error {
	hash, err := e.hash(ctx, password)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		p, err := e.db.PersonByAccount(ctx, account)
		if err != nil {
			return err
		}
		if err := e.db.SetPassword(ctx, p.ID, hash, false, e.note(&by, KindAccount, int64(p.ID), "demo_password", "", nil)); err != nil {
			return err
		}
	}
	return nil
}

// letters leaves out what people mix up when they read a printed password.
const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"

func randomPassword(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [12]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("no randomness: %w", err)
		}
		for n := range b {
			b[n] = letters[int(b[n])%len(letters)]
		}
		if password := string(b[:]); goodPassword("", password) == nil {
			return password, nil
		}
	}
}

// hash and matches wait for one of a few places, because each takes 64 MiB while it runs.
func (e *Engine) hash(ctx context.Context, password string) (string, error) {
	if err := e.takePlace(ctx); err != nil {
		return "", err
	}
	defer func() { <-e.hashing }()
	return argon2id.CreateHash(password, argonParams)
}

func (e *Engine) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := e.takePlace(ctx); err != nil {
		return false, err
	}
	defer func() { <-e.hashing }()
	return argon2id.ComparePasswordAndHash(password, hash)
}

func (e *Engine) takePlace(ctx context.Context) error {
	select {
	case e.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mayAdminister lets the administrator of the kind, and anyone at all while the program has no person yet.
func (e *Engine) mayAdminister(ctx context.Context, by *workflow.Actor, posts ...workflow.Post) error {
	for _, post := range posts {
		if a, err := administers(by, post); err == nil {
			by.As.Appointment = a
			return nil
		}
	}
	if by.Person == 0 {
		people, err := e.db.Persons(ctx, "", 1)
		if err != nil || len(people) == 0 {
			return err
		}
	}
	_, err := administers(by, posts[0])
	return err
}
