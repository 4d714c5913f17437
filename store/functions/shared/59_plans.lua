-- Plans of moves, and who is being moved from. What moves stands in content; here is only what makes a plan stale.
local plans = { VALID_MS = 15 * 60000 }   -- on the lease clock

-- {queue, as_of, content, total, clock, used (by which operation; 0: by none), sources, targets, ranges}, or nil.
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

-- The range, if it has these places and is this person's still.
local function range_as_told(P, queue, number, first, last, person)
  local range = ranges.load(P, queue, number)
  return range and range.first == first and range.last == last and range.person == person and range or nil
end

-- Whether the people and the queue's settings are as they were after event `as_of`, and the ranges as the plan says.
function plans.holds(P, queue, plan)
  if tonumber(redis.call('HGET', keys.queue(P, queue.number), 'set_seq')) > plan.as_of then return false end
  if changed_since(P, plan.sources, plan.as_of) or changed_since(P, plan.targets, plan.as_of) then return false end
  for _, one in ipairs(plan.ranges) do
    if not range_as_told(P, queue.number, one[1], one[2], one[3], one[4]) then return false end
  end
  return true
end

-- What the event says of a range that is `person`'s from then on: {number, first, last, before, person, due_ms, priority,
-- content}; person 0: it is no more, before 0: it was not.
local function told(number, range, before, person)
  return { number, range.first, range.last, before, person, range.due_ms, range.priority, range.content }
end

-- What the event says of ranges that are passed on.
function plans.passed(P, queue, list)
  local some = {}
  for n, one in ipairs(list) do some[n] = told(one[1], ranges.load(P, queue, one[1]), one[4], one[5]) end
  return some
end

-- What the event says of ranges that are as they were before they were passed on: those that nobody has changed since.
function plans.back(P, queue, list)
  local some, room = {}, ranges.room(P, queue)
  for _, one in ipairs(list) do
    local number, first, last, before, person = unpack(one)
    if person > 0 then
      local range = range_as_told(P, queue, number, first, last, person)
      if range then some[#some + 1] = told(number, range, person, before) end
    elseif room > 0 and not ranges.in_the_way(P, queue, first, last) then
      room = room - 1
      some[#some + 1] = { number, first, last, 0, before, one[6], one[7], one[8] }
    end
  end
  return some
end

-- The operation that still gives what waited in one of these ranges when it was made, or nil.
function plans.filling(P, list)
  for _, one in ipairs(list) do
    local operation = operations.load(P, one[1])
    if operation and operation.state == RUNNING then return text(one[1]) end
  end
end

-- What an operation moves, {why, reason (content), undone (by which operation), ended (clock; 0: it runs), sources,
-- ranges (as the event said)}, or nil.
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
