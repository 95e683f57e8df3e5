/**
 * From the declared objects to a whole cluster: the default cluster around them, an ingress controller when an Ingress needs one, the
 * Namespaces in use. Added objects come before declared ones of the same kind, so that they keep their place whatever is declared.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { AnyResource, Resource } from '../api/resource.ts';
import { resourcesOfKind, withObject } from '../api/resourceList.ts';
import type { ClusterSettings, NodeState } from '../clusterState.ts';
import type { Ledger } from '../ledger.ts';
import { parseIpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';
import { assignIngressClasses } from './ingressClasses.ts';
import { addedIngressNginx, runsIngressNginx } from './ingressNginx.ts';
import { completeNodes, defaultNodes, isControlPlane, isDefaultNode, nodesNamedByPods } from './nodes.ts';
import { clusterSettings } from './settings.ts';
import { addedNamespace, systemObjects } from './systemObjects.ts';

export interface CompletedCluster {
  readonly settings: ClusterSettings;
  readonly nodes: readonly NodeState[];
  /** Every object but Nodes: added ones first, each group in its own order. */
  readonly resources: readonly AnyResource[];
  readonly diagnostics: readonly Diagnostic[];
}

export function completeCluster(declared: readonly AnyResource[], ledger: Ledger): CompletedCluster {
  const { settings: plainSettings, diagnostics: settingsDiagnostics } = clusterSettings(declared);
  const settings = withDeclaredDns(plainSettings, declared);
  const named = clusterNodes(declared);
  const completed = completeNodes(named.nodes, settings, ledger);
  const others = declared.filter((resource) => resource.kind !== 'Node');
  const system = systemObjects(others, settings, completed.nodes);
  const controllerAdded = resourcesOfKind(others, 'Ingress').length > 0 && !others.some(runsIngressNginx);
  const controller = controllerAdded ? addedIngressNginx(others) : [];
  const present = [...system, ...controller, ...others];
  const namespaces = missingNamespaces(present);
  const { resources, diagnostics: ingressDiagnostics } = assignIngressClasses(
    [...system, ...controller, ...namespaces.added, ...others.map(namespaceActive)],
    controllerAdded,
  );
  return {
    settings,
    nodes: completed.nodes,
    resources,
    diagnostics: [
      ...settingsDiagnostics,
      ...named.diagnostics,
      ...completed.diagnostics,
      ...controlPlaneMissing(completed.nodes),
      ...namespaces.diagnostics,
      ...ingressDiagnostics,
    ],
  };
}

/** Declared Nodes, and those that a dump's Pods prove; the default ones where neither says anything else. */
function clusterNodes(declared: readonly AnyResource[]): ReturnType<typeof nodesNamedByPods> {
  const declaredNodes = resourcesOfKind(declared, 'Node');
  const named = nodesNamedByPods(declared);
  if (declaredNodes.length === 0 && named.nodes.every(isDefaultNode)) return { nodes: defaultNodes(named.nodes), diagnostics: [] };
  return { nodes: [...declaredNodes, ...named.nodes], diagnostics: named.diagnostics };
}

/** The kubelet hands Pods the address of the Service kube-dns that stands. */
function withDeclaredDns(settings: ClusterSettings, declared: readonly Resource[]): ClusterSettings {
  const service = resourcesOfKind(declared, 'Service').find(
    ({ reference }) => reference.namespace === 'kube-system' && reference.name === 'kube-dns',
  );
  const address = parseIpAddress(service?.object.spec?.clusterIP ?? '');
  return address === undefined ? settings : { ...settings, dnsServiceAddress: address };
}

function missingNamespaces(present: readonly AnyResource[]): {
  readonly added: readonly Resource<'Namespace'>[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const known = new Set(resourcesOfKind(present, 'Namespace').map(({ reference }) => reference.name));
  const added: Resource<'Namespace'>[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const resource of present) {
    const { namespace } = resource.reference;
    if (namespace === undefined || known.has(namespace)) continue;
    known.add(namespace);
    added.push(addedNamespace(namespace));
    diagnostics.push(diagnosticOf('warning', message('controlplane.namespace.added', { namespace }), resource, '/metadata/namespace'));
  }
  return { added, diagnostics };
}

/** What the API server gives every Namespace: the label with its name, the phase. */
function namespaceActive(resource: AnyResource): AnyResource {
  if (resource.kind !== 'Namespace') return resource;
  const { object, reference } = resource;
  const labels = { ...object.metadata?.labels, 'kubernetes.io/metadata.name': reference.name };
  return withObject(resource, {
    ...object,
    metadata: { ...object.metadata, name: reference.name, labels },
    spec: { finalizers: ['kubernetes'], ...object.spec },
    status: { phase: 'Active', ...object.status },
  });
}

/** Without a control-plane node the API servers' addresses are unknown: default/kubernetes stands without endpoints. */
function controlPlaneMissing(nodes: readonly NodeState[]): readonly Diagnostic[] {
  const [first] = nodes;
  if (first === undefined || nodes.some((node) => isControlPlane(node.resource))) return [];
  return [diagnosticOf('info', message('controlplane.node.noControlPlane'), first.resource)];
}
