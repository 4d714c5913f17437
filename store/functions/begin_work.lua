-- begin_work: lease to one person the first task of a queue that they may do, and start it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person
--
-- It is the task that reserve would give. With batches it is what opening the queue brings, of which the first is to be
-- started by another call.
--
-- Returns one of
--   {'ok', seq, chain, clock, picked}         by_right = 2; with batches: granted
--   {'nothing', seq, chain, clock, reasons}   as of reserve
--   {'not_found', seq, chain, clock, 'queue'}
--   {'again'}                                 dead integers were cleared away: repeat the call
local FIRST = 2

change('begin_work', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(P, arg.person, queue.number) or { number = tonumber(arg.person), skills = {} }
  local tasks, new, reasons = giving.offer(call, queue, person, 1, 0)
  if reasons then return negative(call, 'nothing', reasons) end
  if not new then return { 'again' } end
  if queue.batch_size > 0 then return commit(call, 'granted', giving.granted(call, queue, person, tasks, new)) end
  return commit(call, 'picked', {
    queue = queue.number, person = person.number, deadline = call.clock + queue.lease_ms,
    tasks = { tasks[1] or new[1] }, by_right = FIRST,
  })
end)
