-- delete_queue: there is no such queue from this event on. Whatever anybody holds there is not held any more; its
-- number is not used again. Items and datasets stay.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue force
--   force  1: also if anything is held there
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_deleted}   an operation, whose number is this seq: its chunks end the leases
--   {'not_found', seq, chain, clock, 'queue'}
--   {'held', seq, chain, clock, tasks}         so many are held
change('delete_queue', { 'allow-oom' }, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local held = 0
  for _, number in ipairs(stages.all(queue.number)) do
    local counts = queues.count(P, number, {})
    held = held + (counts.assigned or 0) + (counts.in_progress or 0)
  end
  if held > 0 and arg.force ~= '1' then return negative(call, 'held', text(held)) end
  local answer = commit(call, 'queue_deleted', {
    queue = queue.number, held = held, last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
  })
  redis.call('HSET', call.header, 'cleared', 1)
  return answer
end)
