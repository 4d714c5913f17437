-- reserve_anywhere: lease to one person the first tasks that they may do in the first queue, in the order of
-- `open`, that has any for them. Returned tasks come first, whichever queue they are of.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person count cursor
--   count   most tasks to grant, 1..100, all of one queue; in one with batches what is due there
--   cursor  '' or what `more` gave: where to go on
--
-- A call looks at 256 queues, then `more`. In the end it looks once more at those where work could be had
-- anew since the first call, so "nothing" is true of all queues at once.
--
-- Returns one of
--   {'ok', seq, chain, clock, granted}
--   {'nothing', seq, chain, clock, reasons}   packed; sizes are not counted
--   {'more', cursor}                          call again with this cursor
--   {'again'}                                 dead integers were cleared away: repeat the call
local LOOK = 256
local EVERYWHERE = { restricted = 0, source = 0 }

-- What a cursor holds for: one epoch, and a person as they are.
local function stamp_of(call, person)
  return call.epoch .. '-' .. text(person.changed) .. '-' .. table.concat(person.groups, ',')
end

-- Where the search is: since (seq from which gains count), calls, what has been met (letters), phase and
-- member behind which it goes on. A cursor of another epoch, or of before a change of the person, is none.
local function position(call, person, cursor)
  local stamp, since, calls, met, phase, after = string.match(cursor, '^(%S+) (%d+) (%d+) (%l*) (%l+) ([%d:]*)$')
  if stamp ~= stamp_of(call, person) then
    return { since = call.seq, calls = 1, met = {}, phase = 'returned', after = '' }
  end
  local at = { since = tonumber(since), calls = calls + 1, met = {}, phase = phase, after = after }
  for letter in string.gmatch(met, '%l') do at.met[letter] = true end
  return at
end

local function cursor_of(call, person, at)
  local met = {}
  for letter in pairs(at.met) do met[#met + 1] = letter end
  return string.format('%s %d %d %s %s %s', stamp_of(call, person), at.since, at.calls, table.concat(met),
    at.phase, at.after)
end

-- What keeps the work of a queue from them: s skill, x excluded.
local function note_lanes(P, at, queue, person, heads)
  for _, lane in pairs(heads) do
    local theirs = skilled(person, queue, lane.class)
    if theirs and lane.g then at.met.x = true end
    if not theirs and (not lane.d or lanes.size(P, queue.number, lane.class) > 0) then at.met.s = true end
  end
end

-- The body of a grant in this queue, nil if it has nothing for them, false: ask again.
local function found(call, at, person, number, count)
  local P, queue = call.P, queues.load(call.P, number)
  holds, person.returned = false, at.phase ~= 'all'
  if standing(person, queue) ~= '' then
    at.met.n = true
    return nil
  end
  local tasks, want = giving.due(P, queue, person, count, 0)
  local heads = lanes.heads(P, queue.number)
  local new = giving.search(P, queue, person, heads, want)
  if not new then return false end
  if #tasks + #new > 0 then return giving.granted(call, queue, person, tasks, new, at.calls) end
  if unseen(person, queue) then at.met.n = true
  elseif want <= 0 then at.met.c = true else note_lanes(P, at, queue, person, heads) end
  return nil
end

-- The first body of a grant among queues, given as members of `open`; false: ask again.
local function first_of(call, at, person, members, count)
  for _, member in ipairs(members) do
    local body = found(call, at, person, open.queue_of(member), count)
    if body ~= nil then return body end
  end
  return nil
end

-- Queues in which something was returned to them, in order. They need have no other work, but be open.
local function owed(P, person)
  local members = {}
  for _, field in ipairs(redis.call('HKEYS', keys.person(P, person.number))) do
    local number = string.match(field, '^own(%d+)$')
    local queue = number and tonumber(number) < STAGE and queues.load(P, number)
    if queue and closed(queue) == '' then members[#members + 1] = open.member(P, queue) end
  end
  table.sort(members)
  return members
end

-- Of these queues, those that are in `open`, and those in which something was returned to them.
local function again_at(P, person, numbers)
  if #numbers == 0 then return {} end
  local members = owed(P, person)
  for _, member in ipairs(redis.call('HMGET', keys.opened(P), unpack(numbers))) do
    if member then members[#members + 1] = member end
  end
  table.sort(members)
  return members
end

-- The next queues to look at, and whether there may be more of this phase after them.
local phases = {}
function phases.returned(P, _, person) return owed(P, person), 'all' end

function phases.all(P, at)
  local after = at.after == '' and '-' or '(' .. at.after
  local members = redis.call('ZRANGEBYLEX', keys.open(P), after, '+', 'LIMIT', 0, LOOK)
  at.after = members[LOOK] or ''
  return members, at.after == '' and 'gained' or 'all'
end

function phases.gained(P, at, person)
  local found_here = redis.call('ZRANGEBYSCORE', keys.gains(P), '(' .. text(at.since), '+inf', 'WITHSCORES', 'LIMIT', 0, LOOK)
  local numbers = {}
  for i = 1, #found_here, 2 do
    numbers[#numbers + 1], at.since = found_here[i], tonumber(found_here[i + 1])
  end
  if #numbers < LOOK then return again_at(P, person, numbers), 'done' end
  at.since = at.since - 1   -- one event may have gained several, fewer than these
  return again_at(P, person, numbers), 'gained'
end

local function reasons(call, at)
  local list, causes = {}, {}
  for _, pair in ipairs({ { 'n', 'NOT_ALLOWED' }, { 's', 'SKILL' }, { 'x', 'EXCLUDED' } }) do
    if at.met[pair[1]] then causes[#causes + 1] = { cause = pair[2], tasks = 0 } end
  end
  if at.met.c then list[1] = { reason = 'AT_CAP' } end
  if #causes > 0 then list[#list + 1] = { reason = 'NOT_ELIGIBLE', causes = causes } end
  if #list > 0 then return list end
  local first = leases.first_of_all(call.P)
  if not first then return { { reason = 'QUEUE_EMPTY' } } end
  return { { reason = 'ALL_LEASED', next_free = leases.next_free(call, first) } }
end

change('reserve_anywhere', {}, function(call, arg)
  local person = people.load(call.P, arg.person) or { number = tonumber(arg.person), changed = 0, groups = {} }
  local cause = standing(person, EVERYWHERE)
  if cause ~= '' then
    local list = { { reason = 'NOT_ELIGIBLE', causes = { { cause = cause, tasks = 0 } } } }
    return negative(call, 'nothing', cmsgpack.pack(list))
  end
  local at, looked = position(call, person, arg.cursor), 0
  while at.phase ~= 'done' do
    if looked >= LOOK then return { 'more', cursor_of(call, person, at) } end
    local members, after = phases[at.phase](call.P, at, person)
    local body = first_of(call, at, person, members, tonumber(arg.count))
    if body == false then return { 'again' } end
    if body then return commit(call, 'granted', body) end
    looked, at.phase = looked + #members, after
  end
  return negative(call, 'nothing', cmsgpack.pack(reasons(call, at)))
end)
