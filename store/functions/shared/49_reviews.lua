-- Reviews: what is made in a queue is looked at by somebody else (SEMANTICS §6). A task under review is IN_REVIEW until
-- every review task of it is finished: then its round ends.
local reviews = {}

local REVIEWS = 2 ^ 45

-- What a task's record says of its submissions: round (0: there was one of which nothing is known here), open (its review
-- tasks that are not finished), back (1: the round ends with its return), r (units RETURNED or RESOLVED, each as
-- unit * UNIT.STEP + state), p (1: a review of it has passed), m (labels reported missing so far), meaning (of its status),
-- status, begun (the event of the round's last decision; 0: nothing of it was decided), a (its authors), lot (the lot whose
-- end it waits for; 0: none).
function reviews.blank(round)
  return { round = round, open = {}, back = 0, r = {}, p = 0, m = 0, meaning = 0, status = 0, begun = 0, a = {}, lot = 0 }
end

-- Whether a fence covers the task under review.
function fences.covers_review(P, stage, entry)
  local record = entries.load(P, entry)
  return record and fences.covers(P, queues.load(P, stage.base), record.of[1])
end

function reviews.of(record, i) return record.v and record.v[i] or nil end

-- Whether reviewers decided something after event `as_of`. It may be for ever, or to be corrected, and it counts as a
-- rejection: who does not know of it does not know what the units are.
function reviews.decided_since(record, i, as_of)
  local known = reviews.of(record, i)
  return known ~= nil and known.begun > as_of
end

-- What is said of the slot, to be changed, in a record that is.
function reviews.edit(record, i)
  local list, known = {}, reviews.of(record, i)
  for n = 1, #record.s do list[n] = record.v and record.v[n] or false end
  local copy = reviews.blank(0)
  for field, content in pairs(known or NONE) do copy[field] = content end
  list[i], record.v = copy, list
  return copy
end

function reviews.unit(packed) return math.floor(packed / UNIT.STEP) end
function reviews.note(packed) return packed % UNIT.STEP end

-- The units of a list, to be looked up: 10,000 are as many as there may be.
function reviews.set_of(units)
  local set = {}
  for n = 1, #units do set[units[n]] = true end
  return set
end

-- A list of its own with the same in it; unpack stops at 8,000.
function reviews.copied(list)
  local copy = {}
  for n = 1, #list do copy[n] = list[n] end
  return copy
end

-- The units of a review task that go to an expert when it ends, after decisions {unit, action, state}.
function reviews.sent_on(record, decisions)
  local list = reviews.copied(record.h or NONE)
  for _, one in ipairs(decisions) do
    if one[3] == UNIT.PENDING then list[#list + 1] = one[1] end
  end
  return list
end

-- Whether a review of the submission has passed: by its record, or, where nothing is said of it there, as is known.
function reviews.passed(record, i, known)
  local of = reviews.of(record, i)
  if of then return of.p == 1 end
  return known == '1'
end

-- Whether anybody has begun to review the submission: a review is started, or finished.
function reviews.started(P, record, i)
  if record.s[i][1] ~= IN_REVIEW then return false end
  local known = reviews.of(record, i)
  if known.begun > 0 then return true end
  for _, entry in ipairs(known.open) do
    if entries.load(P, entry).s[1][1] == IN_PROGRESS then return true end
  end
  return false
end

-- The review tasks that end when these tasks ({entry, slot} first) leave IN_REVIEW, whatever they become.
function reviews.ended_with(P, tasks)
  local list = {}
  for _, task in ipairs(tasks) do
    local record = entries.load(P, task[1])
    local slot = record and record.s[task[2]]
    if slot and slot[1] == IN_REVIEW then
      for _, number in ipairs(reviews.of(record, task[2]).open) do list[#list + 1] = number end
    end
  end
  return list
end

-- The same of all tasks of these entries.
function reviews.ended_with_entries(P, list)
  local tasks = {}
  for _, task in ipairs(list) do
    local record = entries.load(P, task[1])
    for i = 1, record and record.v and #record.v or 0 do tasks[#tasks + 1] = { task[1], i } end
  end
  return reviews.ended_with(P, tasks)
end

-- Who of the candidates may review what these authors made.
local function able(P, stage, candidates, authors)
  local list = {}
  for _, number in ipairs(candidates) do
    local person = people.load(P, number)
    if person and standing(person, stage) == '' and not contains(authors, number) then list[#list + 1] = number end
  end
  table.sort(list)
  return list
end

local LOOK = 500             -- members looked at where nobody is named

-- Whether any of the candidates, or where none are named of the first members, may review what these did not make.
function reviews.anybody(P, stage, candidates, authors)
  if #candidates > 0 then return #able(P, stage, candidates, authors) > 0 end
  local members = redis.call('ZRANGE', keys.members(P), 0, LOOK - 1)
  for n, member in ipairs(members) do members[n] = tonumber(member) end
  return #members == LOOK or #able(P, stage, members, authors) > 0
end

-- Of those with the fewest pending units one: their turn goes round with the numbers of review tasks.
local function least_loaded(P, stage, list, loads, n)
  local fewest, ties
  for _, person in ipairs(list) do
    local load = loads[person] or number_or(redis.call('HGET', keys.review_load(P, stage.number), person), 0)
    loads[person] = load
    if not fewest or load < fewest then fewest, ties = load, { person }
    elseif load == fewest then ties[#ties + 1] = person end
  end
  return ties[n % #ties + 1]
end

local NOBODY_LEFT = 3        -- how a reviewer was chosen: mapped, but none of those may

-- What a call has planned so far: the last number of a review task, and people's loads with what is planned for them.
function reviews.so_far(P)
  return { made = number_or(redis.call('HGET', keys.totals(P), 'reviews'), 0), loads = {} }
end

-- Review tasks to be made of groups {candidates, units, by, others (may be missing)}: {entry, stage, person or 0, by,
-- units, rejected, others, candidates} each; others: who may not do it besides the authors.
function reviews.planned(P, stage, groups, authors, so_far)
  local list, loads = {}, so_far.loads
  for _, group in ipairs(groups) do
    so_far.made = so_far.made + 1
    local person, by, able_ones = 0, group.by, able(P, stage, group.candidates, reviews.joined(authors, group.others or NONE))
    if #able_ones > 0 then
      person = least_loaded(P, stage, able_ones, loads, so_far.made)
      loads[person] = loads[person] + #group.units
    elseif #group.candidates > 0 then by = NOBODY_LEFT end
    list[#list + 1] = { REVIEWS + so_far.made, stage.number, person, by, group.units, NONE, group.others or NONE,
      group.candidates }
  end
  return list
end

-- Who has a review task from now on that waited for somebody who may not do it any more; 0: anybody.
function reviews.chosen_again(P, stage, record, entry)
  local list = able(P, stage, record.k or NONE, record.a)
  return #list > 0 and least_loaded(P, stage, list, {}, entry - REVIEWS) or 0
end

-- Of each review task, which of its units were rejected before, and how often.
function reviews.note_rejects(made, rejects)
  local times = {}
  for _, pair in ipairs(rejects) do times[pair[1]] = pair[2] end
  for _, review in ipairs(made) do
    local rejected = {}
    for _, unit in ipairs(review[5]) do
      if times[unit] then rejected[#rejected + 1] = { unit, times[unit] } end
    end
    review[6] = rejected
  end
end

local RELIEVED = 0.8         -- of the most that may wait: below it people are given work again

-- So many more review tasks of a queue are not finished: whether that is too many is settled by each event that changes it.
function reviews.press(P, number, by)
  local queue, key = queues.load(P, number), keys.queue(P, number)
  local known = seen.backlogs[number]
  if not known then
    local f = redis.call('HMGET', key, 'backlog', 'pressed')
    known = { number_or(f[1], 0), number_or(f[2], 0) }
    seen.backlogs[number] = known
  end
  local limit, pressed = queue.review.backlog, known[2]
  known[1] = known[1] + by
  if limit == 0 or known[1] < RELIEVED * limit then known[2] = 0
  elseif known[1] > limit then known[2] = 1 end
  writes.put(key, 'backlog', known[1])
  if known[2] ~= pressed then
    writes.put(key, 'pressed', known[2])
    stir(number)
    if known[2] == 0 then gain(number) end
  end
  queue.pressed = known[2] == 1
end

-- Who is out of the project, or was taken out of the queue, does no corrections: they go to the pool.
function reviews.author_is_out(P, queue, slot)
  local author = people.load(P, slot[2])
  if not (author.member and author.active) then return true end
  return author.fences[queue.number] ~= nil and standing(author, queue) ~= ''
end

-- What a task is when nothing of it is under review any more; back: something of it is returned.
function reviews.ends_as(P, queue, known, slot, back)
  if not back then return FINISHED_BY_MEANING[known.meaning] end
  return reviews.author_is_out(P, queue, slot) and QUEUED or RETURNED
end

-- Review tasks of the tasks {entry, slot, groups, rejects} of a lot: {entry, slot, made, author} of those that wait for it.
function reviews.of_lot(P, queue, number, tasks)
  local stage, so_far, list = queues.load(P, REVIEW * STAGE + queue), reviews.so_far(P), {}
  entries.fetch(P, tasks)
  for _, task in ipairs(tasks) do
    local record = reviews.lots.waiting(P, number, task)
    if record then
      local made = reviews.planned(P, stage, task[3], reviews.of(record, task[2]).a, so_far)
      reviews.note_rejects(made, task[4])
      list[#list + 1] = { task[1], task[2], made, record.s[task[2]][2] }
    end
  end
  return list
end

-- The list with `more` that it does not hold yet, sorted.
function reviews.joined(list, more)
  local all = reviews.copied(list)
  for _, one in ipairs(more) do
    if not contains(all, one) then all[#all + 1] = one end
  end
  table.sort(all)
  return all
end
