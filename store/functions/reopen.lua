-- reopen: finished tasks are to be done again: by their authors, by anybody, or by one person.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue to person as_of tasks lenient
--   to      1: to their authors, first in their lists; 2: to the pool, at their first place; 3: to `person`, leased
--   tasks   packed list of {entry, slot, class, came, rank, slots, skipped, done, removed}, 500 at most: see named.load;
--           removed (1): the task is known to have been removed
--   as_of   the event as of which that is known
--   lenient 1: tasks that cannot be reopened stay as they are, `kept` names them and why; 0: all or none
--
-- Returns one of
--   {'ok', seq, chain, clock, reopened}
--   {'not_found', seq, chain, clock, 'queue' | task}
--   {'stale_entry', seq, chain, clock}                 read again what is known of the entries
--   {'wrong_state', seq, chain, clock, task and state}     REMOVED: its dataset is being detached
--   {'not_eligible', seq, chain, clock, task and cause}   who is to have it may not
local function cause_against(call, queue, record, task, to, whom)
  if to == named.TO_POOL then return '' end
  if to == named.TO_AUTHOR then return standing(people.load(call.P, record.s[task[2]][2]), queue) end
  return eligible(whom.person, queue, record, task[2])
end

-- What the event says of one task, or a refusal.
local function reopened(call, queue, task, arg, whom)
  if fences.covers(call.P, queue, task[1]) then
    return nil, negative(call, 'wrong_state', named.text(task) .. ' ' .. REMOVED)
  end
  local record, from = named.load(call.P, queue, task, tonumber(arg.as_of))
  if not record and arg.lenient == '1' and task[9] == 1 then
    return nil, negative(call, 'wrong_state', named.text(task) .. ' ' .. REMOVED)
  end
  if not record then return nil, negative(call, 'stale_entry') end
  local slot, to = record.s[task[2]], tonumber(arg.to)
  if not slot then return nil, negative(call, 'not_found', named.text(task)) end
  if not (FINISHED[slot[1]] or slot[1] == IN_REVIEW) then
    return nil, negative(call, 'wrong_state', named.text(task) .. ' ' .. named.state(record, task[2]))
  end
  local cause = cause_against(call, queue, record, task, to, whom)
  if cause == '' and to == named.TO_PERSON and whom.had[task[1]] then cause = 'EXCLUDED' end
  if cause ~= '' then return nil, negative(call, 'not_eligible', named.text(task) .. ' ' .. cause) end
  whom.had[task[1]] = true
  whom.done[task[1]] = named.done(queue, whom.done[task[1]] or record.a, slot[2])
  return named.told(task, record, slot[2], from, whom.done[task[1]])
end

change('reopen', {}, function(call, arg)
  local queue, tasks, told, kept = queues.load(call.P, arg.queue), cmsgpack.unpack(arg.tasks), {}, {}
  if not queue then return negative(call, 'not_found', 'queue') end
  local whom = { person = people.load(call.P, arg.person), had = {}, done = {} }
  entries.fetch(call.P, tasks)
  for _, task in ipairs(tasks) do
    local one, refusal = reopened(call, queue, task, arg, whom)
    if refusal and (arg.lenient ~= '1' or refusal[1] == 'stale_entry') then return refusal end
    if refusal then kept[#kept + 1] = { task[1], task[2], refusal[1] } else told[#told + 1] = one end
  end
  return commit(call, 'reopened', { queue = queue.number, to = tonumber(arg.to), person = tonumber(arg.person),
    deadline = call.clock + queue.lease_ms, tasks = told, kept = kept,
    cancelled = qa.ended_with(call.P, queue, told) })
end)
