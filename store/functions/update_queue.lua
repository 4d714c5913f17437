-- update_queue: other settings for a queue, whole. Whoever may not work there by them any more loses
-- what is only assigned to them; what they have started they may finish.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue expected rules content
--   expected  seq of the event that wrote the settings these were made from
--   rules     packed map, see queues.load; slots must be as they are
--   content   id of the texts in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_changed}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'stale_etag', seq, chain, clock}        the settings were written since: read them again
--   {'no_group', seq, chain, clock, group}   the first of rules.groups that is not there
change('update_queue', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if redis.call('HGET', keys.queue(call.P, arg.queue), 'set_seq') ~= arg.expected then
    return negative(call, 'stale_etag')
  end
  local rules = cmsgpack.unpack(arg.rules)
  local missing = groups.first_missing(call.P, rules.groups)
  if missing then return negative(call, 'no_group', text(missing)) end
  return commit(call, 'queue_changed',
    { queue = queue.number, rules = rules, content = tonumber(arg.content), fenced = {}, open = -1 })
end)
