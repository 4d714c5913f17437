-- reserve: lease to one person the first tasks of a queue that they may do.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person count target
--   count   most tasks to grant, 1..100
--   target  0, or: grant only what they need to hold this many
--
-- Order: their own returned tasks, then (priority, first entry). Corrections are exempt from max_held.
--
-- Returns one of
--   {'ok', seq, chain, clock, granted}
--   {'nothing', seq, chain, clock, reasons}   packed, in the order of SEMANTICS §1; the first one decides;
--                                             none: they hold `target` already
--   {'not_found', seq, chain, clock, 'queue'}
--   {'again'}                                 dead integers were cleared away: repeat the call

-- Their returned tasks of this queue: {entry, slot, class, rank} each.
local function corrections(P, queue, person, limit)
  local tasks = {}
  for _, member in ipairs(redis.call('ZRANGE', keys.own(P, person.number, queue.number), 0, limit - 1)) do
    local entry = tonumber(member)
    local record = entries.load(P, entry)
    for i, slot in ipairs(record.s) do
      if slot[1] == RETURNED and slot[2] == person.number then
        tasks[#tasks + 1] = { entry, i, record.c, record.p }
      end
    end
  end
  return tasks
end

-- What keeps available tasks from this person: how many wait in lanes that are not theirs, and how
-- many of their lanes' they have a slot of.
local function unsuited(P, queue, person)
  local skill, excluded = 0, 0
  for class in ipairs(queue.classes) do
    if skilled(person, queue, class) then
      excluded = excluded + redis.call('ZCARD', keys.excluded(P, queue.number, class, person.number))
    else
      skill = skill + lanes.size(P, queue.number, class)
    end
  end
  local causes = {}
  if skill > 0 then causes[#causes + 1] = { cause = 'SKILL', tasks = skill } end
  if excluded > 0 then causes[#causes + 1] = { cause = 'EXCLUDED', tasks = excluded } end
  return causes
end

-- Every reason that holds, in the order of SEMANTICS §1.
local function reasons(call, queue, person, cause, at_cap, heads)
  local P, list = call.P, {}
  if cause ~= '' then list[1] = { reason = 'NOT_ELIGIBLE', causes = { { cause = cause, tasks = 0 } } } end
  if at_cap then list[#list + 1] = { reason = 'AT_CAP', max_held = queue.max_held } end
  if lanes.any(P, queue.number, heads) then
    local causes = cause == '' and unsuited(P, queue, person) or {}
    if #causes > 0 then list[#list + 1] = { reason = 'NOT_ELIGIBLE', causes = causes } end
    return list
  end
  local first = redis.call('ZRANGE', keys.queue_leases(P, queue.number), 0, 0, 'WITHSCORES')
  if first[1] then
    list[#list + 1] = { reason = 'ALL_LEASED', next_free = math.max(0, tonumber(first[2]) - call.clock) }
  else
    list[#list + 1] = { reason = 'QUEUE_EMPTY' }
  end
  return list
end

local function nothing(call, queue, person, cause, at_cap, heads)
  return negative(call, 'nothing', cmsgpack.pack(reasons(call, queue, person, cause, at_cap, heads)))
end

-- How many they may get: all told, and how many of them as new work.
local function room(P, queue, person, arg)
  local held = redis.call('ZCARD', keys.held(P, person.number, queue.number))
  seen.holds = held > 0
  local wanted, target = tonumber(arg.count), tonumber(arg.target)
  if target > 0 then wanted = math.min(wanted, target - held) end
  return wanted, math.max(0, queue.max_held - held)
end

change('reserve', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(P, arg.person) or { number = tonumber(arg.person), skills = {} }
  local cause = standing(person, queue)
  local wanted, free = room(P, queue, person, arg)
  local heads = lanes.heads(P, queue.number)
  if cause ~= '' then return nothing(call, queue, person, cause, free == 0, heads) end
  if wanted <= 0 then return negative(call, 'nothing', cmsgpack.pack({})) end
  local tasks = corrections(P, queue, person, wanted)
  local picks, blocked = lanes.search(P, queue, person, heads, math.min(wanted - #tasks, free - #tasks))
  if blocked then
    lanes.compact(P, queue.number, blocked.class, blocked.rank)
    return { 'again' }
  end
  for i = 1, #picks do tasks[#tasks + 1] = picks[i] end
  if #tasks == 0 then return nothing(call, queue, person, '', free == 0, heads) end
  return commit(call, 'granted',
    { queue = queue.number, person = person.number, deadline = call.clock + queue.lease_ms, tasks = tasks })
end)
