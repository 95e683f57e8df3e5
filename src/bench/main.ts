/** Runs the benchmarks and prints what came out. Arguments choose among them and how they are said. */
import { parseArgs } from 'node:util';
import { assertNever } from '../shared/assertNever.ts';
import { type BrowserContext, withBrowser } from './browser.ts';
import { editOneDocument } from './editOneDocument.ts';
import { firstBytes } from './firstBytes.ts';
import { firstFrame } from './firstFrame.ts';
import type { Bench, Outcome, Result } from './harness.ts';
import { linkLength } from './linkLength.ts';
import { packetFrame } from './packetFrame.ts';
import { parseWithRanges } from './parseWithRanges.ts';
import { jsonText, markdownTable, resultLines, summaryLine, tableHead, verdictOf } from './report.ts';

export interface Surroundings {
  /** The checkout, with a slash at its end. */
  readonly root: string;
  /** Finds or installs a Chromium; `reason` says why there is none. */
  readonly installChromium: () => { readonly path?: string | undefined; readonly reason?: string };
}

type Format = 'text' | 'json' | 'markdown';

interface Wishes {
  readonly format: Format;
  readonly only: ReadonlySet<string> | null;
  readonly browser: boolean;
}

const nodeBenches = (root: string): readonly Bench[] => [editOneDocument, parseWithRanges, linkLength(root)];
const browserBenches: readonly Bench<BrowserContext>[] = [packetFrame, firstBytes, firstFrame];
/** As the README lists them. */
const order: readonly string[] = ['edit', 'ranges', 'frame', 'bytes', 'link', 'topology'];

const usage = `npm run bench -- [--only NAME[,NAME…]] [--no-browser] [--json | --markdown]
names: ${order.join(', ')}`;

/** What the arguments ask for, or what is wrong with them. */
function readArguments(args: readonly string[]): Wishes | string {
  const options = {
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    'no-browser': { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const only = values.only?.flatMap((names) => names.split(','));
    const unknown = only?.find((name) => !order.includes(name));
    if (unknown !== undefined) return `no benchmark "${unknown}"`;
    const format = values.json === true ? 'json' : values.markdown === true ? 'markdown' : 'text';
    return { format, only: only === undefined ? null : new Set(only), browser: values['no-browser'] !== true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Exit status: 0 all within their limits (skipped ones are said), 1 one is over or failed, 2 unusable arguments. */
export async function main(args: readonly string[], { root, installChromium }: Surroundings): Promise<number> {
  const wishes = readArguments(args);
  if (typeof wishes === 'string') {
    console.error(`packetwalk bench: ${wishes}\n${usage}`);
    return 2;
  }
  const wanted = <Context>(benches: readonly Bench<Context>[]) => benches.filter(({ id }) => wishes.only?.has(id) ?? true);
  const results: Result[] = [];
  let failures = 0;
  const finish = <Context>({ id, title, limit }: Bench<Context>, outcome: Outcome): void => {
    const result = { id, title, limit, outcome };
    results.push(result);
    if (outcome.kind === 'skipped') console.error(`SKIPPED ${id}: ${outcome.reason}`);
    if (wishes.format === 'text') console.log(resultLines(result).join('\n'));
  };
  const measure = async <Context>(bench: Bench<Context>, context: Context): Promise<void> => {
    try {
      finish(bench, await bench.run(context));
    } catch (error) {
      failures += 1;
      console.error(`FAILED ${bench.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (wishes.format === 'text') console.log(tableHead.join('\n'));
  for (const bench of wanted(nodeBenches(root))) await measure(bench, undefined);
  const inBrowser = wanted(browserBenches);
  const chromium = inBrowser.length === 0 ? {} : wishes.browser ? installChromium() : { reason: 'left out by --no-browser' };
  const { reason } = chromium;
  if (reason !== undefined) for (const bench of inBrowser) finish(bench, { kind: 'skipped', reason });
  else if (inBrowser.length > 0) {
    await withBrowser(root, chromium.path, async (context) => {
      for (const bench of inBrowser) await measure(bench, context);
    });
  }
  results.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  console.log(said(wishes.format, results));
  return failures > 0 || results.some((result) => verdictOf(result) === 'over') ? 1 : 0;
}

function said(format: Format, results: readonly Result[]): string {
  switch (format) {
    case 'text':
      return summaryLine(results);
    case 'json':
      return jsonText(results);
    case 'markdown':
      return markdownTable(results);
    default:
      return assertNever(format);
  }
}
