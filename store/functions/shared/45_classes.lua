-- Requirement classes: the distinct sets of skills that the items of a queue require.
local classes = {}

local MAX_CLASSES = 64       -- requirement classes a queue

local function name_of(skills)
  local sorted = {}
  for i, skill in ipairs(skills) do sorted[i] = skill end
  table.sort(sorted)
  return table.concat(sorted, ',')
end

-- Gives each wanted set its class in the queue, appending those it does not have while there is
-- room. Returns wanted index -> class, the list of {class, skills} to add, and how many found none.
function classes.assigned(queue, wanted)
  local known, class_of, added, refused = {}, {}, {}, 0
  for class, skills in ipairs(queue.classes) do known[name_of(skills)] = class end
  for i, skills in ipairs(wanted) do
    local name = name_of(skills)
    if not known[name] and #queue.classes + #added < MAX_CLASSES then
      known[name] = #queue.classes + #added + 1
      added[#added + 1] = { known[name], skills }
    end
    class_of[i] = known[name]
    if not known[name] then refused = refused + 1 end
  end
  return class_of, added, refused
end

-- The runs {index, first item, count} whose class has a place, with that class, and how many items had none.
function classes.placed(runs, class_of)
  local kept, count, not_added = {}, 0, 0
  for _, run in ipairs(runs) do
    local class = class_of[run[1]]
    if class then
      kept[#kept + 1] = { class, run[2], run[3] }
      count = count + run[3]
    else
      not_added = not_added + run[3]
    end
  end
  return kept, count, not_added
end
