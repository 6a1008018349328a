// Compiles CUDA with NVRTC, in a process of its own: where NVRTC crashes or hangs, only this process is lost.
//
//   node nvrtc.mjs find LIBRARY…                  prints the first library that loads, and its version
//   node nvrtc.mjs compile LIBRARY SOURCE FLAG…   writes kernel.ptx and kernel.cubin; what NVRTC says goes to stderr
import { readFileSync, writeFileSync } from 'node:fs'
import koffi from 'koffi'

const program = koffi.pointer('nvrtcProgram', koffi.opaque())

const [command, ...rest] = process.argv.slice(2)
if (command === 'find') find(rest)
else
  try {
    compile(...rest)
  } catch (error) {
    process.stderr.write(`${rest[0]}: ${error.message}\n`)
    process.exitCode = 1
  }

function find(libraries) {
  for (const library of libraries)
    try {
      process.stdout.write(`${library}\n${open(library).version()}\n`)
      return
    } catch {
      // The next one may be there.
    }
  process.exitCode = 1
}

function compile(library, file, ...flags) {
  const nvrtc = open(library)
  const created = nvrtc.create(readFileSync(file, 'utf8'), file)
  const result = nvrtc.compile(created, flags)
  process.stderr.write(nvrtc.log(created))
  if (result === 0) {
    writeFileSync('kernel.ptx', nvrtc.ptx(created))
    writeFileSync('kernel.cubin', nvrtc.cubin(created))
    return
  }
  process.stderr.write(`${nvrtc.errorText(result)}\n`)
  process.exitCode = 1
}

/** The functions of NVRTC that are used here, as nvrtc.h of CUDA 13.0 declares them. */
function open(path) {
  const library = koffi.load(path)
  const errorText = library.func('nvrtcGetErrorString', 'str', ['int'])
  const version = library.func('nvrtcVersion', 'int', [
    koffi.out(koffi.pointer('int')),
    koffi.out(koffi.pointer('int')),
  ])
  const create = library.func('nvrtcCreateProgram', 'int', [
    koffi.out(koffi.pointer(program)),
    'str',
    'str',
    'int',
    'void *',
    'void *',
  ])
  const compileProgram = library.func('nvrtcCompileProgram', 'int', [program, 'int', koffi.pointer('str')])
  const check = (result) => {
    if (result !== 0) throw new Error(errorText(result))
  }
  // A size, which counts the zero at the end of a text, then that many bytes.
  const getter = (name) => {
    const sizeOf = library.func(`nvrtcGet${name}Size`, 'int', [program, koffi.out(koffi.pointer('size_t'))])
    const read = library.func(`nvrtcGet${name}`, 'int', [program, 'void *'])
    return (of) => {
      const size = [0]
      check(sizeOf(of, size))
      const bytes = Buffer.alloc(Number(size[0]))
      check(read(of, bytes))
      return bytes
    }
  }
  const [log, ptx, cubin] = ['ProgramLog', 'PTX', 'CUBIN'].map(getter)
  const textOf = (bytes) => bytes.toString('utf8').split('\0', 1)[0]
  return {
    errorText,
    version() {
      const [major, minor] = [[0], [0]]
      check(version(major, minor))
      return `${major[0]}.${minor[0]}`
    },
    create(source, name) {
      const created = [null]
      check(create(created, source, name, 0, null, null))
      return created[0]
    },
    compile: (of, flags) => compileProgram(of, flags.length, flags),
    log: (of) => textOf(log(of)),
    ptx: (of) => textOf(ptx(of)),
    cubin,
  }
}
