-- Effects of events about leases and tasks.

-- Notes that an untouched entry comes out of its backlog.
local function from_front(batch, queue, class, rank, entry)
  local name = class .. ':' .. rank
  local front = batch.fronts[name] or { queue = queue, class = class, rank = rank, entries = {} }
  batch.fronts[name] = front
  front.entries[#front.entries + 1] = entry
end

function apply.granted(P, event)
  local b, batch = event.body, entries.batch(P)
  local slots = tonumber(redis.call('HGET', keys.queue(P, b.queue), 'slots'))
  for _, task in ipairs(b.tasks) do
    local entry, i, class, rank = task[1], task[2], task[3], task[4]
    local record = opened(batch, entry, function()
      from_front(batch, b.queue, class, rank, entry)
      return entries.untouched(b.queue, class, rank, slots)
    end)
    record.s[i] = { ASSIGNED, b.person, event.seq, GRANTED, event.wall, record.s[i][6] }
    entries.set_deadline(batch, b.queue, entry, i, b.deadline)
  end
  entries.finish(batch)
end

function apply.started(P, event)
  local b, batch = event.body, entries.batch(P)
  entries.edit(batch, b.entry, b.slot, function(slot) slot[1] = IN_PROGRESS end)
  entries.set_deadline(batch, b.queue, b.entry, b.slot, b.deadline)
  entries.finish(batch)
end

function apply.renewed(P, event)
  local batch = entries.batch(P)
  for _, task in ipairs(event.body.tasks) do
    local queue
    entries.edit(batch, task[1], task[2], function(slot, record)
      queue = record.q
      if event.body.takeover == 1 then slot[3], slot[5] = event.seq, event.wall end
    end)
    entries.set_deadline(batch, queue, task[1], task[2], task[3])
  end
  entries.finish(batch)
end

-- A late submission (late = 1) takes the free slot again and finishes it in this one event.
function apply.submitted(P, event)
  local b, batch = event.body, entries.batch(P)
  entries.edit(batch, b.entry, b.slot, function(slot)
    slot[1], slot[2], slot[3] = FINISHED_BY_MEANING[b.meaning], b.person, b.token
    slot[4], slot[5], slot[6] = SUBMITTED, event.wall, 0
  end)
  entries.finish(batch)
end

local function give_back_all(P, tasks, cause, wall, to_pool)
  local batch = entries.batch(P)
  for _, task in ipairs(tasks) do
    entries.edit(batch, task[1], task[2], function(slot) give_back(slot, cause, wall, to_pool) end)
  end
  entries.finish(batch)
end

function apply.released(P, event) give_back_all(P, event.body.tasks, RELEASED, event.wall) end
function apply.expired(P, event) give_back_all(P, event.body.tasks, EXPIRED, event.wall) end

function apply.revoked(P, event)
  local b = event.body
  local person = people.load(P, b.person)
  give_back_all(P, b.tasks, REVOKED, event.wall, not (person.member and person.active))
  if b.done == 1 then redis.call('HDEL', keys.recalls(P), b.person)
  else redis.call('HSET', keys.recalls(P), b.person, b.cursor) end
end

-- A finished task goes back to its author. If the whole entry had left Redis, the event brings the
-- authors of its other slots along, so that none of them is ever given a second one.
local function finished_record(b)
  local record = { q = b.queue, c = b.class, p = b.priority, s = {}, touched = true }
  for _, author in ipairs(b.authors) do
    record.s[author[1]] = { author[3], author[2], 0, SUBMITTED, 0, 0 }
  end
  return record
end

function apply.returned(P, event)
  local b, batch = event.body, entries.batch(P)
  local record = opened(batch, b.entry, function() return finished_record(b) end)
  record.s[b.slot] = { RETURNED, b.person, 0, 'returned', event.wall, 1 }
  entries.finish(batch)
end

-- An entry that nobody has touched stays in its backlog as a dead integer until it is met there.
local function bury(batch, queue, slots, task)
  lanes.bury(batch.P, queue, task[2], task[1])
  count(batch, queue, 'queued', -slots)
  count(batch, queue, 'removed', slots)
end

function apply.removed(P, event)
  local queue, batch = event.body.queue, entries.batch(P)
  local slots = tonumber(redis.call('HGET', keys.queue(P, queue), 'slots'))
  for _, task in ipairs(event.body.entries) do
    if entries.load(P, task[1]) then
      local record = opened(batch, task[1])
      record.gone = true
      for i, slot in ipairs(record.s) do
        if not is_finished(slot) then record.s[i] = { REMOVED, 0, 0, 'removed', 0, 0 } end
      end
    else
      bury(batch, queue, slots, task)
    end
  end
  entries.finish(batch)
end
