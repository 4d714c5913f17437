-- Entries: the record of a touched one. Besides what follows, of one that somebody has skipped: x, the people
-- who did, and e = 1 while it is ESCALATED for that: then nobody is given its free slots; and of one that was reopened:
-- a, the people who had finished it and are not given it again.
--
-- record {q = queue, c = class, p = rank, s = slots, f = people it was cleared from, if any}; a slot is
-- {state, person, token, cause, since, returned, …}:
--   QUEUED                 person and token of the last holder if `cause` is EXPIRED (they may still submit), else 0 0
--   ASSIGNED, IN_PROGRESS  the holder, their token; since = wall ms of the grant
--   RETURNED               the author, and as for QUEUED their last token
--   COMPLETED, DISCARDED   the author and their token
-- `cause` says how the slot came to be as it is: one word, for LEASE_LOST. `returned` says why it stays with its
-- holder when their lease ends: CORRECTION (1), then it is RETURNED; GIVEN (2), a manager or the distribution gave it to
-- them, then it is ASSIGNED under the same token, and does not end; 0: it does not stay.
--   IN_REVIEW              the author and their token
--   REMOVED                nobody
-- While it is held two more follow: draft = 1 once a draft was saved under the token, and touched, the
-- lease clock of the last Start, Renew or SaveDraft (0: none).
-- Of a task that was submitted for review, or reopened, v[slot] says what of that matters still (false where
-- nothing does): see reviews.blank. Of a review task: of = {entry, slot} of what it is about, a = who may not do it (its
-- authors; of an expert's the reviewer too; who has decided about one of its units in another review), u = its pending
-- units, each as unit * UNIT.STEP + earlier rejections (255 at most), h = units that go to an expert when it ends, by = how
-- its reviewer was chosen, k = among whom.
-- Of a QA task: src = {labeling queue, entry there}, w = people who worked on the item there, and may not have it.
local entries = {}

local EXPIRED, RELEASED, REVOKED, GRANTED, SUBMITTED = 'expired', 'released', 'revoked', 'granted', 'submitted'
local CLEARED, SKIPPED = 'cleared', 'skipped'

local FREE_SLOT = { QUEUED, 0, 0, '', 0, 0 }
local NOT_YET = 0            -- the state of a task before there is any

-- A record as it is since its queue was cleared: what waited in it is removed, but not what was held back.
-- false: then nothing is left.
local function since_cleared(old, n)
  local record, left = {}, false
  for field, content in pairs(old) do record[field] = content end
  record.n, record.s = n, { unpack(old.s) }
  if old.e then return record end
  for i, slot in ipairs(old.s) do
    if slot[1] == QUEUED then record.s[i] = { REMOVED, 0, 0, 'cleared', 0, 0 } end
    left = left or not ENDED[record.s[i][1]]
  end
  return left and record
end

-- A record is written under the generation `n` of its queue (none: 0); one of an older generation is read as
-- it is since, whoever reads it, and `seen.stale` keeps what it was, to be taken out of the older indexes.
-- Of a queue that was deleted nothing is left for anybody: this is the one place that says so.
local function unpacked_record(P, entry, packed)
  local record = unpacked(packed, false)
  if not record then return false end
  local n = generation(P, record.q)
  if (record.n or 0) == n then return record end
  seen.stale = seen.stale or {}
  seen.stale[entry] = record
  if n == GONE then
    seen.gone = seen.gone or {}
    seen.gone[entry] = record
    return false
  end
  return since_cleared(record, n)
end

-- The record of an entry (by its number), or false: nobody has touched it, or nothing of it is left. Never
-- to be changed: it may be asked for again in this call.
function entries.load(P, entry)
  local record = seen.records[entry]
  if record == nil then
    record = unpacked_record(P, entry, redis.call('HGET', keys.touched(P), entry))
    seen.records[entry] = record
  end
  return record
end

-- Reads the records of those entries that `load` will be asked for, in one command.
function entries.fetch(P, tasks)
  local unseen = {}
  for i = 1, #tasks do
    local entry = tasks[i][1]
    if seen.records[entry] == nil then unseen[#unseen + 1] = entry end
  end
  if #unseen < 2 then return end
  local packed = redis.call('HMGET', keys.touched(P), unpack(unseen))
  for i, entry in ipairs(unseen) do seen.records[entry] = unpacked_record(P, entry, packed[i]) end
end

function entries.untouched(queue, class, rank, slots)
  local record = { q = queue, c = class, p = rank, s = { FREE_SLOT } }
  for i = 2, slots do record.s[i] = FREE_SLOT end
  return record
end

local function first_free(record)
  for i = 1, #record.s do
    if record.s[i][1] == QUEUED then return i end
  end
end

-- Why a token no longer holds its task: the detail of `lease_lost`.
local function lost(call, slot, cause)
  local holder = slot and HELD[slot[1]] and slot[2] or 0
  local since = slot and slot[5] or 0
  return negative(call, 'lease_lost', cmsgpack.pack({ cause = cause, holder = holder, since = since }))
end

-- The slot that `person` holds under `token`, or a refusal.
local function held_slot(call, record, i, person, token, entry)
  local slot = record.s[i]
  if not slot or FINISHED[slot[1]] then return nil, negative(call, 'not_found', 'task') end
  if not HELD[slot[1]] then return nil, lost(call, slot, slot[4]) end
  if slot[2] ~= person.number then return nil, lost(call, slot, GRANTED) end
  if slot[3] ~= token then return nil, lost(call, slot, 'superseded') end
  if token < fence_of(call.P, person, record, slot) then return nil, lost(call, slot, 'fenced') end
  if fences.covered(call.P, record.q, entry) then return nil, lost(call, slot, 'removed') end
  return slot, nil
end

-- Whose lease it is that a call is about: record, person, slot, or a refusal.
local function leased(call, arg)
  local person = people.load(call.P, arg.person)
  if not person then return { refusal = negative(call, 'not_found', 'person') } end
  local entry = tonumber(arg.entry)
  local record = entries.load(call.P, entry)
  if not record then return { refusal = negative(call, 'not_found', 'task') } end
  local i = tonumber(arg.slot)
  local slot, refusal = held_slot(call, record, i, person, tonumber(arg.token), entry)
  return { person = person, record = record, i = i, slot = slot, refusal = refusal,
    entry = entry }
end
