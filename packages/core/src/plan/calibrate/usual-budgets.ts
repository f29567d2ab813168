/** Evaluations that are planned for where nobody says for which: from where pictures begin to hold to half of 50 steps. */
export const usualBudgets: readonly number[] = [6, 8, 10, 12, 15, 19, 25]
