import { createPace, type Pace } from '@fastflow/core/backend'

/** Of work that nothing cancels. */
export const unhurried: Pace = createPace(() => {})
