-- QA queues: what a labeling queue has finished is looked at once more, item by item, by people who had no part in it
-- (SEMANTICS §6). A QA task is an entry of its queue like any other, touched from the start, because its people are
-- barred from it. It ends when its item loses its status in the labeling queue.
local qa = {}

-- The unfinished QA tasks of an item of the labeling queue, by its entry there.
function qa.open(P, queue, entry)
  local list = {}
  for _, number in ipairs(unpacked(redis.call('HGET', keys.qa(P, queue), entry), NONE)) do
    if entries.load(P, number) then list[#list + 1] = number end
  end
  return list
end

-- Which of them waits in, or is held in, this QA queue.
function qa.asked(P, source, entry, queue)
  for _, number in ipairs(qa.open(P, source, entry)) do
    if entries.load(P, number).q == queue then return number end
  end
end

-- What ends with tasks ({entry, …} each) of a labeling queue, besides these reviews.
function qa.joined(P, queue, tasks, list)
  local had = {}
  for _, task in ipairs(tasks) do
    for _, number in ipairs(had[task[1]] and NONE or qa.open(P, queue, task[1])) do list[#list + 1] = number end
    had[task[1]] = true
  end
  return list
end

-- What ends when tasks lose their status: their reviews, and the QA tasks of their items.
function qa.ended_with(P, queue, tasks)
  return qa.joined(P, queue.number, tasks, reviews.ended_with(P, tasks))
end

-- The same of a task that gets another status: QA queues that do not take that one.
function qa.ended_by_status(P, queue, entry, status, list)
  for _, number in ipairs(qa.open(P, queue.number, entry)) do
    if not qa.takes(queues.load(P, entries.load(P, number).q), status) then list[#list + 1] = number end
  end
  return list
end

function qa.takes(queue, status) return #queue.takes == 0 or contains(queue.takes, status) end

-- Nothing of a QA task is left to be ended with its item.
function qa.forget(P, record, entry)
  if not record or not record.src then return end
  local key, left = keys.qa(P, record.src[1]), {}
  for _, number in ipairs(unpacked(redis.call('HGET', key, record.src[2]), NONE)) do
    if number ~= entry then left[#left + 1] = number end
  end
  if #left > 0 then redis.call('HSET', key, record.src[2], cmsgpack.pack(left))
  else redis.call('HDEL', key, record.src[2]) end
end

local function note(P, record, entry)
  if generation(P, record.src[1]) == GONE then return end
  local key, list = keys.qa(P, record.src[1]), { entry }
  for _, number in ipairs(unpacked(redis.call('HGET', key, record.src[2]), NONE)) do
    if number ~= entry then list[#list + 1] = number end
  end
  table.sort(list)
  redis.call('HSET', key, record.src[2], cmsgpack.pack(list))
end

local function unfinished(slots)
  for _, slot in ipairs(slots) do
    if slot[1] ~= NOT_YET and not ENDED[slot[1]] then return true end
  end
  return false
end

-- A QA task comes, ends, or is opened again.
function qa.follow(P, edit, leaves)
  local was = unfinished(edit.before.s)
  if was and leaves then qa.forget(P, edit.before, edit.entries[1]) end
  if not was and not leaves then note(P, edit.after, edit.entries[1]) end
end

-- The record of an entry that had left, with what only a QA task has.
function qa.known(P, queue, entry, record)
  if queue.source == 0 then return record end
  local of = cmsgpack.unpack(redis.call('HGET', keys.qa_of(P, queue.number), entry))
  record.src, record.w = { of[1], of[2] }, of[3]
  return record
end
