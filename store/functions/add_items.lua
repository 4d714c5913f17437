-- add_items: number the rows `first` .. `first + count - 1` of an import, which Postgres has already.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    dataset import first count
--
-- Returns one of
--   {'ok', seq, chain, clock, items_added}
--   {'not_found', seq, chain, clock, 'dataset'}
change('add_items', {}, function(call, arg)
  if redis.call('SISMEMBER', keys.datasets(call.P), arg.dataset) == 0 then
    return negative(call, 'not_found', 'dataset')
  end
  return commit(call, 'items_added', {
    dataset = tonumber(arg.dataset), import = tonumber(arg.import), first = tonumber(arg.first),
    count = tonumber(arg.count), base = number_or(redis.call('HGET', keys.totals(call.P), 'items'), 0) + 1,
  })
end)
