/** Reads probes: from a JSON file, unknown until every field is checked, or from the arguments of `trace`. */
import type { Probe } from '../engine/index.ts';
import { type Arguments, text, texts } from './arguments.ts';
import { UsageError } from './output.ts';

const protocols = ['TCP', 'UDP', 'SCTP', 'ICMP'] as const;

export function parseProbes(source: string, jsonText: string): readonly Probe[] {
  let value: unknown;
  try {
    value = JSON.parse(jsonText);
  } catch (error) {
    throw new UsageError(`${source}: not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!Array.isArray(value)) throw new UsageError(`${source}: a JSON array of probes is expected`);
  return value.map((entry: unknown, position) => parseProbe(`${source}: probe ${position + 1}`, entry));
}

function parseProbe(place: string, value: unknown): Probe {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${place}: an object is expected`);
  const fields = new Map<string, unknown>(Object.entries(value).filter(([, field]) => field !== null && field !== undefined));
  const take = (name: string): string | undefined => {
    const field = fields.get(name);
    if (field !== undefined && typeof field !== 'string') throw new UsageError(`${place}: "${name}" must be a text`);
    return field;
  };
  const from = take('from');
  const to = take('to');
  if (from === undefined || to === undefined) throw new UsageError(`${place}: "from" and "to" are needed`);
  return makeProbe(place, {
    from,
    to,
    name: take('name'),
    protocol: take('protocol'),
    via: take('via'),
    host: take('host'),
    method: take('method'),
    headers: parseHeaders(place, fields.get('headers')),
    sourceIP: take('sourceIP'),
    sourcePort: fields.get('sourcePort'),
  });
}

function parseHeaders(place: string, value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  const bad = (): never => {
    throw new UsageError(`${place}: "headers" must be an object of texts`);
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad();
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, typeof text === 'string' ? text : bad()]));
}

interface LooseProbe {
  readonly from: string;
  readonly to: string;
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly via?: string | undefined;
  readonly host?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly sourceIP?: string | undefined;
  readonly sourcePort?: unknown;
}

function makeProbe(place: string, loose: LooseProbe): Probe {
  const { from, to, name, via, host, method, headers, sourceIP, sourcePort } = loose;
  const protocol = protocols.find((word) => word === loose.protocol?.toUpperCase());
  if (loose.protocol !== undefined && protocol === undefined) {
    throw new UsageError(`${place}: the protocol is one of ${protocols.join(', ')}, not "${loose.protocol}"`);
  }
  const isPort = typeof sourcePort === 'number' && Number.isInteger(sourcePort) && sourcePort >= 1 && sourcePort <= 65_535;
  if (sourcePort !== undefined && !isPort) throw new UsageError(`${place}: "sourcePort" must be a number from 1 to 65535`);
  return {
    from,
    to,
    ...(name === undefined ? {} : { name }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(via === undefined ? {} : { via }),
    ...(host === undefined ? {} : { host }),
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(sourceIP === undefined ? {} : { sourceIP }),
    ...(isPort ? { sourcePort } : {}),
  };
}

/** The one probe that the arguments of `trace` describe. */
export function probeOfArguments(args: Arguments): Probe {
  const from = text(args, 'from');
  const to = text(args, 'to');
  if (from === undefined || to === undefined) throw new UsageError('trace needs --from SRC and --to DST, or --probes FILE');
  const headers = texts(args, 'header').map((header) => {
    const at = header.search(/[=:]/);
    if (at < 1) throw new UsageError(`--header is written NAME=VALUE, not "${header}"`);
    return [header.slice(0, at).trim(), header.slice(at + 1).trim()] as const;
  });
  return makeProbe('trace', {
    from,
    to,
    protocol: text(args, 'protocol'),
    via: text(args, 'via'),
    host: text(args, 'host'),
    method: text(args, 'method'),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    sourceIP: text(args, 'source-ip'),
    sourcePort: text(args, 'source-port') === undefined ? undefined : Number(text(args, 'source-port')),
  });
}
