-- release: give a task back; it keeps its first place, and nobody is excluded from it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token content
--   token    0: whatever lease the person has on it, which somebody else ends
--   content  id of the reason in Postgres; 0: none is given
--
-- Returns one of
--   {'ok', seq, chain, clock, released}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
local function token_of(call, arg)
  if arg.token ~= '0' then return arg.token end
  local record = entries.load(call.P, tonumber(arg.entry))
  local slot = record and record.s[tonumber(arg.slot)]
  return slot and slot[3] or arg.token
end

change('release', { 'allow-oom' }, function(call, arg)
  arg.token = token_of(call, arg)
  local held = leased(call, arg)
  if held.refusal then return held.refusal end
  return commit(call, 'released',
    { person = held.person.number, tasks = { { held.entry, held.i } }, content = tonumber(arg.content) })
end)
