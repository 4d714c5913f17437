-- clear_waiting: every task of a queue that waits is removed, at once; what is held or finished stays.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue
--
-- Returns one of
--   {'ok', seq, chain, clock, cleared}   an operation that is done already; its number is this seq
--   {'not_found', seq, chain, clock, 'queue'}
change('clear_waiting', { 'allow-oom' }, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local answer = commit(call, 'cleared', {
    queue = queue.number, generation = generation(P, queue.number) + 1,
    last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
    removed = queues.count(P, queue.number, {}).queued,
  })
  redis.call('HSET', call.header, 'cleared', 1)
  return answer
end)
