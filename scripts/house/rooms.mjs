// A room is what stands directly in a folder: a folder in it, or a file.
import { circlesOf, floorsOf } from './graph.mjs'

/** Folders whose rooms have an order of their own: each uses only those before it. */
const orders = {
  'packages/core/src/plan': ['price', 'record', 'document', 'fit', 'search', 'calibrate'],
  'packages/pipelines/src': [
    'notes.ts',
    'flow.ts',
    'state',
    'text',
    'task',
    'family',
    'family.ts',
    'policy',
    'plan',
    'target',
    'generate',
    'pipeline.ts',
    'load.ts',
    'inspect',
    'index.ts',
  ],
}

/** Rooms of a folder below `src` ('' is `src` itself), with lines and the rooms each uses. */
function roomsOf(sources, folder) {
  const inside = folder === '' ? '' : `${folder}/`
  const roomOf = (path) => path.slice(inside.length).split('/')[0]
  const rooms = new Map()
  for (const { path, lines, imports } of sources.filter((file) => file.path.startsWith(inside))) {
    const room = rooms.get(roomOf(path)) ?? { lines: 0, uses: new Set() }
    room.lines += lines
    for (const used of imports)
      if (used.startsWith(inside) && roomOf(used) !== roomOf(path)) room.uses.add(roomOf(used))
    rooms.set(roomOf(path), room)
  }
  return rooms
}

/** Folders below `src` that hold folders, the deepest last. */
function foldersOf(sources) {
  const folders = new Set([''])
  for (const { path } of sources)
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
      folders.add(path.slice(0, end))
  return [...folders].sort()
}

const graphOf = (rooms) => new Map([...rooms].map(([name, { uses }]) => [name, uses]))

/** What is wrong with the house of one workspace, a line each. */
export function problemsOf(workspace, sources) {
  const problems = circlesOf(new Map(sources.map(({ path, imports }) => [path, imports]))).map(
    (circle) => `${workspace}/src: circle of files: ${circle.join(', ')}`,
  )
  for (const folder of foldersOf(sources)) {
    const place = `${workspace}/src${folder && `/${folder}`}`
    const rooms = roomsOf(sources, folder)
    for (const circle of circlesOf(graphOf(rooms)))
      problems.push(`${place}: circle of rooms: ${circle.join(', ')}`)
    problems.push(...againstOrder(place, rooms))
  }
  return problems
}

function againstOrder(place, rooms) {
  const order = orders[place]
  if (order === undefined) return []
  const strangers = [...rooms.keys()].filter((name) => !order.includes(name))
  const upward = [...rooms].flatMap(([name, { uses }]) =>
    [...uses]
      .filter((used) => order.indexOf(used) > order.indexOf(name))
      .map((used) => `${place}: ${name} uses ${used}, which comes after it`),
  )
  return [...strangers.map((name) => `${place}: ${name} has no place in the order of rooms`), ...upward]
}

/** The rooms of a workspace in words: floors, lines, and what each uses. */
export function describe(workspace, sources) {
  const lines = sources.reduce((sum, file) => sum + file.lines, 0)
  const files = floorsOf(new Map(sources.map(({ path, imports }) => [path, imports])))
  const words = [
    `${workspace}: ${sources.length} files on ${1 + Math.max(...files.values())} floors, ${lines} lines`,
  ]
  for (const folder of foldersOf(sources)) {
    const rooms = roomsOf(sources, folder)
    const folders = [...rooms].filter(([name]) => !name.endsWith('.ts'))
    if (folders.length === 0) continue
    const floors = floorsOf(graphOf(rooms))
    if (folder !== '') words.push(`  ${folder}/`)
    for (const [name, room] of folders.sort(([a], [b]) => floors.get(a) - floors.get(b))) {
      const uses = [...room.uses].join(' ') || 'nothing'
      words.push(`  floor ${floors.get(name)}  ${name}/  ${room.lines} lines  uses ${uses}`)
    }
  }
  return words
}
