-- add_qa: items that a labeling queue has finished come into a QA queue, at its tail, in the order given.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue as_of tasks
--   as_of  the event as of which is known what follows
--   tasks  packed list of {labeling entry, item, class, rank, people}, 100 at most: with which class and rank the entry is
--          in its queue, and who has worked on the item there. All of it is finished
--
-- Returns one of
--   {'ok', seq, chain, clock, qa_added}          without what was taken up again meanwhile, or is looked at there already
--   {'idle', seq, chain, clock}                  nothing is left to be added
--   {'not_found', seq, chain, clock, 'queue' | 'source'}   'queue' too if it is none for QA
--   {'stale_entry', seq, chain, clock}           read again what is finished
--   {'too_many_classes', seq, chain, clock}

-- Tasks as the event has them, and the classes that the queue has not got yet.
local function classed(queue, source, tasks)
  local wanted, place, list = {}, {}, {}
  for _, task in ipairs(tasks) do
    if not place[task[3]] then
      wanted[#wanted + 1] = source.classes[task[3]]
      place[task[3]] = #wanted
    end
  end
  local class_of, added, refused = classes.assigned(queue, wanted)
  if refused > 0 then return nil end
  for n, task in ipairs(tasks) do
    local authors = { unpack(task[5]) }
    table.sort(authors)
    list[n] = { task[1], task[2], class_of[place[task[3]]], task[4], authors }
  end
  return list, added
end

change('add_qa', {}, function(call, arg)
  local P, queue, as_of = call.P, queues.load(call.P, arg.queue), tonumber(arg.as_of)
  if not queue or queue.source == 0 then return negative(call, 'not_found', 'queue') end
  local source, fresh = queues.load(P, queue.source), {}
  if not source then return negative(call, 'not_found', 'source') end
  if delays.added_seq(P, queue.added_seq) > as_of then return negative(call, 'stale_entry') end
  local tasks = cmsgpack.unpack(arg.tasks)
  entries.fetch(P, tasks)
  for _, task in ipairs(tasks) do
    if named.may_have_left(P, source.number, task[1], as_of) then return negative(call, 'stale_entry') end
    local here = entries.load(P, task[1]) or qa.asked(P, source.number, task[1], queue.number)
    if not here then fresh[#fresh + 1] = task end
  end
  if #fresh == 0 then return negative(call, 'idle') end
  local list, added = classed(queue, source, fresh)
  if not list then return negative(call, 'too_many_classes') end
  return commit(call, 'qa_added', {
    queue = queue.number, source = source.number, classes = added, tasks = list,
    first = tonumber(redis.call('HGET', keys.totals(P), 'entries')) + 1,
  })
end)
