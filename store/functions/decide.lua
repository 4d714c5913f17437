-- decide: what a reviewer says of units of a review task that they hold, and of labels that are missing. The last decision
-- ends it; the last one of its task ends the round.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token decisions missing content experts
--   decisions  packed list of {unit, action}: 1 approve, 2 reject, 3 delete; each unit once
--   missing    so many labels are reported missing
--   content    id of the reasons in Postgres; 0: none are given
--   experts    packed {units, candidates}: those of the units that an expert looks at whatever their number of
--              rejections, and who may be one (none: anybody with the right to review); ''
--
-- Returns one of
--   {'ok', seq, chain, clock, decided}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
--   {'not_pending', seq, chain, clock, unit}     it is none of this review task, was decided already, or is named twice
--   {'not_eligible', seq, chain, clock, cause}   held but not started, and no longer theirs to do
local REJECT = 2             -- an action: 1 approves, 3 deletes
local BY_ACTION = { UNIT.APPROVED, UNIT.RETURNED, UNIT.DELETED }
local BY_EXPERT = { UNIT.APPROVED, UNIT.REJECTED, UNIT.DELETED }

-- What a unit is after the decision of a reviewer: PENDING if an expert has the last word. drawn: a set.
local function after_review(rules, drawn, one, rejects)
  local rejected = one[2] == REJECT
  if rejected and rules.threshold > 0 and rejects + 1 >= rules.threshold then return UNIT.PENDING end
  if one[2] <= REJECT and drawn[one[1]] then return UNIT.PENDING end
  return BY_ACTION[one[2]]
end

-- The decisions with what the units are then: {unit, action, state} each; or the first unit that is not pending.
local function outcomes(record, stage, rules, decisions, drawn)
  local pending, list = {}, {}
  for _, packed in ipairs(record.u) do pending[reviews.unit(packed)] = reviews.note(packed) end
  for n, one in ipairs(decisions) do
    local rejects = pending[one[1]]
    if not rejects then return nil, one[1] end
    pending[one[1]] = nil
    local state = stage.kind == EXPERT_REVIEW and BY_EXPERT[one[2]] or after_review(rules, drawn, one, rejects)
    list[n] = { one[1], one[2], state }
  end
  return list
end

local function has_state(units, state)
  for _, one in ipairs(units) do
    if one[3] == state then return true end
  end
  return false
end

-- The review task of an expert, who is no author, nor the reviewer: it would be their own judgement that they judge.
-- Where that leaves nobody, the reviewer may be one if the rules say so.
local function for_experts(P, queue, record, person, units, candidates)
  if #units == 0 then return {} end
  local stage, others = queues.load(P, EXPERT_REVIEW * STAGE + queue.number), { person }
  if queue.review.same == 1 and not reviews.anybody(P, stage, candidates, reviews.joined(record.a, others)) then others = {} end
  local group = { candidates = candidates, units = units, by = 0, others = others }
  return reviews.planned(P, stage, { group }, record.a, reviews.so_far(P))
end

-- What becomes of the task: 0, it is under review still, or waits for what becomes of its lot.
local function state_after(P, queue, known, slot, open, back, early)
  if open > 0 or known.lot > 0 and not early then return 0 end
  return reviews.ends_as(P, queue, known, slot, back)
end

local function refusal_of(call, held)
  if held.refusal then return held.refusal end
  if not held.record.of then return negative(call, 'not_found', 'task') end
  if held.slot[1] ~= ASSIGNED then return nil end
  local cause = entitled(held.person, queues.load(call.P, held.record.q), held.record, held.i)
  if cause ~= '' then return negative(call, 'not_eligible', cause) end
end

-- What the decisions come to, as the event says it.
local function decided(call, held, arg, units, experts)
  local P, record, missing = call.P, held.record, tonumber(arg.missing)
  local stage = queues.load(P, record.q)
  local queue, task = queues.load(P, stage.base), entries.load(P, record.of[1])
  local known, slot = reviews.of(task, record.of[2]), task.s[record.of[2]]
  local back = known.back == 1 or missing > 0 or has_state(units, UNIT.RETURNED)
  local early = back and queue.review.early == 1
  local ended = early or #units == #record.u
  local made = ended and not early and for_experts(P, queue, record, held.person.number,
    reviews.sent_on(record, units), experts.candidates) or {}
  local open = early and 0 or #known.open - (ended and 1 or 0) + #made
  local cancelled = {}
  for _, entry in ipairs(early and known.open or NONE) do
    if entry ~= held.entry then cancelled[#cancelled + 1] = entry end
  end
  local state = state_after(P, queue, known, slot, open, back, early)
  if state == RETURNED or state == QUEUED then qa.joined(P, queue.number, { record.of }, cancelled) end
  return {
    queue = stage.number, person = held.person.number, entry = held.entry, slot = held.i, token = held.slot[3],
    of = record.of, author = slot[2], units = units, missing = missing, content = tonumber(arg.content),
    deadline = ended and 0 or call.clock + stage.lease_ms, ended = ended and 1 or 0,
    state = state, made = made, cancelled = cancelled,
  }
end

change('decide', { 'allow-oom' }, function(call, arg)
  local held = leased(call, arg)
  local refusal = refusal_of(call, held)
  if refusal then return refusal end
  local experts = unpacked(arg.experts ~= '' and arg.experts, { units = NONE, candidates = NONE })
  local stage, drawn = queues.load(call.P, held.record.q), reviews.set_of(experts.units)
  local rules = queues.load(call.P, stage.base).review
  local units, unit = outcomes(held.record, stage, rules, cmsgpack.unpack(arg.decisions), drawn)
  if not units then return negative(call, 'not_pending', text(unit)) end
  return commit(call, 'decided', decided(call, held, arg, units, experts))
end)
