-- Passing over what a fence covers: it leaves the lists that are searched, so that a long run of it costs
-- every later search nothing. Nobody can observe that, so it needs no event; a record that left G says so
-- (`o` = 1) and comes back into it no more. Each step passes over so many, then the call asks to be repeated.
local PASSED = 100

local function leave_index(P, entry, record)
  redis.call('ZREM', keys.available(P, record.q, record.c), entry)
  for person in pairs(people_of(record)) do
    redis.call('ZREM', keys.excluded(P, record.q, record.c, person), entry)
    redis.call('ZREM', keys.soft(P, record.q, record.c, person), entry)
  end
  local out = { o = 1 }
  for field, content in pairs(record) do out[field] = content end
  redis.call('HSET', keys.touched(P), entry, cmsgpack.pack(out))
end

local function pass_touched(P, queue, class, entry)
  local G = keys.available(P, queue.number, class)
  local rank, tasks = redis.call('ZRANK', G, entry), {}
  for i, member in ipairs(redis.call('ZRANGE', G, rank, rank + PASSED - 1)) do tasks[i] = { tonumber(member) } end
  entries.fetch(P, tasks)
  for _, task in ipairs(tasks) do
    if fences.covers(P, queue, task[1]) then leave_index(P, task[1], entries.load(P, task[1])) end
  end
  lanes.refresh_available(P, queue.number, class)
end

local function pass(P, queue, class, rank, entry)
  if entries.load(P, entry) then pass_touched(P, queue, class, entry)
  else lanes.compact(P, queue.number, class, rank, queue) end
end

-- Whether a lane begins with what is not there: then it begins a step later now.
local function leads(P, queue, lane)
  local first, touched = lane.b and lane.b % RANK_STEP, lane.g and lane.g % RANK_STEP
  if touched and fences.covers(P, queue, touched) then
    pass_touched(P, queue, lane.class, touched)
    return true
  end
  local dead = lane.d and first and redis.call('SISMEMBER', keys.dead(P, queue.number, lane.class), first) == 1
  if dead or first and fences.covers(P, queue, first) then
    lanes.compact(P, queue.number, lane.class, rank_of(lane.b), queue)
    return true
  end
  return false
end

-- Whether what is covered stands in the way: at the head of a lane, or among what was found. It is passed
-- over then, and the call is to be repeated.
function fences.in_the_way(P, queue, heads, picks)
  if not queue.fences then return false end
  for _, lane in pairs(heads) do
    if leads(P, queue, lane) then return true end
  end
  for _, task in ipairs(picks) do
    if fences.covers(P, queue, task[1]) then
      pass(P, queue, task[3], task[4], task[1])
      return true
    end
  end
  return false
end
