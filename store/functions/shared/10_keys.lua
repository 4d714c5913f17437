-- A number (or its digits) as text, exact up to 2^53. The operator .. rounds to 14 digits and is dear;
-- queues, classes and ranks come again and again, so the texts of numbers of up to 3 digits are kept.
local short_texts = {}
local function text(number)
  local known = short_texts[number]
  if known then return known end
  local made = string.format('%d', number)
  if #made <= 3 then short_texts[number] = made end
  return made
end

-- Every key of a project, each with a sentence. `P` is the prefix `dibs:{<project>}:<epoch>:`,
-- so a new epoch never meets a byte of an older one. Numbers only: no client byte enters a key.
-- uncleared: it is known that no queue of the project was ever cleared or deleted.
local keys = { uncleared = false }

-- A queue as the keys of what waits in it name it: with its generation, once its waiting tasks were cleared,
-- so that all that waited before is out of reach at once. `of`: a generation that is not the queue's own.
local generation             -- P, queue -> its generation: see 20_words
local function waiting(P, queue, of)
  if keys.uncleared and not of then return text(queue) end
  local n = of or generation(P, queue)
  if n == 0 then return text(queue) end
  return text(queue) .. '/' .. text(n)
end

-- HASH of project-wide counters: entries, items, reviews (review tasks ever made), settings_seq, fast, admins; of the project's settings: content,
-- status_locks, set_seq (event that wrote these); deleted (the event) and purge_ms (wall), while it is deleted;
-- replayed while it is rebuilt.
function keys.totals(P) return P .. 'totals' end
-- HASH of one member: record, packed {member, active, roles, skills, fence, changed}; and, if any, groups
-- (packed), fences (packed, queue -> seq: tokens of theirs there that are below are dead), and own<queue>,
-- how many entries that own list has.
function keys.person(P, person) return P .. 'person:' .. text(person) end
-- HASH person -> units of review tasks of the stage that wait for them or that they hold.
function keys.review_load(P, stage) return P .. 'review_load:' .. text(stage) end
-- ZSET of review tasks that wait for one person only until then, on the lease clock.
function keys.falling(P) return P .. 'falling' end
-- HASH lot -> packed, see lots.load: the lots that are not judged; and HASH queue -> its lot that takes more submissions.
function keys.lots(P) return P .. 'lots' end
function keys.lot_of(P) return P .. 'lot_of' end
-- HASH group -> 1 + the queues whose rules name it; 0: it was deleted, and its number is not used again.
function keys.groups(P) return P .. 'groups' end
-- HASH of one queue: rules (packed), content, set_seq (event that wrote these), classes (packed),
-- added_seq (its last addition or removal), not_added, batches (issued); generation, once its waiting tasks
-- were cleared; control (packed), once somebody has steered it: see queues.load; review (packed), review_seq,
-- backlog (its review tasks that are not finished) and pressed (0/1), once its review was set; fences (packed), while
-- datasets are being detached; dealt (packed), once anything was distributed: see 58_dealing. Of one that was deleted: generation GONE for ever, and classes (how many) and
-- was (packed, the generations whose indexes are still there) for who drops the rest: see 62_gone.
function keys.queue(P, queue) return P .. 'queue:' .. text(queue) end
-- HASH of what each lane begins with: b<class> -> score of its first untouched entry, g<class> -> score
-- of the first member of G, d<class> -> dead integers in its backlogs. Missing: there is none.
function keys.heads(P, queue, of) return P .. 'heads:' .. waiting(P, queue, of) end
-- HASH task state -> tasks, and tasks: all there ever were. Those that are queued are the rest of them.
function keys.counts(P, queue) return P .. 'counts:' .. text(queue) end
-- ZSET "first:dataset" by last: runs of items of one dataset, and of a queue's entries whose items are of one.
function keys.item_runs(P) return P .. 'item_runs' end
function keys.entry_runs(P, queue) return P .. 'entry_runs:' .. text(queue) end
-- SET of entries that a dataset's fence covers and that were passed over: no longer in their backlog.
function keys.passed(P, queue, class, rank, of)
  return P .. 'passed:' .. waiting(P, queue, of) .. ':' .. text(class) .. ':' .. text(rank)
end
-- HASH dataset -> packed {cursor, rank, not_before}; cursor: the last item number of it that has become an entry, or
-- waits for its time, or was counted as not added.
function keys.attached(P, queue) return P .. 'attached:' .. text(queue) end
-- LIST of entries nobody has touched, in order, of one lane and priority rank.
function keys.backlog(P, queue, class, rank, of)
  return P .. 'backlog:' .. waiting(P, queue, of) .. ':' .. text(class) .. ':' .. text(rank)
end
-- SET of integers in the lane's backlogs whose entry is no longer there.
function keys.dead(P, queue, class, of) return P .. 'dead:' .. waiting(P, queue, of) .. ':' .. text(class) end
-- ZSET G of touched entries with a free slot, by score.
function keys.available(P, queue, class, of)
  return P .. 'available:' .. waiting(P, queue, of) .. ':' .. text(class)
end
-- ZSET T: exactly the members of G that `person` may not take (they have a slot of it, or it was cleared
-- from them), same scores.
function keys.excluded(P, queue, class, person, of)
  return P .. 'excluded:' .. waiting(P, queue, of) .. ':' .. text(class) .. ':' .. text(person)
end
-- ZSET: exactly the members of T that `person` may have after all else: tasks cleared from them, that
-- nobody else has had since. Same scores.
function keys.soft(P, queue, class, person, of)
  return P .. 'soft:' .. waiting(P, queue, of) .. ':' .. text(class) .. ':' .. text(person)
end
-- HASH entry -> packed record, for every touched entry that is not finished.
function keys.touched(P) return P .. 'touched' end
-- What waits for its time: ZSETs of the seq of the event that brought it, by wall ms, of the project and of one
-- queue; and HASH seq -> packed {queue, dataset, priority, count, runs, generation}.
function keys.delayed(P) return P .. 'delayed' end
function keys.queue_delayed(P, queue) return P .. 'delayed:' .. text(queue) end
function keys.delayed_runs(P) return P .. 'delayed_runs' end
-- ZSET of entries by the seq of the event with which they left Redis last; the newest MAX_LEFT.
function keys.left(P) return P .. 'left' end
-- ZSET of entries on which the person has a lease in the queue, by score.
function keys.held(P, person, queue) return P .. 'held:' .. text(person) .. ':' .. text(queue) end
-- SET of queues in which the person has leases.
function keys.holding(P, person) return P .. 'holding:' .. text(person) end
-- ZSET of entries returned to the person for correction, by score; served before anything else.
function keys.own(P, person, queue) return P .. 'own:' .. text(person) .. ':' .. text(queue) end
-- ZSET of "entry:slot" by logical deadline in ms: of the project, and of one queue. In queues without batches.
function keys.leases(P) return P .. 'leases' end
function keys.queue_leases(P, queue) return P .. 'leases:' .. text(queue) end
-- ZSET of "queue:person" by the deadline in ms of all they hold there: of the project's queues with
-- batches; and, of one such queue, of its people.
function keys.batch_leases(P) return P .. 'batch_leases' end
function keys.queue_batch_leases(P, queue) return P .. 'batch_leases:' .. text(queue) end
-- ZSET of sessions by the clock until which they count as used: the end of the minute of their last change.
function keys.sessions(P) return P .. 'sessions' end
-- HASH of one session: secret, newest, used (as in `sessions`), and r0..r15, the ring of its last answers
-- "n hash seq chain".
function keys.session(P, session) return P .. 'session:' .. text(session) end
-- HASH "session:n" -> "n hash seq chain": answers to requests of sessions without a project.
function keys.outside(P) return P .. 'outside' end
-- HASH person -> cursor "queue:score" of the recall of what they may not keep.
function keys.recalls(P) return P .. 'recalls' end
-- HASH queue -> cursor "deadline:task" of the recall of what its fences cover.
function keys.queue_recalls(P) return P .. 'queue_recalls' end
-- ZSET of entries, by number, that somebody has skipped and that are not ESCALATED; and of some that have
-- left since, which are dropped when they are met.
function keys.skipped(P) return P .. 'skipped' end
-- HASH entry -> people looked at so far, of skipped entries of which is to be known whether anybody is left
-- who may do them. What has been looked at is no fact: a rebuild looks again.
function keys.looks(P) return P .. 'looks' end
-- ZSET of all members by number.
function keys.members(P) return P .. 'members' end
-- For project-wide Reserve. ZSET of equal scores: the queues where work can be had now, each as
-- "rank:due:served:queue" in digits of fixed width, so that their order is that of the texts.
function keys.open(P) return P .. 'open' end
-- HASH queue -> its member of `open`; seq of its last project-wide grant.
function keys.opened(P) return P .. 'opened' end
function keys.served(P) return P .. 'served' end
-- ZSET of queues by the seq of the last event from which somebody may have work there that they had not.
function keys.gains(P) return P .. 'gains' end
-- HASH of a labeling queue: entry -> packed list of the QA tasks of its item, in whatever queues, that are not finished;
-- some may be there still that were cleared.
function keys.qa(P, queue) return P .. 'qa:' .. text(queue) end
-- HASH of a QA queue: entry -> packed {labeling queue, entry there, people who worked on the item there}, as long as the
-- queue is there: what is finished may be reopened, and is nobody's who made it.
function keys.qa_of(P, queue) return P .. 'qa_of:' .. text(queue) end
-- SET of all queues.
function keys.queues(P) return P .. 'queues' end
-- SET of datasets that were deleted: their numbers are not used again.
function keys.deleted_datasets(P) return P .. 'deleted_datasets' end
-- HASH dataset -> queues that it is attached to.
function keys.followed(P) return P .. 'followed' end
-- SET of all datasets that are there.
function keys.datasets(P) return P .. 'datasets' end
-- HASH of one operation: actor, verb, queues (packed), dataset, content, total, state, chunk, last; moves (packed),
-- of one that moves tasks: see 59_plans.
function keys.operation(P, operation) return P .. 'operation:' .. text(operation) end
-- HASH plan -> packed {queue, as_of, content, total, clock, used, sources, targets, ranges}: see 59_plans.
function keys.plans(P) return P .. 'plans' end
-- HASH person -> packed {due_ms, priority, content, changed} of what was said of their assignment in the queue.
function keys.terms(P, queue) return P .. 'terms:' .. text(queue) end
-- HASH range -> packed {first, last, person, due_ms, priority, content, changed}: the places of the queue's order that
-- are theirs, and what was said of it, as in terms. A range's number is the seq of the event that made it.
function keys.ranges(P, queue) return P .. 'ranges:' .. text(queue) end
-- HASH "queue:person" -> the operation by which tasks of theirs there move to others.
function keys.moving(P) return P .. 'moving' end
-- SET of operations that still have chunks to do.
function keys.running(P) return P .. 'running' end
-- SET of "queue/generation" of what was cleared and is still to be dropped.
function keys.tidying(P) return P .. 'tidying' end
-- ZSET of operations that ended, by wall ms of their end, until history is cleaned.
function keys.ended(P) return P .. 'ended' end
