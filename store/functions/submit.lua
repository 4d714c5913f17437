-- submit: finish a task, once, by whoever holds its lease, or held it last if it expired since.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token settings_seq status meaning spent_ms units content digest inline review sampled
--   settings_seq  what status and units were checked against
--   content       id of the submitted bytes in Postgres, or 0: they ride in `inline`
--   review        packed {round, known, resolve, gone, authors, missing, groups, rejects, waits}, or '': nothing is reviewed here.
--                 round: the how-manieth submission of the task it is; known = 1: what came before was looked up; resolve =
--                 1: all that was returned counts as fixed; gone: units that are submitted no more; authors, missing: of
--                 earlier rounds; groups: see reviews.planned, 100 at most; rejects: {unit, n} of units that were rejected before;
--                 waits: so many units wait for their lot to be full
--   sampled       how units were drawn, opaque
--
-- Returns one of
--   {'ok', seq, chain, clock, submitted}
--   {'not_found', seq, chain, clock, 'person' | 'task'}   unknown, untouched, or finished and gone
--   {'lease_lost', seq, chain, clock, detail}
--   {'not_eligible', seq, chain, clock, cause}             held but not started, and no longer theirs to do
--   {'corrected', seq, chain, clock, round}                it was submitted before, in this round (0: not known): look
--                                                          up what came of it, and call again
--   {'open_issues', seq, chain, clock, units}              so many were returned and are not fixed
--   {'stale_settings', settings_seq}                       check against these and call again
--   {'again'}                                              dead integers were cleared away: repeat the call
--
-- In a queue with batches one event finishes the task and brings the batch that is due then (`refill`).

-- Whether this is the last holder of a lease that expired and was given to nobody since, who may
-- still do the task (MODEL invariant 3).
local function may_still(call, held, arg)
  local slot, token = held.record.s[held.i], tonumber(arg.token)
  local open = slot[1] == QUEUED or slot[1] == RETURNED
  if not open or slot[4] ~= EXPIRED or slot[2] ~= held.person.number or slot[3] ~= token then return false end
  if token < fence_of(call.P, held.person, held.record, slot) then return false end
  if fences.covered(call.P, held.record.q, held.entry) then return false end
  return eligible(held.person, queues.load(call.P, held.record.q), held.record, held.i) == ''
end

local function refusal_of(call, held, arg)
  if held.record and held.record.of then return negative(call, 'not_found', 'task') end
  if held.slot then
    if held.slot[1] ~= ASSIGNED then return nil end
    local cause = entitled(held.person, queues.load(call.P, held.record.q), held.record, held.i)
    if cause ~= '' then return negative(call, 'not_eligible', cause) end
    return nil
  end
  if not held.record or not held.record.s[held.i] or not may_still(call, held, arg) then return held.refusal end
  held.late = true
  return nil
end

-- Units that stay returned: not fixed, and submitted still.
local function left_open(known, given)
  if given.resolve == 1 then return 0 end
  local n, gone = 0, reviews.set_of(given.gone)
  for _, packed in ipairs(known and known.r or NONE) do
    local open = reviews.note(packed) == UNIT.RETURNED and not gone[reviews.unit(packed)]
    n = n + (open and 1 or 0)
  end
  return n
end

-- What the event says of the review of this submission, NONE if there is none; or a refusal.
local function review_of(call, held, queue, arg)
  local known, on = reviews.of(held.record, held.i), queue.review and queue.review.on == 1
  if not on and not (known and #known.r > 0) then return NONE end
  local given = unpacked(arg.review ~= '' and arg.review, { known = 0, round = 1 })
  local next_one = not known or given.known == 1 and (known.round == 0 or given.round == known.round + 1)
  if not next_one then return nil, negative(call, 'corrected', text(known.round)) end
  local open = left_open(known, given)
  if open > 0 then return nil, negative(call, 'open_issues', text(open)) end
  local authors = reviews.joined(reviews.joined(known and known.a or NONE, given.authors), { held.person.number })
  local stage = queues.load(call.P, REVIEW * STAGE + queue.number)
  -- Without a stage nobody reviews here: issues were opened by a manager, or in a QA queue.
  local made = stage and reviews.planned(call.P, stage, given.groups, authors, reviews.so_far(call.P)) or {}
  reviews.note_rejects(made, given.rejects)
  return { round = given.round, reviews = made, gone = given.gone, resolved = given.resolve, authors = authors,
    missing = given.missing, lot = reviews.lots.joined(call.P, queue, given.waits or 0, call.clock) }
end

-- Whether anything of it is to be reviewed, or waits for its lot.
local function is_held(review) return #(review.reviews or NONE) + #(review.lot or NONE) > 0 end

change('submit', { 'allow-oom' }, function(call, arg)
  local settings_seq = redis.call('HGET', keys.totals(call.P), 'settings_seq')
  if settings_seq ~= arg.settings_seq then return { 'stale_settings', settings_seq } end
  local held = leased(call, arg)
  local refusal = refusal_of(call, held, arg)
  if refusal then return refusal end
  local queue = queues.load(call.P, held.record.q)
  local review, open = review_of(call, held, queue, arg)
  if open then return open end
  local ended = held.record.s[held.i][1] == QUEUED and 0 or 1
  local refill = batches.after(call.P, queue, held.person, held.entry, ended)
  if not refill then return { 'again' } end
  return commit(call, 'submitted', {
    queue = queue.number, person = held.person.number, entry = held.entry, slot = held.i,
    token = tonumber(arg.token), late = held.late and 1 or 0, status = tonumber(arg.status),
    meaning = tonumber(arg.meaning), spent_ms = tonumber(arg.spent_ms), units = tonumber(arg.units),
    content = tonumber(arg.content), digest = arg.digest, inline = arg.inline,
    deadline = queue.batch_size > 0 and call.clock + queue.lease_ms or 0, refill = refill,
    state = is_held(review) and IN_REVIEW or FINISHED_BY_MEANING[tonumber(arg.meaning)],
    review = review, sampled = arg.sampled,
  })
end)
