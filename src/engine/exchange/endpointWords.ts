/**
 * Reads the words for a request's two ends (SRC and DST of the command line, From and To of the page). Syntax only: whether the thing
 * exists is resolve.ts's business. A text that is none of the words is an error that says what is wrong with it.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { familyOf, type IpAddress, parseIpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';

export type SourceWord =
  | { readonly kind: 'pod' | 'deployment'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'external'; readonly address: IpAddress | null };

/** A port as written: a number, a name of the object's own ports, or left out (ICMP has none). */
export type PortWord =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'none' };

export interface UrlWord {
  readonly kind: 'url';
  readonly scheme: 'http' | 'https';
  /** Lower case, without brackets. */
  readonly host: string;
  /** Null: the scheme's own port. */
  readonly port: number | null;
  /** Path with its query, "/" at least. */
  readonly target: string;
}

export type DestinationWord =
  | { readonly kind: 'pod' | 'deployment'; readonly namespace: string; readonly name: string; readonly port: PortWord }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port: PortWord }
  | { readonly kind: 'node'; readonly name: string; readonly port: PortWord }
  | { readonly kind: 'address'; readonly address: IpAddress; readonly port: PortWord }
  | { readonly kind: 'dnsName'; readonly name: string; readonly port: PortWord }
  | UrlWord;

const objectName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const hostName = /^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\.?$/;
const portName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const problem = (key: string, params: Message['params']): Result<never, Message> => err(message(`exchange.words.${key}`, params));

/** Reads pod/NS/NAME, deployment/NS/NAME, node/NAME, external, external/IP. */
export function parseSourceWord(text: string): Result<SourceWord, Message> {
  const parts = text.trim().split('/');
  const [kind = '', first = '', second = ''] = parts;
  switch (kind) {
    case 'external': {
      if (parts.length === 1) return ok({ kind: 'external', address: null });
      const address = parseIpAddress(first);
      if (parts.length !== 2 || address === undefined) return problem('externalAddress', { text });
      return ok({ kind: 'external', address });
    }
    case 'node':
      if (parts.length !== 2 || !objectName.test(first)) return problem('sourceNode', { text });
      return ok({ kind: 'node', name: first });
    case 'pod':
    case 'deployment':
      if (parts.length !== 3 || !objectName.test(first) || !objectName.test(second)) return problem('sourceObject', { text, kind });
      return ok({ kind, namespace: first, name: second });
    default:
      return problem('source', { text });
  }
}

/** Reads the words for a destination; a port may be missing (only ICMP can do without one: resolve.ts says so). */
export function parseDestinationWord(text: string): Result<DestinationWord, Message> {
  const trimmed = text.trim();
  if (/^https?:\/\//i.test(trimmed)) return parseUrl(trimmed);
  if (trimmed.includes('://')) return problem('scheme', { text: trimmed });
  const bare = parseIpAddress(trimmed);
  if (bare !== undefined && familyOf(bare) === 'ipv6') return ok({ kind: 'address', address: bare, port: { kind: 'none' } });
  const { name, portText } = splitPort(trimmed);
  const port = parsePort(portText);
  if (port === null) return problem('port', { text: trimmed, port: portText ?? '' });
  const parts = name.split('/');
  const [kind = '', first = '', second = ''] = parts;
  switch (kind) {
    case 'pod':
    case 'deployment':
    case 'service':
      if (parts.length !== 3 || !objectName.test(first) || !objectName.test(second)) {
        return problem('destinationObject', { text: trimmed, kind });
      }
      return ok(kind === 'service' ? { kind, namespace: first, name: second, port } : { kind, namespace: first, name: second, port });
    case 'node':
      if (parts.length !== 2 || !objectName.test(first)) return problem('destinationNode', { text: trimmed });
      return ok({ kind: 'node', name: first, port });
    default:
      return parseHost(trimmed, name, port);
  }
}

function parseHost(text: string, name: string, port: PortWord): Result<DestinationWord, Message> {
  const address = parseIpAddress(name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name);
  if (address !== undefined) return ok({ kind: 'address', address, port });
  if (name.includes('/') || name.length > 254 || !hostName.test(name)) return problem('destination', { text });
  if (/^[\d.]+$/.test(name)) return problem('address', { text });
  return ok({ kind: 'dnsName', name: name.toLowerCase(), port });
}

function splitPort(text: string): { readonly name: string; readonly portText: string | undefined } {
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.indexOf(']', colon) >= 0) return { name: text, portText: undefined };
  return { name: text.slice(0, colon), portText: text.slice(colon + 1) };
}

function parsePort(text: string | undefined): PortWord | null {
  if (text === undefined) return { kind: 'none' };
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number >= 1 && number <= 65_535 ? { kind: 'number', number } : null;
  }
  return text.length <= 15 && portName.test(text) ? { kind: 'name', name: text } : null;
}

function parseUrl(text: string): Result<DestinationWord, Message> {
  const parts = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(text);
  const authority = parts?.[2] ?? '';
  if (authority === '' || authority.includes('@')) return problem('url', { text });
  const { name, portText } = splitPort(authority);
  const port = parsePort(portText);
  if (port === null || port.kind === 'name') return problem('port', { text, port: portText ?? '' });
  const host = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  if (parseIpAddress(host) === undefined && (!hostName.test(host) || /^[\d.]+$/.test(host))) return problem('url', { text });
  const rest = parts?.[3] ?? '';
  return ok({
    kind: 'url',
    scheme: parts?.[1]?.toLowerCase() === 'https' ? 'https' : 'http',
    host: host.toLowerCase(),
    port: port.kind === 'number' ? port.number : null,
    target: rest.startsWith('/') ? rest : `/${rest}`,
  });
}
