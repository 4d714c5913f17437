-- release: give a task back; it keeps its first place, and nobody is excluded from it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token
--
-- Returns one of
--   {'ok', seq, chain, clock, released}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
change('release', { 'allow-oom' }, function(call, arg)
  local held = leased(call, arg)
  if held.refusal then return held.refusal end
  return commit(call, 'released',
    { person = held.person.number, tasks = { { held.entry, held.i } } })
end)
