-- recall_queue: one step of taking back what the fences of a queue cover: what is only assigned there,
-- to anybody (recall), or to people who may not work there any more (narrow).
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, recalled}
--   {'idle', seq, chain, clock}            no queue is being recalled
--
-- It goes through the leases by deadline. That misses none: under a fence nobody moves a deadline.
local LOOK = 500             -- leases looked at in one call

-- The rank of the first lease that no step has looked at.
local function begin_at(P, queue, cursor)
  local deadline, task = string.match(cursor, '^(%d+):(.+)$')
  if not deadline then return 0 end
  local leases = keys.queue_leases(P, queue)
  if redis.call('ZSCORE', leases, task) == deadline then return redis.call('ZRANK', leases, task) + 1 end
  return redis.call('ZCOUNT', leases, '-inf', '(' .. deadline)
end

-- {entry, slot, person, to the pool 0/1} of a lease that must go, or nil.
local function covered(P, task)
  local entry, i = string.match(task, '^(%d+):(%d+)$')
  local record = entries.load(P, tonumber(entry))
  local slot = record.s[tonumber(i)]
  if slot[1] ~= ASSIGNED then return nil end
  local person = people.load(P, slot[2])
  if slot[3] >= fence_of(P, person, record, slot) then return nil end
  return { tonumber(entry), tonumber(i), person.number, leaves_author(person, record, slot) and 1 or 0 }
end

change('recall_queue', { 'allow-oom' }, function(call, arg)
  local P, limit, tasks = call.P, tonumber(arg.limit), {}
  local queue = redis.call('HRANDFIELD', keys.queue_recalls(P))
  if not queue then return negative(call, 'idle') end
  local cursor = redis.call('HGET', keys.queue_recalls(P), queue)
  local from = begin_at(P, queue, cursor)
  local leases = redis.call('ZRANGE', keys.queue_leases(P, queue), from, from + LOOK - 1, 'WITHSCORES')
  local at = 1
  while at < #leases and #tasks < limit do
    tasks[#tasks + 1] = covered(P, leases[at])
    cursor, at = leases[at + 1] .. ':' .. leases[at], at + 2
  end
  local done = at > #leases and #leases < 2 * LOOK
  return commit(call, 'recalled',
    { queue = tonumber(queue), tasks = tasks, cursor = cursor, done = done and 1 or 0 })
end)
