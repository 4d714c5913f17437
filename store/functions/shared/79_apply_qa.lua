-- Effects of the event that brings items into a QA queue.

local function come(batch, queue, b, task, entry)
  local P, src, slots, free = batch.P, { b.source, task[1] }, {}, {}
  for i = 1, queue.slots do slots[i], free[i] = { NOT_YET, 0, 0, '', 0, 0 }, FREE_SLOT end
  local before = { q = queue.number, c = task[3], p = task[4], s = slots, src = src, w = task[5] }
  effects.open(batch, entry, before).after.s = free
  redis.call('HSET', keys.qa_of(P, queue.number), entry, cmsgpack.pack({ b.source, task[1], task[5] }))
  fences.note(keys.entry_runs(P, queue.number), entry, entry, fences.dataset_of(P, task[2]))
end

function apply.qa_added(P, event)
  local b, fresh = event.body, {}
  classes.add(P, b.queue, b.classes)
  for n in ipairs(b.tasks) do fresh[n] = { b.first + n - 1 } end
  local queue, batch = queues.load(P, b.queue), effects.begin(P, fresh)
  for n, task in ipairs(b.tasks) do come(batch, queue, b, task, b.first + n - 1) end
  writes.count(keys.counts(P, b.queue), 'tasks', #b.tasks * queue.slots)
  effects.finish(batch)
  redis.call('HINCRBY', keys.totals(P), 'entries', #b.tasks)
  redis.call('HSET', keys.queue(P, b.queue), 'added_seq', event.seq)
end
