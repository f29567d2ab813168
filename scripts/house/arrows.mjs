// Which workspace uses which of the others, in words: what `docs/architecture.md` shows.

/** Lines such as `floor 1  media -> core`, from the ground up; a floor is one above the highest of what a workspace uses. */
export function arrowsOf(manifests) {
  const uses = new Map(
    manifests.map(({ name, dependencies, peerDependencies }) => [
      name,
      Object.keys({ ...dependencies, ...peerDependencies }),
    ]),
  )
  for (const [name, used] of uses)
    uses.set(
      name,
      used.filter((other) => uses.has(other)),
    )
  const floorOf = (name) => Math.max(-1, ...uses.get(name).map(floorOf)) + 1
  const rows = [...uses.keys()].map((name) => ({
    name: short(name),
    floor: floorOf(name),
    used: uses.get(name),
  }))
  rows.sort((a, b) => a.floor - b.floor || (a.name < b.name ? -1 : 1))
  return rows.map(
    ({ name, floor, used }) => `floor ${floor}  ${name} -> ${used.map(short).sort().join(', ') || 'nothing'}`,
  )
}

const short = (name) => name.replace('@fastflow/', '')
