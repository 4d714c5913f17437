-- reserve: lease to one person the first tasks of a queue that they may do.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person count target
--   count   most tasks to grant, 1..100
--   target  0, or: grant only what they need to hold this many
--
-- Order: their own returned tasks, then (priority, first entry), then what was cleared from them.
-- Corrections are exempt from max_held and max_workload. In a queue with batches count and target are not
-- read: all corrections that wait are granted, and one whole batch if it is due.
--
-- Returns one of
--   {'ok', seq, chain, clock, granted}
--   {'nothing', seq, chain, clock, reasons}   packed, in the order of SEMANTICS §1; the first one decides;
--                                             none: they hold `target` already, or some of their batch
--   {'not_found', seq, chain, clock, 'queue'}
--   {'again'}                                 dead integers were cleared away: repeat the call

change('reserve', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(P, arg.person, queue.number) or { number = tonumber(arg.person), skills = {} }
  local tasks, new, reasons = giving.offer(call, queue, person, tonumber(arg.count), tonumber(arg.target))
  if reasons then return negative(call, 'nothing', reasons) end
  if not new then return { 'again' } end
  return commit(call, 'granted', giving.granted(call, queue, person, tasks, new))
end)
