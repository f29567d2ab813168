/** Row of a bench that has the same cost without FastFlow: Euler's steps on a grid of so many. */
export function plainMethod(nfe: number): string {
  return `euler-${nfe}`
}

export function isPlain({ method }: { readonly method: string }): boolean {
  return method.startsWith('euler-')
}
