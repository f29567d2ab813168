import { randomBytes } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

const KEY = /^[0-9a-f]{48}\.[a-z0-9]{1,8}$/

/** 192 random bits, and the extension. */
export function newKey(type: string): string {
  const key = `${randomBytes(24).toString('hex')}.${type}`
  if (KEY.test(key)) return key
  throw invalidArgument('type', `${shown(type)} is no extension; pass one to eight small letters, e.g. png`)
}

/** Whether it can be a key at all; nothing else becomes part of a path. */
export function isKey(key: string): boolean {
  return KEY.test(key)
}
