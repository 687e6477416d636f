package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

// Sessions keeps sessions under the hashes of their tokens.
type Sessions interface {
	scs.CtxStore
	Revoke(ctx context.Context, person workflow.PersonID) error
	List(ctx context.Context, person workflow.PersonID) ([]engine.Session, error)
	End(ctx context.Context, person workflow.PersonID, digest [32]byte) error
}

// Limits bounds what is taken in, in bytes. 0 stands for the default.
type Limits struct {
	JSON     int64 // of a JSON body, 1 MiB by default
	Workbook int64 // of an upload with a workbook, 21 MiB by default
	Files    int64 // of an upload of evidence, all its files together, 64 MiB by default
}

// Config is what the HTTP face works with. Engine, Sessions, Log and Now are needed.
type Config struct {
	Engine   *engine.Engine
	Sessions Sessions
	Log      *slog.Logger
	Now      func() time.Time
	Limits   Limits
	Secure   bool          // the session cookie goes over TLS only, also where TLS ends before this program
	Proxies  []*net.IPNet  // whose X-Forwarded-For is believed; none by default
	Version  string        // of the program, for the specification
	Idle     time.Duration // how long a session lives without a request, 30 minutes by default
	Absolute time.Duration // how long it lives at the most, 12 hours by default
	Desk     *engine.Desk  // where an offline pack is shown: everything can be read and nothing changed, and findings are written down here
	Demo     []DemoPerson  // in a demonstration alone: whom anyone may sign in as, without a password
}

func (c Config) withDefaults() Config {
	c.Limits.JSON = first(c.Limits.JSON, 1<<20)
	c.Limits.Workbook = first(c.Limits.Workbook, 21<<20)
	c.Limits.Files = first(c.Limits.Files, 64<<20)
	c.Idle = first(c.Idle, 30*time.Minute)
	c.Absolute = first(c.Absolute, 12*time.Hour)
	return c
}

func first[T comparable](values ...T) (v T) {
	for _, v = range values {
		if v != *new(T) {
			return v
		}
	}
	return v
}

// Server answers requests.
type Server struct {
	Config
	echo     *echo.Echo
	sessions *scs.SessionManager
	origins  *http.CrossOriginProtection
	spec     func() (*specification, error) // read when it is asked for
	pages    *page.Pages
	draining atomic.Bool
	jobs     *jobs // imports under way
	checks   *checks
}

var _ StrictServerInterface = (*Server)(nil)

// New makes a server. It fails when the specification that it carries is broken.
func New(cfg Config) (*Server, error) {
	if cfg.Engine == nil || cfg.Sessions == nil || cfg.Log == nil || cfg.Now == nil {
		return nil, errors.New("api: engine, sessions, log and clock are needed")
	}
	spec := sync.OnceValues(func() (*specification, error) { return readSpecification(cfg.Version) })
	pages, err := pagesOnce()
	if err != nil {
		return nil, err
	}
	s := &Server{Config: cfg.withDefaults(), echo: echo.New(), origins: http.NewCrossOriginProtection(), spec: spec, pages: pages, jobs: newJobs(cfg.Now, cfg.Log),
		checks: &checks{now: cfg.Now}}
	s.sessions = s.newSessions()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler, s.echo.JSONSerializer = s.fail, strictJSON{}
	s.echo.IPExtractor = ipExtractor(cfg.Proxies)
	s.echo.Use(s.record, s.headers, s.recover)
	return s, s.register(s.routes())
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Time limits of a connection. An export of a large ledger takes the longest.
const (
	headerTime = 10 * time.Second
	readTime   = 2 * time.Minute
	writeTime  = 10 * time.Minute
	idleTime   = 2 * time.Minute
	headerSize = 64 << 10
	// drainTime is how long requests that are under way may go on after the program was told to stop.
	drainTime = 30 * time.Second
)

// Run answers requests on the listener until ctx ends. Then it takes no new ones, lets those under way finish, and returns nil; it
// returns an error when the listener breaks or a request does not finish in time.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: headerSize, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	broken := make(chan error, 1)
	go func() { broken <- srv.Serve(l) }()
	select {
	case err := <-broken:
		return err
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.Log.Info("stopping: requests under way may finish", "within", drainTime)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := srv.Shutdown(last)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	s.jobs.end(last)
	if served := <-broken; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// ipExtractor finds who calls: the peer of the connection, or what a trusted proxy says.
func ipExtractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(p))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
