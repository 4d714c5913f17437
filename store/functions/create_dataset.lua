-- create_dataset: a named, empty set of items.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    dataset
--
-- Returns one of
--   {'ok', seq, chain, clock, dataset_created}
--   {'already_exists', seq, chain, clock, 'dataset'}   or it was deleted: its number is not used again
change('create_dataset', {}, function(call, arg)
  if redis.call('SISMEMBER', keys.datasets(call.P), arg.dataset) == 1
    or redis.call('SISMEMBER', keys.deleted_datasets(call.P), arg.dataset) == 1 then
    return negative(call, 'already_exists', 'dataset')
  end
  return commit(call, 'dataset_created', { dataset = tonumber(arg.dataset) })
end)
