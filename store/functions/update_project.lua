-- update_project: other settings for the project, whole.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    expected content status_locks
--   expected      seq of the event that wrote the settings these were made from
--   content       id of the texts (display name, ontology) in Postgres, or 0: as it was created
--   status_locks  1: whoever has a status must lose it before the work is edited
--
-- Returns one of
--   {'ok', seq, chain, clock, project_changed}
--   {'stale_etag', seq, chain, clock}   the settings were written since: read them again
change('update_project', {}, function(call, arg)
  if redis.call('HGET', keys.totals(call.P), 'set_seq') ~= arg.expected then return negative(call, 'stale_etag') end
  return commit(call, 'project_changed',
    { content = tonumber(arg.content), status_locks = tonumber(arg.status_locks) })
end)
