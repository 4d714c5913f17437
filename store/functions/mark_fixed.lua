-- mark_fixed: the author of a returned task says that units of it are mended.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot units content
--   units    packed list of units
--   content  id of what they say of it in Postgres; 0: nothing
--
-- Returns one of
--   {'ok', seq, chain, clock, fixed}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
--   {'not_theirs', seq, chain, clock}           it neither waits for them nor is held by them
--   {'not_returned', seq, chain, clock, unit}   it is none of the task, was not returned, or is fixed already

-- The first of the units that cannot be fixed; each is named once.
local function first_wrong(known, units)
  local open = {}
  for _, packed in ipairs(known and known.r or NONE) do
    if reviews.note(packed) == UNIT.RETURNED then open[reviews.unit(packed)] = true end
  end
  for _, unit in ipairs(units) do
    if not open[unit] then return unit end
    open[unit] = nil
  end
end

change('mark_fixed', { 'allow-oom' }, function(call, arg)
  local person, entry, i = people.load(call.P, arg.person), tonumber(arg.entry), tonumber(arg.slot)
  if not person then return negative(call, 'not_found', 'person') end
  local record = entries.load(call.P, entry)
  local slot = record and record.s[i]
  if not slot or FINISHED[slot[1]] or record.of then return negative(call, 'not_found', 'task') end
  local theirs = slot[2] == person.number and (HELD[slot[1]] or slot[1] == RETURNED)
  if not theirs then return negative(call, 'not_theirs') end
  if HELD[slot[1]] then
    local _, refusal = held_slot(call, record, i, person, slot[3], entry)
    if refusal then return refusal end
  end
  local units = cmsgpack.unpack(arg.units)
  local wrong = first_wrong(reviews.of(record, i), units)
  if wrong then return negative(call, 'not_returned', text(wrong)) end
  return commit(call, 'fixed', { queue = record.q, person = person.number, entry = entry, slot = i, units = units,
    content = tonumber(arg.content) })
end)
