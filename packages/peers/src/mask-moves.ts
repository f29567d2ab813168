import type { Random } from '@fastflow/core'

/** How far most moves of an evaluated step go. */
const REACH = 3

/** Far moves that climbing tries of every evaluated step. */
const FAR = 2

/** The first quarter of the evaluations is not moved. */
function fixedSteps(nfe: number): number {
  return Math.max(1, Math.floor(nfe / 4))
}

/** A mask of `nfe` ones, the fixed ones first, the others drawn. */
export function randomMask(numSteps: number, nfe: number, random: Random): readonly number[] {
  const fixed = fixedSteps(nfe)
  const mask = Array.from({ length: numSteps }, (_, step) => (step < fixed ? 1 : 0))
  for (let left = nfe - fixed; left > 0; left--) mask[drawn(free(mask, 0, fixed), random)] = 1
  return mask
}

/** One evaluated step moved, seven times in ten nearby, or one time in ten two of them anywhere. */
export function drawnMove(mask: readonly number[], random: Random): readonly number[] {
  const fixed = fixedSteps(mask.reduce((sum, one) => sum + one, 0))
  const ones = free(mask, 1, fixed)
  const zeros = free(mask, 0, fixed)
  if (ones.length === 0 || zeros.length === 0) return mask
  if (random() >= 0.9 && ones.length > 1 && zeros.length > 1) {
    const once = moved(mask, drawn(ones, random), drawn(zeros, random))
    return moved(once, drawn(free(once, 1, fixed), random), drawn(free(once, 0, fixed), random))
  }
  const from = drawn(ones, random)
  const near = random() < 0.7 ? zeros.filter((to) => Math.abs(to - from) <= REACH) : []
  return moved(mask, from, drawn(near.length > 0 ? near : zeros, random))
}

/** Every mask with one evaluated step moved by up to three, and a few with one moved anywhere. */
export function neighbours(mask: readonly number[], random: Random): readonly (readonly number[])[] {
  const fixed = fixedSteps(mask.reduce((sum, one) => sum + one, 0))
  const zeros = free(mask, 0, fixed)
  if (zeros.length === 0) return []
  const ones = free(mask, 1, fixed)
  const near = ones.flatMap((from) =>
    zeros.filter((to) => Math.abs(to - from) <= REACH).map((to) => moved(mask, from, to)),
  )
  const far = ones.flatMap((from) =>
    Array.from({ length: FAR }, () => moved(mask, from, drawn(zeros, random))),
  )
  return [...near, ...far]
}

function free(mask: readonly number[], value: number, fixed: number): readonly number[] {
  return mask.flatMap((one, step) => (step >= fixed && one === value ? [step] : []))
}

function moved(mask: readonly number[], from: number, to: number): readonly number[] {
  return mask.map((one, step) => (step === from ? 0 : step === to ? 1 : one))
}

function drawn(list: readonly number[], random: Random): number {
  return list[Math.floor(random() * list.length)]!
}
