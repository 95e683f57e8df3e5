/**
 * A share link's payload: an envelope as text, deflated with a preset dictionary of the Kubernetes vocabulary, as base64url. `#s=<codec>.<payload>`;
 * the codec names dictionary and method, so that old links open when a better one comes. Unpacking stops at a cap, whatever the input claims.
 */
import { deflateSync, Inflate } from 'fflate';
import { type Message, message } from '../shared/message.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { dictionaryText } from './dictionary/kubernetes1.ts';
import { type Envelope, envelopeOf, parseEnvelope, type ShareState } from './envelope.ts';

/** Deflate, dictionary 1. */
export const codecName = 'k1';

/** Bytes of the unpacked envelope; a link that holds more is refused before it is unpacked further. */
export const inflatedLimit = 8_000_000;

/** Bytes handed to the inflater at once: a kilobyte can become at most a megabyte. */
const inputPiece = 1_024;

const dictionary = (): Uint8Array => new TextEncoder().encode(dictionaryText);

/** The envelope on the wire: everything but the texts as one line of JSON, then the texts as they are, so that nothing is escaped. */
function writeWire(envelope: Envelope): string {
  const { files, ...rest } = envelope;
  const head = { ...rest, files: files.map(({ name, text }) => ({ name, length: text.length })) };
  return `${JSON.stringify(head)}\n${files.map((file) => file.text).join('')}`;
}

/** A JSON value with the texts put back; undefined when the lengths do not add up. */
function readWire(wire: string): unknown {
  const end = wire.indexOf('\n');
  if (end === -1) return undefined;
  const head: unknown = JSON.parse(wire.slice(0, end));
  if (typeof head !== 'object' || head === null || !('files' in head) || !Array.isArray(head.files)) return undefined;
  let from = end + 1;
  const files = head.files.map((file: unknown) => {
    const { name, length } = fieldsOf(file);
    const size = typeof length === 'number' && Number.isSafeInteger(length) && length >= 0 ? length : Number.NaN;
    const text = wire.slice(from, from + size);
    from += size;
    return { name, text };
  });
  return from === wire.length ? { ...head, files } : undefined;
}

function fieldsOf(value: unknown): { readonly name?: unknown; readonly length?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}

/** The fragment of a link, "#s=…", that opens in exactly this state. */
export function encodeShare(state: ShareState): string {
  const bytes = new TextEncoder().encode(writeWire(envelopeOf(state)));
  return `#s=${codecName}.${toBase64url(deflateSync(bytes, { level: 9, mem: 12, dictionary: dictionary() }))}`;
}

/** Reads a link: a whole address, its fragment, or "s=…". Every failure is one clear sentence; nothing is thrown. */
export function decodeShare(text: string): Result<ShareState, Message> {
  const found = /(?:^|[#?&])s=([^.&#\s]*)\.([^&#\s]*)\s*$/.exec(text.trim());
  const [, codec, payload] = found ?? [];
  if (codec === undefined || payload === undefined) return err(message('page.link.notALink'));
  if (codec !== codecName) return err(message('page.link.unknownCodec', { codec: codec.slice(0, 20) }));
  const packed = fromBase64url(payload);
  if (packed === undefined) return err(message('page.link.broken'));
  const unpacked = inflateCapped(packed);
  if (!unpacked.ok) return unpacked;
  const value = parseText(unpacked.value);
  return value === undefined ? err(message('page.link.broken')) : parseEnvelope(value);
}

function parseText(bytes: Uint8Array): unknown {
  try {
    return readWire(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function inflateCapped(packed: Uint8Array): Result<Uint8Array, Message> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  let finished = false;
  const inflater = new Inflate({ dictionary: dictionary() }, (piece, final) => {
    // The inflater reuses its window: a piece is copied before it goes on.
    pieces.push(piece.slice());
    total += piece.length;
    finished = final;
  });
  try {
    for (let from = 0; from < packed.length || !finished; from += inputPiece) {
      const last = from + inputPiece >= packed.length;
      inflater.push(packed.subarray(from, from + inputPiece), last);
      if (total > inflatedLimit) return err(message('page.link.tooLarge', { limit: inflatedLimit }));
      if (last) break;
    }
  } catch {
    return err(message('page.link.broken'));
  }
  if (!finished) return err(message('page.link.broken'));
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return ok(whole);
}
