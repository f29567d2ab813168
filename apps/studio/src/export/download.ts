/** Hands a file to the browser's own way of saving. */
export function download(name: string, data: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun when click returns, but some browsers read the blob later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

export function saveJson(name: string, document: unknown): void {
  download(name, `${JSON.stringify(document)}\n`, 'application/json')
}

/** A file name out of what the user typed. */
export function fileName(...parts: readonly (string | number)[]): string {
  const words = parts.map((part) =>
    String(part)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-'),
  )
  return words
    .map((word) => word.replaceAll(/^-+|-+$/g, '').slice(0, 60))
    .filter(Boolean)
    .join('-')
}
