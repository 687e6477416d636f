package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/store"
)

// firstPassword is the one that the account was given.
func (o *office) firstPassword(account string) string {
	o.t.Helper()
	given, err := o.FirstPasswords(o.ctx, o.actor("dingyi"), []string{account})
	require.NoError(o.t, err)
	require.Len(o.t, given, 1)
	require.Equal(o.t, account, given[0].Account)
	return given[0].Password
}

// recorded are the acts in the history of an account.
func (o *office) recorded(account string) []string {
	o.t.Helper()
	lines, err := o.db.History(o.ctx, engine.KindAccount, int64(o.actor(account).Person), 0, 1000)
	require.NoError(o.t, err)
	var acts []string
	for _, l := range lines {
		acts = append(acts, l.Action+" "+l.Note)
	}
	return acts
}

func TestSigningIn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		password := o.firstPassword("gaofeng")
		signed, err := o.SignIn(o.ctx, "gaofeng", password, "10.0.0.1")
		require.NoError(t, err)
		require.Equal(t, engine.Signed{Person: o.actor("gaofeng").Person, Account: "gaofeng", Name: "高峰", MustChange: true}, signed)
		_, wrong := o.SignIn(o.ctx, "gaofeng", password+"x", "10.0.0.2")
		_, nobody := o.SignIn(o.ctx, "nobody", password, "10.0.0.2")
		_, without := o.SignIn(o.ctx, "mali", "", "10.0.0.2")
		for _, err := range []error{wrong, nobody, without} {
			require.ErrorIs(t, err, engine.ErrSignIn)
			require.Equal(t, wrong, err, "one answer, so that it tells nothing")
		}
		require.NoError(t, o.SignOut(o.ctx, o.actor("gaofeng"), "10.0.0.1"))
		acts := o.recorded("gaofeng")
		require.Equal(t, []string{"first_password ", "sign_in 10.0.0.1", "sign_in_failed 10.0.0.2", "sign_out 10.0.0.1"}, acts[2:])
		require.NotContains(t, strings.Join(acts, "\n"), password)
	})
}

func TestFailuresLockAnAccount(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		password := o.firstPassword("gaofeng")
		fail := func(times int) {
			for range times {
				_, err := o.SignIn(o.ctx, "gaofeng", "wrong", "10.0.0.1")
				require.ErrorIs(t, err, engine.ErrSignIn)
			}
		}
		fail(4)
		_, err := o.SignIn(o.ctx, "gaofeng", password, "10.0.0.1")
		require.NoError(t, err, "four are forgiven")
		fail(5)
		_, err = o.SignIn(o.ctx, "gaofeng", password, "10.0.0.1")
		require.ErrorIs(t, err, engine.ErrSignIn, "shut, and it does not say so: that would tell that the account is there")
		o.now = o.now.Add(5 * time.Minute)
		fail(1)
		_, err = o.SignIn(o.ctx, "gaofeng", password, "10.0.0.1")
		require.ErrorIs(t, err, engine.ErrSignIn, "one more failure shuts it for longer")
		o.now = o.now.Add(time.Hour)
		_, err = o.SignIn(o.ctx, "gaofeng", password, "10.0.0.1")
		require.NoError(t, err)
	})
}

func TestChoosingAPassword(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		first := o.firstPassword("gaofeng")
		by := o.actor("gaofeng")
		fault(t, o.ChangePassword(o.ctx, by, "wrong", "Better-than-2026"), workflow.ErrInvalid, "wrong_password")
		for _, weak := range []string{"", "Short-1", "onlysmallandmore", "12345678901234", "Gaofeng-2026", "small123456"} {
			fault(t, o.ChangePassword(o.ctx, by, first, weak), workflow.ErrInvalid, "weak_password")
		}
		fault(t, o.ChangePassword(o.ctx, by, first, first), workflow.ErrInvalid, "password_used")
		require.NoError(t, o.ChangePassword(o.ctx, by, first, "党务工作Ab-2026"))
		signed, err := o.SignIn(o.ctx, "gaofeng", "党务工作Ab-2026", "")
		require.NoError(t, err)
		require.False(t, signed.MustChange)
		_, err = o.SignIn(o.ctx, "gaofeng", first, "")
		require.ErrorIs(t, err, engine.ErrSignIn)
		o.now = o.now.Add(91 * 24 * time.Hour)
		signed, err = o.SignIn(o.ctx, "gaofeng", "党务工作Ab-2026", "")
		require.NoError(t, err)
		require.True(t, signed.MustChange, "after ninety days")
		require.Contains(t, o.recorded("gaofeng"), "change_password ")
	})
}

// None of the last five passwords again; the sixth before is forgotten.
func TestAPasswordIsNotUsedAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if o.db.Dialect() != store.SQLite {
			t.Skip("hashing takes its time; what is kept is tested in the store")
		}
		old := o.firstPassword("gaofeng")
		by := o.actor("gaofeng")
		for _, next := range []string{"Password-a1", "Password-a2", "Password-a3", "Password-a4", "Password-a5"} {
			require.NoError(t, o.ChangePassword(o.ctx, by, old, next))
			old = next
		}
		for _, used := range []string{"Password-a1", "Password-a3", "Password-a5"} {
			fault(t, o.ChangePassword(o.ctx, by, old, used), workflow.ErrInvalid, "password_used")
		}
		require.NoError(t, o.ChangePassword(o.ctx, by, old, "Password-a6"))
		require.NoError(t, o.ChangePassword(o.ctx, by, "Password-a6", "Password-a1"))
	})
}

func TestFirstPasswords(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, account := range []string{"zhouqm", "renan", "jianghe", "sunli"} {
			_, err := o.FirstPasswords(o.ctx, o.actor(account), []string{"gaofeng"})
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
		_, err := o.FirstPasswords(o.ctx, workflow.Actor{}, []string{"gaofeng"})
		fault(t, err, workflow.ErrForbidden, "not_administrator")
		given, err := o.FirstPasswords(o.ctx, o.actor("dingyi"), []string{"gaofeng", "mali"})
		require.NoError(t, err)
		require.Len(t, given, 2)
		require.NotEqual(t, given[0].Password, given[1].Password)
		require.Len(t, given[0].Password, 12)
		_, err = o.FirstPasswords(o.ctx, o.actor("dingyi"), []string{"nobody"})
		require.ErrorIs(t, err, workflow.ErrNotFound)
	})
}
