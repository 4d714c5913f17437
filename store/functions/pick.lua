-- pick: lease one chosen task to a person, and start it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person entry slot class priority by_right
--   class priority  with which the entry came into this queue, which never change; not read of one that
--                   somebody has touched
--   by_right        1: whoever asks may give out tasks, so the queue need not allow_pick. (An event may say 2: it is
--                   not a chosen task, but the first that they may have, see begin_work.)
--
-- Their own corrections they may always pick, and above max_held or max_workload.
--
-- Returns one of
--   {'ok', seq, chain, clock, picked}
--   {'not_found', seq, chain, clock, 'queue' | 'task'}   'task': there is none, or it has left
--   {'wrong_state', seq, chain, clock, state}            it does not wait
--   {'not_allowed', seq, chain, clock}                   the queue does not let people pick
--   {'not_eligible', seq, chain, clock, cause}
--   {'at_cap', seq, chain, clock, max}          max_held, or max_workload in a queue with batches

-- The record of the entry, if it is in this queue.
local function found(P, queue, arg)
  local entry, class, rank = tonumber(arg.entry), tonumber(arg.class), tonumber(arg.priority)
  local record = entries.load(P, entry)
  if record then return record.q == queue.number and record end
  return lanes.waits(P, queue.number, class, rank, entry) and entries.untouched(queue.number, class, rank, queue.slots)
end

local function refusal_of(call, queue, person, record, i, by_right)
  local slot, state = record.s[i], counts_as(record, record.s[i])
  local mine = state == RETURNED and slot[2] == person.number
  if state ~= QUEUED and not mine then return negative(call, 'wrong_state', text(state)) end
  if not mine and by_right == '0' and queue.allow_pick == 0 then return negative(call, 'not_allowed') end
  local cause = eligible(person, queue, record, mine and i or nil, by_right ~= '0')
  if cause ~= '' then return negative(call, 'not_eligible', cause) end
  local full = batches.room(call.P, person.number, queue) <= 0
  local cap = queue.batch_size > 0 and queue.max_workload or queue.max_held
  if not mine and full then return negative(call, 'at_cap', text(cap)) end
  return nil
end

change('pick', {}, function(call, arg)
  local queue, i = queues.load(call.P, arg.queue), tonumber(arg.slot)
  if not queue then return negative(call, 'not_found', 'queue') end
  local record = found(call.P, queue, arg)
  if not record or not record.s[i] or fences.covers(call.P, queue, tonumber(arg.entry)) then return negative(call, 'not_found', 'task') end
  local person = people.load(call.P, arg.person) or { number = tonumber(arg.person), skills = {} }
  local refusal = refusal_of(call, queue, person, record, i, arg.by_right)
  if refusal then return refusal end
  return commit(call, 'picked', {
    queue = queue.number, person = person.number, deadline = call.clock + queue.lease_ms,
    tasks = { { tonumber(arg.entry), i, record.c, record.p } }, by_right = tonumber(arg.by_right),
  })
end)
