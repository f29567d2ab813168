// What static servers say of files they do not have.

/** True where the server says there is no such file, or sends its page for everything instead. */
export function isMissing(url: string, response: Response): boolean {
  if (response.status === 404 || response.status === 410) return true
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false
  return response.ok && page && !/(\/|\.html?)$/.test(new URL(url).pathname)
}

/** The same in words. */
export function notFound(url: string, file: string, response: Response): string {
  const answer = response.ok
    ? 'the server sends a web page in its place'
    : `the server answers ${response.status}`
  return `${file}: there is no such file at ${url}; ${answer}`
}
