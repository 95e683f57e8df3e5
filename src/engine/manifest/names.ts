/**
 * Names and namespaces as the API server accepts them: chain names, host names and DNS answers are made of them, so a name that could
 * not exist makes no object. Source: apimachinery api/validation/generic.go, util/validation/validation.go.
 */
import type { ActingKind } from '../api/resource.ts';
import { type Finding, fieldError, shownValue } from './finding.ts';
import { type PlainObject, valueAt } from './plainValue.ts';

const labelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Kinds whose name must be one DNS label; a Service's becomes part of a host name. */
const labelKinds: ReadonlySet<ActingKind> = new Set(['Namespace', 'Service']);

/** A DNS label as RFC 1123 has it: Services, Namespaces, containers and ports are named so. */
export const isDnsLabel = (name: string): boolean => name.length <= 63 && labelPattern.test(name);
/** A DNS subdomain as RFC 1123 has it. */
export const isDnsSubdomain = (name: string): boolean => name.length <= 253 && subdomainPattern.test(name);

/** The longest prefix the server keeps of a generateName before its five random characters. */
const generatedBaseLength = 58;

/** What is wrong with metadata.name, metadata.generateName and metadata.namespace. Wrong types are found elsewhere. */
export function nameFindings(kind: ActingKind, value: PlainObject): readonly Finding[] {
  const findings: Finding[] = [];
  const name = valueAt(value, '/metadata/name');
  const generateName = valueAt(value, '/metadata/generateName');
  const namespace = valueAt(value, '/metadata/namespace');
  const isValid = labelKinds.has(kind) ? isDnsLabel : isDnsSubdomain;
  const code = labelKinds.has(kind) ? 'manifest.name.notLabel' : 'manifest.name.notSubdomain';
  if (name === undefined || name === '') {
    if (generateName === undefined || generateName === '') findings.push(fieldError('manifest.name.missing', '/metadata/name'));
    else if (typeof generateName === 'string' && !isValid(`${generateName.slice(0, generatedBaseLength)}x`)) {
      findings.push(fieldError(code, '/metadata/generateName', { value: shownValue(generateName) }));
    }
  } else if (typeof name === 'string' && !isValid(name)) {
    findings.push(fieldError(code, '/metadata/name', { value: shownValue(name) }));
  }
  if (typeof namespace === 'string' && namespace !== '' && !isDnsLabel(namespace)) {
    findings.push(fieldError('manifest.name.notLabel', '/metadata/namespace', { value: shownValue(namespace) }));
  }
  return findings;
}

/** The characters of the server's generated suffixes: no vowels, nothing that looks alike (apimachinery util/rand). */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A name for generateName: the prefix and five characters taken from a 32-bit seed, where the server would take random ones. */
export function generatedName(prefix: string, seed: number): string {
  let rest = seed;
  let suffix = '';
  for (let index = 0; index < 5; index += 1) {
    suffix += suffixAlphabet[rest % suffixAlphabet.length];
    rest = Math.floor(rest / suffixAlphabet.length);
  }
  return prefix.slice(0, generatedBaseLength) + suffix;
}
