/**
 * What a link and the browser's storage hold: documents, ledger, request, step and view, in an envelope with a version. Reading parses:
 * migrations first, then every field is checked; nothing is cast. Knows nothing of compression (codec.ts).
 */
import type { Ledger, LedgerEntry, Probe, SourceFile } from '../engine/index.ts';
import { type Message, message } from '../shared/message.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { migrations } from './migrations.ts';

export const currentVersion = 1;

/** Which branch is shown: the same union as the worker's. */
export type ShareWish = { readonly kind: 'index'; readonly index: number } | { readonly kind: 'crossNode' | 'sameNode' | 'first' };

export interface ShareRequest {
  /** The words in the request bar. */
  readonly from: string;
  readonly to: string;
  /** What was sent; null: nothing yet. */
  readonly probe: Probe | null;
  readonly wish: ShareWish;
  readonly serviceUpstream: boolean;
}

export interface ShareState {
  readonly files: readonly SourceFile[];
  readonly ledger: Ledger;
  /** The scenario that it began as; null for anything else. */
  readonly scenario: string | null;
  readonly request: ShareRequest | null;
  /** Indices of the leg in the branch and of the step in the leg. */
  readonly position: { readonly leg: number; readonly step: number };
  readonly view: {
    readonly activeFile: string;
    /** The node, Pod or outside thing that the inspector shows; null: the hop. */
    readonly thing: string | null;
    readonly expanded: Readonly<Record<string, boolean>>;
  };
}

export interface Envelope extends ShareState {
  readonly version: typeof currentVersion;
}

export const envelopeOf = (state: ShareState): Envelope => ({
  version: currentVersion,
  files: state.files.map(({ name, text }) => ({ name, text })),
  ledger: state.ledger,
  scenario: state.scenario,
  request: state.request,
  position: state.position,
  view: state.view,
});

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isPort = (value: unknown): value is number => isCount(value) && value <= 65_535;
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

/** A record whose every value passes; own keys only, so "__proto__" is a key like any other. */
function recordOf<Value>(value: unknown, parse: (value: unknown) => Value | undefined): Record<string, Value> | undefined {
  if (!isFields(value)) return undefined;
  const entries: [string, Value][] = [];
  for (const [key, item] of Object.entries(value)) {
    const parsed = parse(item);
    if (parsed === undefined) return undefined;
    entries.push([key, parsed]);
  }
  return Object.fromEntries(entries);
}

function parseFiles(value: unknown): readonly SourceFile[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const files: SourceFile[] = [];
  const names = new Set<string>();
  for (const item of value) {
    if (!isFields(item) || !isText(item.name) || item.name === '' || !isText(item.text) || names.has(item.name)) return undefined;
    names.add(item.name);
    files.push({ name: item.name, text: item.text });
  }
  return files;
}

function parseLedgerEntry(value: unknown): LedgerEntry | undefined {
  if (!isFields(value)) return undefined;
  const { node, addresses, nodePorts, healthCheckNodePort, loadBalancerAddresses, fingerprint } = value;
  if (node !== undefined && !isText(node)) return undefined;
  if (addresses !== undefined && !isTexts(addresses)) return undefined;
  if (healthCheckNodePort !== undefined && !isPort(healthCheckNodePort)) return undefined;
  if (loadBalancerAddresses !== undefined && !isTexts(loadBalancerAddresses)) return undefined;
  if (fingerprint !== undefined && !isText(fingerprint)) return undefined;
  const ports = nodePorts === undefined ? {} : recordOf(nodePorts, (port) => (isPort(port) ? port : undefined));
  if (ports === undefined) return undefined;
  return {
    ...(node === undefined ? {} : { node }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(nodePorts === undefined ? {} : { nodePorts: ports }),
    ...(healthCheckNodePort === undefined ? {} : { healthCheckNodePort }),
    ...(loadBalancerAddresses === undefined ? {} : { loadBalancerAddresses }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

function parseLedger(value: unknown): Ledger | undefined {
  if (!isFields(value) || value.version !== 1) return undefined;
  const entries = recordOf(value.entries, parseLedgerEntry);
  return entries === undefined ? undefined : { version: 1, entries };
}

const protocols = ['TCP', 'UDP', 'SCTP', 'ICMP'] as const;
const probeTexts = ['name', 'via', 'host', 'method', 'sourceIP'] as const;

function parseProbe(value: unknown): Probe | undefined {
  if (!isFields(value) || !isText(value.from) || !isText(value.to)) return undefined;
  const protocol = protocols.find((known) => known === value.protocol);
  if (value.protocol !== undefined && protocol === undefined) return undefined;
  const texts: [string, string][] = [];
  for (const key of probeTexts) {
    const text = value[key];
    if (text === undefined) continue;
    if (!isText(text)) return undefined;
    texts.push([key, text]);
  }
  const headers = value.headers === undefined ? {} : recordOf(value.headers, (header) => (isText(header) ? header : undefined));
  if (headers === undefined) return undefined;
  if (value.sourcePort !== undefined && !isPort(value.sourcePort)) return undefined;
  return {
    from: value.from,
    to: value.to,
    ...Object.fromEntries(texts),
    ...(protocol === undefined ? {} : { protocol }),
    ...(value.headers === undefined ? {} : { headers }),
    ...(value.sourcePort === undefined ? {} : { sourcePort: value.sourcePort }),
  };
}

function parseWish(value: unknown): ShareWish | undefined {
  if (!isFields(value)) return undefined;
  if (value.kind === 'index') return isCount(value.index) ? { kind: 'index', index: value.index } : undefined;
  return value.kind === 'crossNode' || value.kind === 'sameNode' || value.kind === 'first' ? { kind: value.kind } : undefined;
}

function parseRequest(value: unknown): ShareRequest | undefined {
  if (!isFields(value) || !isText(value.from) || !isText(value.to) || typeof value.serviceUpstream !== 'boolean') return undefined;
  const wish = parseWish(value.wish);
  const probe = value.probe === null ? null : parseProbe(value.probe);
  if (wish === undefined || probe === undefined) return undefined;
  return { from: value.from, to: value.to, probe, wish, serviceUpstream: value.serviceUpstream };
}

function parseView(value: unknown): ShareState['view'] | undefined {
  if (!isFields(value) || !isText(value.activeFile) || !(value.thing === null || isText(value.thing))) return undefined;
  const expanded = recordOf(value.expanded, (flag) => (typeof flag === 'boolean' ? flag : undefined));
  return expanded === undefined ? undefined : { activeFile: value.activeFile, thing: value.thing, expanded };
}

const damaged = (field: string) => err(message('page.link.damaged', { field }));

/** Checks a value of any version: brings it to the present one, then parses every field. The error names the first field that is wrong. */
export function parseEnvelope(value: unknown): Result<Envelope, Message> {
  if (!isFields(value) || !isCount(value.version)) return damaged('version');
  if (value.version > currentVersion) return err(message('page.link.newer', { version: value.version }));
  let fields: Fields = value;
  for (let version = value.version; version < currentVersion; version += 1) {
    const migrate = migrations[version];
    if (migrate === undefined) return damaged('version');
    fields = migrate(fields);
  }
  const files = parseFiles(fields.files);
  if (files === undefined) return damaged('files');
  const ledger = parseLedger(fields.ledger);
  if (ledger === undefined) return damaged('ledger');
  if (fields.scenario !== null && !isText(fields.scenario)) return damaged('scenario');
  const request = fields.request === null ? null : parseRequest(fields.request);
  if (request === undefined) return damaged('request');
  const { position } = fields;
  if (!isFields(position) || !isCount(position.leg) || !isCount(position.step)) return damaged('position');
  const view = parseView(fields.view);
  if (view === undefined) return damaged('view');
  return ok({
    version: currentVersion,
    files,
    ledger,
    scenario: fields.scenario,
    request,
    position: { leg: position.leg, step: position.step },
    view,
  });
}
