package api

import (
	"context"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// ListMessages lists what the caller was told in the program.
func (s *Server) ListMessages(ctx context.Context, r ListMessagesRequestObject) (ListMessagesResponseObject, error) {
	var in reading
	before := idOf[int64](&in, "before", r.Params.Before)
	if in.err != nil {
		return nil, in.err
	}
	found, err := s.Engine.Inbox(ctx, actorOf(ctx), before, first(r.Params.Limit, pageSize))
	if err != nil {
		return nil, err
	}
	unread, err := s.Engine.InboxUnread(ctx, actorOf(ctx))
	return ListMessages200JSONResponse{Messages: each(found, messageOut), Unread: unread}, err
}

func messageOut(m engine.Message) Message {
	return Message{Id: id(m.ID), At: m.Created, Day: day(m.Day), Topic: m.Topic, Subject: m.Subject, Body: m.Body, Unread: m.Seen.IsZero()}
}

// SeeMessages marks a message of the caller and those before it as read.
func (s *Server) SeeMessages(ctx context.Context, r SeeMessagesRequestObject) (SeeMessagesResponseObject, error) {
	var in reading
	upto := idOf[int64](&in, "upto", r.Body.Upto)
	if in.err != nil {
		return nil, in.err
	}
	return SeeMessages204Response{}, s.Engine.InboxSeen(ctx, actorOf(ctx), upto)
}

// GetChannels shows how the caller is told things.
func (s *Server) GetChannels(ctx context.Context, _ GetChannelsRequestObject) (GetChannelsResponseObject, error) {
	c, err := s.Engine.OwnChannels(ctx, actorOf(ctx))
	return GetChannels200JSONResponse(channelsOut(&c)), err
}

func channelsOut(c *engine.OwnChannels) OwnChannels {
	return OwnChannels{Lang: OwnChannelsLang(c.Lang), MailOffered: c.MailOffered, MailOn: c.MailOn, Mail: c.Mail, QuietFrom: engine.ClockTime(c.QuietFrom), QuietUntil: engine.ClockTime(c.QuietUntil)}
}

// ChooseChannels changes how the caller is told things.
func (s *Server) ChooseChannels(ctx context.Context, r ChooseChannelsRequestObject) (ChooseChannelsResponseObject, error) {
	var in reading
	chosen := engine.OwnChannels{Lang: string(r.Body.Lang), MailOn: r.Body.MailOn, Mail: r.Body.Mail, QuietFrom: minutesOf(&in, "quiet_from", r.Body.QuietFrom),
		QuietUntil: minutesOf(&in, "quiet_until", r.Body.QuietUntil)}
	if in.err != nil {
		return nil, in.err
	}
	if err := s.Engine.ChooseChannels(ctx, actorOf(ctx), chosen); err != nil {
		return nil, err
	}
	c, err := s.Engine.OwnChannels(ctx, actorOf(ctx))
	return ChooseChannels200JSONResponse(channelsOut(&c)), err
}

// minutesOf reads a time such as 22:30 as minutes of the day; an empty text is midnight.
func minutesOf(r *reading, field, text string) int {
	if text == "" {
		return 0
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		r.fault(workflow.Invalid("bad_time", field, workflow.Say("时间应写作 22:30，读到“%s”", "a time is written 22:30, not %q", text)))
	}
	return at.Hour()*60 + at.Minute()
}

// TryMail sends the caller a mail to see whether it arrives.
func (s *Server) TryMail(ctx context.Context, _ TryMailRequestObject) (TryMailResponseObject, error) {
	_, err := s.Engine.TryMail(ctx, actorOf(ctx))
	return TryMail204Response{}, err
}

// GetDelivery says how the delivery stands.
func (s *Server) GetDelivery(ctx context.Context, _ GetDeliveryRequestObject) (GetDeliveryResponseObject, error) {
	figures, err := s.Engine.Delivery(ctx, actorOf(ctx))
	return GetDelivery200JSONResponse{Channels: each(figures, func(f engine.DeliveryFigure) DeliveryFigure {
		return DeliveryFigure{Channel: DeliveryChannel(f.Channel), Offered: f.Offered, Waiting: f.Waiting, Oldest: f.Oldest, Sent: f.Sent, Skipped: f.Skipped, Dead: f.Dead}
	})}, err
}

// ListDeadLetters lists messages that were given up.
func (s *Server) ListDeadLetters(ctx context.Context, r ListDeadLettersRequestObject) (ListDeadLettersResponseObject, error) {
	var in reading
	before := idOf[int64](&in, "before", r.Params.Before)
	if in.err != nil {
		return nil, in.err
	}
	dead, err := s.Engine.DeadLetters(ctx, actorOf(ctx), string(r.Params.Channel), before, first(r.Params.Limit, pageSize))
	return ListDeadLetters200JSONResponse{DeadLetters: each(dead, func(d engine.DeadLetter) DeadLetter {
		return DeadLetter{Id: id(d.ID), Channel: DeliveryChannel(d.Channel), Topic: textOut(d.Topic), Day: day(d.Day), To: d.To, Address: d.Address,
			Attempts: d.Attempts, Error: d.Error, CreatedAt: d.Created, TriedAt: d.Tried}
	})}, err
}

// SendAgain puts dead letters back: some of them, or all of a channel.
func (s *Server) SendAgain(ctx context.Context, r SendAgainRequestObject) (SendAgainResponseObject, error) {
	var in reading
	ids := idsOf[int64](&in, "ids", r.Body.Ids)
	switch {
	case in.err != nil:
		return nil, in.err
	case r.Body.All:
		n, err := s.Engine.SendAllAgain(ctx, actorOf(ctx), string(r.Body.Channel))
		return SendAgain200JSONResponse{Again: n}, err
	}
	return SendAgain200JSONResponse{Again: len(ids)}, s.Engine.SendAgain(ctx, actorOf(ctx), ids)
}

// ListRobots lists robots and webhooks without their secrets.
func (s *Server) ListRobots(ctx context.Context, _ ListRobotsRequestObject) (ListRobotsResponseObject, error) {
	robots, err := s.Engine.Robots(ctx, actorOf(ctx))
	return ListRobots200JSONResponse{Robots: each(robots, func(r engine.Robot) Robot {
		return Robot{Id: id(r.ID), Org: id(r.Org.ID), OrgName: r.Org.Shown(), Channel: RobotChannel(r.Channel), Title: r.Title, Host: r.Host, Signed: r.Signed, Active: r.Active}
	})}, err
}

// AddRobot sets a robot up.
func (s *Server) AddRobot(ctx context.Context, r AddRobotRequestObject) (AddRobotResponseObject, error) {
	var in reading
	plan := engine.RobotPlan{Org: idOf[workflow.OrgID](&in, "org", r.Body.Org), Channel: string(r.Body.Channel), Title: r.Body.Title, URL: r.Body.Url,
		Secret: r.Body.Secret, Active: true}
	if in.err != nil {
		return nil, in.err
	}
	robot, err := s.Engine.PutRobot(ctx, actorOf(ctx), plan)
	return AddRobot200JSONResponse{Id: id(robot)}, err
}

// ChangeRobot changes a robot.
func (s *Server) ChangeRobot(ctx context.Context, r ChangeRobotRequestObject) (ChangeRobotResponseObject, error) {
	robot, err := pathID[int64](r.Robot)
	if err != nil {
		return nil, err
	}
	var in reading
	plan := engine.RobotPlan{ID: robot, Org: idOf[workflow.OrgID](&in, "org", r.Body.Org), Title: r.Body.Title, URL: r.Body.Url, Secret: r.Body.Secret, Active: r.Body.Active}
	if in.err != nil {
		return nil, in.err
	}
	_, err = s.Engine.PutRobot(ctx, actorOf(ctx), plan)
	return ChangeRobot204Response{}, err
}

// DeleteRobot forgets a robot.
func (s *Server) DeleteRobot(ctx context.Context, r DeleteRobotRequestObject) (DeleteRobotResponseObject, error) {
	robot, err := pathID[int64](r.Robot)
	if err != nil {
		return nil, err
	}
	return DeleteRobot204Response{}, s.Engine.DeleteRobot(ctx, actorOf(ctx), robot)
}

// TryRobot sends a message to a robot to see whether it arrives.
func (s *Server) TryRobot(ctx context.Context, r TryRobotRequestObject) (TryRobotResponseObject, error) {
	robot, err := pathID[int64](r.Robot)
	if err != nil {
		return nil, err
	}
	return TryRobot204Response{}, s.Engine.TryRobot(ctx, actorOf(ctx), robot)
}
