-- open_session: a session for one device or worker thread; its number is the event's seq.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    secret
--
-- Returns one of
--   {'ok', seq, chain, clock, session_opened}
change('open_session', {}, function(call, arg)
  return commit(call, 'session_opened', { secret = arg.secret })
end)
