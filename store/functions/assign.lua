-- assign: chosen tasks go to people who did not pull them, or to the pool. Who is given a task has it without an
-- end until they start it, and keeps it when its lease ends then. A correction that moves is RETURNED to its new holder.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue why content operation window_ms tasks lenient
--   why        2 assigned, 3 reassigned, 4 redistributed, 5 undone, 6 released
--   content    id of the reason in Postgres; 0: none is given
--   operation  of which this is a chunk; 0: of none. Of one that moves tasks the reason is that of the operation
--   window_ms  a task that its holder has touched this lately is being worked on
--   tasks      packed list of {entry, slot, class, came, person, before, token, started}, 500 at most
--                class, came  with which the entry came into the queue; not read of one that somebody has touched
--                person       who is to have it; 0: the pool
--                before       who must have it; 0: nobody; -1: somebody
--                token        under which they must hold it; 0: any, or it is RETURNED to them
--                started      0: it stays if it is started; 1: if it is being worked on; 2: it moves in any case; 3: it stays if
--                             they have so much as touched it
--   lenient    1: what cannot be done is left, and `kept` names it and why; 0: all or none
--
-- Returns one of
--   {'ok', seq, chain, clock, assigned}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'many_people', seq, chain, clock}              in a queue with batches one call is about one person
--   {'refused', seq, chain, clock, {entry, slot, word, detail}}   packed; the first that stands against it
--
-- The words: 'not_found' it is not there, or not any more; 'held' somebody has it (detail: who); 'same' whoever is to
-- have it has it; 'wrong_state' it is finished, or under review (detail: the state); 'moved' it is not as it must be; 'working' it is being worked on; 'started' it is;
-- 'not_eligible' who is to have it may not (detail: the cause).
local ANYBODY, NOT_IF_STARTED, NOT_IF_WORKED_ON, NOT_IF_TOUCHED = -1, 0, 1, 3

-- The record of an entry, and whether it waits untouched; nil: it is not there.
local function record_of(P, queue, task)
  local entry = task[1]
  if fences.covers(P, queue, entry) then return nil end
  local record = entries.load(P, entry)
  if record then return record.q == queue.number and record, false end
  if not lanes.waits(P, queue.number, task[3], task[4], entry) then return nil end
  return entries.untouched(queue.number, task[3], task[4], queue.slots), true
end

local function theirs(slot) return HELD[slot[1]] or slot[1] == RETURNED end

-- What stands against its leaving whoever has it: a word and a detail, or nothing.
local function stays(call, record, slot, task, window_ms)
  local before, token, started = task[6], task[7], task[8]
  if before ~= ANYBODY and slot[2] ~= before then return 'moved', '' end
  if slot[1] == RETURNED then return nil end
  if token ~= 0 and slot[3] ~= token then return 'moved', '' end
  if slot[3] < fence_of(call.P, people.load(call.P, slot[2]), record, slot) then return 'moved', '' end
  if started == NOT_IF_TOUCHED and (slot[8] or 0) > 0 then return 'started', '' end
  if slot[1] ~= IN_PROGRESS then return nil end
  if started == NOT_IF_STARTED then return 'started', '' end
  if started == NOT_IF_WORKED_ON and call.clock - (slot[8] or 0) < window_ms then return 'working', '' end
end

local function refused(call, queue, record, task, window_ms)
  local slot = record.s[task[2]]
  if not slot then return 'not_found', '' end
  if ENDED[slot[1]] or slot[1] == IN_REVIEW then return 'wrong_state', text(slot[1]) end
  if (theirs(slot) and slot[2] or 0) == task[5] then return 'same', '' end
  if theirs(slot) then
    if task[6] == 0 then return 'held', text(slot[2]) end
    local word, detail = stays(call, record, slot, task, window_ms)
    if word then return word, detail end
  elseif task[6] ~= 0 then return 'moved', '' end
  if task[5] == 0 then return nil end
  local cause = entitled(people.load(call.P, task[5]), queue, record, nil)
  if cause ~= '' then return 'not_eligible', cause end
end

-- What the event says of one task, or what stands against it.
local function assigned(call, queue, task, had, window_ms)
  local record, waits = record_of(call.P, queue, task)
  if not record then return nil, 'not_found', '' end
  local word, detail = refused(call, queue, record, task, window_ms)
  if word then return nil, word, detail end
  local entry, i, person = task[1], task[2], task[5]
  local once = entry .. ':' .. person
  if person > 0 and had[once] then return nil, 'not_eligible', 'EXCLUDED' end
  had[once] = true
  local slot = record.s[i]
  local correction = slot[1] == RETURNED or slot[6] == CORRECTION
  local state = person == 0 and QUEUED or correction and RETURNED or ASSIGNED
  return { entry, i, record.c, record.p, waits and 1 or 0, person, theirs(slot) and slot[2] or 0, state, 0,
    HELD[slot[1]] and slot[3] or 0 }
end

local function one_person(tasks)
  for _, task in ipairs(tasks) do
    if task[5] ~= tasks[1][5] then return false end
  end
  return true
end

change('assign', {}, function(call, arg)
  local queue, wanted, tasks, kept, had = queues.load(call.P, arg.queue), cmsgpack.unpack(arg.tasks), {}, {}, {}
  if not queue then return negative(call, 'not_found', 'queue') end
  if queue.batch_size > 0 and not one_person(wanted) then return negative(call, 'many_people') end
  entries.fetch(call.P, wanted)
  for _, task in ipairs(wanted) do
    local one, word, detail = assigned(call, queue, task, had, tonumber(arg.window_ms))
    if one then tasks[#tasks + 1] = one
    else
      local left = { task[1], task[2], word, detail }
      if arg.lenient ~= '1' then return negative(call, 'refused', cmsgpack.pack(left)) end
      kept[#kept + 1] = left
    end
  end
  local moves = plans.moves(call.P, arg.operation)
  return commit(call, 'assigned', {
    queue = queue.number, why = tonumber(arg.why), content = moves and moves.reason or tonumber(arg.content),
    operation = tonumber(arg.operation), upto = 0, among = '', tasks = tasks, kept = kept })
end)
