-- Effects of events about reviews.

local MISSING = 2 ^ 20       -- labels that were reported missing are units MISSING + 1, …

function apply.review_changed(P, event)
  local b = event.body
  redis.call('HSET', keys.queue(P, b.queue), 'review', cmsgpack.pack(b.rules), 'review_seq', event.seq)
  redis.call('HSET', keys.totals(P), 'settings_seq', event.seq)
  seen.queues[b.queue] = nil
  reviews.press(P, b.queue, 0)
end

-- A review task comes into being: it waits for its person, or for anybody who may do it.
local function make(batch, event, review, of, known_authors, rank)
  local P, entry, stage, person = batch.P, review[1], review[2], review[3]
  local authors = #review[7] > 0 and reviews.joined(known_authors, review[7]) or known_authors
  local before = { q = stage, c = 1, p = rank, s = { { NOT_YET, 0, 0, '', 0, 0 } }, of = of, a = authors, u = NONE,
    by = review[4], k = review[8] }
  local record, times = effects.open(batch, entry, before).after, {}
  for _, pair in ipairs(review[6]) do times[pair[1]] = pair[2] end
  record.u = {}
  for n, unit in ipairs(review[5]) do record.u[n] = unit * UNIT.STEP + math.min(times[unit] or 0, UNIT.STEP - 1) end
  record.s[1] = person > 0 and { RETURNED, person, 0, 'mapped', event.wall, CORRECTION } or { unpack(FREE_SLOT) }
  writes.count(keys.counts(P, stage), 'tasks', 1)
  writes.count(keys.totals(P), 'reviews', 1)
  local fallback_ms = effects.of_queue(batch, stage).rules.fallback_ms
  if person > 0 and fallback_ms > 0 then writes.rank(keys.falling(P), event.clock + fallback_ms, entry) end
end

-- What a task knows of a round that begins: nothing of it is under review yet.
function reviews.begin(record, i, given)
  local known = reviews.edit(record, i)
  known.round, known.back, known.r, known.open, known.a = given.round, 0, {}, {}, given.authors
  known.m, known.meaning, known.status = math.max(known.m, given.missing), given.meaning, given.status
  known.p, known.begun, known.lot = 0, 0, 0
  return known
end

-- A round begins with a submission of which something is to be reviewed, or waits for its lot.
function reviews.open_round(batch, event, record)
  local b, review = event.body, event.body.review
  local known = reviews.begin(record, b.slot,
    { round = review.round, authors = review.authors, missing = review.missing, meaning = b.meaning, status = b.status })
  if #review.lot > 0 then known.lot = reviews.lots.add(batch.P, event, review.lot, queues.load(batch.P, b.queue).review.lot_size) end
  for n, one in ipairs(review.reviews) do
    known.open[n] = one[1]
    make(batch, event, one, { b.entry, b.slot }, review.authors, record.p)
  end
end

-- Nothing of a submission is to be reviewed: who takes it up again looks up what came before.
function reviews.close(record, i)
  local list = {}
  for n = 1, #record.s do list[n] = n ~= i and record.v[n] or false end
  record.v = list
end

-- What was submitted is taken up again by another way than a decision: what was under review is so no more.
function reviews.take_up(record, i)
  local known = reviews.edit(record, i)
  known.open, known.back, known.lot = {}, 0, 0
end

-- Review tasks end without having been finished.
function reviews.cancel(batch, list)
  for _, entry in ipairs(list) do effects.remove(effects.open(batch, entry)) end
end

-- The record of a review task after decisions: what is pending, and what goes to an expert; its slot when it goes on.
local function decide(batch, event)
  local b = event.body
  local record, decided, left = effects.open(batch, b.entry).after, {}, {}
  local sent = reviews.sent_on(record, b.units)
  for _, one in ipairs(b.units) do decided[one[1]] = true end
  for _, packed in ipairs(record.u) do
    if not decided[reviews.unit(packed)] then left[#left + 1] = packed end
  end
  record.u, record.h = left, #sent > 0 and sent or nil
  if b.ended == 1 then
    record.s[1] = { COMPLETED, b.person, b.token, 'decided', event.wall, 0 }
    return
  end
  local slot = effects.edit(batch, b.entry, 1)
  slot[1], slot[8] = IN_PROGRESS, event.clock
  effects.set_deadline(effects.of_queue(batch, b.queue), b.entry, 1, b.deadline, b.person)
end

-- What its task is once nothing of it is under review: back with its author, with anybody, or finished.
local function leave(record, i, state, author, wall)
  local slot = { state, author, record.s[i][3], SUBMITTED, wall, 0 }
  if state == RETURNED then slot = { RETURNED, author, 0, 'rejected', wall, CORRECTION }
  elseif state == QUEUED then slot = { QUEUED, 0, 0, 'rejected', wall, 0 } end
  record.s[i], record.v[i].lot = slot, 0
end

-- Units are returned, whoever else returned them too, and so many labels are missing.
local function give_back_units(known, units, missing)
  local r = reviews.copied(known.r)
  local there = reviews.set_of(r)
  local function add(unit)
    local packed = unit * UNIT.STEP + UNIT.RETURNED
    if not there[packed] then r[#r + 1], there[packed] = packed, true end
  end
  for n = 1, #units do add(units[n]) end
  for n = 1, missing do add(MISSING + known.m + n) end
  known.r, known.m = r, known.m + missing
end

-- What a task knows of its round after decisions on one of its review tasks.
local function note(known, event)
  local b, open, returned = event.body, {}, {}
  for _, one in ipairs(b.units) do
    if one[3] == UNIT.RETURNED then returned[#returned + 1] = one[1] end
  end
  give_back_units(known, returned, b.missing)
  known.begun, known.p = event.seq, FINISHED[b.state] and 1 or 0
  known.back = #known.r > 0 and 1 or 0
  for _, entry in ipairs(b.state == 0 and known.open or NONE) do
    if b.ended == 0 or entry ~= b.entry then open[#open + 1] = entry end
  end
  for _, one in ipairs(b.made) do open[#open + 1] = one[1] end
  known.open = open
end

local function has_any(packed_units, decided)
  for _, packed in ipairs(packed_units) do
    if decided[reviews.unit(packed)] then return true end
  end
  return false
end

-- Who decides about a unit is given no other review of it in this stage; what they have already stays theirs.
local function keep_apart(batch, event, known)
  local b, decided = event.body, {}
  for _, one in ipairs(b.units) do decided[one[1]] = true end
  for _, entry in ipairs(known.open) do
    local record = entry ~= b.entry and effects.open(batch, entry).after
    local theirs = record and record.s[1][1] ~= QUEUED and record.s[1][2] == b.person
    if record and record.q == b.queue and not theirs and has_any(record.u, decided) then
      record.a = reviews.joined(record.a, { b.person })
    end
  end
end

function apply.decided(P, event)
  local b = event.body
  local batch = effects.begin(P, { { b.entry }, b.of })
  local record, i = effects.open(batch, b.of[1]).after, b.of[2]
  local known = reviews.edit(record, i)
  if #known.open > 1 then keep_apart(batch, event, known) end
  decide(batch, event)
  for _, one in ipairs(b.made) do
    make(batch, event, one, b.of, effects.open(batch, b.entry).after.a, record.p)
  end
  note(known, event)
  if b.state > 0 then leave(record, i, b.state, b.author, event.wall) end
  reviews.cancel(batch, b.cancelled)
  effects.finish(batch)
end

function apply.fixed(P, event)
  local b, batch = event.body, effects.begin(P, NONE)
  local known = reviews.edit(effects.open(batch, b.entry).after, b.slot)
  local fixed, r = reviews.set_of(b.units), {}
  for n, packed in ipairs(known.r) do
    r[n] = fixed[reviews.unit(packed)] and reviews.unit(packed) * UNIT.STEP + UNIT.RESOLVED or packed
  end
  known.r = r
  effects.finish(batch)
end

-- What people say to each other changes no state: it is read from Postgres.
function apply.commented() end
function apply.checked() end
function apply.units_deleted() end   -- of what is finished Redis knows no units

-- What waited for one person is anybody's; what they hold is so once they give it back.
function apply.fell_back(P, event)
  local tasks = {}
  for n, entry in ipairs(event.body.entries) do tasks[n] = { entry } end
  local batch = effects.begin(P, tasks)
  for _, entry in ipairs(event.body.entries) do
    local slot = effects.edit(batch, entry, 1)
    if slot[1] == RETURNED then slot[1], slot[2], slot[3] = QUEUED, 0, 0 end
    slot[6] = 0
    writes.unrank(keys.falling(P), entry)
  end
  effects.finish(batch)
end

-- More review tasks of a task {entry, slot, …} that is under review.
function reviews.add_open(batch, event, record, task, known, made)
  known.open = reviews.copied(known.open)
  for _, one in ipairs(made) do
    known.open[#known.open + 1] = one[1]
    make(batch, event, one, { task[1], task[2] }, known.a, record.p)
  end
end

-- A task {entry, slot, …, author, …, given}, with its record, is under review by these from now on, whether it was so or not.
function reviews.add(batch, event, record, task)
  local i, given = task[2], task[10]
  local known = record.s[i][1] == IN_REVIEW and reviews.edit(record, i) or reviews.begin(record, i, given)
  record.s[i] = { IN_REVIEW, task[5], record.s[i][3], SUBMITTED, event.wall, 0 }
  reviews.add_open(batch, event, record, task, known, given.reviews)
end

function apply.reviews_added(P, event)
  local b, queue = event.body, queues.load(P, event.body.queue)
  local batch = effects.begin(P, b.tasks)
  for _, task in ipairs(b.tasks) do reviews.add(batch, event, effects.record_of(batch, queue, task), task) end
  effects.finish(batch)
end

-- Issues from outside a review: the task goes back with them.
function apply.objected(P, event)
  local b, queue = event.body, queues.load(P, event.body.queue)
  local batch, task = effects.begin(P, NONE), event.body.tasks[1]
  reviews.cancel(batch, b.cancelled)
  local record, i = effects.record_of(batch, queue, task), task[2]
  local given = { round = b.round, authors = b.authors, missing = b.before, meaning = b.meaning, status = 0 }
  local under_review = record.s[i][1] == IN_REVIEW
  local known = under_review and reviews.edit(record, i) or reviews.begin(record, i, given)
  known.open, known.lot = {}, 0
  give_back_units(known, b.units, b.missing)
  record.s[i] = b.state == RETURNED and { RETURNED, task[5], 0, 'rejected', event.wall, CORRECTION }
    or { QUEUED, 0, 0, 'rejected', event.wall, 0 }
  effects.finish(batch)
end

-- Of the tasks of a lot some are under review from here on, and all wait for what that finds.
function apply.lot_closed(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  for _, task in ipairs(b.tasks) do
    local record = effects.open(batch, task[1]).after
    reviews.add_open(batch, event, record, task, reviews.edit(record, task[2]), task[3])
  end
  reviews.lots.close(P, b.lot)
  effects.finish(batch)
end

-- Nothing waits for the lot any more.
function apply.lot_judged(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  for _, task in ipairs(b.tasks) do
    local record, i = effects.open(batch, task[1]).after, task[2]
    local known = reviews.edit(record, i)
    known.lot = 0
    reviews.add_open(batch, event, record, task, known, task[3])
    if FINISHED[task[5]] then known.p = 1 end
    if task[5] > 0 then leave(record, i, task[5], task[4], event.wall) end
  end
  reviews.cancel(batch, b.cancelled)
  reviews.lots.forget(P, b.lot)
  effects.finish(batch)
end
