-- pause_queue: nobody is given anything there, until it is resumed. Running work may be finished.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue mode
--   mode  0: resume; 1 DRAIN: what people hold they keep; 2 RECALL: what they have not started is taken back
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_paused}   also where it is so already; a recall: an operation of this seq
--   {'not_found', seq, chain, clock, 'queue'}
change('pause_queue', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local assigned = queues.count(call.P, queue.number, {}).assigned or 0
  return commit(call, 'queue_paused',
    { queue = queue.number, mode = tonumber(arg.mode), open = arg.mode == '2' and assigned or -1 })
end)
