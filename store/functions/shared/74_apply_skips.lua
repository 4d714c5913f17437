-- Effects of events about skipped tasks.

local TAIL = 2 ^ 52          -- own lists: above every score of an entry, plus the seq that put it there

-- Who has skipped a task, with one more.
local function with_skipper(record, person)
  local people = { person }
  for _, one in ipairs(record.x or NONE) do
    if one ~= person then people[#people + 1] = one end
  end
  return people
end

-- The slot from then on, and, for others, who they are not.
local function skip(record, b, event)
  local slot = { unpack(record.s[b.slot]) }
  record.s[b.slot] = slot
  if b.policy == DISCARD then
    record.s[b.slot] = { DISCARDED, b.person, b.token, SKIPPED, event.wall, 0 }
    return
  end
  slot[6] = b.policy == FOR_ME and 1 or 0
  give_back(slot, SKIPPED, event.wall)
  if b.policy == FOR_ME then return end
  record.x = with_skipper(record, b.person)
  if b.escalated == 1 then record.e = 1 end
end

-- One event ends the hold and gives what comes next.
function apply.skipped(P, event)
  local b, batch = event.body, effects.begin(P, { { event.body.entry }, unpack(event.body.tasks) })
  skip(effects.open(batch, b.entry).after, b, event)
  if #b.tasks > 0 then grant(batch, event, b.tasks) end
  if b.batch == 1 then issue(P, b.queue) end
  local of_queue = effects.of_queue(batch, b.queue)
  if of_queue.rules.batch_size > 0 then of_queue.together = { b.person, b.deadline } end
  effects.finish(batch)
  if b.policy == FOR_ME then writes.rank(keys.own(P, b.person, b.queue), TAIL + event.seq, b.entry) end
end

function apply.escalated(P, event)
  local b, batch = event.body, effects.begin(P, event.body.entries)
  for _, entry in ipairs(b.entries) do effects.open(batch, entry[1]).after.e = 1 end
  effects.finish(batch)
end

-- Nobody has skipped them; they are back at their first place.
function apply.skips_cleared(P, event)
  local b, batch = event.body, effects.begin(P, event.body.entries)
  for _, entry in ipairs(b.entries) do
    local record = effects.open(batch, entry[1]).after
    record.x, record.e = nil, nil
  end
  effects.finish(batch)
end
