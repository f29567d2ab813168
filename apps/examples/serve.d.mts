import type { Server } from 'node:http'

export function serve(root?: string): Server
