/** The command's contract: what each exit code says. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  infeasible: 3,
  missing: 4,
  failed: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with one sentence on stderr and the contract's exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: ExitCode

  constructor(exit: ExitCode, message: string) {
    super(message)
    this.exit = exit
  }
}

export function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message)
}

// Codes of the packages' errors that mean bad input rather than a defect.
const BAD_INPUT = [
  'E_PROBLEM',
  'E_KERNEL',
  'E_CELL',
  'E_SHAPE',
  'E_DEVICE',
  'E_PRESET',
  'E_SPACE',
  'E_LOG',
  'E_STRATEGY',
  'E_PLAN',
  'E_INPUTS',
]
// What Node says of files that a user named.
const BAD_FILE = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS', 'EEXIST', 'ENOSPC']

/** The sentence and the exit code for anything that was thrown. Only a defect of ours is an internal error. */
export function verdictOf(error: unknown): { readonly exit: ExitCode; readonly message: string } {
  if (error instanceof CommandError) return { exit: error.exit, message: error.message }
  if (!(error instanceof Error)) return { exit: EXIT.internal, message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (BAD_INPUT.some((prefix) => code.startsWith(prefix))) return { exit: EXIT.usage, message: error.message }
  if (code.startsWith('E_NO_') || code === 'E_TOOLCHAIN') return { exit: EXIT.missing, message: error.message }
  if (BAD_FILE.includes(code)) return { exit: EXIT.usage, message: fileSentence(error, code) }
  return {
    exit: EXIT.internal,
    message: `internal error: ${error.message}; please report it with the command and the output of TILEWRIGHT_TRACE=1`,
  }
}

function fileSentence(error: Error, code: string): string {
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'file'
  // Folders are made before files are written into them: what is not there otherwise was to be read.
  const isMade = 'syscall' in error && error.syscall === 'mkdir'
  const why: Readonly<Record<string, string>> = {
    ENOENT: isMade ? 'cannot be made' : 'does not exist',
    EACCES: 'may not be accessed',
    EPERM: 'may not be changed',
    EISDIR: 'is a folder, not a file',
    ENOTDIR: 'is inside a file, not a folder',
    EROFS: 'is on a read-only disk',
    EEXIST: 'exists and is not a folder',
    ENOSPC: 'has no space left on its disk',
  }
  return `${path}: ${why[code]}; name another path`
}
