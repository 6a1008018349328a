import { open, type FileHandle } from 'node:fs/promises'
import { TunerError } from './errors.ts'
import { checkResumable, logLine, readLog, type LogEntry, type LogHeader, type TrialLog } from './log.ts'
import { logExists } from './messages.ts'

/**
 * A log in a file, one line for each trial, on the disk before the next trial begins. A file that is there is only gone
 * on with when `resume` is set; its torn last line is cut off then. An empty file, or one with a torn
 * header, counts as none.
 *
 * @example
 * const log = logFile('runs/trials.jsonl', { resume: true })
 * const result = await tune({ ...request, log })
 */
export function logFile(path: string, options: { readonly resume?: boolean } = {}): TrialLog {
  let file: FileHandle | undefined
  const write = async (line: string): Promise<void> => {
    await file!.appendFile(`${line}\n`)
    await file!.datasync()
  }
  return {
    async open(header: LogHeader): Promise<readonly LogEntry[]> {
      const handle = await open(path, 'a+')
      try {
        const entries = await begin(handle, { path, header, resume: options.resume ?? false })
        file = handle
        if (entries) return entries
      } catch (error) {
        await handle.close()
        throw error
      }
      await write(logLine(header))
      return []
    },
    append: (entry) => write(logLine(entry)),
    async close() {
      await file?.close()
      file = undefined
    },
  }
}

/** What the file holds, ready to be appended to; undefined where it has to be begun. */
async function begin(
  file: FileHandle,
  { path, header, resume }: { readonly path: string; readonly header: LogHeader; readonly resume: boolean },
): Promise<readonly LogEntry[] | undefined> {
  const text = await file.readFile('utf8')
  const logged = readLog(text, path)
  if (!logged) {
    await file.truncate(0)
    return undefined
  }
  if (!resume) throw new TunerError('E_LOG_EXISTS', logExists(path))
  checkResumable(logged.header, header, path)
  await file.truncate(new TextEncoder().encode(text.slice(0, logged.length)).length)
  return logged.entries
}
