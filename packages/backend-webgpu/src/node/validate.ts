import { nodeGpu } from './adapters.ts'
import { openSession, type Session } from '../session.ts'

/** What Dawn says about a module. Lines and columns count from 1; 0 where the message is about no place. */
export interface WgslMessage {
  readonly type: 'error' | 'warning' | 'info'
  readonly line: number
  readonly column: number
  readonly text: string
}

let session: Promise<Session> | undefined

/**
 * Dawn's verdict on WGSL source, with no driver and no GPU; valid when no message is an error. Syntax, types, uniformity
 * and constant indices are checked, with shader-f16 and subgroups allowed; limits of a device are not.
 */
export async function validateWgsl(source: string): Promise<readonly WgslMessage[]> {
  session ??= nodeGpu({ backend: 'null' }).then((gpu) => openSession({ gpu, name: 'null', deadlineMs: 60_000 }))
  const { device } = await session
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ code: source })
  const popped = device.popErrorScope()
  const { messages } = await module.getCompilationInfo()
  const listed = messages.map(({ type, lineNum, linePos, message }): WgslMessage => ({
    type,
    line: lineNum,
    column: linePos,
    text: message.trim(),
  }))
  const error = await popped
  // Nothing that is wrong may pass because it has no place in the source.
  if (error && !listed.some(({ type }) => type === 'error'))
    return [...listed, { type: 'error', line: 0, column: 0, text: error.message.trim() }]
  return listed
}
