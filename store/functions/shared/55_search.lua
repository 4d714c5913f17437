-- Search: the first entries of a queue that a person may take. What is left of a lane comes in two
-- streams, each in order: its backlogs, and the members of G that T does not hold. A stream reads tasks
-- {entry, slot, class, rank} in chunks; its head, known from `heads`, says when it is worth opening.

-- Where, from the index of an excluded member on, the first one follows that is not in T. T is a subset
-- of G with the same scores, so T[first + j] has rank index + j in G exactly while G[index .. index + j]
-- lies in T: true up to some j, at most `high`, and false after it. Binary search, O(log² n), exact
-- (reliability.md §2.4).
local function after_excluded(stream, first, high)
  local low = 0
  while low < high do
    local probe = math.floor((low + high + 1) / 2)
    local one = redis.call('ZRANGE', stream.T, first + probe, first + probe)[1]
    if redis.call('ZRANK', stream.G, one) == stream.index + probe then low = probe else high = probe - 1 end
  end
  return stream.index + low + 1
end

-- The next members of G from an excluded one on of which T lacks the first; nil: look again from
-- stream.index. Often all the rest of T lies ahead in one piece: then T holds none of what follows it.
local function skip_excluded(stream, member, want)
  local first = stream.index == 0 and 0 or redis.call('ZRANK', stream.T, member)
  local rest = redis.call('ZCARD', stream.T) - first - 1
  local members = redis.call('ZRANGE', stream.G, stream.index + rest, stream.index + rest + want)
  if members[1] == redis.call('ZRANGE', stream.T, -1, -1)[1] then
    stream.index = stream.index + rest + 1
    return { unpack(members, 2) }
  end
  stream.index = after_excluded(stream, first, rest - 1)
  return nil
end

-- How many members of G are not in T. Most people have either nothing in T, or all that is left in G.
local function suitable(stream)
  stream.hidden = redis.call('ZCARD', stream.T)
  return stream.hidden == 0 or redis.call('ZCARD', stream.G) > stream.hidden
end

-- The next members of G from stream.index on of which T lacks the first, and which of them T holds.
local function members_of(stream, want)
  if not stream.hidden and not suitable(stream) then return NONE end
  if stream.hidden == 0 then
    return redis.call('ZRANGE', stream.G, stream.index, stream.index + want - 1), NONE
  end
  local members, excluded
  repeat
    members = redis.call('ZRANGE', stream.G, stream.index, stream.index + want - 1)
    if #members == 0 then return members end
    excluded = redis.call('ZMSCORE', stream.T, unpack(members))
    if not excluded[1] then return members, excluded end
    members = skip_excluded(stream, members[1], want)
  until members
  return members, {}
end

local function fill_touched(stream, P, want)
  local members, excluded = members_of(stream, want)
  local tasks = {}
  for i = 1, #members do
    if not excluded[i] then tasks[#tasks + 1] = { tonumber(members[i]), 0, stream.class, 0 } end
  end
  entries.fetch(P, tasks)
  for i = 1, #tasks do
    local task = tasks[i]
    local record = entries.load(P, task[1])
    task[2], task[4] = first_free(record), record.p
  end
  stream.tasks, stream.index = tasks, stream.index + #members
end

-- The live entries among the first `want` of a chunk of a backlog as tasks; counts the dead ones that
-- were passed.
local function live_of(stream, chunk, want)
  local tasks, class, rank = {}, stream.class, stream.rank
  local dead = stream.dead and #chunk > 0 and redis.call('SMISMEMBER', stream.dead, unpack(chunk))
  for i = 1, math.min(#chunk, want) do
    if dead and dead[i] == 1 then
      stream.skipped = stream.skipped + 1
    else
      local entry = tonumber(chunk[i])
      tasks[#tasks + 1] = { entry, 1, class, rank }
      seen.records[entry], seen.followers[entry] = false, chunk[i + 1]
    end
  end
  return tasks
end

-- Gives up, `again`, when it has passed as many dead integers as one call may.
local function fill_untouched(stream, P, want)
  if stream.dead then want = DEAD_CHUNK end
  while stream.rank < RANKS do
    local backlog = keys.backlog(P, stream.queue, stream.class, stream.rank)
    -- One more than is wanted: to know what leads the backlog then.
    local chunk = redis.call('LRANGE', backlog, stream.offset, stream.offset + want)
    stream.offset = stream.offset + math.min(#chunk, want)
    stream.tasks = live_of(stream, chunk, want)
    if #stream.tasks > 0 then return end
    if stream.skipped >= MAX_DEAD then stream.again = true return end
    if #chunk == 0 then stream.rank, stream.offset = stream.rank + 1, 0 end
  end
end

local function advance(stream, P, want)
  stream.at = stream.at + 1
  if stream.at > #stream.tasks then
    stream.tasks, stream.at = NONE, 1
    stream.fill(stream, P, want)
  end
  local task = stream.tasks[stream.at]
  stream.score = task and score_of(task[4], task[1])
end

local function untouched_stream(P, queue, lane)
  return { fill = fill_untouched, queue = queue, class = lane.class, rank = rank_of(lane.b), offset = 0,
    skipped = 0, dead = lane.d and keys.dead(P, queue, lane.class), again = false,
    tasks = NONE, at = 1, score = false }
end

local function touched_stream(P, queue, lane, person)
  return { fill = fill_touched, class = lane.class, index = 0, G = keys.available(P, queue, lane.class),
    T = keys.excluded(P, queue, lane.class, person), hidden = false, again = false, tasks = NONE, at = 1, score = false }
end

-- Two streams begin with the same score only if one of them begins with a dead integer: then it is
-- half a step behind.
local function put(order, lane_of, other, head, lane)
  while lane_of[head] or other[head] do head = head + 0.5 end
  lane_of[head], order[#order + 1] = lane, head
end

-- The heads of the streams of the lanes this person may search, in order, and by them the lanes of those
-- that are backlogs, and of those that are in G.
local function heads_in_order(queue, person, heads)
  local order, backlogs, touched = {}, {}, {}
  for class, lane in pairs(heads) do
    if skilled(person, queue, class) then
      if lane.b then put(order, backlogs, touched, lane.b, lane) end
      if lane.g then put(order, touched, backlogs, lane.g, lane) end
    end
  end
  if #order > 1 then table.sort(order) end
  return order, backlogs, touched
end

-- The open stream with the best head, and the score up to which it stays the best of them.
local function best_of(open)
  local best, second
  for i = 1, #open do
    local stream = open[i]
    if stream.score then
      if not best or stream.score < best.score then best, second = stream, best
      elseif not second or stream.score < second.score then second = stream end
    end
  end
  return best, second and second.score or INFINITE
end

local function by_score(a, b) return score_of(a[4], a[1]) < score_of(b[4], b[1]) end

-- Fills up to `want` with what was cleared from the person and nobody else has had since, in order. Only
-- queues with batches have any.
local function add_soft(P, queue, person, heads, picks, want)
  local soft = {}
  for _, lane in pairs(heads) do
    if lane.g and skilled(person, queue, lane.class) then
      local members = redis.call('ZRANGE', keys.soft(P, queue.number, lane.class, person.number), 0, want - #picks - 1)
      for i = 1, #members do soft[#soft + 1] = { tonumber(members[i]), 0, lane.class, 0 } end
    end
  end
  entries.fetch(P, soft)
  for _, task in ipairs(soft) do
    local record = entries.load(P, task[1])
    task[2], task[4] = first_free(record), record.p
  end
  table.sort(soft, by_score)
  for i = 1, math.min(#soft, want - #picks) do picks[#picks + 1] = soft[i] end
  return picks
end

-- The first `want` tasks of the queue in (priority, first entry) order that the person may take, then
-- what was cleared from them. A stream is opened only when its head could be the next one. The second
-- result is a stream when dead integers hide what may come next: compact, ask again.
function lanes.search(P, queue, person, heads, want)
  local picks, open = {}, {}
  if want <= 0 then return picks end
  local order, backlogs, touched = heads_in_order(queue, person, heads)
  while #picks < want do
    local best, limit = best_of(open)
    local nearer = order[#open + 1] or INFINITE
    if not best and nearer == INFINITE then break end
    if not best or nearer < best.score then
      best = backlogs[nearer] and untouched_stream(P, queue.number, backlogs[nearer])
        or touched_stream(P, queue.number, touched[nearer], person.number)
      open[#open + 1] = best
      advance(best, P, want)
    else
      limit = math.min(limit, nearer)
      repeat
        picks[#picks + 1] = best.tasks[best.at]
        if #picks == want then return picks end
        advance(best, P, want)
      until not best.score or best.score > limit
    end
    if best.again then return picks, best end
  end
  if queue.batch_size > 0 and #picks < want then add_soft(P, queue, person, heads, picks, want) end
  return picks
end
