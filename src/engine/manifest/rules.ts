/**
 * What the API server checks beyond types, where later stages rest on it: containers, ports, selectors, addresses, backends. An object
 * that breaks a rule does not come to be. Not modelled: rules about storage, probes, security contexts and resources.
 * Source: Kubernetes pkg/apis/core/validation/validation.go, apps, networking and discovery validation.
 */
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { assertNever } from '../../shared/assertNever.ts';
import { matchesLabelSelector } from '../api/labelSelector.ts';
import type { KindTypes } from '../api/resource.ts';
import { familyOf, parseCidr, parseIpAddress } from '../net/address.ts';
import { type Finding, fieldError, shownValue } from './finding.ts';
import { isDnsLabel, isDnsSubdomain } from './names.ts';
import type { BuiltInObject } from './validateTypes.ts';

type Findings = readonly Finding[];

const invalid = (code: string, pointer: string, value: unknown): Finding => fieldError(code, pointer, { value: shownValue(value) });

function range(value: number | undefined, minimum: number, maximum: number, pointer: string): Findings {
  if (value === undefined || (value >= minimum && value <= maximum)) return [];
  return [fieldError('manifest.field.outOfRange', pointer, { value: shownValue(value), minimum, maximum })];
}

const port = (value: number | undefined, pointer: string): Findings => range(value, 1, 65_535, pointer);

const ipAddress = (value: string | undefined, pointer: string): Findings =>
  value === undefined || parseIpAddress(value) !== undefined ? [] : [invalid('manifest.field.notIpAddress', pointer, value)];

const each = <Item>(items: readonly Item[] | undefined, pointer: string, check: (item: Item, pointer: string) => Findings): Findings =>
  (items ?? []).flatMap((item, index) => check(item, `${pointer}/${index}`));

/** Findings for every item whose key an earlier item has. */
function repeated<Item>(
  items: readonly Item[] | undefined,
  pointer: string,
  keyOf: (item: Item) => string | undefined,
  report: (item: Item, pointer: string) => Finding,
): Findings {
  const seen = new Set<string>();
  return each(items, pointer, (item, place) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    if (seen.has(key)) return [report(item, place)];
    seen.add(key);
    return [];
  });
}

function containers(items: readonly IContainer[] | undefined, pointer: string): Findings {
  return each(items, pointer, (container, place) => [
    ...(isDnsLabel(container.name) ? [] : [invalid('manifest.name.notLabel', `${place}/name`, container.name)]),
    ...each(container.ports, `${place}/ports`, (found, at) => [
      ...port(found.containerPort, `${at}/containerPort`),
      ...range(found.hostPort, 0, 65_535, `${at}/hostPort`),
    ]),
  ]);
}

function podSpec(spec: IPodSpec | undefined, pointer: string): Findings {
  if (spec === undefined) return [fieldError('manifest.field.required', pointer)];
  const repeat = (found: IContainer, place: string): Finding => invalid('manifest.workload.sameContainerName', `${place}/name`, found.name);
  return [
    ...(spec.containers.length === 0 ? [fieldError('manifest.workload.noContainers', `${pointer}/containers`)] : []),
    ...containers(spec.containers, `${pointer}/containers`),
    ...containers(spec.initContainers, `${pointer}/initContainers`),
    ...repeated(spec.containers, `${pointer}/containers`, ({ name }) => name, repeat),
    ...repeated(spec.initContainers, `${pointer}/initContainers`, ({ name }) => name, repeat),
    ...each(spec.hostAliases, `${pointer}/hostAliases`, (alias, place) => ipAddress(alias.ip, `${place}/ip`)),
  ];
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector: NonNullable<KindTypes['DaemonSet']['spec']>['selector'];
  readonly template?: IPodTemplateSpec;
}

function workload(spec: WorkloadSpec | undefined): Findings {
  if (spec === undefined) return [fieldError('manifest.field.required', '/spec')];
  const { selector, template } = spec;
  if (template === undefined) return [fieldError('manifest.field.required', '/spec/template')];
  const isEmpty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  const mismatch = matchesLabelSelector(selector, template.metadata?.labels ?? {})
    ? []
    : [fieldError('manifest.workload.selectorMismatch', '/spec/template/metadata/labels')];
  return [
    ...range(spec.replicas, 0, 2 ** 31 - 1, '/spec/replicas'),
    ...(isEmpty ? [fieldError('manifest.workload.emptySelector', '/spec/selector')] : mismatch),
    ...podSpec(template.spec, '/spec/template/spec'),
  ];
}

function servicePorts(spec: NonNullable<KindTypes['Service']['spec']>): Findings {
  const { ports = [] } = spec;
  const isHeadless = spec.clusterIP === 'None' && (spec.type ?? 'ClusterIP') === 'ClusterIP';
  if (ports.length === 0) return isHeadless || spec.type === 'ExternalName' ? [] : [fieldError('manifest.service.noPorts', '/spec/ports')];
  type Port = (typeof ports)[number];
  const protocolOf = (found: Port): string => found.protocol ?? 'TCP';
  return [
    ...each(ports, '/spec/ports', (found, place) => [
      ...port(found.port, `${place}/port`),
      ...range(found.nodePort, 0, 65_535, `${place}/nodePort`),
      ...(typeof found.targetPort === 'number' ? port(found.targetPort, `${place}/targetPort`) : []),
      ...(ports.length > 1 && (found.name ?? '') === '' ? [fieldError('manifest.service.portNameMissing', `${place}/name`)] : []),
      ...((found.name ?? '') === '' || isDnsLabel(found.name ?? '')
        ? []
        : [invalid('manifest.name.notLabel', `${place}/name`, found.name)]),
    ]),
    ...repeated(
      ports,
      '/spec/ports',
      ({ name }) => name,
      (found, place) => invalid('manifest.service.samePortName', `${place}/name`, found.name),
    ),
    ...repeated(
      ports,
      '/spec/ports',
      (found) => `${protocolOf(found)} ${found.port}`,
      (found, place) => fieldError('manifest.service.samePort', `${place}/port`, { port: found.port, protocol: protocolOf(found) }),
    ),
  ];
}

const clusterIp = (value: string | undefined, pointer: string): Findings =>
  value === '' || value === 'None' ? [] : ipAddress(value, pointer);

function service({ spec }: KindTypes['Service']): Findings {
  if (spec === undefined) return [fieldError('manifest.service.noPorts', '/spec')];
  const externalName = spec.externalName ?? '';
  const named = externalName === '' ? [fieldError('manifest.service.noExternalName', '/spec/externalName')] : [];
  const host = externalName.replace(/\.$/, '');
  return [
    ...servicePorts(spec),
    ...clusterIp(spec.clusterIP, '/spec/clusterIP'),
    ...each(spec.clusterIPs, '/spec/clusterIPs', clusterIp),
    ...each(spec.externalIPs, '/spec/externalIPs', ipAddress),
    ...(spec.loadBalancerIP === '' ? [] : ipAddress(spec.loadBalancerIP, '/spec/loadBalancerIP')),
    ...each(spec.loadBalancerSourceRanges, '/spec/loadBalancerSourceRanges', (value, place) =>
      parseCidr(value) === undefined || !value.includes('/') ? [invalid('manifest.field.notCidr', place, value)] : [],
    ),
    ...(spec.type === 'ExternalName' ? named : []),
    ...(externalName === '' || isDnsSubdomain(host) ? [] : [invalid('manifest.field.notHostname', '/spec/externalName', externalName)]),
  ];
}

function endpointSlice({ addressType, endpoints, ports }: KindTypes['EndpointSlice']): Findings {
  const family = addressType === 'IPv4' ? 'ipv4' : addressType === 'IPv6' ? 'ipv6' : undefined;
  const address = (value: string, pointer: string): Findings => {
    const parsed = parseIpAddress(value);
    return family === undefined || (parsed !== undefined && familyOf(parsed) === family)
      ? []
      : [invalid('manifest.field.notIpAddress', pointer, value)];
  };
  return [
    ...each(endpoints, '/endpoints', (endpoint, place) => each(endpoint.addresses, `${place}/addresses`, address)),
    ...each(ports, '/ports', (found, place) => port(found.port, `${place}/port`)),
  ];
}

function endpoints({ subsets }: KindTypes['Endpoints']): Findings {
  return each(subsets, '/subsets', (subset, place) => [
    ...each(subset.addresses, `${place}/addresses`, ({ ip }, address) => ipAddress(ip, `${address}/ip`)),
    ...each(subset.notReadyAddresses, `${place}/notReadyAddresses`, ({ ip }, address) => ipAddress(ip, `${address}/ip`)),
    ...each(subset.ports, `${place}/ports`, (found, entry) => port(found.port, `${entry}/port`)),
  ]);
}

function backend(found: IIngressBackend | undefined, pointer: string): Findings {
  if (found === undefined) return [];
  if ((found.service === undefined) === (found.resource === undefined)) return [fieldError('manifest.ingress.oneBackend', pointer)];
  if (found.service === undefined) return [];
  const { name = '', number } = found.service.port ?? {};
  if ((name === '') === (number === undefined || number === 0))
    return [fieldError('manifest.ingress.servicePort', `${pointer}/service/port`)];
  return name === '' ? port(number, `${pointer}/service/port/number`) : [];
}

function ingress({ spec }: KindTypes['Ingress']): Findings {
  if (spec === undefined || (spec.defaultBackend === undefined && (spec.rules ?? []).length === 0)) {
    return [fieldError('manifest.ingress.noRules', '/spec')];
  }
  return [
    ...backend(spec.defaultBackend, '/spec/defaultBackend'),
    ...each(spec.rules, '/spec/rules', ({ host = '', http }, place) => [
      ...(host === '' || isDnsSubdomain(host.replace(/^\*\./, '')) ? [] : [invalid('manifest.field.notHostname', `${place}/host`, host)]),
      ...each(http?.paths, `${place}/http/paths`, (found, at) => [
        ...backend(found.backend, `${at}/backend`),
        ...(found.pathType === 'ImplementationSpecific' || (found.path ?? '').startsWith('/')
          ? []
          : [invalid('manifest.ingress.pathNotAbsolute', `${at}/path`, found.path ?? '')]),
      ]),
    ]),
  ];
}

const cidrText = (value: string | undefined, pointer: string): Findings =>
  value === undefined || value === '' || (value.includes('/') && parseCidr(value) !== undefined)
    ? []
    : [invalid('manifest.field.notCidr', pointer, value)];

const node = ({ spec, status }: KindTypes['Node']): Findings => [
  ...cidrText(spec?.podCIDR, '/spec/podCIDR'),
  ...each(spec?.podCIDRs, '/spec/podCIDRs', cidrText),
  ...each(status?.addresses, '/status/addresses', (found, place) =>
    found.type === 'InternalIP' || found.type === 'ExternalIP' ? ipAddress(found.address, `${place}/address`) : [],
  ),
];

const pod = ({ spec, status }: KindTypes['Pod']): Findings => [
  ...podSpec(spec, '/spec'),
  ...(status?.podIP === '' ? [] : ipAddress(status?.podIP, '/status/podIP')),
  ...each(status?.podIPs, '/status/podIPs', (found, place) => ipAddress(found.ip, `${place}/ip`)),
];

/** The rules that an object of the right type breaks. */
export function ruleFindings(entry: BuiltInObject): Findings {
  switch (entry.kind) {
    case 'Pod':
      return pod(entry.object);
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      return workload(entry.object.spec);
    case 'Service':
      return service(entry.object);
    case 'Endpoints':
      return endpoints(entry.object);
    case 'EndpointSlice':
      return endpointSlice(entry.object);
    case 'Ingress':
      return ingress(entry.object);
    case 'Node':
      return node(entry.object);
    case 'Namespace':
    case 'IngressClass':
      return [];
    default:
      return assertNever(entry);
  }
}
