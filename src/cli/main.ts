/** The command line: the same engine in a shell. Chooses the command, turns every failure into one clear line, never a stack trace. */
import { readFileSync } from 'node:fs';
import { get } from './get.ts';
import { help } from './help.ts';
import { link } from './link.ts';
import { type Console, type ExitStatus, UsageError } from './output.ts';
import { show } from './show.ts';
import { trace } from './trace.ts';

type Command = (args: readonly string[], console: Console) => ExitStatus;

const commands: Readonly<Record<string, Command>> = { trace, get, show, link };
const notYet: ReadonlySet<string> = new Set(['matrix', 'check', 'lab', 'pcap']);

/** Runs one command; returns the exit status. */
export async function main(args: readonly string[], console: Console = processConsole): Promise<ExitStatus> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help' || rest.includes('--help') || rest.includes('-h')) {
    if (name === undefined) console.error(help.trimEnd());
    else console.out(help);
    return name === undefined ? 2 : 0;
  }
  const command = commands[name];
  if (command === undefined) {
    console.error(`packetwalk: ${notYet.has(name) ? `${name}: not built yet` : `no command "${name}"; see packetwalk --help`}`);
    return 2;
  }
  try {
    return command(rest, console);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    console.error(`packetwalk ${name}: ${isUsage ? line : `internal error: ${line}`}`);
    return 2;
  }
}

const processConsole: Console = {
  out: (text) => void process.stdout.write(text),
  error: (line) => void process.stderr.write(`${line}\n`),
  readStandardInput: () => {
    try {
      return readFileSync(0, 'utf8');
    } catch {
      throw new UsageError('standard input cannot be read');
    }
  },
};

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});
