-- Giving: what every way to get work shares: a person's corrections, the grant, the reasons for nothing.
local giving = {}

-- Their returned tasks of this queue, with which they were loaded: {entry, slot, class, rank} each.
function giving.corrections(P, queue, person, limit)
  local tasks, look = {}, queue.fences and limit + MAX_DEAD or limit
  if not person.returned then return tasks end
  for _, member in ipairs(redis.call('ZRANGE', keys.own(P, person.number, queue.number), 0, look - 1)) do
    local entry = tonumber(member)
    if #tasks == limit then break end
    local record = entries.load(P, entry)
    for i, slot in ipairs(record.s) do
      if slot[1] == RETURNED and slot[2] == person.number and not fences.covers(P, queue, entry) then
        tasks[#tasks + 1] = { entry, i, record.c, record.p }
      end
    end
  end
  return tasks
end

-- What keeps available tasks from this person: how many wait in lanes that are not theirs, and how
-- many of their lanes' they have a slot of; or that nobody pulls there, and how many wait to be assigned.
local function unsuited(P, queue, person)
  local skill, excluded = 0, 0
  if queue.distributed > 0 then
    for class in ipairs(queue.classes) do excluded = excluded + lanes.size(P, queue.number, class) end
    return { { cause = 'NOT_ASSIGNED', tasks = excluded } }
  end
  for class in ipairs(queue.classes) do
    if skilled(person, queue, class) then
      excluded = excluded + redis.call('ZCARD', keys.excluded(P, queue.number, class, person.number))
        - redis.call('ZCARD', keys.soft(P, queue.number, class, person.number))
    else
      skill = skill + lanes.size(P, queue.number, class)
    end
  end
  local causes = {}
  if skill > 0 then causes[#causes + 1] = { cause = 'SKILL', tasks = skill } end
  if excluded > 0 then causes[#causes + 1] = { cause = 'EXCLUDED', tasks = excluded } end
  return causes
end

-- Every reason that holds, in the order of SEMANTICS §1. Who may not see what waits is told nothing of it.
local function reasons(call, queue, person, cause, at_cap, heads)
  local P, list, hidden = call.P, {}, unseen(person, queue)
  if cause == '' and hidden then cause = 'NOT_ALLOWED' end
  if cause ~= '' then list[1] = { reason = 'NOT_ELIGIBLE', causes = { { cause = cause, tasks = 0 } } } end
  if queue.control.paused > 0 or queue.manual == 1 then
    list[#list + 1] = { reason = 'PAUSED', manual = queue.control.paused == 0 and 1 or nil }
  end
  if at_cap then list[#list + 1] = { reason = 'AT_CAP', max_held = queue.max_held } end
  if queue.pressed then list[#list + 1] = { reason = 'BACKPRESSURE' } end
  if hidden then return list end
  if lanes.any(P, queue.number, heads) then
    local causes = cause == '' and unsuited(P, queue, person) or {}
    if #causes > 0 then list[#list + 1] = { reason = 'NOT_ELIGIBLE', causes = causes } end
    return list
  end
  local first, due = leases.first(P, queue), delays.first(call, queue.number)
  if first then list[#list + 1] = { reason = 'ALL_LEASED', next_free = leases.next_free(call, first) } end
  if due then list[#list + 1] = { reason = 'NOT_BEFORE', next_free = due } end
  if not first and not due then list[#list + 1] = { reason = 'QUEUE_EMPTY' } end
  return list
end

function giving.reasons(call, queue, person, cause, full, heads)
  return cmsgpack.pack(reasons(call, queue, person, cause, full, heads))
end

-- The body of a grant: `new` tasks after corrections. batch: 0 the queue has none, 1 the new ones are one,
-- 2 it has, but corrections are all there is. wide: 0, or in which of its calls a project-wide Reserve came
-- to this queue.
function giving.granted(call, queue, person, tasks, new, wide)
  for i = 1, #new do tasks[#tasks + 1] = new[i] end
  return {
    queue = queue.number, person = person.number, deadline = call.clock + queue.lease_ms, tasks = tasks,
    batch = queue.batch_size == 0 and 0 or #new > 0 and 1 or 2, wide = wide or 0,
  }
end

-- The first new tasks they may have; nil: dead integers, or what a fence covers, were in the way and are
-- cleared, ask again.
function giving.search(P, queue, person, heads, want)
  local picks, blocked = lanes.search(P, queue, person, heads, want)
  if fences.in_the_way(P, queue, heads, picks) then return nil end
  if not blocked then return picks end
  lanes.compact(P, queue.number, blocked.class, blocked.rank, queue)
  return nil
end
