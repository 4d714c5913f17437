-- Who may do what: members, queues' rules, and the one eligibility predicate.
-- ADMIN 1, TEAM_MANAGER 2, OWNER 4, REVIEWER 8, ANNOTATOR 16, ANNOTATOR_AND_REVIEWER 32.
local MAY_ANNOTATE = 1 + 2 + 4 + 16 + 32
local MAY_REVIEW = 1 + 2 + 4 + 8 + 32
local MANAGES = 1 + 2        -- besides, in a queue, its owner
local people, queues, stages = {}, {}, {}

-- What is known of a person, never to be changed: number, member, active, roles, skills, fence, changed, groups,
-- fences (by queue).
-- `can` is the set of their skills, once it has been asked for; `returned` tells whether tasks of the queue
-- that was asked about came back to them.
function people.load(P, person, queue)
  local key = keys.person(P, person)
  local f = queue and redis.call('HMGET', key, 'record', 'groups', 'fences', 'own' .. text(queue))
    or redis.call('HMGET', key, 'record', 'groups', 'fences')
  if not f[1] then return nil end
  local known = unpacked_once(key, f[1])
  if not known.number then
    known.number, known.member, known.active, known.can = tonumber(person), known[1] == 1, known[2] == 1, false
    known.roles, known.skills, known.fence, known.changed = known[3], known[4], known[5], known[6]
  end
  known.returned = f[4]
  known.groups = f[2] and unpacked_once(key .. ':groups', f[2]) or NONE
  known.fences = f[3] and unpacked_once(key .. ':fences', f[3]) or NONE
  return known
end

-- A person's record as reads tell it.
function people.shown(person)
  return {
    member = person.member and 1 or 0, active = person.active and 1 or 0, roles = person.roles,
    skills = person.skills, fence = person.fence, changed = person.changed,
  }
end

-- A queue: its rules, and its number, classes and added_seq. Rules are numbers, and lists of numbers:
-- slots, lease_ms, max_held, priority, owner (a person), due_ms (wall; 0: none),
-- restricted (1: only the people of `allowed` and `groups` may work here), statuses (meanings, by index),
-- batch_size (0: no batches), max_workload, skip_policy, max_skips, allow_pick (0/1), distributed (0: people pull;
-- 1, 2: what comes in is dealt out, by number or by weight, and nobody pulls), shares ({person, load} each: among whom),
-- manual (1: nobody pulls, people get what is assigned to them), hidden (1: the same for all but managers: see unseen),
-- reassess (1: what is reopened may go to those again who have done it).
-- source (of a QA queue: the labeling queue whose finished items are looked at here), takes (indexes of the statuses there
-- that bring an item here; none: all), upto (0: whatever gets one; else what had it by that event).
-- control: paused (0, or the mode: 1 DRAIN, 2 RECALL), archived (0/1), submitted (0/1: its data are handed over), and
-- two fences, seqs: what is only assigned is dead below `recall`, and below `narrow` if it is assigned to somebody who
-- may not work here.
-- review: how what is made here is reviewed, false if that was never set: on (0/1), lease_ms, max_held, fallback_ms (0:
-- mapped reviews wait for their reviewer for ever), early (0/1: the first rejection ends a round), threshold (rejections
-- after which an expert decides; 0: none does), same (0/1: reviewers may be experts of their own reviews), backlog (the
-- most review tasks that may wait; 0: any number), lot_size, lot_ms, drawn, accepted (of lots: so many units or
-- so long until one is full, so many of its units are reviewed, so many may be rejected; lot_size 0: there are none).
-- pressed: more review tasks wait than may, and nobody is given new tasks here.
local UNSTEERED = { paused = 0, archived = 0, submitted = 0, recall = 0, narrow = 0 }

-- 1 for an active member with the role ADMIN, else 0: a project never has none.
local function is_admin(member, active, roles)
  return member and active and bit.band(roles, ADMIN) ~= 0 and 1 or 0
end

-- The last of `members` (records to be written) who would cease to be one, if no ADMIN were left.
local function last_admin(P, members)
  local left, last = tonumber(redis.call('HGET', keys.totals(P), 'admins')), nil
  for _, m in ipairs(members) do
    local before = people.load(P, m[1])
    local was = before and is_admin(before.member, before.active, before.roles) or 0
    local is = is_admin(m[2] == 1, m[3] == 1, m[4])
    left = left + is - was
    if is < was then last = m[1] end
  end
  return left <= 0 and last or nil
end

-- The numbers of a queue and of its review stages.
function stages.all(queue) return { queue, REVIEW * STAGE + queue, EXPERT_REVIEW * STAGE + queue } end

-- What is the same of every review stage: whoever may review may work there, and no skill is required. It is open while
-- its queue is; a recall of its queue is none of its reviews.
local function stage_of(base, number)
  local review, control = base.review, base.control
  return {
    number = number, base = base.number, kind = math.floor(number / STAGE), slots = 1, classes = { {} },
    lease_ms = review.lease_ms, max_held = review.max_held, fallback_ms = review.fallback_ms, priority = base.priority,
    owner = base.owner, due_ms = base.due_ms, restricted = 0, allowed = NONE, groups = NONE, statuses = { 1 },
    batch_size = 0, max_workload = 0, skip_policy = FOR_OTHERS, max_skips = 20, allow_pick = 0, distributed = 0,
    shares = NONE, manual = 0, hidden = 0, pressed = false, fences = base.fences, added_seq = base.added_seq, review = false,
    source = 0,
    control = { paused = control.paused, archived = control.archived, submitted = control.submitted, recall = 0, narrow = 0 },
  }
end

-- The stage of a queue, whose review must have been set once.
local function load_stage(P, number)
  local base = queues.load(P, number % STAGE)
  if not base or not base.review then return nil end
  local found = stage_of(base, number)
  seen.queues[number] = found
  return found
end

function queues.load(P, queue)
  local number = tonumber(queue)
  if seen.queues[number] then return seen.queues[number] end
  if number >= STAGE then return load_stage(P, number) end
  local key = keys.queue(P, queue)
  local f = redis.call('HMGET', key, 'rules', 'classes', 'added_seq', 'control', 'fences', 'review', 'pressed')
  if not f[1] then return nil end
  local found = unpacked_once(key, f[1])
  found.number, found.added_seq, found.source = number, tonumber(f[3]), found.source or 0
  found.classes = unpacked_once(key .. ':classes', f[2])
  found.control = f[4] and unpacked_once(key .. ':control', f[4]) or UNSTEERED
  found.fences = f[5] and unpacked_once(key .. ':fences', f[5]) or false
  found.review = f[6] and unpacked_once(key .. ':review', f[6]) or false
  found.pressed = f[7] == '1'
  seen.queues[number] = found
  return found
end

-- The queues in which a person holds anything, ascending. What they held in one that was deleted is not held.
function people.holding(P, person)
  local list = {}
  for _, member in ipairs(redis.call('SMEMBERS', keys.holding(P, person))) do
    local number = tonumber(member)
    if keys.uncleared or queues.load(P, number) then list[#list + 1] = number end
  end
  table.sort(list)
  return list
end

-- Fills in the tasks of a queue by state: those that are queued are what is left of all.
function queues.count(P, queue, result)
  local counts = redis.call('HGETALL', keys.counts(P, queue))
  result.queued = 0
  for i = 1, #counts, 2 do
    local state, tasks = counts[i], tonumber(counts[i + 1])
    if state ~= 'tasks' then result[state] = tasks end
    result.queued = result.queued + (state == 'tasks' and tasks or -tasks)
  end
  return result
end

local function contains(list, wanted)
  for _, element in ipairs(list) do
    if element == wanted then return true end
  end
  return false
end

-- Whether the people or the groups that a restricted queue allows have this person.
local function allowed(person, queue)
  if contains(queue.allowed, person.number) then return true end
  for _, group in ipairs(queue.groups) do
    if contains(person.groups, group) then return true end
  end
  return false
end

-- Why this person may take nothing at all in this queue, or ''.
local function standing(person, queue)
  if not person or not person.member or not person.active then return 'NOT_A_MEMBER' end
  if bit.band(person.roles, (queue.base or queue.source > 0) and MAY_REVIEW or MAY_ANNOTATE) == 0 then return 'ROLE' end
  if queue.restricted == 1 and not allowed(person, queue) then return 'NOT_ALLOWED' end
  return ''
end

-- Whether what waits in the queue is kept from this person: only who manages there may have it unassigned.
local function unseen(person, queue)
  return queue.hidden == 1 and bit.band(person.roles or 0, MANAGES) == 0 and queue.owner ~= person.number
end

-- Whether new work comes to this person when they ask for it, if they may do any.
local function pulls(person, queue)
  return queue.distributed == 0 and queue.manual ~= 1 and not queue.pressed and not unseen(person, queue)
end

-- Most classes require no skill: the set of a person's is made when it is first asked for.
local function skilled(person, queue, class)
  local required = queue.classes[class]
  if #required > 0 and not person.can then
    person.can = {}
    for _, skill in ipairs(person.skills) do person.can[skill] = true end
  end
  for i = 1, #required do
    if not person.can[required[i]] then return false end
  end
  return true
end

-- Whether a slot other than `except` of the item has been, or is, this person's.
local function has_a_slot(record, person, except)
  for i, slot in ipairs(record.s) do
    if i ~= except and slot[1] ~= QUEUED and slot[2] == person.number then return true end
  end
  return false
end

local function has_skipped(record, person)
  return record.x and contains(record.x, person.number)
end

-- Whether they made what it is about: of a task, finished it before it was reopened, and are not to be given it again by
-- themselves; of a review, and then they may not have it at all: nobody reviews their own work.
local function has_done(record, person)
  return record.a and contains(record.a, person.number)
end

-- Whether it is a QA task of an item that they worked on: not theirs in any case.
function people.worked_on(record, person)
  return record.w and contains(record.w, person.number)
end

-- Whether nobody is given anything here now, and why; else ''.
local function closed(queue)
  if queue.control.archived == 1 then return 'ARCHIVED' end
  return queue.control.paused > 0 and 'PAUSED' or ''
end

-- Why `person` may not do this entry, be the queue open or not, or ''. `except` is the slot that is theirs,
-- when that is what is asked about; a correction stays with its author whatever skills they have lost.
local function entitled(person, queue, record, except)
  local cause = standing(person, queue)
  if cause ~= '' then return cause end
  local correction = except and record.s[except][6] == 1
  if not correction and not skilled(person, queue, record.c) then return 'SKILL' end
  if has_a_slot(record, person, except) or people.worked_on(record, person) then return 'EXCLUDED' end
  if not except and has_skipped(record, person) then return 'EXCLUDED' end
  if queue.base and has_done(record, person) then return 'EXCLUDED' end
  return ''
end

-- The predicate of SEMANTICS §1: why `person` may not be given this entry, or ''. What they hold they may
-- do as long as they are entitled to it: running work is finished in a queue that is paused. `chosen`: somebody who may
-- give it out has chosen it for them.
local function eligible(person, queue, record, except, chosen)
  local cause = standing(person, queue)
  if cause == '' and not (except or chosen) and unseen(person, queue) then cause = 'NOT_ALLOWED' end
  if cause == '' then cause = closed(queue) end
  if cause == '' then cause = entitled(person, queue, record, except) end
  if cause == '' and not (except or chosen) and has_done(record, person) then cause = 'EXCLUDED' end
  return cause
end

-- The fence that covers a slot of theirs: a token below it is dead. What is only assigned has more of them.
local function fence_of(P, person, record, slot)
  local fence = math.max(person.fence, person.fences[record.q] or 0)
  if slot[1] ~= ASSIGNED then return fence end
  local queue = queues.load(P, record.q)
  local control = queue.control
  if control.narrow > fence and standing(person, queue) ~= '' then fence = control.narrow end
  return math.max(fence, control.recall)
end

-- Whether a hold that is taken back goes to the pool even if it is a correction: they are out, here or
-- everywhere.
local function leaves_author(person, record, slot)
  if record.of then return false end   -- it is chosen again who has it
  return not (person.member and person.active) or slot[3] < (person.fences[record.q] or 0)
end

-- Changes that a queue refuses while it is archived, or its data are submitted.
function barred(call, name)
  local queue = queues.load(call.P, call.arg.queue)
  if not queue then return nil end
  if queue.source > 0 and NOT_IF.QA[name] then return negative(call, 'qa_queue', call.arg.queue) end
  if queue.control.archived == 1 and NOT_IF.ARCHIVED[name] then return negative(call, 'archived', call.arg.queue) end
  if queue.control.submitted == 1 then return negative(call, 'data_submitted', call.arg.queue) end
  return nil
end
