-- Fences of datasets: from the event on by which a dataset is detached from a queue, none of its entries
-- there is given, started or submitted; the chunks of the operation remove them. queue.fences is a list of
-- {dataset, last}: entries of the dataset up to this one are covered.
local fences = {}

local function last_run(runs, at)
  local f = at and redis.call('ZRANGEBYSCORE', runs, at, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    or redis.call('ZRANGE', runs, -1, -1, 'WITHSCORES')
  if not f[1] then return nil end
  local first, dataset = string.match(f[1], '^(%d+):(%d+)$')
  return { first = tonumber(first), last = tonumber(f[2]), dataset = tonumber(dataset), member = f[1], runs = runs }
end

-- Whether a fence of the queue covers the entry, which is one of the queue's.
function fences.covers(P, queue, entry)
  if not queue.fences then return false end
  if queue.base then return fences.covers_review(P, queue, entry) end
  local runs, run = keys.entry_runs(P, queue.number), seen.run
  if not (run and run.runs == runs and run.first <= entry and entry <= run.last) then
    run = last_run(runs, entry)
    seen.run = run
  end
  for _, fence in ipairs(queue.fences) do
    if run and fence[1] == run.dataset and entry <= fence[2] then return true end
  end
  return false
end

-- The same, of a queue by its number, by whoever needs nothing else of the queue.
function fences.covered(P, number, entry)
  return not seen.unfenced and fences.covers(P, queues.load(P, number), entry)
end

-- Notes that first .. last are of the dataset: the run goes on, or another one begins.
function fences.note(runs, first, last, dataset)
  local run = last_run(runs)
  if run and run.dataset == dataset then redis.call('ZADD', runs, last, run.member)
  else redis.call('ZADD', runs, last, string.format('%d:%d', first, dataset)) end
end

-- The dataset of an item.
function fences.dataset_of(P, item) return last_run(keys.item_runs(P), item).dataset end

-- Whether the dataset of the items of runs {class, first item, count}, all of one, is no more.
function fences.deleted(P, runs)
  local dataset = runs[1] and fences.dataset_of(P, runs[1][2])
  return dataset and redis.call('SISMEMBER', keys.deleted_datasets(P), dataset) == 1
end
