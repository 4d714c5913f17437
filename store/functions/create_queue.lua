-- create_queue: an empty queue with its rules.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue rules content
--   rules    packed map of all that allocation depends on: see queues.load
--   content  id of the texts in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_created}
--   {'already_exists', seq, chain, clock, 'queue'}
change('create_queue', {}, function(call, arg)
  if redis.call('SISMEMBER', keys.queues(call.P), arg.queue) == 1 then
    return negative(call, 'already_exists', 'queue')
  end
  return commit(call, 'queue_created', {
    queue = tonumber(arg.queue), rules = cmsgpack.unpack(arg.rules), content = tonumber(arg.content),
  })
end)
