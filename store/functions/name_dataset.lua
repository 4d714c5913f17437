-- name_dataset: another display name for a dataset.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    dataset content
--   content  the name as bytes in Postgres, or 0: its id
--
-- Returns one of
--   {'ok', seq, chain, clock, dataset_named}
--   {'not_found', seq, chain, clock, 'dataset'}
change('name_dataset', {}, function(call, arg)
  if redis.call('SISMEMBER', keys.datasets(call.P), arg.dataset) == 0 then
    return negative(call, 'not_found', 'dataset')
  end
  return commit(call, 'dataset_named', { dataset = tonumber(arg.dataset), content = tonumber(arg.content) })
end)
