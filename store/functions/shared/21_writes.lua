-- Writes: to the hashes, sets and sorted sets whose members come and go with tasks. They are sent at once; or gathered,
-- one command a key: an event about several tasks gathers its own, and names a member of a key once. A replay gathers
-- those of a `run` of events, and sends only what a member comes to, so that a task that was given and finished
-- meanwhile costs what is left of it. What is gathered is not to be read: `flush` first. A member is named in one way
-- only, by a number or by a text.
local writes = { gathering = false, run = false }

local MOST_SENT = 4000       -- arguments of one command: Lua passes at most 8,000

-- Of an event: command -> key -> the command.
local commands = {}
-- Of a run: key -> member -> score, value, true or (it leaves) false; `summed`: what is added to a field.
local ranked, fielded, joined, summed = {}, {}, {}, {}

local function command_of(name, key)
  local of_name = commands[name]
  if not of_name then
    of_name = {}
    commands[name] = of_name
  end
  local command = of_name[key]
  if not command then
    command = { name, key, nil, nil }   -- room for the usual two
    of_name[key] = command
  end
  return command
end

local function begun(of_keys, key)
  of_keys[key] = {}
  return of_keys[key]
end

-- A member of a sorted set, by its score.
function writes.rank(key, score, member)
  if writes.run then (ranked[key] or begun(ranked, key))[member] = score
  elseif writes.gathering then
    local command = command_of('ZADD', key)
    local n = #command
    command[n + 1], command[n + 2] = score, member
  else redis.call('ZADD', key, score, member) end
end

function writes.unrank(key, member)
  if writes.run then (ranked[key] or begun(ranked, key))[member] = false
  elseif writes.gathering then
    local command = command_of('ZREM', key)
    command[#command + 1] = member
  else redis.call('ZREM', key, member) end
end

-- Entries that have one rank, by their scores.
function writes.rank_all(key, rank, list)
  if writes.run or not writes.gathering then
    for n = 1, #list do writes.rank(key, score_of(rank, list[n]), list[n]) end
    return
  end
  local command = command_of('ZADD', key)
  local at = #command
  for n = 1, #list do
    command[at + 1], command[at + 2], at = score_of(rank, list[n]), list[n], at + 2
  end
end

-- A field of a hash; the same value in each of several.
function writes.put(key, field, value)
  if writes.run then (fielded[key] or begun(fielded, key))[field] = value
  else redis.call('HSET', key, field, value) end
end

function writes.put_all(key, list, value)
  if writes.run or not writes.gathering then
    for n = 1, #list do writes.put(key, list[n], value) end
    return
  end
  local command = command_of('HSET', key)
  local at = #command
  for n = 1, #list do
    command[at + 1], command[at + 2], at = list[n], value, at + 2
  end
end

function writes.drop(key, field)
  if writes.run then (fielded[key] or begun(fielded, key))[field] = false
  elseif writes.gathering then
    local command = command_of('HDEL', key)
    command[#command + 1] = field
  else redis.call('HDEL', key, field) end
end

-- So many more, or fewer, in a field of a hash that is only ever counted in.
function writes.count(key, field, by)
  if not (writes.run or writes.gathering) then return redis.call('HINCRBY', key, field, by) end
  local sums = summed[key] or begun(summed, key)
  sums[field] = (sums[field] or 0) + by
end

-- A member of a set.
function writes.join(key, member)
  if writes.run then (joined[key] or begun(joined, key))[member] = true
  else redis.call('SADD', key, member) end
end

local to_put, to_take = {}, {}   -- two commands that are being put together

-- Sends the first n parts of a command, if it has any arguments; returns how many parts the next one begins with.
local function sent_of(command, n)
  if n > 2 then redis.call(unpack(command, 1, n)) end
  return 2
end

-- Sends what became of the members of a key by the commands that put, and take away; by_score: a score comes first.
local function send_members(puts, takes, key, members, by_score)
  to_put[1], to_put[2], to_take[1], to_take[2] = puts, key, takes, key
  local p, t = 2, 2
  for member, value in pairs(members) do
    if value == false then
      to_take[t + 1], t = member, t + 1
    elseif by_score then
      to_put[p + 1], to_put[p + 2], p = value, member, p + 2
    else
      to_put[p + 1], to_put[p + 2], p = member, value, p + 2
    end
    if p >= MOST_SENT then p = sent_of(to_put, p) end
    if t >= MOST_SENT then t = sent_of(to_take, t) end
  end
  sent_of(to_put, p)
  sent_of(to_take, t)
end

local function send_each(name, key, members)
  for member, by in pairs(members) do
    if by == true then redis.call(name, key, member)
    elseif by ~= 0 then redis.call(name, key, member, by) end
  end
end

local function nothing_gathered()
  writes.gathering, commands = false, {}
  ranked, fielded, joined, summed = {}, {}, {}, {}
end

-- Nothing is gathered, by whatever call left it: another one begins.
function writes.forget()
  if not (writes.gathering or writes.run) then return end
  nothing_gathered()
  writes.run = false
end

-- Sends what is gathered. What follows is sent at once, or in a run gathered again.
function writes.flush()
  if not (writes.gathering or writes.run) then return end
  for _, of_keys in pairs(commands) do
    for _, command in pairs(of_keys) do redis.call(unpack(command)) end
  end
  for key, members in pairs(ranked) do send_members('ZADD', 'ZREM', key, members, true) end
  for key, members in pairs(fielded) do send_members('HSET', 'HDEL', key, members, false) end
  for key, members in pairs(joined) do send_each('SADD', key, members) end
  for key, sums in pairs(summed) do send_each('HINCRBY', key, sums) end
  nothing_gathered()
end
