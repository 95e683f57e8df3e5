/**
 * Types and required fields of Kubernetes objects, by the precompiled validators of kubernetes-models (Kubernetes 1.36's OpenAPI).
 * What OpenAPI does not say (unknown fields, ranges of ports, names) is checked elsewhere.
 */
import { validate as validateDaemonSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1DaemonSet';
import { validate as validateDeployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment';
import { validate as validateReplicaSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1ReplicaSet';
import { validate as validateStatefulSet } from 'kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet';
import { validate as validateEndpoints } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Endpoints';
import { validate as validateNamespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace';
import { validate as validateNode } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Node';
import { validate as validatePod } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Pod';
import { validate as validateService } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service';
import { validate as validateEndpointSlice } from 'kubernetes-models/_schemas/IoK8sApiDiscoveryV1EndpointSlice';
import { validate as validateIngress } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress';
import { validate as validateIngressClass } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1IngressClass';
import type { KindTypes } from '../api/resource.ts';
import { pointerToken } from './fieldRanges.ts';
import { type Finding, fieldError, shownValue } from './finding.ts';
import { isPlainObject, memberOf, type PlainObject, valueAt } from './plainValue.ts';

type Validate = (value: unknown) => boolean;

const validators = {
  Namespace: validateNamespace,
  Node: validateNode,
  Pod: validatePod,
  Deployment: validateDeployment,
  ReplicaSet: validateReplicaSet,
  StatefulSet: validateStatefulSet,
  DaemonSet: validateDaemonSet,
  Service: validateService,
  Endpoints: validateEndpoints,
  EndpointSlice: validateEndpointSlice,
  Ingress: validateIngress,
  IngressClass: validateIngressClass,
} as const satisfies { readonly [Kind in keyof KindTypes]?: Validate };

/** The acting kinds that are built into Kubernetes. */
export type BuiltInKind = keyof typeof validators;

export const isBuiltInKind = (kind: string): kind is BuiltInKind => Object.hasOwn(validators, kind);

interface SchemaError {
  readonly path: string;
  readonly keyword: string;
  readonly params: PlainObject;
}

/** The validators leave their errors on themselves, as AJV's compiled code does. */
function errorsOf(validate: Validate): readonly SchemaError[] {
  const errors: unknown = Reflect.get(validate, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.map((error: unknown) => {
    const params = memberOf(error, 'params');
    return {
      path: String(memberOf(error, 'instancePath') ?? ''),
      keyword: String(memberOf(error, 'keyword') ?? ''),
      params: isPlainObject(params) ? params : {},
    };
  });
}

const typeCodes: Readonly<Record<string, string>> = {
  integer: 'manifest.field.notInteger',
  'integer or string': 'manifest.field.notIntegerOrString',
  number: 'manifest.field.notNumber',
  'number or string': 'manifest.field.notQuantity',
  string: 'manifest.field.notString',
  boolean: 'manifest.field.notBoolean',
  object: 'manifest.field.notMapping',
  array: 'manifest.field.notList',
};

const formatCodes: Readonly<Record<string, string>> = {
  int32: 'manifest.field.notInt32',
  int64: 'manifest.field.notInt64',
  'date-time': 'manifest.field.notTimestamp',
  quantity: 'manifest.field.notQuantity',
};

/** One fault per field: a type of several alternatives reports each of them and their union. */
function findingFor(root: unknown, path: string, errors: readonly SchemaError[]): Finding {
  const value = shownValue(valueAt(root, path));
  const isAlternative = errors.some((error) => error.keyword === 'oneOf' || error.keyword === 'anyOf');
  const types = errors.filter((error) => error.keyword === 'type').map((error) => String(error.params.type));
  const format = errors.find((error) => error.keyword === 'format');
  if (isAlternative && format !== undefined && types.length === 1) types.push('string');
  if (types.length > 0) {
    const expected = [...new Set(types)].sort().join(' or ');
    return fieldError(typeCodes[expected] ?? 'manifest.field.wrongType', path, { expected, value });
  }
  if (format !== undefined) {
    const name = String(format.params.format);
    return fieldError(formatCodes[name] ?? 'manifest.field.wrongFormat', path, { format: name, value });
  }
  const allowed = errors.find((error) => error.keyword === 'enum')?.params.allowedValues;
  if (Array.isArray(allowed)) return fieldError('manifest.field.notOneOf', path, { value, allowed: allowed.join(', ') });
  return fieldError('manifest.field.invalid', path, { value, rule: errors.map((error) => error.keyword).join(', ') });
}

function toFindings(root: unknown, errors: readonly SchemaError[]): readonly Finding[] {
  const byPath = new Map<string, SchemaError[]>();
  const findings: Finding[] = [];
  for (const error of errors) {
    if (error.keyword === 'required') {
      findings.push(fieldError('manifest.field.required', `${error.path}/${pointerToken(String(error.params.missingProperty))}`));
    } else {
      byPath.set(error.path, [...(byPath.get(error.path) ?? []), error]);
    }
  }
  for (const [path, found] of byPath) findings.push(findingFor(root, path, found));
  return findings;
}

/** What is wrong with the types of an object; empty exactly when {@link isOfKind} holds. */
export function typeFindings(kind: BuiltInKind, value: unknown): readonly Finding[] {
  const validate = validators[kind];
  return validate(value) ? [] : toFindings(value, errorsOf(validate));
}

/** An object of an acting kind, its type following from its kind. */
export type BuiltInObject = { readonly [Kind in BuiltInKind]: { readonly kind: Kind; readonly object: KindTypes[Kind] } }[BuiltInKind];

/** Whether the object has the type of its kind. */
export const isOfKind = (entry: { readonly kind: BuiltInKind; readonly object: unknown }): entry is BuiltInObject =>
  validators[entry.kind](entry.object);
