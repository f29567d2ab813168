import type { Run } from './run.ts'

/** `<v_a, v_b>` of the last velocities, newest first; those among older ones are known from the landings before. */
export async function measureVelocities<T, State>(run: Run<T, State>): Promise<number[][]> {
  const { space, history, policy, products } = run
  const size = Math.min(history.count, policy.depth)
  const newest = history.velocity(0)
  const row = await Promise.all(
    Array.from({ length: size }, (_, a) => space.dot(newest, history.velocity(a))),
  )
  run.products = row.map((first, a) => (a === 0 ? row : [first, ...products[a - 1]!.slice(0, size - 1)]))
  return run.products
}

/** `<x, x>, <x, v_0>, <x, v_1>, ...`. */
export async function measureState<T, State>(run: Run<T, State>): Promise<number[]> {
  const { space, history, policy, x } = run
  const size = Math.min(history.count, policy.depth)
  return Promise.all(
    Array.from({ length: size + 1 }, (_, a) => space.dot(x, a === 0 ? x : history.velocity(a - 1))),
  )
}
