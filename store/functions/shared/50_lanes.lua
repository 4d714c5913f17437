-- Lanes: what is available, in order. A lane is a queue and a requirement class.
local lanes = {}

-- Notes the score of the lane's first member of G.
function lanes.refresh_available(P, queue, class)
  local first = redis.call('ZRANGE', keys.available(P, queue, class), 0, 0, 'WITHSCORES')
  if first[1] then redis.call('HSET', keys.heads(P, queue), 'g' .. class, first[2])
  else redis.call('HDEL', keys.heads(P, queue), 'g' .. class) end
end

-- Notes the score of the lane's first untouched entry, which has at least this rank. A dead integer at
-- the front gives a lower bound; reserve clears it away when it gets there.
function lanes.refresh_backlog(P, queue, class, from)
  for rank = from, RANKS - 1 do
    local head = redis.call('LINDEX', keys.backlog(P, queue, class, rank), 0)
    if head then
      redis.call('HSET', keys.heads(P, queue), 'b' .. class, score_of(rank, tonumber(head)))
      return
    end
  end
  redis.call('HDEL', keys.heads(P, queue), 'b' .. class)
end

local function forget_dead(P, queue, class, n)
  if redis.call('HINCRBY', keys.heads(P, queue), 'd' .. class, -n) == 0 then
    redis.call('HDEL', keys.heads(P, queue), 'd' .. class)
  end
end

-- Takes untouched entries, in order, from the front of their backlog; what stands between is dead.
function lanes.take_front(P, queue, class, rank, wanted)
  local backlog, dead = keys.backlog(P, queue, class, rank), 0
  local front, at = redis.call('LPOP', backlog, #wanted), 1
  for _, entry in ipairs(wanted) do
    while tonumber(front[at]) ~= entry do
      redis.call('SREM', keys.dead(P, queue, class), front[at])
      dead, at = dead + 1, at + 1
      if at > #front then front, at = redis.call('LPOP', backlog, #wanted), 1 end
    end
    at = at + 1
    if at > #front and entry ~= wanted[#wanted] then front, at = redis.call('LPOP', backlog, #wanted), 1 end
  end
  for i = #front, at, -1 do redis.call('LPUSH', backlog, front[i]) end
  if dead > 0 then forget_dead(P, queue, class, dead) end
end

-- Pops what leads a backlog, drops the dead integers among it, and puts the rest back in order.
-- Changes nothing that anybody can observe, so it needs no event.
function lanes.compact(P, queue, class, rank)
  local backlog, dead = keys.backlog(P, queue, class, rank), keys.dead(P, queue, class)
  local live, dropped = {}, 0
  for _, entry in ipairs(redis.call('LPOP', backlog, 2 * MAX_DEAD) or {}) do
    if redis.call('SREM', dead, entry) == 0 then live[#live + 1] = entry else dropped = dropped + 1 end
  end
  for i = #live, 1, -1 do redis.call('LPUSH', backlog, live[i]) end
  if dropped > 0 then forget_dead(P, queue, class, dropped) end
  lanes.refresh_backlog(P, queue, class, 0)
end

function lanes.bury(P, queue, class, entry)
  redis.call('SADD', keys.dead(P, queue, class), entry)
  redis.call('HINCRBY', keys.heads(P, queue), 'd' .. class, 1)
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
  for class, lane in pairs(heads) do
    if not lane.dead or lanes.size(P, queue, class) > 0 then return true end
  end
  return false
end

-- First member of G at rank >= index that is not in T, with its score and rank. T is a subset of G
-- with the same scores, so T[t0 + j] has rank index + j in G exactly while G[index .. index + j]
-- lies in T: true up to some j and false after it. Binary search, O(log² n), exact
-- (reliability.md §2.4). The end is tried first: often all the rest of T lies ahead in one piece.
local function next_not_in(G, T, index)
  local g = redis.call('ZRANGE', G, index, index, 'WITHSCORES')
  if not g[1] then return nil end
  local first = redis.call('ZRANK', T, g[1])
  if not first then return tonumber(g[1]), tonumber(g[2]), index end
  local low, high = 0, redis.call('ZCARD', T) - first - 1
  local probe = high
  while low < high do
    local member = redis.call('ZRANGE', T, first + probe, first + probe)[1]
    if redis.call('ZRANK', G, member) == index + probe then low = probe else high = probe - 1 end
    probe = math.floor((low + high + 1) / 2)
  end
  index = index + low + 1
  g = redis.call('ZRANGE', G, index, index, 'WITHSCORES')
  return tonumber(g[1]), tonumber(g[2]), index
end

-- The live entries of a chunk; counts the dead ones the cursor has passed.
local function live_of(chunk, cursor)
  local live = {}
  for _, entry in ipairs(chunk) do
    if cursor.any_dead and redis.call('SISMEMBER', cursor.dead, entry) == 1 then
      cursor.skipped = cursor.skipped + 1
    else
      live[#live + 1] = tonumber(entry)
    end
  end
  return live
end

-- Reads on in a lane's backlogs: fills the cursor's buffer with live entries of the next rank that
-- has any. Gives up, `again`, when it has passed as many dead integers as one call may.
local function fill(cursor, P, want)
  while cursor.rank < RANKS do
    local backlog = keys.backlog(P, cursor.queue, cursor.class, cursor.rank)
    local chunk = redis.call('LRANGE', backlog, cursor.offset, cursor.offset + want - 1)
    cursor.offset = cursor.offset + #chunk
    cursor.buffer, cursor.at = live_of(chunk, cursor), 1
    if #cursor.buffer > 0 then return end
    if cursor.skipped >= MAX_DEAD then cursor.again = true return end
    if #chunk == 0 then cursor.rank, cursor.offset = cursor.rank + 1, 0 end
  end
end

local function untouched_head(cursor, P, want)
  if cursor.at > #cursor.buffer and cursor.rank < RANKS and not cursor.again then
    fill(cursor, P, want)
  end
  local entry = cursor.buffer[cursor.at]
  if entry then return entry, score_of(cursor.rank, entry) end
end

-- Moves the cursor to the lane's first entry that the person may take: cursor.entry, cursor.score.
local function settle(cursor, P, want)
  local entry, score = untouched_head(cursor, P, want)
  if cursor.g_entry and (not score or cursor.g_score < score) then
    cursor.entry, cursor.score, cursor.from_g = cursor.g_entry, cursor.g_score, true
  else
    cursor.entry, cursor.score, cursor.from_g = entry, score, false
  end
end

local function open_lane(P, queue, lane, person, want)
  local class = lane.class
  local cursor = {
    queue = queue, class = class, rank = lane.b and rank_of(lane.b) or RANKS, offset = 0, skipped = 0,
    buffer = {}, at = 1, dead = keys.dead(P, queue, class), any_dead = lane.dead ~= nil,
  }
  if lane.g then
    cursor.G, cursor.T = keys.available(P, queue, class), keys.excluded(P, queue, class, person)
    cursor.g_entry, cursor.g_score, cursor.g_rank = next_not_in(cursor.G, cursor.T, 0)
  end
  settle(cursor, P, want)
  return cursor
end

local function advance(cursor, P, want)
  if cursor.from_g then
    cursor.g_entry, cursor.g_score, cursor.g_rank = next_not_in(cursor.G, cursor.T, cursor.g_rank + 1)
  else
    cursor.at = cursor.at + 1
  end
  settle(cursor, P, want)
end

-- What `heads` says of every lane that has anything: class -> {class, head, b, g, dead}.
function lanes.heads(P, queue)
  local fields, found = redis.call('HGETALL', keys.heads(P, queue)), {}
  for i = 1, #fields, 2 do
    local what, class = string.sub(fields[i], 1, 1), tonumber(string.sub(fields[i], 2))
    local lane = found[class] or { class = class }
    found[class] = lane
    if what == 'd' then lane.dead = true else lane[what] = tonumber(fields[i + 1]) end
  end
  for class, lane in pairs(found) do
    if lane.b or lane.g then lane.head = math.min(lane.b or lane.g, lane.g or lane.b)
    else found[class] = nil end
  end
  return found
end

-- The lanes this person may search, best head first.
local function admitted(queue, person, heads)
  local list = {}
  for class, lane in pairs(heads) do
    if skilled(person, queue, class) then list[#list + 1] = lane end
  end
  table.sort(list, function(a, b) return a.head < b.head end)
  return list
end

local function best_of(cursors)
  local best = cursors[1]
  for i = 2, #cursors do
    local cursor = cursors[i]
    if cursor.score and (not best.score or cursor.score < best.score) then best = cursor end
  end
  return best and best.score and best
end

-- The first `want` entries of the queue in (priority, first entry) order that the person may take:
-- {entry, class, rank, touched} each. A lane is opened only when its head could be the next one.
-- The second result is a cursor when dead integers hide what may come next: compact, ask again.
function lanes.search(P, queue, person, heads, want)
  local picks, cursors, opened = {}, {}, 0
  if want <= 0 then return picks end
  local waiting = admitted(queue, person, heads)
  while #picks < want do
    local best, nearer = best_of(cursors), waiting[opened + 1]
    if nearer and (not best or nearer.head < best.score) then
      opened = opened + 1
      best = open_lane(P, queue.number, nearer, person.number, want)
      cursors[opened] = best
    elseif best then
      picks[#picks + 1] = { best.entry, best.class, rank_of(best.score), best.from_g }
      if #picks == want then break end
      advance(best, P, want)
    else
      break
    end
    if best.again then return picks, best end
  end
  return picks
end
