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
--   {'no_source', seq, chain, clock, 'none' | 'qa'}   of a QA queue: its labeling queue is not there, or is one for QA too
change('create_queue', {}, function(call, arg)
  if redis.call('EXISTS', keys.queue(call.P, arg.queue)) == 1 then
    return negative(call, 'already_exists', 'queue')
  end
  local rules = cmsgpack.unpack(arg.rules)
  local missing = groups.first_missing(call.P, rules.groups)
  if missing then return negative(call, 'no_group', text(missing)) end
  if rules.source and rules.source > 0 then
    local source = queues.load(call.P, rules.source)
    if not source or source.source > 0 then return negative(call, 'no_source', source and 'qa' or 'none') end
  end
  return commit(call, 'queue_created', {
    queue = tonumber(arg.queue), rules = rules, content = tonumber(arg.content),
  })
end)
