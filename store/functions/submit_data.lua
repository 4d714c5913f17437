-- submit_data: the work of a queue is handed over. Nothing of it changes from then on, until it is withdrawn.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue pending
--   pending  items of its datasets that are still to become tasks
--
-- Returns one of
--   {'ok', seq, chain, clock, data_submitted}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'unfinished', seq, chain, clock, tasks}   so many have no status, pending ones too; 0: it has no tasks at all
local OPEN_WORDS = { 'delayed', 'queued', 'assigned', 'in_progress', 'in_review', 'returned', 'escalated' }

change('submit_data', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local counts, left = queues.count(call.P, queue.number, {}), tonumber(arg.pending)
  for _, word in ipairs(OPEN_WORDS) do left = left + (counts[word] or 0) end
  if left > 0 or (counts.completed or 0) + (counts.discarded or 0) == 0 then
    return negative(call, 'unfinished', text(left))
  end
  return commit(call, 'data_submitted', { queue = queue.number, submitted = 1 })
end)
