/** Bytes of a file of `packages/testkit/fixtures`. */
export async function fixture(name: string): Promise<Uint8Array> {
  const response = await fetch(`/testkit/${name}`)
  return new Uint8Array(await response.arrayBuffer())
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
