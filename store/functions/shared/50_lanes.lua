-- Lanes: what is available, in order. A lane is a queue and a requirement class.
local lanes = {}

-- Drops dead integers from the head of one backlog, a bounded number. Returns its first entry.
local function trimmed_head(P, queue, class, rank)
  local backlog = keys.backlog(P, queue, class, rank)
  local head = redis.call('LINDEX', backlog, 0)
  local dead = keys.dead(P, queue, class)
  local dropped = 0
  while head and dropped < MAX_DEAD and redis.call('SISMEMBER', dead, head) == 1 do
    redis.call('LPOP', backlog)
    redis.call('SREM', dead, head)
    dropped = dropped + 1
    head = redis.call('LINDEX', backlog, 0)
  end
  return head
end

-- Writes the lane's head: the smallest score over G and the backlogs. While more dead integers
-- lead a backlog than one call may drop, the head is a lower bound.
function lanes.refresh(P, queue, class)
  local g = redis.call('ZRANGE', keys.available(P, queue, class), 0, 0, 'WITHSCORES')
  local best = tonumber(g[2])
  for rank = 0, RANKS - 1 do
    local head = trimmed_head(P, queue, class, rank)
    if head then
      local score = score_of(rank, tonumber(head))
      if not best or score < best then best = score end
      break
    end
  end
  if best then redis.call('HSET', keys.heads(P, queue), class, best)
  else redis.call('HDEL', keys.heads(P, queue), class) end
end

-- Takes an untouched entry from the front of its backlog; what stands before it is dead.
function lanes.take_front(P, queue, class, rank, entry)
  local backlog = keys.backlog(P, queue, class, rank)
  local front = tonumber(redis.call('LPOP', backlog))
  while front ~= entry do
    redis.call('SREM', keys.dead(P, queue, class), front)
    front = tonumber(redis.call('LPOP', backlog))
  end
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

-- First member of G at rank >= index that is not in T, with its score and rank. T is a subset of G
-- with the same scores, so T[t0 + j] has rank index + j in G exactly while G[index .. index + j]
-- lies in T: true up to some j and false after it. Binary search, O(log² n), exact
-- (reliability.md §2.4).
local function next_not_in(G, T, index)
  local g = redis.call('ZRANGE', G, index, index, 'WITHSCORES')
  if not g[1] then return nil end
  local first = redis.call('ZRANK', T, g[1])
  if not first then return tonumber(g[1]), tonumber(g[2]), index end
  local low, high = 0, redis.call('ZCARD', T) - first - 1
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    local member = redis.call('ZRANGE', T, first + middle, first + middle)[1]
    if redis.call('ZRANK', G, member) == index + middle then low = middle else high = middle - 1 end
  end
  index = index + low + 1
  g = redis.call('ZRANGE', G, index, index, 'WITHSCORES')
  return tonumber(g[1]), tonumber(g[2]), index
end

-- Pops what leads a backlog, drops the dead integers among it, and puts the rest back in order.
-- Changes nothing that anybody can observe, so it needs no event.
function lanes.compact(P, queue, class, rank)
  local backlog, dead = keys.backlog(P, queue, class, rank), keys.dead(P, queue, class)
  local live = {}
  for _, entry in ipairs(redis.call('LPOP', backlog, 2 * MAX_DEAD) or {}) do
    if redis.call('SREM', dead, entry) == 0 then live[#live + 1] = entry end
  end
  for i = #live, 1, -1 do redis.call('LPUSH', backlog, live[i]) end
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

local function open_lane(P, queue, class, person, want)
  local cursor = {
    queue = queue, class = class, rank = 0, offset = 0, skipped = 0, buffer = {}, at = 1,
    G = keys.available(P, queue, class), T = keys.excluded(P, queue, class, person),
    dead = keys.dead(P, queue, class),
  }
  cursor.any_dead = redis.call('SCARD', cursor.dead) > 0
  cursor.g_entry, cursor.g_score, cursor.g_rank = next_not_in(cursor.G, cursor.T, 0)
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

-- The lanes this person may search, best head first.
local function admitted(P, queue, person)
  local heads = redis.call('HGETALL', keys.heads(P, queue.number))
  local list = {}
  for i = 1, #heads, 2 do
    local class = tonumber(heads[i])
    if skilled(person, queue, class) then
      list[#list + 1] = { class = class, head = tonumber(heads[i + 1]) }
    end
  end
  table.sort(list, function(a, b) return a.head < b.head end)
  return list
end

local function best_of(cursors)
  local best
  for _, cursor in ipairs(cursors) do
    if cursor.score and (not best or cursor.score < best.score) then best = cursor end
  end
  return best
end

-- The first `want` entries of the queue in (priority, first entry) order that the person may take:
-- {entry, class, rank} each. A lane is opened only when its head could be the next one.
-- The second result is a cursor when dead integers hide what may come next: compact, ask again.
function lanes.search(P, queue, person, want)
  local waiting, cursors, picks = admitted(P, queue, person), {}, {}
  local opened = 0
  while #picks < want do
    local best = best_of(cursors)
    local nearer = waiting[opened + 1]
    if nearer and (not best or nearer.head < best.score) then
      opened = opened + 1
      cursors[opened] = open_lane(P, queue.number, nearer.class, person.number, want)
      if cursors[opened].again then return picks, cursors[opened] end
    elseif best then
      picks[#picks + 1] = { best.entry, best.class, rank_of(best.score) }
      advance(best, P, want)
      if best.again then return picks, best end
    else
      break
    end
  end
  return picks, nil
end
