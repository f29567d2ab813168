// What a report of pytest (JUnit XML) counts.

/** @returns passed, failed and skipped tests, and the time of each in milliseconds. */
export function sumOf(xml) {
  const tests = [...xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, head, , body = '']) => ({
      fullName: /\bname="([^"]*)"/.exec(head)?.[1] ?? '',
      duration: 1000 * Number(/\btime="([^"]*)"/.exec(head)?.[1] ?? 0),
      status: /<(failure|error)\b/.test(body) ? 'failed' : /<skipped\b/.test(body) ? 'skipped' : 'passed',
    }),
  )
  const count = (status) => tests.filter((test) => test.status === status).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), tests }
}
