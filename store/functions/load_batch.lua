-- load_batch: give somebody new work by hand, however much they have: up to max_workload, a batch at most.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person
--
-- Returns one of
--   {'ok', seq, chain, clock, granted}
--   {'nothing', seq, chain, clock, reasons}   packed, as reserve's; AT_CAP: they have max_workload tasks
--   {'not_found', seq, chain, clock, 'queue'}
--   {'no_batches', seq, chain, clock}         the queue gives none
--   {'again'}                                 dead integers were cleared away: repeat the call
change('load_batch', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if queue.batch_size == 0 then return negative(call, 'no_batches') end
  local person = people.load(P, arg.person) or { number = tonumber(arg.person), skills = {} }
  local workload = batches.workload(P, person.number, queue)
  local cause, full = standing(person, queue), workload >= queue.max_workload
  local heads = lanes.heads(P, queue.number)
  if cause ~= '' or closed(queue) ~= '' then
    return negative(call, 'nothing', giving.reasons(call, queue, person, cause, full, heads))
  end
  local new = giving.search(P, queue, person, heads, batches.load(queue, person, workload))
  if not new then return { 'again' } end
  if #new > 0 then
    return commit(call, 'granted', giving.granted(call, queue, person, {}, new))
  end
  return negative(call, 'nothing', giving.reasons(call, queue, person, '', full, heads))
end)
