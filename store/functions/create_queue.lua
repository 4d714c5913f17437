-- create_queue: an empty queue with its rules.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue rules content
--   rules    packed map of all that allocation depends on: see queues.load
--   content  id of the texts in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_created}
--   {'already_exists', seq, chain, clock, 'queue'}   a deleted one too: its id is not used again
--   {'no_group', seq, chain, clock, group}   the first of rules.groups that is not there
change('create_queue', {}, function(call, arg)
  if redis.call('EXISTS', keys.queue(call.P, arg.queue)) == 1 then
    return negative(call, 'already_exists', 'queue')
  end
  local rules = cmsgpack.unpack(arg.rules)
  local missing = groups.first_missing(call.P, rules.groups)
  if missing then return negative(call, 'no_group', text(missing)) end
  return commit(call, 'queue_created', {
    queue = tonumber(arg.queue), rules = rules, content = tonumber(arg.content),
  })
end)
