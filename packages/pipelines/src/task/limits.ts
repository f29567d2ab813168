/** Largest guidance scale that is taken for one; usual values lie between 1 and 10. */
export const MAX_GUIDANCE = 100

/** Finest grid a run may have; beyond it lies a slip of the keyboard. */
export const MAX_STEPS = 10_000

/** Frames a second above this are taken for a slip. */
export const MAX_FPS = 240

/** Seeds are unsigned 32-bit numbers. */
export const MAX_SEED = 0xffffffff
