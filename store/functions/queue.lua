-- queue: what a worker needs to know of a queue to prepare a change.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   settings_seq, rules, content, set_seq, review_seq (the event that set how it is reviewed; 0: none), added_seq, removed_seq (the last event that took items out of a dataset), upto (entries that were dealt), delayed, to_drop, attached {{dataset, cursor, rank, not_before, skip}…}
--   {'not_found', seq, chain, clock, 'queue'}
read('queue', function(call, arg)
  local P = call.P
  local f = redis.call('HMGET', keys.queue(P, arg.queue), 'rules', 'content', 'set_seq', 'added_seq',
    'review_seq')
  if not f[1] then return negative(call, 'not_found', 'queue') end
  return value(call, {
    settings_seq = tonumber(redis.call('HGET', keys.totals(P), 'settings_seq')),
    rules = cmsgpack.unpack(f[1]), content = tonumber(f[2]), set_seq = tonumber(f[3]),
    added_seq = delays.added_seq(P, tonumber(f[4])), attached = attached.all(P, arg.queue),
    review_seq = number_or(f[5], 0),
    removed_seq = number_or(redis.call('HGET', keys.totals(P), 'removed_seq'), 0),
    upto = dealing.load(P, arg.queue)[1],
    delayed = redis.call('ZCARD', keys.queue_delayed(P, arg.queue)), to_drop = delays.to_drop(P, arg.queue),
  })
end)
