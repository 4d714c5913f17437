-- archive_queue: put a queue away, or take it out again. Meanwhile it is closed and takes no changes; what
-- people hold they may finish.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue archived
--   archived  1: away; 0: back
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_archived}   also where it is so already
--   {'not_found', seq, chain, clock, 'queue'}
change('archive_queue', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  return commit(call, 'queue_archived', { queue = queue.number, archived = tonumber(arg.archived) })
end)
