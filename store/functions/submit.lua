-- submit: finish a task, once, by whoever holds its lease, or held it last if it expired since.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token settings_seq status meaning spent_ms units content digest inline
--   settings_seq  what status and units were checked against
--   content       id of the submitted bytes in Postgres, or 0: they ride in `inline`
--
-- Returns one of
--   {'ok', seq, chain, clock, submitted}
--   {'not_found', seq, chain, clock, 'person' | 'task'}   unknown, untouched, or finished and gone
--   {'lease_lost', seq, chain, clock, detail}
--   {'not_eligible', seq, chain, clock, cause}             held but not started, and no longer theirs to do
--   {'stale_settings', settings_seq}                       check against these and call again
--   {'again'}                                              dead integers were cleared away: repeat the call
--
-- In a queue with batches one event finishes the task and brings the batch that is due then (`refill`).

-- Whether this is the last holder of a lease that expired and was given to nobody since, who may
-- still do the task (MODEL invariant 3).
local function may_still(call, held, arg)
  local slot, token = held.record.s[held.i], tonumber(arg.token)
  local open = slot[1] == QUEUED or slot[1] == RETURNED
  if not open or slot[4] ~= EXPIRED or slot[2] ~= held.person.number or slot[3] ~= token then return false end
  if token < fence_of(call.P, held.person, held.record, slot) then return false end
  if fences.covered(call.P, held.record.q, held.entry) then return false end
  return eligible(held.person, queues.load(call.P, held.record.q), held.record, held.i) == ''
end

local function refusal_of(call, held, arg)
  if held.slot then
    if held.slot[1] ~= ASSIGNED then return nil end
    local cause = entitled(held.person, queues.load(call.P, held.record.q), held.record, held.i)
    if cause ~= '' then return negative(call, 'not_eligible', cause) end
    return nil
  end
  if not held.record or not held.record.s[held.i] or not may_still(call, held, arg) then return held.refusal end
  held.late = true
  return nil
end

change('submit', { 'allow-oom' }, function(call, arg)
  local settings_seq = redis.call('HGET', keys.totals(call.P), 'settings_seq')
  if settings_seq ~= arg.settings_seq then return { 'stale_settings', settings_seq } end
  local held = leased(call, arg)
  local refusal = refusal_of(call, held, arg)
  if refusal then return refusal end
  local queue = queues.load(call.P, held.record.q)
  local ended = held.record.s[held.i][1] == QUEUED and 0 or 1
  local refill = batches.after(call.P, queue, held.person, held.entry, ended)
  if not refill then return { 'again' } end
  return commit(call, 'submitted', {
    queue = queue.number, person = held.person.number, entry = held.entry, slot = held.i,
    token = tonumber(arg.token), late = held.late and 1 or 0, status = tonumber(arg.status),
    meaning = tonumber(arg.meaning), spent_ms = tonumber(arg.spent_ms), units = tonumber(arg.units),
    content = tonumber(arg.content), digest = arg.digest, inline = arg.inline,
    deadline = queue.batch_size > 0 and call.clock + queue.lease_ms or 0, refill = refill,
  })
end)
