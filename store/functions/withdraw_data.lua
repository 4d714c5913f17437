-- withdraw_data: the work of a queue is not handed over any more, and may change again.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue
--
-- Returns one of
--   {'ok', seq, chain, clock, data_submitted}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'not_submitted', seq, chain, clock}
change('withdraw_data', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if queue.control.submitted == 0 then return negative(call, 'not_submitted') end
  return commit(call, 'data_submitted', { queue = queue.number, submitted = 0 })
end)
