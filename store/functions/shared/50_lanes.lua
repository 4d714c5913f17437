-- Lanes: what is available, in order. A lane is a queue and a requirement class.
local lanes = {}

-- Sets a head of a lane, or deletes it (score false). A head that is new, or that went, stirs the queue.
local function note_head(P, queue, head, score)
  local key, changed = keys.heads(P, queue), nil
  if score then changed = redis.call('HSET', key, head, score) else changed = redis.call('HDEL', key, head) end
  if changed == 1 then stir(queue) end
end

-- Whether the lane has dead integers: then its first untouched entry tells nothing of whether there is any.
local function has_dead(P, queue, class)
  local known = seen.heads[queue]
  if not known then return redis.call('HEXISTS', keys.heads(P, queue), 'd' .. text(class)) == 1 end
  local lane = known[class]
  return lane and lane.d
end

-- In a replay's run of events a lane is looked at when it ends.
local function note_lane(lanes_of, queue, class, what)
  lanes_of[queue] = lanes_of[queue] or {}
  lanes_of[queue][class] = what
end

-- Notes the score of the lane's first member of G.
function lanes.refresh_available(P, queue, class)
  if writes.run then return note_lane(writes.run.available, queue, class, true) end
  local first = redis.call('ZRANGE', keys.available(P, queue, class), 0, 0, 'WITHSCORES')
  note_head(P, queue, 'g' .. text(class), first[2] or false)
end

-- Notes the score of the lane's first untouched entry, which has at least this rank. A dead integer at
-- the front gives a lower bound; reserve clears it away when it gets there. `known`: the one in front of
-- rank `from`, where the caller knows it.
function lanes.refresh_backlog(P, queue, class, from, known)
  if writes.run then return note_lane(writes.run.backlogs, queue, class, from) end
  if has_dead(P, queue, class) then stir(queue) end
  for rank = from, RANKS - 1 do
    local head = known or redis.call('LINDEX', keys.backlog(P, queue, class, rank), 0)
    if head then
      note_head(P, queue, 'b' .. text(class), score_of(rank, tonumber(head)))
      return
    end
  end
  note_head(P, queue, 'b' .. text(class), false)
end

-- Notes what lanes begin with: queue -> class -> true, and queue -> class -> rank from which on.
function lanes.refresh_all(P, available, backlogs)
  for queue, classes_there in pairs(available) do
    for class in pairs(classes_there) do lanes.refresh_available(P, queue, class) end
  end
  for queue, classes_there in pairs(backlogs) do
    for class, from in pairs(classes_there) do lanes.refresh_backlog(P, queue, class, from) end
  end
end

local function drop_dead(P, queue, class, dead)
  if #dead == 0 then return end
  redis.call('SREM', keys.dead(P, queue, class), unpack(dead))
  if redis.call('HINCRBY', keys.heads(P, queue), 'd' .. text(class), -#dead) == 0 then
    redis.call('HDEL', keys.heads(P, queue), 'd' .. text(class))
  end
end

-- Puts what was popped, from `from` on, back in front, in order.
local function put_back(backlog, popped, from)
  local reversed = {}
  for i = #popped, from, -1 do reversed[#reversed + 1] = popped[i] end
  if #reversed > 0 then redis.call('LPUSH', backlog, unpack(reversed)) end
end

-- What was popped before an entry that is given: it is dead, or a fence covers it and it was passed over
-- when the entry was given, which a replay does only now.
local function drop_between(P, queue, class, rank, between)
  if seen.unfenced or #between == 0 then return drop_dead(P, queue, class, between) end
  local dead, passed = {}, {}
  for i, is_dead in ipairs(redis.call('SMISMEMBER', keys.dead(P, queue, class), unpack(between))) do
    local list = is_dead == 1 and dead or passed
    list[#list + 1] = between[i]
  end
  drop_dead(P, queue, class, dead)
  if #passed > 0 then redis.call('SADD', keys.passed(P, queue, class, rank), unpack(passed)) end
end

-- Takes untouched entries, in order, from the front of their backlog; what stands between leaves it too.
function lanes.take_front(P, queue, class, rank, wanted)
  local backlog = keys.backlog(P, queue, class, rank)
  local first = #wanted == 1 and redis.call('LPOP', backlog)
  if first and tonumber(first) == wanted[1] then return end
  local front, at, between = first and { first } or redis.call('LPOP', backlog, #wanted), 1, {}
  for n = 1, #wanted do
    while tonumber(front[at]) ~= wanted[n] do
      if at > #front then
        drop_between(P, queue, class, rank, between)
        front, at, between = redis.call('LPOP', backlog, DEAD_CHUNK), 1, {}
      else
        between[#between + 1], at = front[at], at + 1
      end
    end
    at = at + 1
  end
  put_back(backlog, front, at)
  drop_between(P, queue, class, rank, between)
end

-- Pops what leads a backlog, drops the dead integers among it, passes over what a fence of the queue (if it
-- is given) covers, and puts the rest back in order. Changes nothing that anybody can observe, so it needs
-- no event.
function lanes.compact(P, queue, class, rank, fenced)
  local backlog, live, dead, passed = keys.backlog(P, queue, class, rank), {}, {}, {}
  local popped = redis.call('LPOP', backlog, MAX_DEAD)
  local is_dead = redis.call('SMISMEMBER', keys.dead(P, queue, class), unpack(popped))
  for i = 1, #popped do
    local list = is_dead[i] == 1 and dead or live
    if fenced and list == live and fences.covers(P, fenced, tonumber(popped[i])) then list = passed end
    list[#list + 1] = popped[i]
  end
  put_back(backlog, live, 1)
  drop_dead(P, queue, class, dead)
  if #passed > 0 then redis.call('SADD', keys.passed(P, queue, class, rank), unpack(passed)) end
  lanes.refresh_backlog(P, queue, class, 0)
end

-- Drops the dead integers that lead a backlog, as many as one call may.
local function trim(P, queue, class, rank)
  local backlog = keys.backlog(P, queue, class, rank)
  for _ = 1, MAX_DEAD / DEAD_CHUNK do
    local front, n = redis.call('LRANGE', backlog, 0, DEAD_CHUNK - 1), 0
    if #front == 0 then return end
    local is_dead = redis.call('SMISMEMBER', keys.dead(P, queue, class), unpack(front))
    while is_dead[n + 1] == 1 do n = n + 1 end
    if n == 0 then return end
    redis.call('LPOP', backlog, n)
    drop_dead(P, queue, class, { unpack(front, 1, n) })
    if n < #front then return end
  end
end

-- Those of the entries that were not passed over; the others are forgotten.
local function not_passed(P, queue, class, rank, list)
  local key, left = keys.passed(P, queue, class, rank), {}
  if seen.unfenced or redis.call('EXISTS', key) == 0 then return list end
  for _, entry in ipairs(list) do
    if redis.call('SREM', key, entry) == 0 then left[#left + 1] = entry end
  end
  return left
end

-- Entries that wait in one backlog leave it, wherever they stand: as dead integers, until those are met
-- at its front.
function lanes.bury(P, queue, class, rank, entries_there)
  stir(queue)
  local list = not_passed(P, queue, class, rank, entries_there)
  if #list == 0 then return end
  redis.call('SADD', keys.dead(P, queue, class), unpack(list))
  redis.call('HINCRBY', keys.heads(P, queue), 'd' .. text(class), #list)
  trim(P, queue, class, rank)
  lanes.refresh_backlog(P, queue, class, 0)
end

-- First and last integer of a backlog, 0 0 where it is empty.
local function ends_of(backlog)
  local ends = seen.ends[backlog]
  if not ends then
    ends = { number_or(redis.call('LINDEX', backlog, 0), 0), number_or(redis.call('LINDEX', backlog, -1), 0) }
    seen.ends[backlog] = ends
  end
  return ends[1], ends[2]
end

-- Whether an entry that came into this lane with this rank waits there still, untouched. Entries leave a
-- backlog from its front or become dead integers, so it does exactly if it lies within the backlog and is
-- not dead. The caller knows that it came into this lane: what an entry's number stands for never changes.
function lanes.waits(P, queue, class, rank, entry)
  if not seen.unfenced and redis.call('SISMEMBER', keys.passed(P, queue, class, rank), entry) == 1 then return true end
  local first, last = ends_of(keys.backlog(P, queue, class, rank))
  return first <= entry and entry <= last
    and redis.call('SISMEMBER', keys.dead(P, queue, class), entry) == 0
end

-- Entries of the lane with a free slot.
function lanes.size(P, queue, class)
  local n = redis.call('ZCARD', keys.available(P, queue, class))
    - redis.call('SCARD', keys.dead(P, queue, class))
  for rank = 0, RANKS - 1 do
    n = n + redis.call('LLEN', keys.backlog(P, queue, class, rank))
  end
  return n
end

-- Whether any lane of `heads` has more than dead integers.
function lanes.any(P, queue, heads)
  for _, lane in pairs(heads) do
    if not lane.d or lanes.size(P, queue, lane.class) > 0 then return true end
  end
  return false
end

-- A field of `heads` -> what it says, and of which class.
local head_fields = {}

local function head_field(name)
  local known = head_fields[name]
  if not known then
    known = { string.sub(name, 1, 1), tonumber(string.sub(name, 2)) }
    head_fields[name] = known
  end
  return known[1], known[2]
end

-- What `heads` says: class -> {class, b, g, d}, false where there is none.
function lanes.heads(P, queue)
  local fields, found = redis.call('HGETALL', keys.heads(P, queue)), {}
  for i = 1, #fields, 2 do
    local what, class = head_field(fields[i])
    local lane = found[class]
    if not lane then
      lane = { class = class, b = false, g = false, d = false }
      found[class] = lane
    end
    lane[what] = tonumber(fields[i + 1])
  end
  seen.heads[queue] = found
  return found
end
