/** Which jobs of whom are under way, as far as this process knows. */
export interface PerKey {
  /**
   * Counts a job.
   *
   * @param isOver whether a job that is counted has ended unheard; asked only where there is no room left.
   * @returns false where there is none.
   */
  enter(owner: string, id: string, isOver: (id: string) => Promise<boolean>): Promise<boolean>
  leave(owner: string, id: string): void
}

export function createPerKey(most: number): PerKey {
  const underWay = new Map<string, Set<string>>()
  return {
    async enter(owner, id, isOver) {
      const own = underWay.get(owner) ?? new Set()
      underWay.set(owner, own)
      if (own.size >= most) for (const one of [...own]) if (await isOver(one)) own.delete(one)
      if (own.size >= most) return false
      own.add(id)
      return true
    },
    leave(owner, id) {
      const own = underWay.get(owner)
      own?.delete(id)
      if (own?.size === 0) underWay.delete(owner)
    },
  }
}
