-- Effects of events that steer a queue.

local function put_control(P, queue, control)
  stir(queue)
  gain(queue)
  redis.call('HSET', keys.queue(P, queue), 'control', cmsgpack.pack(control))
end

-- A copy of how a queue is steered, with one thing changed.
local function steered(queue, name, value)
  local control = {}
  for field, known in pairs(queue.control) do control[field] = known end
  control[name] = value
  return control
end

local function all_in(list, other)
  for _, element in ipairs(list) do
    if not contains(other, element) then return false end
  end
  return true
end

-- Whether rules let fewer people work in a queue than those before did.
local function narrower(before, after)
  if after.restricted == 0 then return false end
  return before.restricted == 0 or not all_in(before.allowed, after.allowed)
    or not all_in(before.groups, after.groups)
end

local function count_uses(P, list, by)
  for _, group in ipairs(list) do redis.call('HINCRBY', keys.groups(P), group, by) end
end

-- What Submit reads is checked anew by whoever has read it before.
local function raises_settings(P, before, b)
  if redis.call('HGET', keys.queue(P, b.queue), 'content') ~= text(b.content) then return true end
  return #before.statuses ~= #b.rules.statuses
end

-- Every token of a fenced person in the queue is dead at once; the background takes back what they hold.
local function fence_people(P, queue, list, seq)
  for _, person in ipairs(list) do
    local fences = {}
    for number, fence in pairs(people.load(P, person).fences) do fences[number] = fence end
    fences[queue] = seq
    redis.call('HSET', keys.person(P, person), 'fences', cmsgpack.pack(fences))
    redis.call('HSET', keys.recalls(P), person, '')
  end
end

-- Begins to take back what the queue's fences cover. With batches all leases of a person end together, so
-- there it goes through people.
local function recall(P, queue)
  if queue.batch_size == 0 then
    redis.call('HSET', keys.queue_recalls(P), queue.number, '')
    return
  end
  for _, person in ipairs(redis.call('ZRANGE', keys.queue_batch_leases(P, queue.number), 0, -1)) do
    redis.call('HSET', keys.recalls(P), person, '')
  end
end

function apply.queue_changed(P, event)
  local b = event.body
  local before, key = queues.load(P, b.queue), keys.queue(P, b.queue)
  if raises_settings(P, before, b) then redis.call('HSET', keys.totals(P), 'settings_seq', event.seq) end
  count_uses(P, before.groups, -1)
  count_uses(P, b.rules.groups, 1)
  redis.call('HSET', key, 'rules', cmsgpack.pack(b.rules), 'content', b.content, 'set_seq', event.seq)
  stir(b.queue)
  gain(b.queue)
  if narrower(before, b.rules) then
    put_control(P, b.queue, steered(before, 'narrow', event.seq))
    recall(P, before)
  end
  fence_people(P, b.queue, b.fenced, event.seq)
  operations.watch(P, event, VERB.REMOVE_CONTRIBUTORS, { b.queue }, b.fenced)
  effects.look_again(P)
end

-- A recall is a fence over all that is only assigned by now.
function apply.queue_paused(P, event)
  local queue = queues.load(P, event.body.queue)
  local control = steered(queue, 'paused', event.body.mode)
  if event.body.mode == 2 then
    control.recall = event.seq
    recall(P, queue)
  end
  put_control(P, queue.number, control)
  operations.watch(P, event, VERB.RECALL_QUEUE, { queue.number }, {})
end

function apply.queue_archived(P, event)
  local queue = queues.load(P, event.body.queue)
  put_control(P, queue.number, steered(queue, 'archived', event.body.archived))
end

-- What is said of an assignment changes nothing about who gets what.
function apply.assignment_changed(P, event)
  local b = event.body
  local range = b.range > 0 and ranges.load(P, b.queue, b.range)
  local terms = range or {}
  terms.due_ms, terms.priority, terms.content, terms.changed = b.due_ms, b.priority, b.content, event.seq
  if range then return ranges.put(P, b.queue, b.range, range) end
  redis.call('HSET', keys.terms(P, b.queue), b.person, cmsgpack.pack(terms))
end

function apply.data_submitted(P, event)
  local queue = queues.load(P, event.body.queue)
  put_control(P, queue.number, steered(queue, 'submitted', event.body.submitted))
end

function apply.recalled(P, event)
  local b = event.body
  give_back_some(P, b.tasks, event.wall, 4)
  if b.done == 1 then redis.call('HDEL', keys.queue_recalls(P), b.queue)
  else redis.call('HSET', keys.queue_recalls(P), b.queue, b.cursor) end
end

-- What waits for somebody in vain is for anybody; a review, for whoever was chosen now.
function apply.pooled(P, event)
  local batch = effects.begin(P, event.body.tasks)
  for _, task in ipairs(event.body.tasks) do
    local slot = effects.edit(batch, task[1], task[2])
    if task[5] > 0 then slot[2] = task[5] else give_back(slot, REVOKED, event.wall, true) end
  end
  effects.finish(batch)
end
