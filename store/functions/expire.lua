-- expire: give back what is due on the lease clock, earliest first.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, expired}     tasks {entry, slot, person, stays 0/1: it was given to them, and is
--                                          ASSIGNED again}; stay {queue, person}: with batches, who keeps such tasks
--   {'idle', seq, chain, clock}            nothing is due
--   {'again'}                              leases of a queue that was deleted were passed over: repeat the call

-- What is in the way of the others, because its queue was deleted, is passed over: its lease is not one any more.
local function pass(key, member, passed)
  redis.call('ZREM', key, member)
  passed[#passed + 1] = member
end

-- Whether what was given to somebody is theirs still, not started, when its lease ends.
local function stays(P, record, i)
  local slot = record.s[i]
  if slot[6] ~= GIVEN then return false end
  local person, assigned = people.load(P, slot[2]), { unpack(slot) }
  assigned[1] = ASSIGNED
  return slot[3] >= fence_of(P, person, record, assigned) and entitled(person, queues.load(P, record.q), record, i) == ''
end

local function add(P, tasks, entry, i)
  local record = entries.load(P, entry)
  tasks[#tasks + 1] = { entry, i, record.s[i][2], stays(P, record, i) and 1 or 0 }
end

-- Leases that run by themselves.
local function due_alone(P, clock, tasks, passed, limit)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.leases(P), '-inf', clock, 'LIMIT', 0, limit)) do
    local entry, i = string.match(member, '^(%d+):(%d+)$')
    if gone.record(P, tonumber(entry)) then pass(keys.leases(P), member, passed)
    else add(P, tasks, tonumber(entry), tonumber(i)) end
  end
end

-- All that a person holds in a queue with batches, in order, but for what was given to them and is not started; what
-- the limit leaves is due still. Returns whether it left nothing, and something stays.
local function due_together(P, queue, person, tasks, limit)
  local stay = false
  for _, member in ipairs(redis.call('ZRANGE', keys.held(P, person, queue), 0, -1)) do
    local entry = tonumber(member)
    if #tasks >= limit then return false end
    for i, slot in ipairs(entries.load(P, entry).s) do
      local theirs = HELD[slot[1]] and slot[2] == person
      local as_given = theirs and slot[6] == GIVEN and slot[1] == ASSIGNED
      if theirs and not as_given then add(P, tasks, entry, i) end
      stay = stay or as_given or theirs and tasks[#tasks][4] == 1
    end
  end
  return stay
end

change('expire', { 'allow-oom' }, function(call, arg)
  local P, tasks, stay, passed, limit = call.P, {}, {}, {}, tonumber(arg.limit)
  due_alone(P, call.clock, tasks, passed, limit)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.batch_leases(P), '-inf', call.clock, 'LIMIT', 0, limit)) do
    local queue, person = string.match(member, '^(%d+):(%d+)$')
    if not queues.load(P, queue) then pass(keys.batch_leases(P), member, passed)
    elseif #tasks < limit and due_together(P, tonumber(queue), tonumber(person), tasks, limit) then
      stay[#stay + 1] = { tonumber(queue), tonumber(person) }
    end
  end
  if #tasks + #stay == 0 and #passed > 0 then return { 'again' } end
  if #tasks + #stay == 0 then return negative(call, 'idle') end
  return commit(call, 'expired', { tasks = tasks, stay = stay })
end)
