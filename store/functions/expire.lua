-- expire: give back what is due on the lease clock, earliest first.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, expired}
--   {'idle', seq, chain, clock}            nothing is due
--   {'again'}                              leases of a queue that was deleted were passed over: repeat the call

-- What is in the way of the others, because its queue was deleted, is passed over: its lease is not one any more.
local function pass(key, member, passed)
  redis.call('ZREM', key, member)
  passed[#passed + 1] = member
end

local function add(P, tasks, entry, i)
  tasks[#tasks + 1] = { entry, i, entries.load(P, entry).s[i][2] }
end

-- Leases that run by themselves.
local function due_alone(P, clock, tasks, passed, limit)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.leases(P), '-inf', clock, 'LIMIT', 0, limit)) do
    local entry, i = string.match(member, '^(%d+):(%d+)$')
    if gone.record(P, tonumber(entry)) then pass(keys.leases(P), member, passed)
    else add(P, tasks, tonumber(entry), tonumber(i)) end
  end
end

-- All that a person holds in a queue with batches, in order; what the limit leaves is due still.
local function due_together(P, queue, person, tasks, limit)
  for _, member in ipairs(redis.call('ZRANGE', keys.held(P, person, queue), 0, limit - #tasks - 1)) do
    local entry = tonumber(member)
    for i, slot in ipairs(entries.load(P, entry).s) do
      if HELD[slot[1]] and slot[2] == person then add(P, tasks, entry, i) end
    end
  end
end

change('expire', { 'allow-oom' }, function(call, arg)
  local P, tasks, passed, limit = call.P, {}, {}, tonumber(arg.limit)
  due_alone(P, call.clock, tasks, passed, limit)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.batch_leases(P), '-inf', call.clock, 'LIMIT', 0, limit)) do
    local queue, person = string.match(member, '^(%d+):(%d+)$')
    if not queues.load(P, queue) then pass(keys.batch_leases(P), member, passed)
    elseif #tasks < limit then due_together(P, tonumber(queue), tonumber(person), tasks, limit) end
  end
  if #tasks == 0 and #passed > 0 then return { 'again' } end
  if #tasks == 0 then return negative(call, 'idle') end
  return commit(call, 'expired', { tasks = tasks })
end)
