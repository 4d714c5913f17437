-- Plans of moves, and who is being moved from. What moves stands in content; here is only what makes a plan stale.
local plans = { VALID_MS = 15 * 60000 }   -- on the lease clock

-- {queue, as_of, content, total, clock, used (by which operation; 0: by none), sources, targets}, or nil.
function plans.load(P, plan) return unpacked(redis.call('HGET', keys.plans(P), plan), nil) end

function plans.put(P, number, plan) redis.call('HSET', keys.plans(P), number, cmsgpack.pack(plan)) end

-- Plans that nobody may apply any more are forgotten.
function plans.forget_old(P, clock)
  local fields = redis.call('HGETALL', keys.plans(P))
  for n = 1, #fields, 2 do
    if clock - cmsgpack.unpack(fields[n + 1]).clock > plans.VALID_MS then redis.call('HDEL', keys.plans(P), fields[n]) end
  end
end

local function changed_since(P, list, seq)
  for _, number in ipairs(list) do
    local person = people.load(P, number)
    if not person or person.changed > seq then return true end
  end
  return false
end

-- Whether the people and the queue's settings are as they were after event `as_of`.
function plans.holds(P, queue, sources, targets, as_of)
  if tonumber(redis.call('HGET', keys.queue(P, queue.number), 'set_seq')) > as_of then return false end
  return not changed_since(P, sources, as_of) and not changed_since(P, targets, as_of)
end

-- What an operation moves, {why, reason (content), undone (by which operation), ended (clock; 0: it runs), sources}, or
-- nil.
function plans.moves(P, operation)
  return unpacked(redis.call('HGET', keys.operation(P, operation), 'moves'), nil)
end

function plans.put_moves(P, operation, moves)
  redis.call('HSET', keys.operation(P, operation), 'moves', cmsgpack.pack(moves))
end

local function place(queue, person) return text(queue) .. ':' .. text(person) end

-- The operation by which tasks of one of these people move, or nil.
function plans.busy(P, queue, list)
  for _, person in ipairs(list) do
    local operation = redis.call('HGET', keys.moving(P), place(queue, person))
    if operation then return operation end
  end
end

function plans.mark(P, queue, list, operation)
  for _, person in ipairs(list) do redis.call('HSET', keys.moving(P), place(queue, person), operation) end
end

function plans.unmark(P, queue, list)
  for _, person in ipairs(list) do redis.call('HDEL', keys.moving(P), place(queue, person)) end
end
