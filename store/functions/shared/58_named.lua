-- Tasks that a call names by their ids, whatever has become of them: they may be here with a record, wait
-- untouched, or have left Redis with all of their entry finished.
local named = {}

-- How an event says where it found a task, so that it can be applied again.
named.HERE, named.WAITS, named.GONE = 0, 1, 2

-- Where a reopened task goes.
named.TO_AUTHOR, named.TO_POOL, named.TO_PERSON = 1, 2, 3

-- Whether the entry may have left Redis after `as_of`: it did, or its queue was cleared, or so much has left
-- since that nobody knows.
function named.may_have_left(P, queue, entry, as_of)
  if number_or(redis.call('HGET', keys.queue(P, queue), 'cleared_seq'), 0) > as_of then return true end
  local left = redis.call('ZSCORE', keys.left(P), entry)
  if left and tonumber(left) > as_of then return true end
  if redis.call('ZCARD', keys.left(P)) < MAX_LEFT then return false end
  return tonumber(redis.call('ZRANGE', keys.left(P), 0, 0, 'WITHSCORES')[2]) > as_of
end

-- The record of an entry that had left: everybody who finished a slot of it, so that nobody is ever given
-- a second one, everybody who skipped it, and who is not given it again. `slots`: {person, state} each.
function named.revived(queue, class, rank, slots, skipped, done)
  local record = { q = queue, c = class, p = rank, s = {} }
  for i, slot in ipairs(slots) do record.s[i] = { slot[2], slot[1], 0, SUBMITTED, 0, 0 } end
  if #skipped > 0 then record.x = skipped end
  if done and #done > 0 then record.a = done end
  return record
end

-- A task {entry, slot, class, came, rank, slots, skipped, done}: the class and rank with which its entry came into
-- the queue, and, if Postgres has all of it finished, rank, slots, skippers and who is not given it again as it knew
-- them after event `as_of`. Returns its record and where it was found; nil: what was known is too old, or not enough.
function named.load(P, queue, task, as_of)
  local entry = task[1]
  local record = entries.load(P, entry)
  if record then return record, named.HERE end
  if #task[6] == 0 then
    if not lanes.waits(P, queue.number, task[3], task[4], entry) then return nil end
    return entries.untouched(queue.number, task[3], task[4], queue.slots), named.WAITS
  end
  if #task[6] ~= queue.slots or named.may_have_left(P, queue.number, entry, as_of) then return nil end
  local left = named.revived(queue.number, task[3], task[5], task[6], task[7], task[8])
  return qa.known(P, queue, entry, left), named.GONE
end

-- Who is not given a task again once its author's work on it is undone: by the queue's rules they are not.
function named.done(queue, known, author)
  local list = { unpack(known or NONE) }
  if queue.reassess ~= 1 and not contains(list, author) then list[#list + 1] = author end
  return list
end

-- What an event says of a task: enough to find it again in the state that the event is applied to, and who is not
-- given it again from then on.
function named.told(task, record, author, from, done)
  local gone = from == named.GONE
  return { task[1], task[2], record.c, record.p, author, from, gone and task[6] or {}, gone and task[7] or {},
    done or record.a or {} }
end

-- The state of a slot as a number: a free one of an escalated entry is ESCALATED.
function named.state(record, i)
  local state = record.s[i][1]
  return state == QUEUED and record.e == 1 and ESCALATED or state
end

function named.text(task) return string.format('%d-%d', task[1], task[2]) end
