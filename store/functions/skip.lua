-- skip: who holds a task will not do it. What becomes of it, the queue's policy says: 1 for others, 2 it
-- stays theirs, behind all that was returned to them, 3 it is discarded. A correction always stays theirs.
-- One event ends the hold and gives what comes next.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token policy content
--   policy   what the caller takes for granted; 0: nothing
--   content  id of the reason in Postgres; 0: none is given
--
-- Returns one of
--   {'ok', seq, chain, clock, skipped}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
--   {'other_policy', seq, chain, clock, policy}   that is what would become of it
--   {'again'}                                     dead integers were cleared away: repeat the call

-- The first task that they may do then: one of theirs, or a new one within max_held.
local function one_task(P, queue, person)
  local own = giving.corrections(P, queue, people.load(P, person.number, queue.number), 1)
  if own[1] or not pulls(person, queue) then return own end
  local held = redis.call('ZCARD', keys.held(P, person.number, queue.number)) - 1
  if held >= queue.max_held then return {} end
  return giving.search(P, queue, person, lanes.heads(P, queue.number), 1)
end

-- What comes next: the task itself is not in it, because it is theirs until then. In a queue with batches
-- they have the rest of theirs, so it is the batch that is due, if one is.
local function next_tasks(P, queue, person, entry, policy)
  if standing(person, queue) ~= '' or closed(queue) ~= '' then return {} end
  if queue.batch_size > 0 then return batches.after(P, queue, person, entry, policy == FOR_ME and 0 or 1) end
  return one_task(P, queue, person)
end

local function index_of_discard(queue)
  for index, meaning in ipairs(queue.statuses) do
    if meaning == 2 then return index end
  end
  return 0
end

-- Whether too many people have skipped it, with this one.
local function escalates(queue, record, person)
  local skips = #(record.x or NONE) + (has_skipped(record, person) and 0 or 1)
  return skips >= queue.max_skips
end

change('skip', {}, function(call, arg)
  local held = leased(call, arg)
  if held.refusal then return held.refusal end
  local queue, person = queues.load(call.P, held.record.q), held.person
  local policy = held.slot[6] == 1 and FOR_ME or queue.skip_policy
  if arg.policy ~= '0' and tonumber(arg.policy) ~= policy then return negative(call, 'other_policy', text(policy)) end
  local tasks = next_tasks(call.P, queue, person, held.entry, policy)
  if not tasks then return { 'again' } end
  local escalated = policy == FOR_OTHERS and escalates(queue, held.record, person)
  return commit(call, 'skipped', {
    queue = queue.number, person = person.number, entry = held.entry, slot = held.i, token = held.slot[3],
    policy = policy, status = policy == DISCARD and index_of_discard(queue) or 0,
    content = tonumber(arg.content), escalated = escalated and 1 or 0,
    deadline = call.clock + queue.lease_ms, tasks = tasks,
    batch = queue.batch_size > 0 and #tasks > 0 and 1 or 0,
  })
end)
