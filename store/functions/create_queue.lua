-- create_queue: an empty queue with its rules.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue slots lease_ms max_held priority allowed statuses content
--   allowed   packed list of people; empty: everybody
--   statuses  packed list of meanings (1 done, 2 discard), by index
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_created}
--   {'already_exists', seq, chain, clock, 'queue'}
change('create_queue', {}, function(call, arg)
  if redis.call('SISMEMBER', keys.queues(call.P), arg.queue) == 1 then
    return negative(call, 'already_exists', 'queue')
  end
  return commit(call, 'queue_created', {
    queue = tonumber(arg.queue), slots = tonumber(arg.slots), lease_ms = tonumber(arg.lease_ms),
    max_held = tonumber(arg.max_held), priority = tonumber(arg.priority),
    allowed = cmsgpack.unpack(arg.allowed), statuses = cmsgpack.unpack(arg.statuses),
    content = tonumber(arg.content),
  })
end)
