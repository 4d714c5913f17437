-- take_back: one step of recalling what a person may not keep: whatever a fence covers, and what is
-- only assigned in queues or lanes that are not theirs any more. What they have started stays.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, revoked}
--   {'ok', seq, chain, clock, pooled}      their corrections of a queue that they were taken out of
--   {'idle', seq, chain, clock}            nobody is being recalled
local LOOK = 500             -- holds looked at in one call

local function must_go(P, person, queue, record, i)
  local slot = record.s[i]
  if slot[3] < fence_of(P, person, record, slot) then return true end
  return slot[1] == ASSIGNED and entitled(person, queue, record, i) ~= ''
end

-- Where the last step stopped: queue and score of the last hold it looked at.
local function position(cursor)
  local queue, score = string.match(cursor, '^(%d+):(%d+)$')
  return tonumber(queue or 0), tonumber(score or -1)
end

-- Goes through the holds of one queue after `score`; fills step.tasks; false when the step is full.
local function sweep_queue(P, person, number, score, step)
  local queue = queues.load(P, number)
  local holds = redis.call('ZRANGEBYSCORE', keys.held(P, person.number, number),
    string.format('(%.0f', score), '+inf', 'WITHSCORES', 'LIMIT', 0, step.look)
  for n = 1, #holds, 2 do
    if #step.tasks == step.limit then return false end
    local entry = tonumber(holds[n])
    local record = entries.load(P, entry)
    for i, slot in ipairs(record.s) do
      if HELD[slot[1]] and slot[2] == person.number and must_go(P, person, queue, record, i) then
        step.tasks[#step.tasks + 1] = { entry, i, leaves_author(person, record, slot) and 1 or 0 }
      end
    end
    step.look = step.look - 1
    step.cursor = string.format('%.0f:%.0f', number, tonumber(holds[n + 1]))
  end
  return step.look > 0
end

-- Whether what waits for them in a queue waits in vain: they are out, or a fence says that they were taken out of it and
-- it is not theirs again; a review, if they may not review.
local function in_vain(person, queue)
  if queue.base or not (person.member and person.active) then return standing(person, queue) ~= '' end
  return person.fences[queue.number] ~= nil and standing(person, queue) ~= ''
end

-- Corrections, not held, that wait in vain: their queue, and {entry, slot, class, rank, who has it then (0: anybody)} each.
local function left_behind(P, person, limit)
  for _, field in ipairs(redis.call('HKEYS', keys.person(P, person.number))) do
    local number = string.match(field, '^own(%d+)$')
    local queue = number and queues.load(P, number)
    if queue and in_vain(person, queue) then
      local tasks = giving.corrections(P, queue, people.load(P, person.number, queue.number), limit)
      for _, task in ipairs(tasks) do
        task[5] = queue.base and reviews.chosen_again(P, queue, entries.load(P, task[1]), task[1]) or 0
      end
      if #tasks > 0 then return queue.number, tasks end
    end
  end
end

-- Whether a review is among what is taken back: then it is to be seen who has it now.
local function any_review(P, tasks)
  for _, task in ipairs(tasks) do
    if entries.load(P, task[1]).of then return true end
  end
  return false
end

change('take_back', { 'allow-oom' }, function(call, arg)
  local number = redis.call('HRANDFIELD', keys.recalls(call.P))
  if not number then return negative(call, 'idle') end
  local person = people.load(call.P, number)
  local queue, left = left_behind(call.P, person, tonumber(arg.limit))
  if left then return commit(call, 'pooled', { queue = queue, person = person.number, tasks = left }) end
  local step = { tasks = {}, limit = tonumber(arg.limit), look = LOOK,
    cursor = redis.call('HGET', keys.recalls(call.P), number) }
  local at, score = position(step.cursor)
  local done = 1
  for _, queue in ipairs(people.holding(call.P, number)) do
    if queue >= at and not sweep_queue(call.P, person, queue, queue == at and score or -1, step) then
      done = 0
      break
    end
  end
  if any_review(call.P, step.tasks) then done = 0 end
  return commit(call, 'revoked',
    { person = person.number, tasks = step.tasks, cursor = step.cursor, done = done })
end)
