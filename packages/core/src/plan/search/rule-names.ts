/** Rules whose weights nothing is fitted for: linear extrapolation of the baseline's steps, and solvers on the nodes alone. */
export const ruleNames = ['emulate', 'euler', 'ab2', 'unipc2', 'dpmpp2m', 'ipndm4'] as const

export type RuleName = (typeof ruleNames)[number]
