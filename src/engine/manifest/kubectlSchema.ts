/**
 * YAML scalars and keys as kubectl reads them (sigs.k8s.io/yaml over go-yaml v2, resolve.go): `0755` is 493, `on` is true,
 * `1:30` and dates are strings, `<<` merges, an unknown tag is ignored. Infinite and not-a-number floats are refused as there.
 * Not modelled: kubectl's shortened spelling of keys that are fractions or larger than 2^53.
 */
import {
  binaryTag,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  omapTag,
  Schema,
  seqTag,
  strTag,
  timestampTag,
  YAMLException,
} from 'js-yaml';

const nullWords = new Set(['', '~', 'null', 'Null', 'NULL']);
const trueWords = new Set(['true', 'True', 'TRUE', 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const falseWords = new Set(['false', 'False', 'FALSE', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);
const integerPattern = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const specialFloatPattern = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
/** Above this Go's ParseUint fails, and only the decimal spelling is read on, as a float. */
const unsignedLimit = 2 ** 64;

/** The reason kubectl gives for `.inf` and `.nan`; the reader finds the place. */
export const unsupportedFloatReason = 'JSON has no infinite or undefined number';

/** Whether a plain scalar is a float that JSON, and so the API, cannot hold. */
export const isUnsupportedFloat = (source: string): boolean => specialFloatPattern.test(source);

function readInteger(source: string): number | undefined {
  const match = integerPattern.exec(source);
  if (match === null) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  const magnitude =
    hexadecimal !== undefined
      ? Number.parseInt(hexadecimal, 16)
      : binary !== undefined
        ? Number.parseInt(binary, 2)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : Number(decimal);
  if (decimal === undefined && magnitude > unsignedLimit) return undefined;
  // JSON has no negative zero: kubectl prints -0 as 0.
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

function readNumber(source: string): number | undefined {
  if (specialFloatPattern.test(source)) throw new YAMLException(unsupportedFloatReason);
  const plain = source.startsWith('.') ? source : source.replaceAll('_', '');
  const integer = readInteger(plain);
  if (integer !== undefined) return integer;
  if (!floatPattern.test(plain)) return undefined;
  const float = Number(plain);
  return Number.isFinite(float) ? float + 0 : undefined;
}

const readBoolean = (source: string): boolean | undefined => (trueWords.has(source) ? true : falseWords.has(source) ? false : undefined);

const orUnresolved = <Value>(value: Value | undefined): Value | typeof NOT_RESOLVED => (value === undefined ? NOT_RESOLVED : value);
const never = (): boolean => false;

const nullTag = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (source) => (nullWords.has(source) ? null : NOT_RESOLVED),
  identify: never,
});
const booleanTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYnNtTfFoO'],
  resolve: (source) => orUnresolved(readBoolean(source)),
  identify: never,
});
/** Implicit numbers of both sorts; an explicit !!int takes integers only. */
const integerTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'+-.0123456789'],
  resolve: (source, isExplicit) => {
    const value = readNumber(source);
    return value === undefined || (isExplicit && !Number.isInteger(value)) ? NOT_RESOLVED : value;
  },
  identify: never,
});
const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  resolve: (source) => orUnresolved(readNumber(source)),
  identify: never,
});
const binaryTextTag = defineScalarTag<string>('tag:yaml.org,2002:binary', {
  resolve: (source, isExplicit, tagName) => {
    const bytes = binaryTag.resolve(source, isExplicit, tagName);
    return typeof bytes === 'symbol' ? NOT_RESOLVED : String.fromCharCode(...bytes);
  },
  identify: never,
});
const timestampTextTag = defineScalarTag<string>('tag:yaml.org,2002:timestamp', {
  resolve: (source, isExplicit, tagName) => (timestampTag.resolve(source, isExplicit, tagName) === NOT_RESOLVED ? NOT_RESOLVED : source),
  identify: never,
});

/** Objects with string keys: a key is read like any scalar and then written as JSON would (`y:` is "true", `0755:` is "493"). */
const objectTag = (tagName: string, matchByTagPrefix: boolean) =>
  defineMappingTag<Record<string, unknown>>(tagName, {
    matchByTagPrefix,
    create: mapTag.create,
    addPair: (carrier, key, value) => (key === null ? 'null cannot be a key' : mapTag.addPair(carrier, key, value)),
    has: mapTag.has,
    keys: mapTag.keys,
    get: mapTag.get,
    identify: never,
  });
const listTag = (tagName: string) =>
  defineSequenceTag<unknown[]>(tagName, { matchByTagPrefix: true, create: seqTag.create, addItem: seqTag.addItem, identify: never });
const ignoredTag = (tagName: string) =>
  defineScalarTag<string>(tagName, { matchByTagPrefix: true, resolve: (source) => source, identify: never });

/** What js-yaml needs to read a document as kubectl does. */
export const kubectlSchema = new Schema([
  strTag,
  nullTag,
  booleanTag,
  integerTag,
  floatTag,
  binaryTextTag,
  timestampTextTag,
  mergeTag,
  seqTag,
  omapTag,
  objectTag('tag:yaml.org,2002:map', false),
  // Tags that Kubernetes gives no meaning are ignored.
  ...['!', 'tag:'].flatMap((prefix) => [ignoredTag(prefix), listTag(prefix), objectTag(prefix, true)]),
]);

/** A mapping key as kubectl would name it, from its text; only plain (unquoted) text is resolved. */
export function keyName(text: string, isPlain: boolean): string {
  if (!isPlain || isUnsupportedFloat(text)) return text;
  return String(readBoolean(text) ?? (/^[-+.0-9]/.test(text) ? readNumber(text) : undefined) ?? text);
}
